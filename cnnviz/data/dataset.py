"""A data set: samples and what they should give, a training and a test split, and where they came from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.stored import Stored
from cnnviz.data.timeline import Timeline
from cnnviz.errors import DataError

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]
Array = NDArray[Any] | Stored
Answers = Literal["labels", "values", "frames"]

_MOST_AXES = 4  # of a sample: (channels, depth or time, height, width)


@dataclass(frozen=True, eq=False)
class Split:
    """Samples, called images as most of them are, and what each of them should give.

    images: (N, …), a sample being (features,), (C, L), (C, H, W), (C, D, H, W) or (C, time, H, W): uint8 in 0..255,
    which networks see as 0..1, or float32, which they see as they are. labels: class numbers int64 (N,), 0 or more; or
    values float32 (N, K) for a regression; or the frames to predict, uint8 or float32 (N, C, H, W) or
    (N, C, time, H, W). Either may lie in a file (`Stored`).
    """

    images: Array
    labels: Array

    def __post_init__(self) -> None:
        _expect_samples(self.images)
        _expect_answers(self.labels)
        if len(self.images) != len(self.labels):
            raise DataError(
                f"There are {len(self.images)} images but {len(self.labels)} labels.",
                hint="Every image needs exactly one label.",
            )
        if self.images.size == 0:
            raise DataError(
                f"Images of shape {self.images.shape} hold nothing.", hint="Give at least one pixel."
            )
        if self.answers == "labels" and self.class_numbers.min() < 0:
            raise DataError(f"A label is {self.class_numbers.min()}.", hint="Labels count from 0 upwards.")

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def answers(self) -> Answers:
        """What each sample should give: the number of its class, values, or frames."""
        if self.labels.ndim == 1:
            return "labels"
        return "frames" if self.labels.ndim > 3 else "values"

    @property
    def class_numbers(self) -> Labels:
        """The labels (N,); an empty array where samples have no class."""
        found = self.labels if self.answers == "labels" else np.zeros(0, np.int64)
        assert isinstance(found, np.ndarray)
        return found

    def sample(self, k: int) -> NDArray[np.float32]:
        """Return sample k as float32, bytes scaled to [0, 1]; DataError if there is no sample k."""
        if not 0 <= k < len(self):
            raise DataError(f"There is no sample {k}.", hint=f"Samples go from 0 to {len(self) - 1}.")
        return as_floats(self.images[k])


@dataclass(frozen=True, eq=False)
class Dataset:
    """Two splits and their class names; `origin` says in one sentence which data this is and where from.

    `name` is the address it can be loaded by again. There are no classes where samples should give values or frames.
    `timeline` is the whole series where samples are windows of one.
    """

    name: str
    title: str
    origin: str
    classes: tuple[str, ...]
    train: Split
    test: Split
    timeline: Timeline | None = None

    def __post_init__(self) -> None:
        if self.train.images.shape[1:] != self.test.images.shape[1:]:
            raise DataError(
                f"Training images have shape {self.train.images.shape[1:]}, "
                f"test images {self.test.images.shape[1:]}.",
                where=self.title,
                hint="Both splits must have the same channels, height and width.",
            )
        if self.train.answers != self.test.answers or self.answer_shape != self.test.labels.shape[1:]:
            raise DataError(
                f"Training samples should give {self.train.answers} of shape {self.answer_shape}, "
                f"test samples {self.test.answers} of shape {self.test.labels.shape[1:]}.",
                where=self.title,
                hint="Both splits must have the same kind of answers.",
            )
        for part, split in (("training", self.train), ("test", self.test)):
            highest = int(split.class_numbers.max(initial=-1))
            if highest >= len(self.classes):
                raise DataError(
                    f"A {part} label is {highest}, but there are only {len(self.classes)} classes.",
                    where=self.title,
                    hint=f"Labels must lie between 0 and {len(self.classes) - 1}.",
                )

    def __getstate__(self) -> dict[str, object]:
        """Return what is pickled: a copy, as another thread may find the fingerprint meanwhile."""
        return dict(self.__dict__)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of every sample, channels first."""
        return tuple(self.train.images.shape[1:])

    @property
    def noun(self) -> str:
        """What one sample is called: an image, or, where it is a volume, a video, a sequence or a vector, a sample."""
        return "image" if len(self.shape) == 3 else "sample"

    @property
    def answers(self) -> Answers:
        """What every sample should give: the number of its class, values, or frames."""
        return self.train.answers

    @property
    def answer_shape(self) -> tuple[int, ...]:
        """The shape of the values or frames that a sample should give; () where that is a class number."""
        return tuple(self.train.labels.shape[1:])

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that change with any pixel or label, computed on first use.

        Of what lies in a file, the file's path, size and time of its last change stand for the pixels.
        """
        digest = hashlib.sha256()
        for array in (self.train.images, self.train.labels, self.test.images, self.test.labels):
            digest.update(repr(array.shape).encode())
            if isinstance(array, Stored):
                digest.update(array.identity.encode())
            else:
                digest.update(np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).data)
        return digest.hexdigest()[:16]


def as_floats(samples: NDArray[Any]) -> NDArray[np.float32]:
    """Return samples as networks see them: float32, bytes scaled to [0, 1]."""
    if samples.dtype == np.uint8:
        return np.asarray(samples / np.float32(255), np.float32)
    return np.asarray(samples, np.float32)


def _expect_samples(array: object) -> None:
    """Refuse what can't be samples."""
    found = _array(array, "images")
    if found.dtype not in (np.uint8, np.float32) or not 2 <= found.ndim <= _MOST_AXES + 1:
        raise DataError(
            f"The images have type {found.dtype} and shape {found.shape}.",
            hint="They must be uint8 or float32 with shape (count, channels, height, width), "
            "(count, channels, length) or (count, channels, depth or time, height, width).",
        )


def _expect_answers(array: object) -> None:
    """Refuse what can't be class numbers, values or frames."""
    found = _array(array, "labels")
    classes = found.ndim == 1 and found.dtype == np.int64 and isinstance(found, np.ndarray)
    values = found.ndim > 1 and found.dtype == np.float32
    frames = found.ndim > 3 and found.dtype == np.uint8
    if not (classes or values or frames):
        raise DataError(
            f"The labels have type {found.dtype} and shape {found.shape}.",
            hint="They must be int64 with shape (count,), float32 values with shape (count, values), or frames.",
        )


def _array(array: object, what: str) -> Array:
    if not isinstance(array, (np.ndarray, Stored)):
        raise DataError(f"The {what} are a {type(array).__name__}.", hint="Give a numpy array.")
    return array
