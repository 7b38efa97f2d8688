"""Random checkpoints in the layouts of published residual networks, and a forward pass over their own names.

Sources of names and shapes: pytorch/vision torchvision/models/resnet.py, facebookresearch/moco moco/builder.py,
facebookresearch/moco-v3 moco/builder.py, facebookresearch/simsiam simsiam/builder.py, xvjiarui/VFS
mmaction/models/backbones/resnet.py, ajabri/videowalk code/model.py and code/utils/__init__.py, Liusifei/UVC
libs/resnet.py and libs/model.py, xiaolonw/TimeCycle models/videos/inflated_resnet.py and model_test.py.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

State = dict[str, Tensor]

BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3)}


@dataclass
class Layout:
    """A checkpoint as its project saves it, and the network's weights under torchvision's names."""

    file: dict[str, object]
    network: State
    depth: int
    ignored: tuple[str, ...] = ()
    reflect: bool = False
    lightness: bool = False
    stages: int = 3
    projection: Tensor | None = None


def conv(state: State, name: str, inside: int, outside: int, side: int) -> None:
    state[f"{name}.weight"] = torch.randn(outside, inside, side, side) * math.sqrt(2 / inside) / side


def norm(state: State, name: str, width: int) -> None:
    state[f"{name}.weight"] = 0.5 + 0.5 * torch.rand(width)
    state[f"{name}.bias"] = 0.1 * torch.randn(width)
    state[f"{name}.running_mean"] = 0.1 * torch.randn(width)
    state[f"{name}.running_var"] = 0.5 + torch.rand(width)
    state[f"{name}.num_batches_tracked"] = torch.tensor(7)


def network(depth: int, stages: int = 4) -> State:
    """All stages under torchvision's names, without the classifier."""
    state: State = {}
    conv(state, "conv1", 3, 64, 7)
    norm(state, "bn1", 64)
    inside = 64
    for stage, blocks in enumerate(BLOCKS[depth][:stages]):
        width = 64 * 2**stage
        sides = (1, 3, 1) if depth >= 50 else (3, 3)
        outside = 4 * width if depth >= 50 else width
        for index in range(blocks):
            name = f"layer{stage + 1}.{index}"
            channels = [inside, *[width] * (len(sides) - 1), outside]
            for layer, side in enumerate(sides):
                conv(state, f"{name}.conv{layer + 1}", channels[layer], channels[layer + 1], side)
                norm(state, f"{name}.bn{layer + 1}", channels[layer + 1])
            if index == 0 and (stage > 0 or inside != outside):
                conv(state, f"{name}.downsample.0", inside, outside, 1)
                norm(state, f"{name}.downsample.1", outside)
            inside = outside
    return state


def prefixed(state: State, prefix: str) -> State:
    return {prefix + name: value for name, value in state.items()}


def forward(layout: Layout, image: Tensor) -> Tensor:
    """Features after res4, or after res5, at stride 8, step by step over the names."""
    state = layout.network
    x = lightness_of(image) if layout.lightness else image
    x = convolve(layout, "conv1", x, stride=2, pad=3)
    x = F.max_pool2d(normalise(state, "bn1", x).relu(), 3, 2, 1)
    for stage in range(1, layout.stages + 1):
        index = 0
        while f"layer{stage}.{index}.conv1.weight" in state:
            x = block(layout, f"layer{stage}.{index}.", x, stride=2 if (stage, index) == (2, 0) else 1)
            index += 1
    return x if layout.projection is None else F.conv2d(x, layout.projection).relu()


