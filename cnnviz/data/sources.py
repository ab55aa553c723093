"""The data sets a user can choose from: each declared once, looked for, and loaded by name."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data import folders
from cnnviz.data.dataset import Dataset, Split
from cnnviz.data.digits import real_digits
from cnnviz.data.folders import Folder
from cnnviz.data.idx import read_idx
from cnnviz.data.remotes import REMOTES
from cnnviz.data.strokes import stroke_digits
from cnnviz.errors import DataError, did_you_mean

DIGITS = tuple("0123456789")
CLOTHES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
STAND_IN = "strokes"
_STROKES_TRAIN, _STROKES_TEST = 12_000, 2_000


@dataclass(frozen=True)
class Source:
    """A data set a user can choose; `download_bytes` is None where there is nothing to download."""

    name: str
    title: str
    sentence: str
    licence: str
    classes: tuple[str, ...]
    download_bytes: int | None = None


SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        Source(
            "mnist",
            "MNIST",
            "70,000 handwritten digits, 28×28, by LeCun, Cortes and Burges.",
            "CC BY-SA 3.0",
            DIGITS,
            REMOTES["mnist"].size,
        ),
        Source(
            "fashion-mnist",
            "Fashion-MNIST",
            "70,000 pictures of clothes in 10 kinds, 28×28, by Zalando Research.",
            "MIT",
            CLOTHES,
            REMOTES["fashion-mnist"].size,
        ),
        Source(
            "digits",
            "8×8 digits",
            "1,797 real handwritten digits, 8×8 scaled to 28×28, from scikit-learn (UCI).",
            "CC BY 4.0",
            DIGITS,
        ),
        Source(
            "strokes",
            "Drawn digits",
            "Digits drawn by cnnviz's own pen, 28×28, any number of them.",
            "MIT",
            DIGITS,
        ),
    )
}


@dataclass(frozen=True)
class SourceStatus:
    """Whether a source can be loaded now, and where it is (a folder, or in words)."""

    source: Source
    found: bool
    where: str


def status(data_dir: Folder | None = None, setting: Folder | None = None) -> tuple[SourceStatus, ...]:
    """Say of every source whether it is there, without reading data; folders as in `data_folders`."""
    searched = folders.data_folders(data_dir, setting)
    return tuple(_status(source, searched) for source in SOURCES.values())


def _status(source: Source, searched: tuple[Path, ...]) -> SourceStatus:
    if source.name in REMOTES:
        files = folders.find(source.name, searched)
        where = str(files.folder) if files else folders.describe_missing(source.name, searched)
        return SourceStatus(source, files is not None, where)
    made = _MADE[source.name]
    if made.package and importlib.util.find_spec(made.package) is None:
        return SourceStatus(source, False, f"{made.where} is not installed")
    return SourceStatus(source, True, made.where)


def load(
    name: str, data_dir: Folder | None = None, count: int | None = None, setting: Folder | None = None
) -> Dataset:
    """Load a source by name; `count` is the number of training images and is for "strokes" only.

    DataError for an unknown name, files that are missing or damaged, or a `data_dir` that does not exist.
    """
    source = _source(name)
    if count is not None and name != "strokes":
        raise DataError(
            f"{source.title} has a fixed number of images.",
            where=name,
            hint="A count can be given for strokes only.",
        )
    if data_dir is not None and not Path(data_dir).expanduser().is_dir():
        raise DataError(
            "There is no such folder.", where=str(data_dir), hint="Check the path of the data folder."
        )
    return _load(source, folders.data_folders(data_dir, setting), count)


def best(name: str, data_dir: Folder | None = None, setting: Folder | None = None) -> Dataset:
    """Load a source, or, where its files are missing, the drawn digits, whose origin then says so.

    Files that are there but damaged are a DataError: a stand-in would hide the damage. A `data_dir` that does
    not exist yet is no error here: a window opens with the stand-in and may download into that folder.
    """
    source = _source(name)
    searched = folders.data_folders(data_dir, setting)
    if _status(source, searched).found:
        return _load(source, searched)
    stand_in = _load(_source(STAND_IN), searched)
    return replace(
        stand_in, origin=f"{source.title} was not found, so these stand in for it: {stand_in.origin}"
    )


def _source(name: str) -> Source:
    if name not in SOURCES:
        raise DataError(f"There is no data set {name!r}.", hint=did_you_mean(name, SOURCES))
    return SOURCES[name]


def _load(source: Source, searched: tuple[Path, ...], count: int | None = None) -> Dataset:
    if source.name in REMOTES:
        return _load_files(source, searched)
    return _MADE[source.name].load(source, count)


def _load_files(source: Source, searched: tuple[Path, ...]) -> Dataset:
    files = folders.find(source.name, searched)
    if files is None:
        raise DataError(
            f"{source.title} was not found. {folders.describe_missing(source.name, searched)}",
            hint=f"Download it, or name the folder that holds it (--data-dir, or {folders.VARIABLE}).",
        )
    train = _read_split(files.train_images, files.train_labels, source)
    test = _read_split(files.test_images, files.test_labels, source)
    origin = f"{source.title}: {len(train):,} training and {len(test):,} test images from {files.folder}."
    return Dataset(source.name, source.title, origin, source.classes, train, test)


def _read_split(images_path: Path, labels_path: Path, source: Source) -> Split:
    images = _read(images_path, "images", 3, "(count, height, width)")
    labels = _read(labels_path, "labels", 1, "(count,)")
    if len(images) != len(labels):
        raise DataError(
            f"It holds {len(labels):,} labels, but {images_path.name} holds {len(images):,} images.",
            where=str(labels_path),
            hint="The two files don't belong together; fetch both again.",
        )
    if labels.max() >= len(source.classes):
        raise DataError(
            f"It holds label {labels.max()}, but {source.title} has classes 0 to {len(source.classes) - 1}.",
            where=str(labels_path),
            hint="This is another data set's file, or a damaged one; fetch it again.",
        )
    return Split(images[:, None], labels.astype(np.int64))


def _read(path: Path, what: str, axes: int, form: str) -> NDArray[Any]:
    array = read_idx(path)
    if array.dtype != np.uint8 or array.ndim != axes or array.size == 0:
        raise DataError(
            f"It holds {array.dtype} values of shape {array.shape}.",
            where=str(path),
            hint=f"A file of {what} must hold uint8 values of shape {form}; fetch it again.",
        )
    return array


def _load_digits(source: Source, _count: int | None) -> Dataset:
    train, test = real_digits()
    origin = (
        "Real handwritten digits from scikit-learn, 8×8 scaled to 28×28: "
        f"{len(train):,} training and {len(test):,} test images."
    )
    return Dataset(source.name, source.title, origin, source.classes, train, test)


def _load_strokes(source: Source, count: int | None) -> Dataset:
    wanted = _STROKES_TRAIN if count is None else count
    if wanted < 1:
        raise DataError(f"The count is {wanted}.", where=source.name, hint="Ask for at least one image.")
    tests = max(10, min(_STROKES_TEST, wanted // 5))
    train, test = Split(*stroke_digits(wanted, seed=0)), Split(*stroke_digits(tests, seed=1))
    origin = f"Digits drawn by cnnviz, not by people: {len(train):,} training and {len(test):,} test images."
    return Dataset(source.name, source.title, origin, source.classes, train, test)


@dataclass(frozen=True)
class _Made:
    """A source without files: how it is made, the package it needs (if any), and how to say where it is."""

    load: Callable[[Source, int | None], Dataset]
    where: str
    package: str = ""


_MADE = {
    "digits": _Made(_load_digits, "scikit-learn", "sklearn"),
    "strokes": _Made(_load_strokes, "built in"),
}
