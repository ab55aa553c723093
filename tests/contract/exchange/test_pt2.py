"""Archives of torch.export are read without unpickling, as layers that compute the same; the rest is refused."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from cnnviz.engine.build import build
from cnnviz.engine.exchange.drawing import Imported
from cnnviz.engine.exchange.pt2_reading import read_pt2
from cnnviz.engine.exchange.reading import read_network
from cnnviz.errors import FileError
from cnnviz.layers import LAYERS
from tests.contract.exchange.foreign import answer_of, drawn, module_of
from tests.contract.layers.draws import draw_fitting
from tests.contract.layers.test_code import network

COMPOSED = {
    "primary_capsules", "capsule_routing", "capsule_length", "capsule_mask", "lstm", "conv_lstm2d", "time_distributed",
    "fixed_filter2d", "locally_connected2d", "local_response_norm", "affine_sampler",
    "lppool1d", "lppool2d", "lppool3d", "avgpool1d", "avgpool2d", "avgpool3d", "layer_norm", "contractive_penalty",
    "mute_channels", "swap_channels",
}  # fmt: skip
"""Kinds that torch.export takes apart, for some or all settings, into operators that no single layer does."""


def saved(path: Path, module: nn.Module, *shape: int, free: bool = False) -> Path:
    """Export a network for samples of a shape; `free` leaves the batch free."""
    sizes = ({0: torch.export.Dim("batch")},) if free else None
    program = torch.export.export(module, (torch.zeros(2, *shape),), dynamic_shapes=sizes, strict=False)
    torch.export.save(program, path)
    return path


@pytest.mark.parametrize(
    "kind", [k for k, cls in LAYERS.items() if cls.most_inputs != 0 and k not in COMPOSED]
)
def test_kinds_come_back(kind: str, tmp_path: Path) -> None:
    random = Random(kind)
    for seed in range(2):
        layer, shapes = draw_fitting(kind, random)
        graph = network(layer, shapes[0])
        module = build(graph, seed=seed).eval()
        found = read_pt2(saved(tmp_path / "net.pt2", module, *shapes[0]))
        x = np.abs(drawn(2, *shapes[0], seed=seed))
        np.testing.assert_allclose(answer_of(module_of(found), x), answer_of(module, x), rtol=1e-6, atol=1e-6)
        assert found.graph.summary().trainable == graph.summary().trainable


class Block(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding="same", bias=False)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.relu(x + self.norm(self.conv(x)))


class Usual(nn.Module):
    """What people write: blocks, functions without modules, view, tied weights and a mean over maps."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 5, stride=2, padding=2)
        self.layers = nn.Sequential(Block(8), Block(8))
        self.one = nn.Linear(8, 8)
        self.two = nn.Linear(8, 8)
        self.two.weight = self.one.weight
        self.drop = nn.Dropout(0.3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = functional.max_pool2d(self.layers(self.stem(x)), 3, 2, padding=1, ceil_mode=True)
        x = x.mean((2, 3))
        x = functional.gelu(self.one(x)) * torch.sigmoid(self.two(x))
        return functional.softmax(self.drop(x).view(x.size(0), -1), dim=1)


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> tuple[nn.Module, Path]:
    torch.manual_seed(0)
    module = Usual().eval()
    return module, saved(tmp_path_factory.mktemp("usual") / "net.pt2", module, 3, 16, 16, free=True)


def test_a_usual_network_comes_back(usual: tuple[nn.Module, Path]) -> None:
    module, path = usual
    found = read_pt2(path)
    x = drawn(3, 3, 16, 16)
    np.testing.assert_allclose(answer_of(module_of(found), x), answer_of(module, x), rtol=1e-5, atol=1e-6)
    names = [node.name for node in found.graph]
    assert names[:4] == ["x", "stem", "layers_0_conv", "layers_0_norm"]
    assert "layers_1_relu" in names


def test_modules_of_large_networks_become_folded_groups(tmp_path: Path) -> None:
    module = nn.Sequential(
        nn.Conv2d(2, 4, 3), *(Block(4) for _ in range(6)), nn.Flatten(), nn.Linear(64, 2)
    ).eval()
    found = read_pt2(saved(tmp_path / "net.pt2", module, 2, 6, 6))
    assert [(group.title, group.folded) for group in found.graph.groups] == [
        (f"{n}", True) for n in range(1, 7)
    ]
    assert {node.group for node in found.graph if node.layer.kind == "flatten"} == {""}
    x = drawn(2, 2, 6, 6)
    np.testing.assert_allclose(answer_of(module_of(found), x), answer_of(module, x), rtol=1e-5, atol=1e-6)


def test_a_network_in_training_is_read_too(tmp_path: Path) -> None:
    module = nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Dropout(), nn.Flatten(), nn.Linear(18, 2)
    )
    found = read_pt2(saved(tmp_path / "net.pt2", module.train(), 1, 5, 5))
    assert [node.layer.kind for node in found.graph][1:] == [
        "conv2d",
        "batchnorm",
        "relu",
        "dropout",
        "flatten",
        "dense",
    ]


