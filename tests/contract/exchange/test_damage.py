"""Files cut short anywhere, with flipped bytes, or of another kind: one clear sentence, never another exception."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
import torch
from torch import nn

from cnnviz.engine.exchange.reading import read_network
from cnnviz.engine.weights import load, save
from cnnviz.errors import CnnvizError, FileError
from tests.contract.exchange.foreign import drawn, model, written

CUTS, FLIPS = 60, 120


def onnx_file(folder: Path) -> Path:
    arrays = {"a.weight": drawn(4, 2, 3, 3), "a.bias": drawn(4), "b": drawn(16, 3)}
    steps = [("Conv", ["x", "a.weight", "a.bias"], {"pads": [1, 1, 1, 1]}), ("Relu", ["v0"], {}),
             ("MaxPool", ["v1"], {"kernel_shape": [2, 2], "strides": [2, 2]}), ("Flatten", ["v2"], {}),
             ("Gemm", ["v3", "b"], {})]  # fmt: skip
    return written(folder / "net.onnx", model(steps, (2, 4, 4), arrays))  # type: ignore[arg-type]


def pt2_file(folder: Path) -> Path:
    module = nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(16, 3)
    )
    program = torch.export.export(module.eval(), (torch.zeros(2, 2, 4, 4),), strict=False)
    torch.export.save(program, folder / "net.pt2")
    return folder / "net.pt2"


def weights_file(folder: Path) -> Path:
    save(folder / "net.safetensors", {"a.weight": drawn(4, 2, 3, 3), "a.bias": drawn(4)})
    return folder / "net.safetensors"


READERS: dict[str, tuple[Callable[[Path], Path], Callable[[Path], object]]] = {
    "onnx": (onnx_file, read_network),
    "pt2": (pt2_file, read_network),
    "safetensors": (weights_file, load),
}


def told(path: Path, read: Callable[[Path], object]) -> bool:
    """Read a file; return whether it was refused. Every refusal is one sentence that names the file."""
    found = ""
    try:
        read(path)
    except CnnvizError as error:
        found = str(error)
    if found:
        assert str(path) in found
        assert "\n" not in found
        assert len(found) < 600
    return bool(found)


@pytest.mark.parametrize("kind", list(READERS))
def test_files_cut_short_are_refused(kind: str, tmp_path: Path) -> None:
    make, read = READERS[kind]
    whole = make(tmp_path).read_bytes()
    damaged = tmp_path / f"cut.{kind}"
    random = Random(kind)
    for length in [0, 1, len(whole) - 1, *(random.randrange(len(whole)) for _ in range(CUTS))]:
        damaged.write_bytes(whole[:length])
        assert told(damaged, read), length


@pytest.mark.parametrize("kind", list(READERS))
def test_flipped_bytes_are_refused_or_harmless(kind: str, tmp_path: Path) -> None:
    make, read = READERS[kind]
    whole = make(tmp_path).read_bytes()
    assert not told(tmp_path / f"net.{kind}", read)
    damaged = tmp_path / f"flipped.{kind}"
    random = Random(kind)
    for _ in range(FLIPS):
        content = bytearray(whole)
        for _ in range(random.randint(1, 3)):
            content[random.randrange(len(content))] = random.randrange(256)
        damaged.write_bytes(content)
        told(damaged, read)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 4096,
        b"PK\x03\x04" + b"x" * 500,
        b"nonsense " * 500,
        b"\x08\x07" * 9,
        b'{"a": 1}',
        bytes(range(256)) * 8,
    ],
)
@pytest.mark.parametrize("suffix", [".onnx", ".pt2"])
def test_nonsense_is_refused(content: bytes, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"net{suffix}"
    path.write_bytes(content)
    assert told(path, read_network)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("lost.onnx", "there is no such file"),
        ("net.h5", "Keras files are not read. Export it as ONNX"),
        ("net.py", "only run after asking"),
        ("net.safetensors", "holds weights, not a network"),
        ("net.pkl", "is a pickle"),
        ("net.docx", "its kind of file is not known"),
        ("folder.onnx", "it is not a file"),
    ],
)
def test_other_files_are_refused_with_a_way_out(name: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name.startswith("net"):
        path.write_bytes(b"anything")
    elif name.startswith("folder"):
        path.mkdir()
    with pytest.raises(FileError, match=words):
        read_network(path)
