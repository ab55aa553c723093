"""KMNIST and EMNIST: files in the same format under other names, in a zip archive, transposed, counting from 1."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cnnviz.data import load, write_idx
from cnnviz.errors import DataError


def _write(folder: Path, split: str, labels: list[int]) -> np.ndarray:
    folder.mkdir(parents=True, exist_ok=True)
    images = np.random.default_rng(0).integers(0, 256, (len(labels), 28, 28), np.uint8)
    for part in ("train", "test"):
        write_idx(folder / f"emnist-{split}-{part}-images-idx3-ubyte.gz", images)
        write_idx(folder / f"emnist-{split}-{part}-labels-idx1-ubyte.gz", np.array(labels, np.uint8))
    return images


def test_images_stand_upright_and_letters_count_from_one(tmp_path: Path) -> None:
    images = _write(tmp_path / "emnist" / "gzip", "letters", [1, 26, 3])
    found = load("emnist:split=letters", tmp_path)
    assert np.array_equal(found.train.images[2, 0], images[2].T)
    assert [found.classes[label] for label in found.test.labels] == ["A", "Z", "C"]
    with pytest.raises(DataError, match="EMNIST was not found"):
        load("emnist", tmp_path)


def test_the_official_archive(tmp_path: Path) -> None:
    _write(tmp_path / "loose", "balanced", [0, 46, 10])
    (tmp_path / "emnist").mkdir()
    with zipfile.ZipFile(tmp_path / "emnist" / "gzip.zip", "w") as archive:
        for path in (tmp_path / "loose").iterdir():
            archive.write(path, f"gzip/{path.name}")
    found = load("emnist", tmp_path)
    assert [found.classes[label] for label in found.train.labels] == ["0", "t", "A"]
    with pytest.raises(DataError, match="It has no emnist-digits-train-images"):
        load("emnist:split=digits", tmp_path)
    whole = (tmp_path / "emnist" / "gzip.zip").read_bytes()
    (tmp_path / "emnist" / "gzip.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="no whole zip archive"):
        load("emnist", tmp_path)


def test_a_label_below_the_first(tmp_path: Path) -> None:
    _write(tmp_path / "emnist", "letters", [0, 1])
    with pytest.raises(DataError, match="It holds label 0, but EMNIST, letters has classes 1 to 26"):
        load("emnist:split=letters", tmp_path)


def test_kmnist(tmp_path: Path, write_set: Callable[..., Path]) -> None:
    write_set(tmp_path / "KMNIST" / "raw")
    found = load("kmnist", tmp_path)
    assert len(found.train) == 30
    assert found.classes[9] == "wo を"