def refusal(path: Path) -> str:
    with pytest.raises(FileError) as caught:
        read_network(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_what_no_layer_does_is_named(tmp_path: Path) -> None:
    class Odd(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.cumsum(torch.relu(x), 1).erf()

    text = refusal(saved(tmp_path / "net.pt2", Odd(), 4))
    assert "cumsum.default (cumsum), erf.default (erf)" in text


def test_pickles_are_refused_and_told_how_to_convert(tmp_path: Path) -> None:
    torch.save({"a": torch.zeros(2)}, tmp_path / "net.pth")
    assert "is a pickle, which could run code" in refusal(tmp_path / "net.pth")
    (tmp_path / "net.pth").rename(tmp_path / "net.pt2")
    assert "safetensors.torch.save_file" in refusal(tmp_path / "net.pt2")


def rewritten(path: Path, out: Path, change: dict[str, object]) -> Path:
    """Copy an archive with other JSON in some of its files; None leaves a file out."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            part = info.filename.split("/", 1)[1]
            content = change.get(part, old.read(info))
            if content is not None:
                new.writestr(info.filename, content if isinstance(content, bytes) else json.dumps(content))
    return out


def test_archives_that_need_a_pickle_or_lie_about_sizes_are_refused(
    usual: tuple[nn.Module, Path], tmp_path: Path
) -> None:
    _, path = usual
    config = "data/weights/model_weights_config.json"
    with zipfile.ZipFile(path) as archive:
        content = json.loads(archive.read(f"{path.stem}/{config}"))
    content["config"]["stem.weight"]["use_pickle"] = True
    assert "'stem.weight' is pickled" in refusal(rewritten(path, tmp_path / "pickled.pt2", {config: content}))
    content["config"]["stem.weight"]["use_pickle"] = False
    content["config"]["stem.weight"]["tensor_meta"]["sizes"][0]["as_int"] = 10**9
    assert "is cut short" in refusal(rewritten(path, tmp_path / "large.pt2", {config: content}))
    content["config"]["stem.weight"]["tensor_meta"]["sizes"][0]["as_int"] = 8
    content["config"]["stem.weight"]["tensor_meta"]["storage_offset"]["as_int"] = -5
    assert "impossible sizes" in refusal(rewritten(path, tmp_path / "before.pt2", {config: content}))
    lost = rewritten(path, tmp_path / "lost.pt2", {"models/model.json": None})
    assert "no archive of one exported program" in refusal(lost)


def test_no_pickle_is_ever_opened(usual: tuple[nn.Module, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    import pickle

    def forbidden(*_: object, **__: object) -> Imported:
        raise AssertionError("a pickle was opened")

    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, name, forbidden)
    monkeypatch.setattr(torch, "load", forbidden)
    assert len(read_pt2(usual[1]).graph) > 5
