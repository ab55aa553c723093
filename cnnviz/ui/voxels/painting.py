"""Draws cubes, boxes and axes with QPainter: all that is needed where there is no OpenGL."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from cnnviz.ui import theme
from cnnviz.ui.voxels.camera import Projection
from cnnviz.ui.voxels.faces import Faces, corners
from cnnviz.ui.voxels.scene import Look, back_to_front, viewer_side
from cnnviz.ui.voxels.solid import AXIS_NAMES

Box = tuple[tuple[float, float], ...]
"""First and last-but-one place along z, y and x, in voxels: (0, 16) is a whole side of 16."""
AXIS_COLOURS = ("cursor", "pos", "neg")
"""Tokens of z, y and x."""
EDGE = 0.72
SMOOTH = 2000
"""Up to so many faces edges are smooth; more of them are small, and painted more than twice as fast without."""
GIZMO = 30.0
_BITS = np.array(list(np.ndindex(2, 2, 2)))
_EDGES = [
    (first, second)
    for first in range(8)
    for second in range(first + 1, 8)
    if int(np.abs(_BITS[first] - _BITS[second]).sum()) == 1
]


def paint_faces(painter: QPainter, faces: Faces, projection: Projection, look: Look) -> None:
    """Paint the faces from back to front, and the plane of the slice where ghosts begin."""
    order = back_to_front(faces, projection)
    outlines = projection.project(corners(faces.cells[order], faces.directions[order]))
    begins = int(np.searchsorted(order >= faces.solid, True))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(order) <= SMOOTH)
    colours = faces.colours[order]
    _paint_polygons(painter, outlines[:begins], colours[:begins])
    if look.cuts:
        paint_plane(painter, projection, look)
    _paint_polygons(painter, outlines[begins:], colours[begins:])


def _paint_polygons(painter: QPainter, outlines: NDArray[np.float32], colours: NDArray[np.uint8]) -> None:
    pen = QPen(QColor(), 1)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    for outline, (red, green, blue, alpha) in zip(outlines.tolist(), colours.tolist(), strict=True):
        painter.setBrush(QColor(red, green, blue, alpha))
        pen.setColor(QColor(int(red * EDGE), int(green * EDGE), int(blue * EDGE), alpha))
        painter.setPen(pen)
        painter.drawConvexPolygon([QPointF(right, down) for right, down in outline])


def paint_plane(painter: QPainter, projection: Projection, look: Look) -> None:
    """Paint the plane of the slice on the side that is seen."""
    painter.setPen(QPen(theme.color("acc"), 1.2))
    painter.setBrush(theme.color("acc", 0.12))
    painter.drawPolygon(QPolygonF(_plane(projection, look)))


def name_plane(painter: QPainter, projection: Projection, look: Look) -> None:
    """Write which slice the plane is, on a ground of its own: it may lie over voxels."""
    corner = max(_plane(projection, look), key=lambda point: point.x() - point.y())
    painter.setFont(theme.mono_font(11))
    name, place = f"slice {AXIS_NAMES[look.axis]} = {look.at}", corner + QPointF(6, -2)
    ground = painter.fontMetrics().boundingRect(name).translated(place.toPoint()).adjusted(-3, 0, 3, 0)
    painter.fillRect(ground, theme.color("bg2", 0.8))
    painter.setPen(theme.color("acc"))
    painter.drawText(place, name)


def _plane(projection: Projection, look: Look) -> list[QPointF]:
    """Return the corners of the plane of the slice in the picture."""
    place = look.at + 0.5 * viewer_side(projection, look)
    first, last = np.full(3, -0.5), np.array(projection.shape) - 0.5
    others = [axis for axis in range(3) if axis != look.axis]
    square = np.empty((4, 3))
    square[:, look.axis] = place
    for at, (one, other) in enumerate(((0, 0), (0, 1), (1, 1), (1, 0))):
        square[at, others] = [(first, last)[one][others[0]], (first, last)[other][others[1]]]
    return [QPointF(right, down) for right, down in projection.project(square).tolist()]


def box_lines(projection: Projection, box: Box) -> list[QLineF]:
    """Return the twelve edges of a box of voxels in the picture."""
    low = np.array([first for first, _ in box]) - 0.5
    high = np.array([end for _, end in box]) - 0.5
    points = projection.project(np.where(_BITS == 1, high, low)).tolist()
    return [QLineF(*points[first], *points[second]) for first, second in _EDGES]


def paint_box(
    painter: QPainter,
    projection: Projection,
    box: Box,
    colour: QColor,
    width: float = 1.0,
    *,
    dashed: bool = False,
) -> None:
    """Paint a wire cube around some voxels."""
    pen = QPen(colour, width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    if dashed:
        pen.setDashPattern([4, 3])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawLines(box_lines(projection, box))


def whole(shape: tuple[int, int, int]) -> Box:
    """Return the box around all voxels."""
    return tuple((0, size) for size in shape)


def paint_gizmo(painter: QPainter, projection: Projection) -> None:
    """Paint the three axes in the corner below on the left: which way x, y and z go."""
    origin = QPointF(52, projection.height - 52)
    rotation = projection.camera.rotation
    painter.setFont(theme.mono_font(11))
    for axis, space in enumerate((np.array([0, 0, -1]), np.array([0, -1, 0]), np.array([1, 0, 0]))):
        right, up, _ = (rotation @ space.astype(np.float32)).tolist()
        colour = theme.color(AXIS_COLOURS[axis])
        painter.setPen(QPen(colour, 2))
        painter.drawLine(origin, origin + QPointF(right, -up) * GIZMO)
        painter.drawText(origin + QPointF(right, -up) * (GIZMO + 9) + QPointF(-3, 4), AXIS_NAMES[axis])
