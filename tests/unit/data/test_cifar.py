"""CIFAR is read in all its official forms, without running anything that a file may hold."""

from __future__ import annotations

import io
import os
import pickle
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz.data import load
from cnnviz.data.opcodes import read_plain_pickle
from cnnviz.errors import DataError

FIVE = [f"data_batch_{number}" for number in range(1, 6)]
_TEN, _HUNDRED = "cifar-10-batches-py", "cifar-100-python"


def _rows(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, 3072), np.uint8)


def _write_ten(folder: Path, protocol: int = 2) -> None:
    folder.mkdir(parents=True)
    for seed, name in enumerate([*FIVE, "test_batch"]):
        labels = [int(each) for each in np.arange(4) % 10]
        batch = {
            b"batch_label": name.encode(),
            b"labels": labels,
            b"data": _rows(4, seed),
            b"filenames": [b"a.png"],
        }
        (folder / name).write_bytes(pickle.dumps(batch, protocol))


def _write_hundred(folder: Path) -> None:
    folder.mkdir(parents=True)
    for seed, name in enumerate(("train", "test")):
        batch = {"fine_labels": [99, 3, 0], "coarse_labels": [19, 0, 4], "data": _rows(3, seed)}
        (folder / name).write_bytes(pickle.dumps(batch, 2))


def _packed(folder: Path) -> Path:
    archive = (
        folder.parent / f"{folder.name.removesuffix('-batches-py').removesuffix('-python')}-python.tar.gz"
    )
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(folder, arcname=folder.name)
    for each in folder.iterdir():
        each.unlink()
    folder.rmdir()
    return archive


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4])
def test_python_batches_of_any_protocol(tmp_path: Path, protocol: int) -> None:
    _write_ten(tmp_path / "cifar-10" / _TEN, protocol)
    found = load("cifar-10", tmp_path)
    assert found.train.images.shape == (20, 3, 32, 32)
    assert np.array_equal(found.test.images[0].ravel(), _rows(4, 5)[0])
    assert found.train.labels[:4].tolist() == [0, 1, 2, 3]
    assert found.classes[2] == "bird"


def test_the_archive_is_read_as_the_folder(tmp_path: Path) -> None:
    _write_ten(tmp_path / _TEN)
    unpacked = load("cifar-10", tmp_path)
    archive = _packed(tmp_path / _TEN)
    packed = load("cifar-10", tmp_path)
    assert packed.fingerprint == unpacked.fingerprint
    assert str(archive) in packed.origin


def test_binary_batches(tmp_path: Path) -> None:
    folder = tmp_path / "cifar-10-batches-bin"
    folder.mkdir()
    for name in [*FIVE, "test_batch"]:
        (folder / f"{name}.bin").write_bytes(np.hstack([np.full((2, 1), 7, np.uint8), _rows(2, 1)]).tobytes())
    found = load("cifar-10", tmp_path)
    assert found.train.labels.tolist() == [7] * 10
    assert np.array_equal(found.test.images[1].ravel(), _rows(2, 1)[1])


def test_fine_and_coarse_labels(tmp_path: Path) -> None:
    _write_hundred(tmp_path / _HUNDRED)
    fine, coarse = load("cifar-100", tmp_path), load("cifar-100:labels=coarse", tmp_path)
    assert [fine.classes[each] for each in fine.train.labels] == ["worm", "bear", "apple"]
    assert [coarse.classes[each] for each in coarse.train.labels] == [
        "vehicles 2", "aquatic mammals", "fruit and vegetables",
    ]  # fmt: skip
    binary = tmp_path / "binary" / "cifar-100-binary"
    binary.mkdir(parents=True)
    for name in ("train.bin", "test.bin"):
        (binary / name).write_bytes(
            np.hstack([np.full((2, 1), 4, np.uint8), np.full((2, 1), 60, np.uint8), _rows(2, 1)]).tobytes()
        )
    assert load("cifar-100", binary.parent).train.labels.tolist() == [60, 60]
    assert load("cifar-100:labels=coarse", binary.parent).train.labels.tolist() == [4, 4]


class _Wicked:
    """What it asks `pickle` to call when it is read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self._path),)


def test_nothing_in_a_file_is_executed(tmp_path: Path) -> None:
    for protocol in range(6):
        trap = tmp_path / f"made{protocol}"
        content = pickle.dumps({"data": _Wicked(trap)}, protocol)
        with pytest.raises(DataError, match="wants more than plain data: it names (posix|nt)?.*mkdir"):
            read_plain_pickle(content, "a file")
        assert not trap.exists()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1, 2], "no dictionary"),
        ({"data": {"a": 1}}, "a dict within"),
        ({"data": [[1]]}, "a list within"),
        ({"data": np.array(["a"])}, "type 'U1'"),
        ({"data": np.array([None])}, "type 'O8'"),
        ({"data": 1 + 2j}, "names builtins.complex|names __builtin__.complex"),
    ],
)
def test_other_pickles_are_refused_in_a_sentence(value: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_plain_pickle(pickle.dumps(value, 2), "a file")


def test_truncated_and_flipped_batches_are_told(tmp_path: Path) -> None:
    folder = tmp_path / _TEN
    _write_ten(folder)
    whole = (folder / "data_batch_3").read_bytes()
    random, told = np.random.default_rng(0), []
    for _ in range(120):
        broken = bytearray(whole)
        if random.random() < 0.5:
            del broken[int(random.integers(len(whole))) :]
        else:
            head = int(random.choice([random.integers(300), random.integers(len(whole))]))
            broken[head] ^= 1 << int(random.integers(8))
        (folder / "data_batch_3").write_bytes(broken)
        try:
            load("cifar-10", tmp_path)  # a flipped pixel or label is no damage that could be seen
        except DataError as error:
            told.append(str(error))
    assert len(told) > 60
    assert all(str(folder) in each and "\n" not in each for each in told)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data[: len(data) // 2], "archive is damaged|It can't be read"),
        (lambda _: b"<html>not found</html>", "archive is damaged|It can't be read"),
        (lambda _: gz_of({}), "It has no data_batch_1"),
    ],
)
def test_broken_archives(tmp_path: Path, damage: Any, message: str) -> None:
    _write_ten(tmp_path / _TEN)
    archive = _packed(tmp_path / _TEN)
    archive.write_bytes(damage(archive.read_bytes()))
    with pytest.raises(DataError, match=message):
        load("cifar-10", tmp_path)


def gz_of(files: dict[str, bytes]) -> bytes:
    """Return a .tar.gz with these files."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def test_wrong_batches(tmp_path: Path) -> None:
    folder = tmp_path / _TEN
    _write_ten(folder)
    for batch, message in (
        ({"labels": [1], "data": _rows(2, 0)}, "2 images but 1 labels"),
        ({"labels": [1], "data": np.zeros((1, 5), np.uint8)}, "no uint8 array `data`"),
        ({"data": _rows(2, 0)}, "no list of labels"),
        ({"labels": [12, 1], "data": _rows(2, 0)}, "It holds label 12"),
    ):
        (folder / "test_batch").write_bytes(pickle.dumps(batch, 2))
        with pytest.raises(DataError, match=message):
            load("cifar-10", tmp_path)
