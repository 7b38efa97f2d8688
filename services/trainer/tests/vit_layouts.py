"""Random checkpoints in the layouts of published vision transformers, and a forward pass over their own names.

Sources of names and shapes: huggingface/pytorch-image-models timm/models/vision_transformer.py, facebookresearch/mae
models_mae.py, alexandre-eymael/CropMAE models/SiamMAE.py, facebookresearch/dino vision_transformer.py,
facebookresearch/dinov2 dinov2/models/vision_transformer.py, facebookresearch/dinov3 dinov3/models/vision_transformer.py
and dinov3/hub/backbones.py, MCG-NJU/VideoMAE modeling_pretrain.py, facebookresearch/mae_st models_mae.py,
facebookresearch/moco-v3 moco/builder.py.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor

State = dict[str, Tensor]


@dataclass
class Layout:
    """A checkpoint as its project saves it, and its encoder's weights under the project's names."""

    file: dict[str, object]
    encoder: State
    heads: int
    patch: int
    grid: int
    eps: float = 1e-6
    ignored: tuple[str, ...] = ()
    embed: Callable[[State, Tensor], Tensor] = field(default=lambda state, image: embed_image(state, image))
    offset: float = 0.0
    antialias: bool = False


def linear(state: State, name: str, inside: int, outside: int, bias: bool = True) -> None:
    state[f"{name}.weight"] = torch.randn(outside, inside) / math.sqrt(inside)
    if bias:
        state[f"{name}.bias"] = 0.2 * torch.randn(outside)


def norm(state: State, name: str, dim: int) -> None:
    state[f"{name}.weight"] = 1 + 0.2 * torch.randn(dim)
    state[f"{name}.bias"] = 0.2 * torch.randn(dim)


def blocks(
    state: State, dim: int, depth: int, name: str = "blocks", mlp: str = "fc", qkv: str = "fused", scale: str = ""
) -> None:
    """Blocks of timm's layout. `mlp`: fc, w12 or w123; `qkv`: fused, apart or biases; `scale`: LayerScale's name."""
    for index in range(depth):
        block = f"{name}.{index}"
        norm(state, f"{block}.norm1", dim)
        if qkv == "apart":
            for part in "qkv":
                linear(state, f"{block}.attn.{part}", dim, dim)
        else:
            linear(state, f"{block}.attn.qkv", dim, 3 * dim, bias=qkv == "fused")
        if qkv == "biases":
            state[f"{block}.attn.q_bias"] = 0.2 * torch.randn(dim)
            state[f"{block}.attn.v_bias"] = 0.2 * torch.randn(dim)
        linear(state, f"{block}.attn.proj", dim, dim)
        norm(state, f"{block}.norm2", dim)
        if mlp == "fc":
            linear(state, f"{block}.mlp.fc1", dim, 4 * dim)
            linear(state, f"{block}.mlp.fc2", 4 * dim, dim)
        else:
            hidden = (int(4 * dim * 2 / 3) + 7) // 8 * 8
            parts = {"w12": 2 * hidden} if mlp == "w12" else {"w1": hidden, "w2": hidden}
            for part, width in parts.items():
                linear(state, f"{block}.mlp.{part}", dim, width)
            linear(state, f"{block}.mlp.w3", hidden, dim)
        if scale:
            for number in (1, 2):
                state[f"{block}.{scale.format(number)}"] = 0.5 + torch.rand(dim)


def patches(state: State, dim: int, patch: int, frames: int = 0) -> None:
    time = (frames,) if frames else ()
    state["patch_embed.proj.weight"] = torch.randn(dim, 3, *time, patch, patch) / patch / 2
    state["patch_embed.proj.bias"] = 0.2 * torch.randn(dim)


def tokens(state: State, **counts: int) -> None:
    """CLS, registers and tables of positions: name -> rows; the width is that of the patches."""
    dim = len(state["patch_embed.proj.bias"])
    for name, rows in counts.items():
        state[name] = torch.randn(1, rows, dim)


def prefixed(state: State, prefix: str) -> State:
    return {prefix + name: value for name, value in state.items()}


def sincos_table(dim: int, grid: int) -> Tensor:
    """MAE's util/pos_embed.py: CLS zero, then column and row halves."""
    omega = 10000 ** -(torch.arange(dim // 4, dtype=torch.float64) / (dim // 4))
    rows = []
    for y in range(grid):
        for x in range(grid):
            rows.append(torch.cat([(x * omega).sin(), (x * omega).cos(), (y * omega).sin(), (y * omega).cos()]))
    return torch.cat([torch.zeros(1, dim), torch.stack(rows).float()])[None]


def embed_image(state: State, image: Tensor) -> Tensor:
    weight = state["patch_embed.proj.weight"]
    grid = F.conv2d(image, weight, state["patch_embed.proj.bias"], stride=weight.shape[-1])
    return grid.flatten(2).transpose(1, 2)


def embed_repeated(state: State, image: Tensor) -> Tensor:
    """The first time slot of a clip that shows the image in every frame."""
    weight = state["patch_embed.proj.weight"]
    clip = image[:, :, None].expand(-1, -1, 2 * weight.shape[2], -1, -1)
    grid = F.conv3d(clip, weight, state["patch_embed.proj.bias"], stride=weight.shape[2:])
    return grid[:, :, 0].flatten(2).transpose(1, 2)


def with_table(table: Tensor, rows: int, cols: int, offset: float, antialias: bool) -> Tensor:
    """A square table [n * n, dim] brought to another grid, as DINO's interpolate_pos_encoding does with offset 0.1.

    With antialiasing as timm's resample_abs_pos_embed and DINOv2 with registers do.
    """
    side = math.isqrt(len(table))
    square = table.reshape(1, side, side, -1).permute(0, 3, 1, 2)
    if (rows, cols) == (side, side):
        return table
    size = {"scale_factor": ((rows + offset) / side, (cols + offset) / side)} if offset else {"size": (rows, cols)}
    resized = F.interpolate(square, mode="bicubic", align_corners=False, antialias=antialias, **size)
    return resized.permute(0, 2, 3, 1).reshape(rows * cols, -1)


def forward(layout: Layout, image: Tensor) -> Tensor:
    """Patch features after the last norm, step by step over the checkpoint's names."""
    state, patch = layout.encoder, layout.patch
    rows, cols = image.shape[2] // patch, image.shape[3] // patch
    x = layout.embed(state, image)
    before, table = positions(state, layout.grid)
    if table is not None:
        x = x + with_table(table, rows, cols, layout.offset, layout.antialias)
    prefix = []
    if "cls_token" in state:
        prefix.append(state["cls_token"] if before is None else state["cls_token"] + before)
    prefix += [state[name] for name in ("register_tokens", "storage_tokens", "reg_token") if name in state]
    x = torch.cat([*(token.expand(len(x), -1, -1) for token in prefix), x], dim=1)
    turned = x.shape[1] - rows * cols
    index = 0
    while f"blocks.{index}.norm1.weight" in state:
        x = block(layout, f"blocks.{index}.", x, turned, (rows, cols))
        index += 1
    last = "norm" if "norm.weight" in state else "fc_norm"
    return layer_norm(layout, last, x)[:, turned:]


def positions(state: State, grid: int) -> tuple[Tensor | None, Tensor | None]:
    """What CLS and the patches of the first frame get."""
    cells = grid * grid
    if "pos_embed_spatial" in state:
        before = state.get("pos_embed_class")
        return before, state["pos_embed_spatial"][0] + state["pos_embed_temporal"][0, 0]
    if "pos_embed" in state:
        table = state["pos_embed"]
        extra = table.shape[1] % cells
        return (table[:, :1] if extra else None), table[0, extra : extra + cells]
    if "rope_embed.periods" in state:
        return None, None
    dim = len(state["patch_embed.proj.bias"])
    table = torch.empty(cells, dim)
    for place in range(cells):
        for channel in range(dim):
            angle = place / 10000 ** (2 * (channel // 2) / dim)
            table[place, channel] = math.cos(angle) if channel % 2 else math.sin(angle)
    return None, table


def layer_norm(layout: Layout, name: str, x: Tensor) -> Tensor:
    weight, bias = layout.encoder[f"{name}.weight"], layout.encoder[f"{name}.bias"]
    return F.layer_norm(x, weight.shape, weight, bias, layout.eps)


def block(layout: Layout, name: str, x: Tensor, prefix: int, grid: tuple[int, int]) -> Tensor:
    state = layout.encoder
    scales = [
        next((state[name + key] for key in (f"ls{n}.gamma", f"gamma_{n}") if name + key in state), torch.ones(1))
        for n in (1, 2)
    ]
    x = x + scales[0] * attention(layout, name + "attn.", layer_norm(layout, name + "norm1", x), prefix, grid)
    return x + scales[1] * feed_forward(state, name + "mlp.", layer_norm(layout, name + "norm2", x))


def attention(layout: Layout, name: str, x: Tensor, prefix: int, grid: tuple[int, int]) -> Tensor:
    state, heads = layout.encoder, layout.heads
    dim = x.shape[2]
    if name + "q.weight" in state:
        q, k, v = (F.linear(x, state[f"{name}{part}.weight"], state[f"{name}{part}.bias"]) for part in "qkv")
    else:
        bias = state.get(name + "qkv.bias")
        if name + "q_bias" in state:
            bias = torch.cat([state[name + "q_bias"], torch.zeros(dim), state[name + "v_bias"]])
        if name + "qkv.bias_mask" in state:
            bias = bias * state[name + "qkv.bias_mask"]
        q, k, v = F.linear(x, state[name + "qkv.weight"], bias).chunk(3, dim=2)
    q, k, v = (part.unflatten(2, (heads, -1)).transpose(1, 2) for part in (q, k, v))
    if "rope_embed.periods" in state:
        q, k = (turn(part, state["rope_embed.periods"], prefix, grid) for part in (q, k))
    weights = (q @ k.transpose(2, 3) / math.sqrt(dim // heads)).softmax(dim=3)
    mixed = (weights @ v).transpose(1, 2).flatten(2)
    return F.linear(mixed, state[name + "proj.weight"], state[name + "proj.bias"])


def turn(x: Tensor, periods: Tensor, prefix: int, grid: tuple[int, int]) -> Tensor:
    """Channel pairs (i, i + half) as complex numbers, turned by the place of the patch in -1..1."""
    rows, cols = grid
    angles = torch.zeros(prefix + rows * cols, 2 * len(periods))
    for row in range(rows):
        for col in range(cols):
            y, x_place = 2 * (row + 0.5) / rows - 1, 2 * (col + 0.5) / cols - 1
            both = torch.cat([2 * math.pi * y / periods, 2 * math.pi * x_place / periods])
            angles[prefix + row * cols + col] = both
    real, imaginary = x.chunk(2, dim=3)
    turned = torch.complex(real, imaginary) * torch.polar(torch.ones_like(angles), angles)
    return torch.cat([turned.real, turned.imag], dim=3)


def feed_forward(state: State, name: str, x: Tensor) -> Tensor:
    def apply(part: str, value: Tensor) -> Tensor:
        return F.linear(value, state[f"{name}{part}.weight"], state[f"{name}{part}.bias"])

    if name + "fc1.weight" in state:
        return apply("fc2", F.gelu(apply("fc1", x)))
    gate, value = apply("w12", x).chunk(2, dim=2) if name + "w12.weight" in state else (apply("w1", x), apply("w2", x))
    return apply("w3", F.silu(gate) * value)


def mae(dim: int = 128, depth: int = 2) -> Layout:
    """`mae_pretrain_vit_*.pth` with its decoder: fixed positions that include CLS."""
    encoder: State = {}
    patches(encoder, dim, 16)
    tokens(encoder, cls_token=1)
    encoder["pos_embed"] = sincos_table(dim, 14)
    blocks(encoder, dim, depth)
    norm(encoder, "norm", dim)
    decoder: State = {"mask_token": torch.randn(1, 1, 64), "decoder_pos_embed": torch.randn(1, 197, 64)}
    linear(decoder, "decoder_embed", dim, 64)
    blocks(decoder, 64, 1, "decoder_blocks")
    norm(decoder, "decoder_norm", 64)
    linear(decoder, "decoder_pred", 64, 768)
    file = {"model": {**encoder, **decoder}, "epoch": 1}
    return Layout(file, encoder, dim // 64, 16, 14, ignored=("mask_token", "decoder_blocks.* (12)"), offset=0.1)


def siammae(dim: int = 128, depth: int = 2) -> Layout:
    """A distributed training checkpoint of CropMAE's repository, with cross-attention in the decoder."""
    layout = mae(dim, depth)
    weights = dict(layout.file["model"])
    linear(weights, "decoder_blocks.0.cross_attn.to_kv", 64, 128)
    return Layout({"model": prefixed(weights, "module.")}, layout.encoder, dim // 64, 16, 14, offset=0.1)


def dino(dim: int = 128, depth: int = 2) -> Layout:
    """A full DINO checkpoint: student and teacher, learned positions."""
    encoder: State = {}
    patches(encoder, dim, 8)
    tokens(encoder, cls_token=1, pos_embed=28 * 28 + 1)
    blocks(encoder, dim, depth)
    norm(encoder, "norm", dim)
    head: State = {"head.last_layer.weight_g": torch.randn(50, 1), "head.last_layer.weight_v": torch.randn(50, 256)}
    linear(head, "head.mlp.0", dim, 256)
    teacher = {**prefixed(encoder, "backbone."), **head}
    student = prefixed({name: value + 1 for name, value in teacher.items()}, "module.")
    file = {"student": student, "teacher": teacher, "epoch": 1}
    return Layout(file, encoder, dim // 64, 8, 28, ignored=("head.mlp.* (2)",), offset=0.1)


def dinov2(dim: int = 128, depth: int = 2, mlp: str = "fc", registers: int = 0) -> Layout:
    """`dinov2_vit*14_pretrain.pth`, `_reg4` and, with `w12`, the giant: positions of 37 x 37 and CLS, LayerScale."""
    encoder: State = {}
    patches(encoder, dim, 14)
    tokens(encoder, cls_token=1, pos_embed=37 * 37 + 1)
    if registers:
        tokens(encoder, register_tokens=registers)
    blocks(encoder, dim, depth, mlp=mlp, scale="ls{}.gamma")
    norm(encoder, "norm", dim)
    file = {**encoder, "mask_token": torch.randn(1, dim)}
    offset = 0.0 if registers else 0.1
    ignored = ("mask_token",)
    return Layout(file, encoder, dim // 64, 14, 37, ignored=ignored, offset=offset, antialias=registers > 0)


def dinov2_training(dim: int = 128) -> Layout:
    """A teacher checkpoint of DINOv2's training: blocks in chunks, heads beside the backbone."""
    layout = dinov2(dim, depth=4)
    chunked = {}
    for name, value in layout.encoder.items():
        parts = name.split(".")
        if parts[0] == "blocks":
            parts.insert(1, str(int(parts[1]) // 2))
        chunked["backbone." + ".".join(parts)] = value
    linear(chunked, "dino_head.mlp.0", dim, 64)
    layout.file = {"teacher": chunked}
    layout.ignored = ()
    return layout


def dinov3(dim: int = 128, depth: int = 2, mlp: str = "fc", heads: int | None = None) -> Layout:
    """`dinov3_vit*16_pretrain_*.pth`: rotary positions, 4 storage tokens, no bias for the keys."""
    heads = heads or dim // 64
    encoder: State = {}
    patches(encoder, dim, 16)
    tokens(encoder, cls_token=1, storage_tokens=4)
    quarter = dim // heads // 4
    encoder["rope_embed.periods"] = 100 ** (2 * torch.arange(quarter) / (dim // heads // 2))
    blocks(encoder, dim, depth, mlp=mlp, scale="ls{}.gamma")
    for index in range(depth):
        mask = torch.ones(3 * dim)
        mask[dim : 2 * dim] = 0
        encoder[f"blocks.{index}.attn.qkv.bias_mask"] = mask
    norm(encoder, "norm", dim)
    extra: State = {"mask_token": torch.randn(1, dim)}
    norm(extra, "local_cls_norm", dim)
    return Layout({**encoder, **extra}, encoder, heads, 16, 14, eps=1e-5, ignored=("mask_token",))


def videomae(dim: int = 128, depth: int = 2) -> Layout:
    """A pre-training checkpoint: tubelets of 2 frames, no CLS, positions not stored, no bias for the keys."""
    encoder: State = {}
    patches(encoder, dim, 16, frames=2)
    blocks(encoder, dim, depth, qkv="biases")
    norm(encoder, "norm", dim)
    whole = prefixed(encoder, "encoder.")
    whole["mask_token"] = torch.randn(1, 1, 64)
    whole["encoder_to_decoder.weight"] = torch.randn(64, dim)
    decoder: State = {}
    blocks(decoder, 64, 1, qkv="biases")
    linear(decoder, "head", 64, 1536)
    file = {"model": {**whole, **prefixed(decoder, "decoder.")}}
    return Layout(
        file, encoder, dim // 64, 16, 14, ignored=("mask_token", "encoder_to_decoder.weight"), embed=embed_repeated
    )


def videomae_tuned(dim: int = 128) -> Layout:
    """A fine-tuned checkpoint: `fc_norm` instead of `norm`, a classifier, LayerScale as gamma_1 and gamma_2."""
    encoder: State = {}
    patches(encoder, dim, 16, frames=2)
    blocks(encoder, dim, 2, qkv="biases", scale="gamma_{}")
    norm(encoder, "fc_norm", dim)
    whole = dict(encoder)
    linear(whole, "head", dim, 400)
    return Layout({"module": whole}, encoder, dim // 64, 16, 14, embed=embed_repeated)


def mae_st(dim: int = 128, depth: int = 2) -> Layout:
    """`video-mae-*.pth` of mae_st: separate positions by place, time and for CLS; queries, keys and values apart."""
    encoder: State = {}
    patches(encoder, dim, 16, frames=2)
    tokens(encoder, cls_token=1, pos_embed_spatial=196, pos_embed_temporal=8, pos_embed_class=1)
    blocks(encoder, dim, depth, qkv="apart")
    norm(encoder, "norm", dim)
    decoder: State = {"decoder_cls_token": torch.randn(1, 1, 64), "mask_token": torch.randn(1, 1, 64)}
    blocks(decoder, 64, 1, "decoder_blocks", qkv="apart")
    return Layout({"model_state": {**encoder, **decoder}}, encoder, dim // 64, 16, 14, embed=embed_repeated)


def mae_st_joint(dim: int = 128) -> Layout:
    """The same with one table of positions and no CLS (the defaults of mae_st)."""
    encoder: State = {}
    patches(encoder, dim, 16, frames=4)
    tokens(encoder, pos_embed=4 * 196)
    blocks(encoder, dim, 2, qkv="apart")
    norm(encoder, "norm", dim)
    return Layout({"model": encoder}, encoder, dim // 64, 16, 14, embed=embed_repeated)


def timm(dim: int = 128, depth: int = 2) -> Layout:
    """`vit_*_patch16_224` with its classifier."""
    encoder: State = {}
    patches(encoder, dim, 16)
    tokens(encoder, cls_token=1, pos_embed=197)
    blocks(encoder, dim, depth)
    norm(encoder, "norm", dim)
    whole = dict(encoder)
    linear(whole, "head", dim, 1000)
    return Layout(whole, encoder, dim // 64, 16, 14, ignored=("head.weight",), antialias=True)


def timm_registers(dim: int = 128) -> Layout:
    """`vit_*_patch16_reg4_*`: registers, positions for patches only, pooled features normalised by `fc_norm`."""
    encoder: State = {}
    patches(encoder, dim, 16)
    tokens(encoder, cls_token=1, reg_token=4, pos_embed=256)
    blocks(encoder, dim, 2, scale="ls{}.gamma")
    norm(encoder, "fc_norm", dim)
    return Layout(encoder, encoder, dim // 64, 16, 16, antialias=True)


def timm_dinov2(dim: int = 128, mlp: str = "fc") -> Layout:
    """`vit_*_patch14_dinov2`: DINOv2 without its mask token; the giant's SwiGLU has both halves in `fc1`."""
    layout = dinov2(dim, mlp=mlp)
    packed = {"w12": "fc1", "w3": "fc2"} if mlp == "w12" else {}
    return Layout(renamed(layout.encoder, packed), layout.encoder, layout.heads, 14, 37, antialias=True)


def timm_dinov2_registers(dim: int = 128) -> Layout:
    """`vit_*_patch14_reg4_dinov2`: the position of CLS is added to its token, the table is that of the patches."""
    layout = dinov2(dim, registers=4)
    state = dict(layout.encoder)
    state["cls_token"] = state["cls_token"] + state["pos_embed"][:, :1]
    state["pos_embed"] = state["pos_embed"][:, 1:]
    file = renamed(state, {"register_tokens": "reg_token"})
    return Layout(file, layout.encoder, layout.heads, 14, 37, antialias=True)


def timm_dinov3(dim: int = 128, mlp: str = "fc", biases: bool = False) -> Layout:
    """`vit_*_patch16_dinov3` and, with biases, `*_qkvb`: the Eva class without a table; the periods are computed."""
    layout = dinov3(dim, mlp=mlp)
    state = dict(layout.encoder)
    for index in range(2):
        block = f"blocks.{index}.attn"
        bias, mask = (layout.encoder[f"{block}.qkv.{part}"] for part in ("bias", "bias_mask"))
        if not biases:
            layout.encoder[f"{block}.qkv.bias"] = torch.zeros(3 * dim)
        else:
            state[f"{block}.q_bias"], _, state[f"{block}.v_bias"] = (bias * mask).chunk(3)
        del state[f"{block}.qkv.bias"], state[f"{block}.qkv.bias_mask"]
    del state["rope_embed.periods"]
    names = {"storage_tokens": "reg_token", "ls1.gamma": "gamma_1", "ls2.gamma": "gamma_2"}
    gate = {"w1": "fc1_g", "w2": "fc1_x", "w3": "fc2"} if mlp == "w123" else {}
    return Layout(renamed(state, {**names, **gate}), layout.encoder, layout.heads, 16, 14, eps=1e-5)


def renamed(state: State, parts: dict[str, str]) -> State:
    """A state with parts of its names replaced."""
    result: State = {}
    for name, value in state.items():
        for old, new in parts.items():
            name = re.sub(rf"\b{re.escape(old)}\b", new, name)
        result[name] = value
    return result


def hugging_face(layout: Layout) -> State:
    """DINOv2 or DINOv3 as the transformers library saves it: `model.safetensors` or `pytorch_model.bin`."""
    rotary = "rope_embed.periods" in layout.encoder
    state: State = {}
    for name, value in layout.file.items():
        if name in ("cls_token", "mask_token", "register_tokens", "storage_tokens"):
            state["embeddings." + name.replace("storage", "register")] = (
                value[None] if rotary and "mask" in name else value
            )
        elif name == "pos_embed":
            state["embeddings.position_embeddings"] = value
        elif name.startswith("patch_embed.proj."):
            module = "patch_embeddings." if rotary else "patch_embeddings.projection."
            state["embeddings." + module + name.rsplit(".", 1)[1]] = value
        elif name.startswith("norm."):
            state[name if rotary else "layer" + name] = value
        elif name.startswith("blocks."):
            state |= hugging_face_block(name, value, rotary, gated="blocks.0.mlp.w1.weight" in layout.file)
    return state


def hugging_face_block(name: str, value: Tensor, rotary: bool, gated: bool) -> State:
    """One weight of a block; the fused projection becomes three, and DINOv3's masked bias of the keys is left out."""
    _, index, *rest = name.split(".")
    place, part = ("layer." if rotary else "encoder.layer.") + index + ".", ".".join(rest)
    if part == "attn.qkv.bias_mask":
        return {}
    if part.startswith("attn.qkv."):
        kind = part.rsplit(".", 1)[1]
        names = ("q_proj", "k_proj", "v_proj") if rotary else ("attention.query", "attention.key", "attention.value")
        apart = {f"{place}attention.{n}.{kind}": v.clone() for n, v in zip(names, value.chunk(3), strict=True)}
        return {n: v for n, v in apart.items() if not n.endswith("k_proj.bias")}
    gate = {"mlp.w1": "mlp.gate_proj", "mlp.w2": "mlp.up_proj", "mlp.w3": "mlp.down_proj"}
    plain = {"mlp.fc1": "mlp.up_proj", "mlp.fc2": "mlp.down_proj"} if rotary else {}
    parts = {
        "attn.proj": "attention.o_proj" if rotary else "attention.output.dense",
        "ls1.gamma": "layer_scale1.lambda1",
        "ls2.gamma": "layer_scale2.lambda1",
        "mlp.w12": "mlp.weights_in",
        **(gate if gated else {"mlp.w3": "mlp.weights_out", **plain}),
    }
    for old, new in parts.items():
        part = part.replace(old, new)
    return {place + part: value}


def moco_v3(dim: int = 128, depth: int = 2) -> Layout:
    """`vit-s-300ep.pth.tar`: base and momentum encoders, heads as MLPs, fixed positions. Heads as timm would say."""
    layout = mae(dim, depth)
    base = prefixed(layout.encoder, "module.base_encoder.")
    linear(base, "module.base_encoder.head.0", dim, 64, bias=False)
    momentum = {name.replace("base_encoder", "momentum_encoder"): value + 1 for name, value in base.items()}
    linear(momentum, "module.predictor.0", 64, 64, bias=False)
    return Layout({"state_dict": {**base, **momentum}, "arch": "vit_small"}, layout.encoder, dim // 64, 16, 14)