def block(layout: Layout, name: str, x: Tensor, stride: int) -> Tensor:
    state = layout.network
    layers = [n for n in (1, 2, 3) if f"{name}conv{n}.weight" in state]
    # In both kinds the first 3x3 convolution has the stride.
    strided = 2 if len(layers) == 3 else 1
    out = x
    for layer in layers:
        side = state[f"{name}conv{layer}.weight"].shape[-1]
        out = convolve(layout, f"{name}conv{layer}", out, stride if layer == strided else 1, side // 2)
        out = normalise(state, f"{name}bn{layer}", out)
        if layer != layers[-1]:
            out = out.relu()
    if f"{name}downsample.0.weight" in state:
        x = normalise(state, f"{name}downsample.1", convolve(layout, f"{name}downsample.0", x, stride, 0))
    return (out + x).relu()


def convolve(layout: Layout, name: str, x: Tensor, stride: int, pad: int) -> Tensor:
    mode = "reflect" if layout.reflect else "constant"
    return F.conv2d(F.pad(x, (pad, pad, pad, pad), mode=mode), layout.network[f"{name}.weight"], stride=stride)


def normalise(state: State, name: str, x: Tensor) -> Tensor:
    weight, bias, mean, variance = (
        state[f"{name}.{part}"][:, None, None] for part in ("weight", "bias", "running_mean", "running_var")
    )
    return (x - mean) / (variance + 1e-5).sqrt() * weight + bias


def lightness_of(image: Tensor) -> Tensor:
    """UVC's input from RGB: 8-bit Lab as OpenCV stores it, (L - 128) / 128, then 0..1, then ImageNet's statistics."""
    linear = torch.where(image > 0.04045, ((image + 0.055) / 1.055).pow(2.4), image / 12.92)
    y = 0.212671 * linear[:, 0] + 0.71516 * linear[:, 1] + 0.072169 * linear[:, 2]
    lightness = torch.where(y > 0.008856, 116 * y.pow(1 / 3) - 16, 903.3 * y)
    stored = lightness * 255 / 100
    unit = ((stored - 128) / 128 + 1) / 2
    return torch.stack([(unit - mean) / std for mean, std in ((0.485, 0.229), (0.456, 0.224), (0.406, 0.225))], dim=1)


def torchvision(depth: int) -> Layout:
    """`resnet*-*.pth` with its classifier."""
    state = network(depth)
    file = {**state, "fc.weight": torch.randn(10, 512), "fc.bias": torch.randn(10)}
    return Layout(file, {k: v for k, v in state.items() if "layer4" not in k}, depth, ignored=("layer4.*", "fc.weight"))


def moco() -> Layout:
    """`moco_v2_*_pretrain.pth.tar` while both encoders and the queue are still there; here of 18 layers."""
    state = network(18)
    query = {**state, "fc.0.weight": torch.randn(8, 8), "fc.2.bias": torch.randn(8)}
    weights = prefixed(query, "module.encoder_q.")
    weights |= prefixed({k: v + 1 for k, v in query.items()}, "module.encoder_k.")
    weights |= {"module.queue": torch.randn(8, 16), "module.queue_ptr": torch.tensor([3])}
    return Layout({"state_dict": weights, "epoch": 1}, state, 18, ignored=("module.queue", "module.encoder_k"))


def moco_v3() -> Layout:
    """`r-50-*.pth.tar`: base and momentum encoders with MLP heads; here of 18 layers."""
    state = network(18)
    base = {**state, "fc.0.weight": torch.randn(8, 8), "fc.1.running_mean": torch.randn(8)}
    weights = prefixed({k: v + 1 for k, v in base.items()}, "module.momentum_encoder.")
    weights |= prefixed(base, "module.base_encoder.")
    weights["module.predictor.0.weight"] = torch.randn(8, 8)
    return Layout({"state_dict": weights}, state, 18, ignored=("module.predictor",))


def simsiam() -> Layout:
    """`checkpoint_*.pth.tar`: the projector is the network's `fc`, the predictor beside it; here of 18 layers."""
    state = network(18)
    encoder = {
        **state,
        "fc.0.weight": torch.randn(8, 8),
        "fc.6.bias": torch.randn(8),
        "fc.7.running_var": torch.ones(8),
    }
    weights = prefixed(encoder, "module.encoder.")
    weights["module.predictor.3.bias"] = torch.randn(8)
    return Layout({"state_dict": weights}, state, 18, ignored=("module.predictor", "module.encoder.fc"))


def vfs(depth: int) -> Layout:
    """`r*_nc_sgd_cos_*.pth`: mmcv's ConvModule holds convolution (`conv`) and batch norm (`bn`) of a layer."""
    state = network(depth)
    renamed = {}
    for name, value in state.items():
        head, part = name.rsplit(".", 1)
        place = head.replace("downsample.0", "downsample.conv").replace("downsample.1", "downsample.bn")
        if place == head:
            layer = head.replace("bn", "conv")
            place = f"{layer}.{'bn' if 'bn' in head else 'conv'}"
        renamed[f"backbone.{place}.{part}"] = value
    renamed["img_head.projection_convs.0.conv.weight"] = torch.randn(8, 8, 1, 1)
    return Layout({"state_dict": renamed, "meta": {"epoch": 1}}, state, depth, ignored=("img_head",))


def crw() -> Layout:
    """What train.py saves today: ResNet-18 in a wrapper, every padding by reflection, and the walk's projection."""
    state = network(18)
    weights = {**prefixed(state, "encoder.model."), "selfsim_fc.0.weight": torch.randn(128, 512)}
    return Layout({"model": weights, "epoch": 1}, state, 18, ignored=("selfsim_fc",), reflect=True)


def crw_published() -> Layout:
    """`pretrained.pth`: reflection is a module before the convolution, `conv1.1.weight`, which test.py renames."""
    layout = crw()
    weights = {
        re.sub(r"\b(conv[12])\.weight$", r"\1.1.weight", name): value for name, value in layout.file["model"].items()
    }
    layout.file = {**layout.file, "model": weights}
    return layout


def uvc() -> Layout:
    """`checkpoint_latest.pth.tar`: the encoder of lightness beside colour encoder and decoder."""
    state = network(18)
    weights = prefixed(state, "module.gray_encoder.")
    weights |= {"module.rgb_encoder.conv1.weight": torch.randn(3, 3, 1, 1), "module.normalize.mean": torch.randn(3)}
    weights["module.decoder.conv7.weight"] = torch.randn(8, 8, 3, 3)
    return Layout({"state_dict": weights, "best_loss": 0.5}, state, 18, ignored=("module.rgb_encoder",), lightness=True)


def timecycle() -> Layout:
    """`checkpoint_*.pth.tar`: convolutions inflated over one frame, then a 1x1 convolution to 512 channels."""
    state = network(50)
    inflated = {name: value[:, :, None] if value.dim() == 4 else value for name, value in state.items()}
    projection = torch.randn(512, 1024, 1, 1) / 32
    weights = prefixed(inflated, "module.encoderVideo.")
    weights |= {
        "module.afterconv1.weight": projection[:, :, None],
        "module.afterconv3_trans.weight": torch.randn(128, 900, 4, 4),
        "module.afterconv4_trans.weight": torch.randn(64, 128, 4, 4),
        "module.linear2.weight": torch.randn(3, 1024),
        "module.linear2.bias": torch.randn(3),
    }
    return Layout(
        {"state_dict": weights, "epoch": 1}, state, 50, ignored=("module.linear2.weight",), projection=projection
    )
