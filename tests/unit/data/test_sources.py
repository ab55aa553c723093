"""Sources are found, loaded, and say which data they are; broken files are told."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cnnviz.data import SOURCES, best, load, read_idx, sources, status, write_idx
from cnnviz.errors import DataError


def test_declarations() -> None:
    assert list(SOURCES)[:6] == ["mnist", "fashion-mnist", "kmnist", "emnist", "cifar-10", "cifar-100"]
    assert SOURCES["mnist"].download_bytes == 11_594_722
    assert SOURCES["strokes"].download_bytes is None
    assert SOURCES["fashion-mnist"].classes[9] == "Ankle boot"
    for name, source in SOURCES.items():
        assert source.name == name
        assert source.sentence.endswith(".")
        assert source.asks == any(choice.name == "path" for choice in source.choices)
    assert len(SOURCES["cifar-100"].classes) == len(set(SOURCES["cifar-100"].classes)) == 100


def test_status_names_the_folder_or_what_is_missing(tmp_path: Path, write_set: Callable[..., Path]) -> None:
    folder = write_set(tmp_path / "mnist")
    found = {each.source.name: each for each in status(tmp_path)}
    mnist, fashion, digits, strokes = (found[n] for n in ("mnist", "fashion-mnist", "digits", "strokes"))
    assert (mnist.found, mnist.where) == (True, str(folder))
    assert not fashion.found
    assert str(tmp_path / "fashion-mnist") in fashion.where
    assert digits.found
    assert strokes.found
    (folder / "t10k-images-idx3-ubyte.gz").unlink()
    assert status(tmp_path)[0].where == f"{folder} lacks t10k-images-idx3-ubyte.gz."


def test_load_from_every_kind_of_folder(
    tmp_path: Path, write_set: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_set(tmp_path / "mnist")
    for dataset in (load("mnist", tmp_path), load("mnist", setting=tmp_path)):
        assert dataset.train.images.shape == (30, 1, 28, 28)
        assert dataset.test.labels.tolist() == list(range(10))
        assert dataset.train.images.flags.writeable
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    assert load("mnist").origin == f"MNIST: 30 training and 10 test images from {tmp_path / 'mnist'}."


def test_unknown_names_get_a_suggestion() -> None:
    for function in (load, best):
        with pytest.raises(DataError, match="no data set 'minst'. Did you mean 'mnist'?"):
            function("minst")


def test_missing_files_say_where_was_looked(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="MNIST was not found. Looked for .*CNNVIZ_DATA") as caught:
        load("mnist", tmp_path)
    assert str(tmp_path / "mnist") in str(caught.value)
    with pytest.raises(DataError, match="There is no such folder"):
        load("mnist", tmp_path / "nothing")


def test_missing_scikit_learn_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources.importlib.util, "find_spec", lambda _name: None)
    assert not next(each for each in status() if each.source.name == "digits").found
    monkeypatch.setitem(__import__("sys").modules, "sklearn.datasets", None)
    with pytest.raises(DataError, match="pip install scikit-learn"):
        load("digits")


def test_count_is_for_strokes_only(tmp_path: Path) -> None:
    drawn = load("strokes", count=50)
    assert len(drawn.train) == 50
    assert len(drawn.test) == 10
    assert drawn.origin == "Digits drawn by cnnviz, not by people: 50 training and 10 test images."
    with pytest.raises(DataError, match="A count can be given for strokes only"):
        load("digits", count=5)
    with pytest.raises(DataError, match="count can't be '0'"):
        load("strokes", count=0)


def test_training_and_test_drawings_differ() -> None:
    drawn = load("strokes", count=100)
    assert (drawn.train.images[: len(drawn.test)] != drawn.test.images).any(axis=(1, 2, 3)).all()


def test_best_stands_in_and_says_so(tmp_path: Path, write_set: Callable[..., Path]) -> None:
    stand_in = best("fashion-mnist", tmp_path)
    assert stand_in.name == "strokes"
    assert stand_in.origin.startswith(
        "Fashion-MNIST was not found, so these stand in for it: Digits drawn by"
    )
    assert (len(stand_in.train), len(stand_in.test)) == (12_000, 2_000)
    write_set(tmp_path / "mnist")
    assert best("mnist", tmp_path).name == "mnist"
    assert best("mnist", tmp_path / "not yet", tmp_path).name == "mnist"
    assert best("fashion-mnist", tmp_path / "not yet").name == "strokes"


def test_best_does_not_hide_damage(tmp_path: Path, write_set: Callable[..., Path]) -> None:
    folder = write_set(tmp_path / "mnist")
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(b"\x1f\x8b damaged")
    with pytest.raises(DataError, match="gzip data is damaged|ends too early"):
        best("mnist", tmp_path)


def _swap(folder: Path) -> None:
    (folder / "train-images-idx3-ubyte.gz").replace(folder / "train-labels-idx1-ubyte.gz")
    write_idx(folder / "train-images-idx3-ubyte.gz", np.zeros((30, 28, 28), np.uint8))


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (
            lambda f: write_idx(f / "train-labels-idx1-ubyte.gz", np.zeros(29, np.uint8)),
            "train-labels-idx1-ubyte.gz: It holds 29 labels, but train-images-idx3-ubyte.gz holds 30 images",
        ),
        (
            lambda f: write_idx(f / "t10k-labels-idx1-ubyte.gz", np.arange(1, 11, dtype=np.uint8)),
            "t10k-labels-idx1-ubyte.gz: It holds label 10, but MNIST has classes 0 to 9",
        ),
        (_swap, r"train-labels-idx1-ubyte.gz: It holds uint8 values of shape \(30, 28, 28\)"),
        (
            lambda f: write_idx(f / "train-images-idx3-ubyte.gz", np.zeros((30, 28, 28), np.float32)),
            "train-images-idx3-ubyte.gz: It holds float32 values",
        ),
        (
            lambda f: write_idx(f / "t10k-images-idx3-ubyte.gz", np.zeros((10, 14, 14), np.uint8)),
            r"MNIST: Training images have shape \(1, 28, 28\), test images \(1, 14, 14\)",
        ),
        (
            lambda f: (f / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(b"\0\0\x08\3")),
            "t10k-images-idx3-ubyte.gz: The file ends within its header",
        ),
    ],
)
def test_files_that_do_not_fit(
    tmp_path: Path, write_set: Callable[..., Path], break_it: Callable[[Path], object], message: str
) -> None:
    break_it(write_set(tmp_path / "mnist"))
    with pytest.raises(DataError, match=message):
        load("mnist", tmp_path)


@pytest.mark.data
def test_real_mnist(real_data: Path) -> None:
    started = time.process_time()
    mnist = load("mnist", real_data)
    assert time.process_time() - started < 10  # it takes 0.3 s; this only guards against a per-value loop
    assert mnist.train.images.shape == (60_000, 1, 28, 28)
    assert mnist.test.images.shape == (10_000, 1, 28, 28)
    assert mnist.train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert mnist.test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert round(float(mnist.train.images.mean()) / 255, 4) == 0.1307


@pytest.mark.data
def test_real_fashion_mnist(real_data: Path) -> None:
    fashion = load("fashion-mnist", real_data)
    assert (len(fashion.train), len(fashion.test)) == (60_000, 10_000)
    assert np.bincount(fashion.train.labels).tolist() == [6_000] * 10
    assert read_idx(real_data / "fashion-mnist" / "t10k-labels-idx1-ubyte.gz").dtype == np.uint8
