"""Every sample of a data set under one number: the training samples first, then the test samples."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cnnviz.data import Dataset, Split, hold_out, one_fold
from cnnviz.data.survey import TEST, TRAINING, VALIDATION, destinations
from cnnviz.errors import DataError
from cnnviz.model.recipe import DataChoice

Places = NDArray[np.int64]
ALL = -1
"""All parts, or all classes."""
PARTS = {ALL: "All", TRAINING: "Training", VALIDATION: "Validation", TEST: "Test"}
TONES = {TRAINING: "wire", VALIDATION: "acc", TEST: "t1"}
"""The token that a part is painted in."""


@dataclass(frozen=True, eq=False)
class Arrangement:
    """A data set, and where its samples go by a choice of validation samples."""

    dataset: Dataset
    choice: DataChoice

    @property
    def held_out(self) -> DataChoice:
        """Return the choice as a training takes it: small sets hold fewer out."""
        return self.choice.fitted(len(self.dataset.train))

    @cached_property
    def validation(self) -> Places:
        """The training samples that are held out; none where the choice is impossible for these data."""
        count, choice = len(self.dataset.train), self.held_out
        try:
            if choice.folds:
                return one_fold(count, choice.folds, choice.fold, choice.seed)[1]
            return hold_out(count, choice.validation, choice.seed)[1]
        except DataError:
            return np.zeros(0, np.int64)

    @cached_property
    def goes(self) -> NDArray[np.int8]:
        """Where every sample goes: TRAINING, VALIDATION or TEST."""
        return destinations(len(self.dataset.train), len(self.dataset.test), self.validation)

    @cached_property
    def labels(self) -> Places:
        """The class of every sample; empty where samples have none."""
        return np.concatenate([self.dataset.train.class_numbers, self.dataset.test.class_numbers])

    def __len__(self) -> int:
        return len(self.dataset.train) + len(self.dataset.test)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How many samples go where: (3,)."""
        return np.bincount(self.goes, minlength=3)

    def class_counts(self) -> NDArray[np.int64]:
        """Return how many samples of each class go where: (3, classes)."""
        count = len(self.dataset.classes)
        if not len(self.labels):
            return np.zeros((3, 0), np.int64)
        goes = self.goes.astype(np.int64)  # their own eight bits hold no more than 127
        return np.bincount(goes * count + self.labels, minlength=3 * count).reshape(3, count)

    def select(self, part: int = ALL, label: int = ALL) -> Places:
        """Return the places of a part and of a class, in their order."""
        chosen = np.ones(len(self), np.bool_) if part == ALL else self.goes == part
        if label != ALL and len(self.labels):
            chosen &= self.labels == label
        return np.flatnonzero(chosen)

    def split(self, place: int) -> tuple[Split, int]:
        """Return the split that a sample lies in, and its index there."""
        first = len(self.dataset.train)
        return (self.dataset.train, place) if place < first else (self.dataset.test, place - first)

    def place(self, part: int, index: int) -> int | None:
        """Return the place of sample `index` of the training or test samples; None where there is none."""
        split = self.dataset.test if part == TEST else self.dataset.train
        if not 0 <= index < len(split):
            return None
        return index + (len(self.dataset.train) if part == TEST else 0)

    def label(self, place: int) -> int:
        """Return the class of a sample; −1 where it has none."""
        return int(self.labels[place]) if len(self.labels) else -1

    def class_name(self, place: int) -> str:
        """Return the name of a sample's class; an empty text where it has none."""
        label = self.label(place)
        return self.dataset.classes[label] if label >= 0 else ""

    def title(self, place: int) -> str:
        """Return which sample it is: "training image #123"; those held out lie among the training samples."""
        return self.name(place).replace("#", f"{self.dataset.noun} #")

    def name(self, place: int) -> str:
        """Return which sample it is in short: "training #123"."""
        split, index = self.split(place)
        return f"{'test' if split is self.dataset.test else 'training'} #{index}"


__all__ = ["ALL", "PARTS", "TEST", "TONES", "TRAINING", "VALIDATION", "Arrangement", "Places"]
