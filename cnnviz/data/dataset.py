"""A data set in memory: images and labels, a training and a test split, and where they came from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import DataError

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Split:
    """Images uint8 (N, C, H, W) in 0..255, and their labels int64 (N,), 0 or more."""

    images: Images
    labels: Labels

    def __post_init__(self) -> None:
        _expect(self.images, "images", np.dtype(np.uint8), "(count, channels, height, width)", 4)
        _expect(self.labels, "labels", np.dtype(np.int64), "(count,)", 1)
        if len(self.images) != len(self.labels):
            raise DataError(
                f"There are {len(self.images)} images but {len(self.labels)} labels.",
                hint="Every image needs exactly one label.",
            )
        if self.images.size == 0:
            raise DataError(
                f"Images of shape {self.images.shape} hold nothing.", hint="Give at least one pixel."
            )
        if self.labels.min() < 0:
            raise DataError(f"A label is {self.labels.min()}.", hint="Labels count from 0 upwards.")

    def __len__(self) -> int:
        return len(self.labels)

    def sample(self, k: int) -> NDArray[np.float32]:
        """Return image k as float32 (C, H, W) in [0, 1]; DataError if there is no image k."""
        if not 0 <= k < len(self):
            raise DataError(f"There is no sample {k}.", hint=f"Samples go from 0 to {len(self) - 1}.")
        return np.asarray(self.images[k] / np.float32(255), np.float32)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Two splits and their class names; `origin` says in one sentence which data this is and where from."""

    name: str
    title: str
    origin: str
    classes: tuple[str, ...]
    train: Split
    test: Split

    def __post_init__(self) -> None:
        if self.train.images.shape[1:] != self.test.images.shape[1:]:
            raise DataError(
                f"Training images have shape {self.train.images.shape[1:]}, "
                f"test images {self.test.images.shape[1:]}.",
                where=self.title,
                hint="Both splits must have the same channels, height and width.",
            )
        for part, split in (("training", self.train), ("test", self.test)):
            highest = int(split.labels.max())
            if highest >= len(self.classes):
                raise DataError(
                    f"A {part} label is {highest}, but there are only {len(self.classes)} classes.",
                    where=self.title,
                    hint=f"Labels must lie between 0 and {len(self.classes) - 1}.",
                )

    @property
    def shape(self) -> tuple[int, int, int]:
        """The shape (C, H, W) of every image."""
        channels, height, width = self.train.images.shape[1:]
        return channels, height, width

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that change with any pixel or label, computed on first use."""
        digest = hashlib.sha256()
        for array in (self.train.images, self.train.labels, self.test.images, self.test.labels):
            digest.update(repr(array.shape).encode())
            digest.update(np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).data)
        return digest.hexdigest()[:16]


def _expect(array: object, what: str, dtype: np.dtype[np.generic], form: str, ndim: int) -> None:
    """Refuse anything but an array of this type and number of axes."""
    if not isinstance(array, np.ndarray):
        raise DataError(f"The {what} are a {type(array).__name__}.", hint="Give a numpy array.")
    if array.dtype != dtype or array.ndim != ndim:
        raise DataError(
            f"The {what} have type {array.dtype} and shape {array.shape}.",
            hint=f"They must be {dtype} with shape {form}.",
        )
