"""Checkpoints of published residual networks give the features that their own code gives, at stride 8."""

import numpy as np
import pytest
import resnet_layouts as layouts
import torch
import vit_layouts

from propago_trainer.export import export_encoder, open_onnx
from propago_trainer.importers.checkpoint import CheckpointError
from propago_trainer.importers.formats import import_checkpoint
from propago_trainer.importers.imported import ImportOptions

LAYOUTS = {
    "resnet-34": ("torchvision-resnet", lambda: layouts.torchvision(34)),
    "resnet-50": ("torchvision-resnet", lambda: layouts.torchvision(50)),
    "moco": ("moco", layouts.moco),
    "moco v3": ("moco", layouts.moco_v3),
    "simsiam": ("simsiam", layouts.simsiam),
    "vfs 18": ("vfs", lambda: layouts.vfs(18)),
    "vfs 50": ("vfs", lambda: layouts.vfs(50)),
    "crw": ("crw", layouts.crw),
    "crw as published": ("crw", layouts.crw_published),
    "uvc": ("uvc", layouts.uvc),
    "timecycle": ("timecycle", layouts.timecycle),
}


@pytest.fixture(scope="module", params=LAYOUTS)
def case(request, tmp_path_factory):
    torch.manual_seed(0)
    name, build = LAYOUTS[request.param]
    layout = build()
    path = tmp_path_factory.mktemp("checkpoints") / "checkpoint.pth.tar"
    torch.save(layout.file, path)
    return name, layout, path


