"""One reading of a whole data set that measures everything at once; a file larger than the memory stays in its file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.control import Control
from cnnviz.data.dataset import Array, Dataset, Split
from cnnviz.data.survey.histogram import Histogram
from cnnviz.data.survey.means import Means
from cnnviz.data.survey.twins import Places, Twins
from cnnviz.events import Answer, Event, Finished, Progress

READ_BYTES = 2**22
"""Read at once: files are stored in blocks of about this size, each of which should be read only once."""
CHUNK_BYTES = 2**18
"""Measured at once: no step holds the interpreter for more than some milliseconds."""


@dataclass(frozen=True, eq=False)
class Survey:
    """What was found. Places count the training samples first, then the test samples.

    `values` are the histograms of the training and the test samples as they are stored, `answers` the same of values
    or frames to predict (None where the answers are classes). `means` are over the training samples. `twins` are groups
    of places of samples that are the same to the byte, `conflicts` those among them whose answers differ, `blank` the
    places of samples all of whose values are the same.
    """

    fingerprint: str
    train_count: int
    values: tuple[Histogram, Histogram]
    answers: tuple[Histogram, Histogram] | None
    means: Means
    twins: tuple[Places, ...]
    conflicts: tuple[Places, ...]
    blank: Places

    def same_as(self, place: int) -> Places:
        """Return the places of the other samples that are the same as this one."""
        group = self._group_of.get(place)
        return self.twins[group][self.twins[group] != place] if group is not None else np.zeros(0, np.int64)

    @cached_property
    def _group_of(self) -> dict[int, int]:
        return {place: at for at, group in enumerate(self.twins) for place in group.tolist()}


def bytes_to_read(dataset: Dataset) -> int:
    """Return how much a survey has to read or make."""
    splits = (dataset.train, dataset.test)
    return sum(split.images.size * split.images.dtype.itemsize for split in splits)


def survey(dataset: Dataset, control: Control | None = None) -> Iterator[Event]:
    """Read every sample once; yield `Progress` and last an `Answer(Survey)`, or `Finished` where it was cancelled.

    DataError where a file can't be read any more.
    """
    measuring = _Measuring(dataset)
    total, done = len(dataset.train) + len(dataset.test), 0
    yield Progress("Looking through the data", 0, total)
    for part, split in enumerate((dataset.train, dataset.test)):
        for first, samples, answers in measuring.pieces(split):
            if control is not None and control.cancelled:
                yield Finished(cancelled=True)
                return
            measuring.take(part, first, samples, answers)
            done += len(samples)
            yield Progress("Looking through the data", done, total)
    yield Answer(measuring.result())


class _Measuring:
    """Everything that is measured, and the piece of the data that is looked at."""

    def __init__(self, dataset: Dataset) -> None:
        images, labels = dataset.train.images, dataset.train.labels
        self._dataset = dataset
        sample_bytes = max(int(np.prod(images.shape[1:])) * images.dtype.itemsize, 1)
        self._step, self._read = (max(size // sample_bytes, 1) for size in (CHUNK_BYTES, READ_BYTES))
        self._values = (Histogram(images.dtype), Histogram(images.dtype))
        self._classed = dataset.answers == "labels"
        self._answers = None if self._classed else (Histogram(labels.dtype), Histogram(labels.dtype))
        self._means = Means(dataset.shape, len(dataset.classes) if self._classed else 0)
        count = len(dataset.train) + len(dataset.test)
        self._twins, self._answer_twins = Twins(count), Twins(0 if self._classed else count)
        self._blank: list[Places] = []

    def pieces(self, split: Split) -> Iterator[tuple[int, NDArray[Any], NDArray[Any]]]:
        """Yield the samples of a part and their answers piece by piece, and the place of the first of each."""
        for begin in range(0, len(split), self._read):
            places = slice(begin, begin + self._read)
            samples, answers = _read(split.images, places), _read(split.labels, places)
            for first in range(0, len(samples), self._step):
                piece = slice(first, first + self._step)
                yield begin + first, samples[piece], answers[piece]

    def take(self, part: int, first: int, samples: NDArray[Any], answers: NDArray[Any]) -> None:
        """Look at the next samples of a part, the first of which has this place in it."""
        self._values[part].add(samples)
        self._twins.add(samples)
        flat = samples.reshape(len(samples), -1)
        blank = np.flatnonzero((flat == flat[:, :1]).all(axis=1))
        self._blank.append(blank + first + part * len(self._dataset.train))
        if part == 0:
            self._means.add(samples, answers if self._classed else np.zeros(len(samples), np.int64))
        if self._answers is not None:
            self._answers[part].add(answers)
            self._answer_twins.add(answers)

    def result(self) -> Survey:
        """Return what was found."""
        groups = self._twins.groups()
        answers = self._answer_numbers()
        conflicts = tuple(group for group in groups if len(np.unique(answers[group])) > 1)
        return Survey(
            self._dataset.fingerprint,
            len(self._dataset.train),
            self._values,
            self._answers,
            self._means,
            groups,
            conflicts,
            np.concatenate(self._blank) if self._blank else np.zeros(0, np.int64),
        )

    def _answer_numbers(self) -> NDArray[np.int64]:
        """Return a number for every sample, the same for the same answer."""
        if self._classed:
            return np.concatenate([self._dataset.train.class_numbers, self._dataset.test.class_numbers])
        numbers = np.arange(len(self._dataset.train) + len(self._dataset.test))
        for group in self._answer_twins.groups():
            numbers[group] = group[0]
        return numbers


def _read(array: Array, places: slice) -> NDArray[Any]:
    return np.asarray(array[places])
