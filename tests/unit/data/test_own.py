"""The user's own files: arrays, pictures, series; what is chosen about them, and what is wrong with them."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from PIL import Image

from cnnviz.data import Address, Dataset, Stored, arrays_in, load, making, parse
from cnnviz.data.mapped import Hdf5Array, NpyArray
from cnnviz.errors import DataError


def _load(source: str, path: Path, **chosen: str) -> Dataset:
    return load(str(Address(source, {"path": str(path), **chosen})))


def _arrays(count: int = 24, channels_last: bool = False) -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    shape = (count, 5, 6, 3) if channels_last else (count, 3, 5, 6)
    return {"x": random.integers(0, 256, shape, np.uint8), "y": np.arange(count) % 4}


def _written(path: Path, arrays: dict[str, np.ndarray]) -> Path:
    if path.suffix == ".npz":
        np.savez_compressed(path, **arrays)
    elif path.suffix == ".h5":
        with h5py.File(path, "w") as file:
            for name, array in arrays.items():
                file[name] = array
    else:
        np.save(path, arrays["x"])
        np.save(path.with_name("labels.npy"), arrays["y"])
    return path


# -- arrays ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.npz", "a.h5", "a.npy"])
def test_arrays_in_any_file(tmp_path: Path, name: str) -> None:
    arrays = _arrays()
    path = _written(tmp_path / name, arrays)
    labels = {"labels": str(tmp_path / "labels.npy")} if name == "a.npy" else {}
    found = _load("file", path, **labels)
    assert (found.shape, len(found.train), len(found.test)) == ((3, 5, 6), 20, 4)
    assert len(found.classes) == 4
    together = np.concatenate([found.train.images[:], found.test.images[:]])
    assert sorted(map(bytes, together)) == sorted(map(bytes, arrays["x"]))
    for image, label in zip(found.train.images[:], found.train.labels[:], strict=True):
        assert label == arrays["y"][(arrays["x"] == image).all(axis=(1, 2, 3)).argmax()]


@pytest.mark.parametrize("name", ["a.npz", "a.h5"])
def test_channels_may_come_last_or_be_missing(tmp_path: Path, name: str) -> None:
    path = _written(tmp_path / name, _arrays(channels_last=True))
    assert _load("file", path, channels="last").shape == (3, 5, 6)
    grey = _written(tmp_path / f"grey-{name}", {"x": np.zeros((12, 5, 6), np.uint8), "y": np.zeros(12)})
    assert _load("file", grey, channels="none").shape == (1, 5, 6)


def test_arrays_to_test_with_and_values_to_predict(tmp_path: Path) -> None:
    x = np.random.default_rng(0).random((10, 2, 7))
    arrays = {"x_train": x, "y_train": x.mean(axis=2), "x_test": x[:4], "y_test": x[:4].mean(axis=2)}
    found = _load("file", _written(tmp_path / "a.npz", arrays))
    assert (len(found.train), len(found.test)) == (10, 4)
    assert (found.answers, found.answer_shape, found.train.images.dtype) == ("values", (2,), np.float32)
    whole = _written(tmp_path / "b.npz", {"x": x, "y": np.arange(10)})
    assert _load("file", whole, answers="values").answer_shape == (1,)


def test_what_is_in_a_file_is_told_without_reading_it(tmp_path: Path) -> None:
    for name in ("a.npz", "a.h5"):
        assert arrays_in(_written(tmp_path / name, _arrays())) == {
            "x": ((24, 3, 5, 6), "uint8"), "y": ((24,), "int64"),
        }  # fmt: skip


def test_arrays_are_found_by_name_or_told(tmp_path: Path) -> None:
    path = _written(tmp_path / "a.npz", {"pixels": _arrays()["x"], "kinds": _arrays()["y"]})
    with pytest.raises(DataError, match="no array that looks like samples. It has kinds, pixels"):
        _load("file", path)
    with pytest.raises(DataError, match="no array 'pixel'"):
        _load("file", path, samples="pixel")
    assert len(_load("file", path, samples="pixels", labels="kinds").train) == 20


def test_large_arrays_stay_in_their_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.data.own._IN_MEMORY", 100)
    arrays = _arrays(channels_last=True)
    for name in ("a.h5", "a.npy"):
        path = _written(tmp_path / name, arrays)
        found = _load(
            "file", path, channels="last", labels=str(tmp_path / "labels.npy") if name == "a.npy" else "y"
        )
        assert isinstance(found.train.images, Stored)
        assert found.train.images.dtype == np.uint8
        again: Dataset = pickle.loads(pickle.dumps(found))
        assert len(pickle.dumps(found)) < 3000
        assert np.array_equal(again.train.images[np.array([7, 2])], found.train.images[np.array([7, 2])])
        assert again.fingerprint == found.fingerprint


@pytest.mark.parametrize("kind", [NpyArray, Hdf5Array])
def test_axes_rows_and_order(tmp_path: Path, kind: type) -> None:
    x = np.arange(2 * 5 * 3, dtype=np.float64).reshape(2, 5, 3)
    path = _written(tmp_path / ("a.npy" if kind is NpyArray else "a.h5"), {"x": x, "y": np.zeros(2)})
    key = "" if kind is NpyArray else "x"
    seen = kind(path, key, axes=(1, 2, 0), rows=(1, 5))
    assert np.array_equal(seen[np.array([3, 0, 1, 1])], x.transpose(1, 2, 0)[1:][[3, 0, 1, 1]])
    assert seen.shape == (4, 3, 2)
    with pytest.raises(DataError, match="Choose other axes"):
        kind(path, key, axes=(0, 1))
    with pytest.raises(DataError, match="It has 2 samples, no 9"):
        kind(path, key, rows=(0, 9))


@pytest.mark.parametrize("name", ["a.npz", "a.h5", "a.npy"])
def test_damaged_files_are_told_in_a_sentence(tmp_path: Path, name: str) -> None:
    path = _written(tmp_path / name, _arrays())
    whole, random, told = path.read_bytes(), np.random.default_rng(1), []
    for case in range(60):
        broken = bytearray(whole)
        if case % 2:
            del broken[int(random.integers(len(whole))) :]
        else:
            broken[int(random.integers(min(len(whole), 400)))] ^= 1 << int(random.integers(8))
        path.unlink()  # HDF5 would take a file that is written anew for the one it has open
        path.write_bytes(broken)
        try:
            labels = str(tmp_path / "labels.npy") if name == "a.npy" else ""
            _load("file", path, **({"labels": labels} if labels else {}))
        except DataError as error:
            told.append(str(error))
    assert len(told) >= 20
    assert all(str(tmp_path) in each for each in told)


@pytest.mark.parametrize("name", ["a.npz", "a.h5", "a.npy", "a.txt"])
def test_missing_files(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="There is no such file|can't hold data here"):
        _load("file", tmp_path / name)


def test_pickled_objects_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([{"a": 1}]), allow_pickle=True)
    np.savez(tmp_path / "a.npz", x=np.array([{"a": 1}]), y=np.zeros(1))
    for name in ("a.npy", "a.npz"):
        with pytest.raises(DataError, match="no whole .np. file of numbers"):
            _load("file", tmp_path / name, labels="y")


# -- writing --------------------------------------------------------------------------------------------------------


def test_what_is_made_is_read_again(tmp_path: Path) -> None:
    made = load("voxels:digits=strokes,count=20")
    steps = list(making.write(made, tmp_path / "v.h5"))
    assert steps[-1].done == steps[-1].total
    found = _load("file", tmp_path / "v.h5")
    assert np.array_equal(found.train.images[:], made.train.images[:])
    assert np.array_equal(found.test.labels[:], made.test.labels[:])


def test_3d_mnist_is_made_where_it_is_looked_for(tmp_path: Path) -> None:
    made = load("voxels:digits=strokes,count=20")
    list(making.write(made, tmp_path / "3d-mnist" / "3d-mnist-luiz.h5", making.LUIZ))
    found = load("3d-mnist", tmp_path)
    assert isinstance(found.train.images, Stored)
    assert np.array_equal(found.train.images[:], made.train.images[:])
    assert np.array_equal(found.train.labels, made.train.labels)


def test_a_stopped_writing_leaves_nothing(tmp_path: Path) -> None:
    steps = making.write(load("strokes:count=1000"), tmp_path / "s.h5")
    next(steps)
    steps.close()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(DataError, match="Let the name end in .h5"):
        next(making.write(load("strokes:count=10"), tmp_path / "s.npz"))


def test_points(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    with h5py.File(tmp_path / "full_dataset_vectors.h5", "w") as file:
        for part, count in (("train", 5), ("test", 3)):
            file[f"X_{part}"] = random.random((count, 4096))
            file[f"y_{part}"] = np.arange(count)
    found = load("3d-mnist-points", tmp_path)
    assert found.shape == (1, 16, 16, 16)
    with h5py.File(tmp_path / "full_dataset_vectors.h5") as file:
        assert np.allclose(found.test.sample(2).ravel(), file["X_test"][2])


def test_the_official_moving_mnist(tmp_path: Path) -> None:
    frames = np.random.default_rng(0).integers(0, 256, (20, 30, 8, 8), np.uint8)
    np.save(tmp_path / "mnist_test_seq.npy", frames)
    found = load("moving-mnist:predict=19-19", tmp_path)
    assert (len(found.train), len(found.test), found.shape) == (27, 3, (1, 19, 8, 8))
    assert np.array_equal(found.test.images[2][0], frames[:19, 29])
    assert np.array_equal(found.test.labels[2][0], frames[1:, 29])
    np.save(tmp_path / "mnist_test_seq.npy", frames[:10])
    with pytest.raises(DataError, match=r"uint8 values of shape \(10, 30, 8, 8\)"):
        load("moving-mnist", tmp_path)


# -- pictures -------------------------------------------------------------------------------------------------------


def _picture(path: Path, colour: tuple[int, int, int], size: tuple[int, int] = (20, 10)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """Two classes of six pictures each, in all kinds of files."""
    for number, ending in enumerate(("png", "jpg", "bmp", "gif", "webp", "tif")):
        _picture(tmp_path / "pets" / "cat" / f"{number}.{ending}", (200, 30, 30))
        _picture(tmp_path / "pets" / "dog" / "more" / f"{number}.{ending}", (30, 30, 200))
    (tmp_path / "pets" / "cat" / "notes.txt").write_text("no picture")
    return tmp_path / "pets"


def test_a_folder_per_class(pets: Path) -> None:
    found = _load("images", pets, size="16")
    assert (found.classes, found.shape, len(found.train), len(found.test)) == (
        ("cat", "dog"),
        (3, 16, 16),
        10,
        2,
    )
    for image, label in zip(found.train.images[:], found.train.labels[:], strict=True):
        red, _green, blue = image.reshape(3, -1).mean(axis=1)
        assert (red > blue) == (label == 0)
    assert _load("images", pets, size="16", channels="1").shape == (1, 16, 16)


def test_train_and_test_folders(pets: Path) -> None:
    for part, count in (("train", 3), ("test", 2)):
        for number in range(count):
            _picture(pets.parent / "two" / part / "a" / f"{number}.png", (9, 9, 9))
            _picture(pets.parent / "two" / part / "b" / f"{number}.png", (9, 9, 9))
    found = _load("images", pets.parent / "two")
    assert (len(found.train), len(found.test)) == (6, 4)


def test_wrong_folders_of_pictures(pets: Path, tmp_path: Path) -> None:
    (pets / "cat" / "0.png").write_bytes((pets / "cat" / "0.png").read_bytes()[:40])
    found = _load("images", pets)
    with pytest.raises(DataError, match=r"0.png: The picture can't be read"):
        np.concatenate([found.train.images[:], found.test.images[:]])
    (pets / "empty").mkdir()
    with pytest.raises(DataError, match="There are no pictures in empty"):
        _load("images", pets)
    with pytest.raises(DataError, match="There are no folders in it"):
        _load("images", pets / "cat")
    with pytest.raises(DataError, match="The folder can't be read"):
        _load("images", tmp_path / "nowhere")


# -- series ---------------------------------------------------------------------------------------------------------


def _table(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_columns_become_windows(tmp_path: Path) -> None:
    rows = "\n".join(f"{np.datetime64('2020-01-01') + k};{k};{-k}" for k in range(100))
    path = _table(tmp_path / "a.csv", f"day;up;down\n{rows}\n")
    found = _load("csv", path, columns="up+3", window="5", scale="none")
    assert (found.shape, found.answer_shape, len(found.train), len(found.test)) == ((2, 5), (2,), 75, 15)
    assert found.train.images[0].tolist() == [[0, 1, 2, 3, 4], [0, -1, -2, -3, -4]]
    assert found.train.labels[0].tolist() == [5, -5]
    scaled = _load("csv", path, columns="up", window="5")
    assert abs(scaled.train.images[:].mean()) < 0.1
    assert parse(found.name).chosen["columns"] == "up+3"


@pytest.mark.parametrize(
    ("text", "chosen", "message"),
    [
        ("a,b\n1,2\n3,x\n", {}, "Line 3, b: 'x' is no number"),
        ("a,b\n1,2\n3\n", {}, "Line 3, b: the number is missing"),
        ("1,2\n3,4\n", {"columns": "c"}, "no column 'c'. It has column 1, column 2"),
        ("1,2\n3,4\n", {}, "don't fit into the 1 steps to train with"),
        ("", {}, "no rows of numbers"),
        ("a\n1\nnan\n", {}, "'nan' is no number"),
    ],
)
def test_wrong_tables(tmp_path: Path, text: str, chosen: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        _load("csv", _table(tmp_path / "a.csv", text), **chosen)
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="It is no text"):
        _load("csv", tmp_path / "b.csv")


def test_addresses_keep_any_path() -> None:
    for path in ("/home/me/a, b=c%2C/d:e.npz", "C:\\data\\x.npz"):
        assert parse(str(Address("file", {"path": path, "samples": "x"}))).chosen == {
            "path": path,
            "samples": "x",
        }
