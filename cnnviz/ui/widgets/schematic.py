"""A network drawn as bars: as tall as its maps and as wide as it has many of them, in the colours of its layers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from cnnviz.layers import LAYERS
from cnnviz.model.check import Row
from cnnviz.templates import TEMPLATES, Template
from cnnviz.ui import theme

GAP = 3.0
NARROWEST, WIDEST = 3.0, 16.0
PER_LAYER = 1.5
"""What every further layer adds to the width of a common bar: depth is seen as length."""
MOST = 26
"""More layers than these are drawn as one bar for all that have the same size."""


@dataclass(frozen=True)
class Bar:
    """Layer group (for the colour), width in pixels, height from 0 to 1."""

    group: str
    width: float
    height: float


@lru_cache(maxsize=len(TEMPLATES))
def schematic(template: Template) -> tuple[Bar, ...]:
    """Return the bars of a template; the first time, its network is made."""
    rows = [row for row in template.make().summary().rows if _is_drawn(row)]  # no places are needed
    largest = max((_extent(row) for row in rows if len(row.shape or ()) > 1), default=1)
    if len(rows) <= MOST:
        return tuple(_bar([row], largest) for row in rows)
    return tuple(_bar(list(alike), largest) for _, alike in groupby(rows, key=_kin))


def draw_schematic(painter: QPainter, place: QRectF, bars: Sequence[Bar]) -> None:
    """Paint bars from the left, in the middle of a place; where they would be too wide, all become narrower."""
    whole = sum(bar.width + GAP for bar in bars) - GAP
    scale = min(1.0, place.width() / whole) if whole > 0 else 1.0
    x = place.left()
    for bar in bars:
        tall = max(bar.height * place.height(), 2.0)
        box = QRectF(x, place.center().y() - tall / 2, max(bar.width * scale, 1.0), tall)
        painter.fillRect(box, theme.group_color(bar.group))
        x += (bar.width + GAP) * scale


def _is_drawn(row: Row) -> bool:
    """Say whether a layer changes the picture: what only bends, reorders or answers does not."""
    kind = LAYERS[row.kind]
    return bool(row.shape) and not kind.pointwise and not kind.ends and kind.group != "Reshape"


def _extent(row: Row) -> int:
    return (row.shape or (1,))[-1]


def _kin(row: Row) -> tuple[bool, int, int]:
    """Return what layers share that are drawn as one bar: their size; the sample itself stays single."""
    return row.inputs == (), len(row.shape or ()), _extent(row)


def _bar(rows: Sequence[Row], largest: int) -> Bar:
    """Return one bar for layers of one size: of the group that most of them have, wider the more they are."""
    shape = rows[0].shape or ()
    channels = max((row.shape or (1,))[0] for row in rows)
    group = Counter(_groups(rows)).most_common(1)[0][0]
    if len(shape) == 1:
        return Bar(group, NARROWEST, min(0.25 + 0.5 * math.log10(channels + 1) / 3, 1.0))
    wide = min(NARROWEST + 2.2 * math.log2(channels + 1), WIDEST) + PER_LAYER * (len(rows) - 1)
    return Bar(group, wide, max(0.12, min(math.sqrt(_extent(rows[0]) / largest), 1.0)))


def _groups(rows: Iterable[Row]) -> list[str]:
    return [LAYERS[row.kind].group for row in rows]
