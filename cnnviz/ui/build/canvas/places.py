"""Sizes and places on the canvas, in scene pixels."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPointF

CARD_WIDTH = 240.0
CARD_HEIGHT = 108.0
ROW_PITCH = 192.0
"""From one card to the next below it."""
GRID = 8
SNAP = 16
PORT = 9.0
"""Diameter of a port at rest."""
PORT_LEGAL = 13.0
PORT_HIT = 24.0
"""Diameter of the area in which a port answers the mouse."""

Place = tuple[float, float]
Flow = Literal["down", "right"]
"""Wires that run down leave at the lower edge and arrive at the upper one; to the right, at the right and the left."""


def snapped(x: float, y: float) -> Place:
    """Return the nearest place on the snapping grid."""
    return float(round(x / SNAP) * SNAP), float(round(y / SNAP) * SNAP)


def under_pointer(point: QPointF) -> Place:
    """Return where a new card lies whose header is under the pointer."""
    return snapped(point.x() - CARD_WIDTH / 2, point.y() - CARD_HEIGHT / 4)


def in_port(position: Place, port: int, ports: int, flow: Flow = "down") -> Place:
    """Return the centre of an input port: spread evenly over the upper or the left edge."""
    share = (port + 1) / (ports + 1)
    if flow == "right":
        return position[0], position[1] + CARD_HEIGHT * share
    return position[0] + CARD_WIDTH * share, position[1]


def out_port(position: Place, port: int = 0, ports: int = 1, flow: Flow = "down") -> Place:
    """Return the centre of an output port: spread evenly over the lower or the right edge."""
    share = (port + 1) / (ports + 1)
    if flow == "right":
        return position[0] + CARD_WIDTH, position[1] + CARD_HEIGHT * share
    return position[0] + CARD_WIDTH * share, position[1] + CARD_HEIGHT