def test_imported_network_equals_the_layout_run_by_its_own_names(case):
    name, layout, path = case
    imported = import_checkpoint(path, name)
    for height, width in ((64, 96), (40, 56)):
        image = torch.rand(1, 3, height, width)
        with torch.no_grad():
            got, expected = imported.encoder.eval()(image), layouts.forward(layout, image)
        assert got.shape[2:] == (height // 8, width // 8)
        torch.testing.assert_close(got, expected, rtol=1e-3, atol=1e-4 * float(expected.abs().max()))


def test_imported_network_exports_with_its_features(case, tmp_path):
    name, layout, path = case
    imported = import_checkpoint(path, name)
    output = tmp_path / "encoder.onnx"
    options = {"mean": imported.mean, "std": imported.std}
    report = export_encoder(imported.encoder, output, name=name, provenance="random", **options)
    assert (report.card.layout, report.card.patch_size) == ("map", 8)
    image = torch.rand(1, 3, 32, 48)
    with torch.no_grad():
        expected = layouts.forward(layout, image).numpy()
    got = open_onnx(output.read_bytes())(image.numpy())
    assert np.abs(got - expected).max() < 1e-3 * np.abs(expected).max()


def test_what_is_not_used_is_named(case):
    name, layout, path = case
    unused = " ".join(import_checkpoint(path, name).ignored)
    for part in layout.ignored:
        assert part in unused
    assert "num_batches_tracked" not in unused


def test_missing_weights_are_listed_under_their_own_names(case, tmp_path):
    name, layout, _ = case
    weights = layout.file.get("state_dict") or layout.file.get("model") or layout.file
    published = "encoder.model.layer2.1.conv2.1.weight" in weights
    kernel = "conv2.conv.weight" if name == "vfs" else "conv2.1.weight" if published else "conv2.weight"
    wanted = f"layer2.1.{kernel}"
    lost = next(
        key for key in weights if key.endswith(wanted) and not key.startswith(("module.encoder_k", "module.mom"))
    )
    added = lost.replace("conv2", "conv9")
    broken = {**{key: value for key, value in weights.items() if key != lost}, added: weights[lost]}
    torch.save({"state_dict": broken}, tmp_path / "broken.pth")
    with pytest.raises(CheckpointError) as raised:
        import_checkpoint(tmp_path / "broken.pth", name)
    message = str(raised.value)
    # Convolutions of CRW's published file are told as test.py renames them.
    assert lost.replace("conv2.1.weight", "conv2.weight") in message.split("unexpected:")[0]
    assert added in message.split("unexpected:")[1]


@pytest.mark.parametrize(
    ("name", "build", "dim"),
    [
        ("uvc", layouts.uvc, 512),
        ("torchvision-resnet", lambda: layouts.torchvision(50), 2048),
        ("crw", layouts.crw, 512),
    ],
)
def test_res5_is_read_on_request_at_stride_8(name, build, dim, tmp_path):
    torch.manual_seed(0)
    layout = build()
    layout.stages = 4
    torch.save(layout.file, tmp_path / "x.pth")
    options = ImportOptions(layer="res5")
    imported = import_checkpoint(tmp_path / "x.pth", name, options)
    assert not any("layer4" in part for part in imported.ignored)
    statistics = {"mean": imported.mean, "std": imported.std}
    report = export_encoder(imported.encoder, tmp_path / "x.onnx", name=name, provenance="random", **statistics)
    assert (report.card.layer, report.card.dim, report.card.patch_size) == ("res5", dim, 8)
    image = torch.rand(1, 3, 40, 56)
    full = {**layout.network, **{k: v for k, v in whole_network(layout).items() if k.startswith("layer4")}}
    layout.network = full
    with torch.no_grad():
        expected = layouts.forward(layout, image).numpy()
    got = open_onnx(report.path.read_bytes())(image.numpy())
    assert got.shape == (1, dim, 5, 7)
    assert np.abs(got - expected).max() < 1e-3 * np.abs(expected).max()


def whole_network(layout):
    """The network's weights with res5, out of the file."""
    holder = layout.file.get("state_dict") or layout.file.get("model") or layout.file
    prefix = next(name for name in holder if name.endswith("layer4.0.conv1.weight")).removesuffix(
        "layer4.0.conv1.weight"
    )
    return {name.removeprefix(prefix): value for name, value in holder.items() if name.startswith(prefix)}


def test_res5_of_a_transformer_is_refused(tmp_path):
    torch.manual_seed(0)
    torch.save(vit_layouts.timm().file, tmp_path / "x.pth")
    with pytest.raises(CheckpointError, match="res5 is for residual networks"):
        import_checkpoint(tmp_path / "x.pth", "timm", ImportOptions(layer="res5"))


def test_lightness_of_white_grey_and_black_is_that_of_cie(tmp_path):
    torch.manual_seed(0)
    torch.save(layouts.uvc().file, tmp_path / "x.pth")
    imported = import_checkpoint(tmp_path / "x.pth", "uvc")
    grey = 119 / 255  # L* 50.03
    image = torch.tensor([1, grey, 0]).expand(1, 3, 1, 3)
    got = imported.encoder.lightness(image)[0, 0, 0] * 0.229 + 0.485
    torch.testing.assert_close(got * 256 * 100 / 255, torch.tensor([100, 50.03, 0]), rtol=0, atol=0.02)
    assert (imported.mean, imported.std) == ((0, 0, 0), (1, 1, 1))


def test_network_of_unknown_depth_is_refused(tmp_path):
    weights = {k: v for k, v in layouts.network(34).items() if not k.startswith("layer3.5")}
    torch.save(weights, tmp_path / "x.pth")
    with pytest.raises(CheckpointError, match=r"\[3, 4, 5\] basic blocks"):
        import_checkpoint(tmp_path / "x.pth", "torchvision-resnet")


def test_every_network_format_refuses_a_transformer(tmp_path):
    torch.save({"patch_embed.proj.weight": torch.zeros(8, 3, 16, 16)}, tmp_path / "x.pth")
    for name in ("torchvision-resnet", "moco", "simsiam", "vfs", "crw", "uvc", "timecycle"):
        with pytest.raises(CheckpointError, match=f"no {name} checkpoint"):
            import_checkpoint(tmp_path / "x.pth", name)


def test_missing_projection_is_listed_beside_what_is_unexpected(tmp_path):
    torch.manual_seed(0)
    weights = layouts.timecycle().file["state_dict"]
    lost = next(key for key in weights if key.endswith("afterconv1.weight"))
    renamed = {key.replace("afterconv1", "encoderVideo.afterconv2"): value for key, value in weights.items()}
    torch.save({"state_dict": renamed}, tmp_path / "x.pth")
    with pytest.raises(CheckpointError) as raised:
        import_checkpoint(tmp_path / "x.pth", "timecycle")
    missing, unexpected = str(raised.value).split("unexpected: ")
    assert f"missing: {lost}" in missing
    assert "encoderVideo.afterconv2.weight" in unexpected


def test_network_without_its_first_kernel_is_refused_naming_it_and_what_there_is(tmp_path):
    torch.manual_seed(0)
    weights = {key: value for key, value in layouts.network(18).items() if key != "conv1.weight"}
    torch.save(weights, tmp_path / "x.pth")
    with pytest.raises(CheckpointError, match=r"missing: conv1\.weight; .*unexpected: .* and \d+ more"):
        import_checkpoint(tmp_path / "x.pth", "torchvision-resnet")
