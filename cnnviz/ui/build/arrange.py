"""The tidy layout that suits a view: how many rows a column has decides how large the cards can be shown."""

from __future__ import annotations

from PySide6.QtCore import QSize

from cnnviz.model.graph import Graph
from cnnviz.model.layout import ROW_PITCH, tidy
from cnnviz.ui.build.camera import BORDER
from cnnviz.ui.build.places import CARD_HEIGHT, CARD_WIDTH

ROWS = (3, 4, 5, 6, 8, 10, 14, 20, 28)


def best_layout(graph: Graph, room: QSize) -> Graph:
    """Return the tidy layout that fits a view at the largest zoom; of equals, the one with the fewest columns."""
    layouts = [tidy(graph, height=rows * ROW_PITCH) for rows in reversed(ROWS)]
    return max(layouts, key=lambda laid_out: round(min(_zoom(laid_out, room), 1.0), 2))


def _zoom(graph: Graph, room: QSize) -> float:
    if not graph.nodes:
        return 1.0
    across = [node.position[0] for node in graph]
    down = [node.position[1] for node in graph]
    width = max(across) - min(across) + CARD_WIDTH + 2 * BORDER
    height = max(down) - min(down) + CARD_HEIGHT + 2 * BORDER
    return min(room.width() / width, room.height() / height)
