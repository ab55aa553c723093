"""The arrays that all sides of a comparison train on, written once into a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.rivals import BATCHES
from cnnviz.data import Split, best

ADDRESSES = {
    "t11": "cifar-10", "t15": "cifar-10", "t16": "voxels:count=1536",
    "t19": "moving-digits:predict=19-1,count=60", "t20": "moving-digits:predict=19-19,count=60",
}  # fmt: skip
"""Of videos and volumes a few: how long a step takes does not depend on how many there are."""


def read(name: str) -> tuple[Split, str]:
    """Return the training samples of a network, in memory, at least a batch of them, and where they are from."""
    dataset = best(ADDRESSES.get(name, "mnist"))
    places = np.arange(max(len(dataset.train), BATCHES[name])) % len(dataset.train)
    samples, answers = (_taken(array, places) for array in (dataset.train.images, dataset.train.labels))
    return Split(samples, answers), dataset.origin


def write(name: str, folder: Path) -> None:
    """Write them as `samples.npy` and `answers.npy`."""
    split, _ = read(name)
    np.save(folder / "samples.npy", split.images)
    np.save(folder / "answers.npy", split.labels)


def _taken(array: Any, places: Any) -> Any:
    """Return some samples as an array in memory."""
    return np.ascontiguousarray(array[places])
