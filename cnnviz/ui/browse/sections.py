"""Where the tiles of the grid lie: sections below each other, found in logarithmic time however many samples."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

from cnnviz.ui.browse.places import Places

GAP = 6
SECTION_GAP = 8


@dataclass(frozen=True, eq=False)
class Section:
    """Samples that belong together. A folded one shows a single line of them, with its title at the left.

    `bands` say of every sample which group it is in; neighbours of one group get one ground.
    """

    places: Places
    title: str = ""
    detail: str = ""
    folded: bool = False
    bands: Places = field(default_factory=lambda: np.zeros(0, np.int64))


@dataclass(frozen=True, eq=False)
class Layout:
    """Sections in a width: tiles of `width` × `height`, the first of them at `left`."""

    sections: tuple[Section, ...]
    across: int
    width: float
    height: float
    left: float
    tops: NDArray[np.float64]

    @property
    def total(self) -> float:
        """The height of everything."""
        return max(float(self.tops[-1]) - SECTION_GAP, 0.0)

    def shown(self, section: int) -> int:
        """How many samples of a section are shown."""
        count = len(self.sections[section].places)
        return min(count, self.across) if self.sections[section].folded else count

    def rect(self, section: int, at: int) -> QRectF:
        """The place of a tile."""
        line, column = divmod(at, self.across)
        x = self.left + column * (self.width + GAP)
        return QRectF(x, float(self.tops[section]) + line * (self.height + GAP), self.width, self.height)

    def heading(self, section: int) -> QRectF:
        """The place at the left of a section's first line."""
        return QRectF(0, float(self.tops[section]), self.left - GAP, self.height)

    def section_at(self, y: float) -> int:
        """The section at a height, or the next one above."""
        found = int(np.searchsorted(self.tops, y, side="right")) - 1
        return min(max(found, 0), len(self.sections) - 1)

    def hit(self, point: QPointF) -> tuple[int, int] | None:
        """(section, sample in it) under a point; None between the tiles."""
        if not self.sections:
            return None
        section = self.section_at(point.y())
        column = int((point.x() - self.left) // (self.width + GAP))
        line = int((point.y() - float(self.tops[section])) // (self.height + GAP))
        at = line * self.across + column
        inside = 0 <= column < self.across and line >= 0 and at < self.shown(section)
        return (section, at) if inside and self.rect(section, at).contains(point) else None

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        """How many samples are shown before each section, and at last in all."""
        counts = [self.shown(section) for section in range(len(self.sections))]
        return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)

    def along(self, section: int, at: int, step: int) -> tuple[int, int] | None:
        """Return the tile that is `step` samples further; None beyond the first and the last."""
        wanted = int(self._starts[section]) + at + step
        if not 0 <= wanted < int(self._starts[-1]):
            return None
        found = int(np.searchsorted(self._starts, wanted, side="right")) - 1
        return found, wanted - int(self._starts[found])

    def below(self, section: int, at: int, lines: int) -> tuple[int, int] | None:
        """Return the tile one line below (1) or above (−1), in the next section where this one ends."""
        wanted = at + lines * self.across
        if not self.sections[section].folded and 0 <= wanted < self.shown(section):
            return section, wanted
        other = section + lines
        if not 0 <= other < len(self.sections) or not self.shown(other):
            return None
        last = self.shown(other) - 1
        line = 0 if lines > 0 else last // self.across
        return other, min(line * self.across + at % self.across, last)

    def visible(self, top: float, bottom: float) -> list[tuple[int, range]]:
        """The sections between two heights, with the samples of each that lie there."""
        found = []
        if not self.sections:
            return []
        for section in range(self.section_at(top), self.section_at(bottom) + 1):
            start, pitch = float(self.tops[section]), self.height + GAP
            first = max(int((top - start) // pitch), 0) * self.across
            last = (max(int((bottom - start) // pitch), -1) + 1) * self.across
            shown = self.shown(section)
            found.append((section, range(min(first, shown), min(last, shown))))
        return found


def lay_out(sections: tuple[Section, ...], room: float, tile: tuple[float, float], heading: float) -> Layout:
    """Return where everything lies in a width of `room`; `heading` is the width of the titles at the left."""
    width, height = tile
    left = heading if any(section.title for section in sections) else 0.0
    across = max(int((room - left + GAP) // (width + GAP)), 1)
    lines = [1 if each.folded else max(-(-len(each.places) // across), 1) for each in sections]
    heights = np.array(lines, np.float64) * (height + GAP) - GAP + SECTION_GAP
    return Layout(sections, across, width, height, left, np.concatenate([[0.0], np.cumsum(heights)]))
