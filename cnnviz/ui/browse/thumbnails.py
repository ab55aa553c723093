"""Small pictures of samples, read and painted in a worker when they come into view, and kept for a while."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from cnnviz.data.dataset import as_floats
from cnnviz.events import Failed
from cnnviz.jobs import Asker
from cnnviz.ui import theme
from cnnviz.ui.browse.places import Arrangement
from cnnviz.ui.browse.rendering import Range, few_places, is_series, shown_range, thumbnail

SIDE = 128
KEPT_BYTES = 64 * 2**20
AT_ONCE = 32
"""Pictures per turn of the worker: the first ones are there soon, and what is scrolled away is not waited for."""


@dataclass(frozen=True, eq=False)
class _Turn:
    arrangement: Arrangement
    shown: Range
    images: dict[int, QImage]


class Thumbnails(QObject):
    """`arrived` says that pictures came which were asked for, `forgotten` that all have to be asked for anew.

    What could not be read is told by `failed(sentence)`.
    """

    arrived = Signal()
    forgotten = Signal()
    failed = Signal(str)

    def __init__(self, asker: Asker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._asker = asker
        self._arrangement: Arrangement | None = None
        self._images: OrderedDict[int, QImage] = OrderedDict()
        self._bytes = 0
        self.shown: Range | None = None
        """The values painted darkest and brightest; None before the first samples were read."""
        self._wanted: tuple[int, ...] = ()
        self._busy = self._broken = False
        theme.changed.connect(self._wear_theme)

    def set_arrangement(self, arrangement: Arrangement | None) -> None:
        """Show samples of these data; pictures of the same data are kept."""
        old, self._arrangement = self._arrangement, arrangement
        if old is None or arrangement is None or old.dataset is not arrangement.dataset:
            self.shown, self._busy, self._broken = None, False, False
            self._forget_pictures()

    def get(self, place: int) -> QImage | None:
        """Return a picture that is there."""
        found = self._images.get(place)
        if found is not None:
            self._images.move_to_end(place)
        return found

    def want(self, places: Iterable[int]) -> None:
        """Ask for the pictures of these places, the first ones first; what was asked for before is forgotten."""
        self._wanted = tuple(place for place in places if place not in self._images)
        if self._wanted and not self._busy and not self._broken:
            self._ask()

    def _ask(self) -> None:
        arrangement, places, shown = self._arrangement, self._wanted[:AT_ONCE], self.shown
        if arrangement is None or not places:
            return
        self._busy = True
        self._asker.ask("thumbnails", lambda: _read(arrangement, places, shown), self._take, self._break_down)

    def _take(self, turn: _Turn) -> None:
        if self._arrangement is None or turn.arrangement.dataset is not self._arrangement.dataset:
            return
        self._busy = False
        self.shown = turn.shown
        for place, image in turn.images.items():
            self._images[place] = image
            self._bytes += image.sizeInBytes()
        while self._bytes > KEPT_BYTES and len(self._images) > AT_ONCE:
            self._bytes -= self._images.popitem(last=False)[1].sizeInBytes()
        self.arrived.emit()
        self.want(self._wanted)

    def _break_down(self, failure: Failed) -> None:
        self._busy, self._broken = False, True
        self.failed.emit(failure.message)

    def _wear_theme(self) -> None:
        """Paint curves anew, which wear the colours of the theme; photographs stay as they are."""
        if self._arrangement is not None and is_series(self._arrangement.dataset.shape):
            self._forget_pictures()

    def _forget_pictures(self) -> None:
        self._images.clear()
        self._bytes = 0
        self.forgotten.emit()


def _read(arrangement: Arrangement, places: tuple[int, ...], shown: Range | None) -> _Turn:
    """Read some samples, those of a part at once, and paint them."""
    dataset, first = arrangement.dataset, len(arrangement.dataset.train)
    if shown is None:
        shown = shown_range(as_floats(dataset.train.images[few_places(len(dataset.train))]))
    moving = dataset.answers == "frames"
    asked = np.unique(np.array(places, np.int64))
    parts = ((dataset.train, 0, asked[asked < first]), (dataset.test, first, asked[asked >= first]))
    images: dict[int, QImage] = {}
    for split, offset, chosen in parts:
        if len(chosen):
            samples = as_floats(split.images[chosen - offset])
            pairs = zip(chosen.tolist(), samples, strict=True)
            images |= {at: thumbnail(one, shown, SIDE, moving=moving) for at, one in pairs}
    return _Turn(arrangement, shown, images)
