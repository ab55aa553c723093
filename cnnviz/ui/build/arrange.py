"""The tidy layout that suits a view: how many rows a column has decides how large the cards can be shown."""

from __future__ import annotations

from math import sqrt

from PySide6.QtCore import QSize

from cnnviz.model.cards import cards, place_of
from cnnviz.model.graph import Graph
from cnnviz.model.layout import ROW_PITCH, tidy
from cnnviz.ui.build.camera import BORDER
from cnnviz.ui.build.places import CARD_HEIGHT, CARD_WIDTH

ROWS = (3, 4, 5, 6, 8, 10, 14, 20, 28)
MANY = 600
"""From so many layers on, one layout of the proportions of the view is made, and no others are tried."""
COLUMN_PITCH = 400.0
"""About how wide a column of a large network is, in scene pixels."""


def best_layout(graph: Graph, room: QSize) -> Graph:
    """Return the tidy layout that fits a view at the largest zoom; of equals, the one with the fewest columns."""
    if len(graph) >= MANY:
        return tidy(graph, height=_rows(graph, room) * ROW_PITCH)
    layouts = [tidy(graph, height=rows * ROW_PITCH) for rows in reversed(ROWS)]
    return max(layouts, key=lambda laid_out: round(min(_zoom(laid_out, room), 1.0), 2))


def _rows(graph: Graph, room: QSize) -> int:
    """Return how many rows give the whole network about the proportions of the view."""
    shape = COLUMN_PITCH / ROW_PITCH * room.height() / max(room.width(), 1)
    return max(round(sqrt(len(cards(graph)) * shape)), 1)


def _zoom(graph: Graph, room: QSize) -> float:
    if not graph.nodes:
        return 1.0
    places = [place_of(graph, card) for card in cards(graph)]  # what is folded away takes no room
    across, down = zip(*places, strict=True)
    width = max(across) - min(across) + CARD_WIDTH + 2 * BORDER
    height = max(down) - min(down) + CARD_HEIGHT + 2 * BORDER
    return min(room.width() / width, room.height() / height)
