"""The data set that is loaded, and the sample that is looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from cnnviz import data
from cnnviz.data import Dataset
from cnnviz.events import Array, Failed
from cnnviz.jobs import Asker

DataFolders = tuple[Path | None, Path | None]
"""The data folder named on the command line, and the one in the settings."""


@dataclass(frozen=True, eq=False)
class Sample:
    """One sample, such as an image (C, H, W), float32 from 0 to 1, and where it comes from.

    `index` is its place in the test split, or −1 for a drawn one; `label` is −1 where it is not known. `answer` are the
    values that it should give, where those are no class.
    """

    image: Array
    label: int = -1
    index: int = -1
    title: str = "drawn"
    answer: Array | None = None


class Material(QObject):
    """Loads data sets in the background; the old one stays until the new one is there."""

    dataset_changed = Signal()
    sample_changed = Signal()
    loading = Signal(str)
    failed = Signal(object)

    def __init__(
        self, asker: Asker, folders: Callable[[], DataFolders], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._asker = asker
        self._folders = folders
        self.dataset: Dataset | None = None
        self.sample: Sample | None = None
        self.wanted = ""
        self._missed = False
        self.awaited = False
        """Whether another data set is on its way; until it is there, the old one is shown, but not trained on."""

    def status(self) -> tuple[data.SourceStatus, ...]:
        """Say of every source whether it can be loaded now."""
        named, setting = self._folders()
        return data.status(named, setting)

    def want(self, source: str, *, again: bool = False) -> None:
        """Load a data set, or its stand-in where files are missing; with `again` also one that could not be read."""
        if source == self.wanted and not (again and self._missed):
            return
        self.wanted, self._missed, self.awaited = source, False, True
        self.loading.emit(source)
        named, setting = self._folders()
        take, fail = partial(self._take, source), partial(self._fail, source)
        self._asker.ask("dataset", lambda: data.best(source, named, setting), take, fail)

    def fetch(
        self,
        source: str,
        take: Callable[[Dataset], None],
        failed: Callable[[Failed], None],
        slot: str = "dataset beside",
    ) -> None:
        """Hand over a data set for a training, the one that is shown or another one, which is loaded beside it.

        One that was asked for in the same slot, and is not there yet, is forgotten.
        """
        if self.dataset is not None and self.dataset.name == source:
            take(self.dataset)
            return
        named, setting = self._folders()
        self._asker.ask(slot, lambda: data.best(source, named, setting), take, failed)

    def reload(self) -> None:
        """Load the wanted data set again, after files have appeared."""
        wanted, self.wanted = self.wanted, ""
        self.want(wanted)

    def _take(self, source: str, dataset: Dataset) -> None:
        """Show what was asked for; what comes when something else is wanted already would be trained on for it."""
        if source == self.wanted:
            self.set_dataset(dataset)

    def set_dataset(self, dataset: Dataset) -> None:
        """Show a loaded data set, and its first test image unless a drawn one of the same shape is shown."""
        self.dataset, self.awaited = dataset, False
        self.dataset_changed.emit()
        drawn = self.sample is not None and self.sample.index < 0
        if not (
            drawn and self.sample is not None and self.sample.image.shape == dataset.test.images.shape[1:]
        ):
            self.pick(0)

    def pick(self, index: int) -> None:
        """Look at a test image; the index wraps around."""
        if self.dataset is None or len(self.dataset.test) == 0:
            return
        index %= len(self.dataset.test)
        numbers = self.dataset.test.class_numbers
        label = int(numbers[index]) if len(numbers) else -1
        title = (
            f"test {self.dataset.noun} #{index}, label {self.dataset.classes[label]}"
            if label >= 0
            else f"test sample #{index}"
        )
        answer = None if len(numbers) else np.asarray(self.dataset.test.labels[index])
        self._show(Sample(self.dataset.test.sample(index), label, index, title, answer))

    def pick_class(self, label: int) -> None:
        """Look at the next test image of a class."""
        if self.dataset is None:
            return
        places = np.flatnonzero(self.dataset.test.class_numbers == label)
        if places.size:
            start = self.sample.index if self.sample is not None else -1
            later = places[places > start]
            self.pick(int(later[0] if later.size else places[0]))

    def draw(self, image: Array, title: str = "drawn") -> None:
        """Look at an image (C, H, W) that the user made."""
        self._show(Sample(np.ascontiguousarray(image, dtype=np.float32), title=title))

    def pick_image(self, image: Array, label: int, title: str, answer: Array | None = None) -> None:
        """Look at a sample that is not in the test split, such as a training image that was judged wrongly."""
        self._show(Sample(np.ascontiguousarray(image, dtype=np.float32), label, -1, title, answer))

    def _show(self, sample: Sample) -> None:
        self.sample = sample
        self.sample_changed.emit()

    def _fail(self, source: str, failure: Failed) -> None:
        """Tell it, keep the data set that is there or take drawn digits, and read the files again when asked to."""
        if source != self.wanted:
            return
        self._missed, self.awaited = True, False
        self.failed.emit(failure)
        if self.dataset is None:
            self._asker.ask("dataset", lambda: data.best(data.STAND_IN), self.set_dataset)
