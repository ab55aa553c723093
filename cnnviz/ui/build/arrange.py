"""The tidy layout that suits a view."""

from __future__ import annotations

from math import sqrt

from PySide6.QtCore import QSize

from cnnviz.model.graph import Graph
from cnnviz.model.placing.cards import cards
from cnnviz.model.placing.layout import ROW_PITCH, Direction, tidy, tidy_for

MANY = 300
"""From so many cards on, one layout of the proportions of the view is made, and no others are tried."""
COLUMN_PITCH = 400.0
"""About how wide a column of a large network is, in scene pixels."""


def best_layout(graph: Graph, room: QSize, direction: Direction = "down") -> Graph:
    """Return the layout in which a network that flows down, or to the right, is seen as large as possible."""
    width, height = float(max(room.width(), 1)), float(max(room.height(), 1))
    count = len(cards(graph))
    if count < MANY:
        return tidy_for(graph, (width, height), direction)
    rows = sqrt(count * COLUMN_PITCH / ROW_PITCH * height / width)
    return tidy(graph, round(rows) * ROW_PITCH, direction, width=count / rows * COLUMN_PITCH)
