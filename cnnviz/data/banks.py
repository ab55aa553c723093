"""The digits that generated data are made of: MNIST's where it is, otherwise those of the app's own pen."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.data import folders
from cnnviz.data.dataset import Images, Labels
from cnnviz.data.idx import read_idx
from cnnviz.data.source import Choice
from cnnviz.data.strokes import stroke_digits

DRAWN, DRAWN_TEST = 2_000, 500
DIGITS_CHOICE = Choice(
    "digits", "auto", "which digits: auto takes MNIST's where it is", ("auto", "mnist", "strokes")
)

Bank = tuple[Images, Labels]


def banks(which: str, folders_: tuple[Path, ...]) -> tuple[Bank, Bank, str]:
    """Return digits (N, 28, 28) and labels to train with and to test with, and in words which they are."""
    files = folders.find("mnist", folders_) if which != "strokes" else None
    if files is None and which == "mnist":
        from cnnviz.data.idxsets import missing
        from cnnviz.data.sources import SOURCES

        raise missing(SOURCES["mnist"], folders.describe_missing("mnist", folders_))
    if files is None:
        return _drawn(DRAWN, 0), _drawn(DRAWN_TEST, 1), "digits drawn by cnnviz"
    train = read_idx(files.train_images), read_idx(files.train_labels).astype(np.int64)
    test = read_idx(files.test_images), read_idx(files.test_labels).astype(np.int64)
    return train, test, f"MNIST's digits from {files.folder}"


@lru_cache(maxsize=4)
def _drawn(count: int, seed: int) -> Bank:
    images, labels = stroke_digits(count, seed=seed)
    images.flags.writeable = False
    return images[:, 0], labels


def streams(seed: int, places: Any) -> list[np.random.Generator]:
    """Return a stream of random numbers for each place, the same whatever else is asked for."""
    return [np.random.Generator(np.random.PCG64([seed, int(place)])) for place in places]
