"""A wire on the canvas: an orthogonal line with round corners, and a pill with the shape that it carries."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnnviz.ui import theme
from cnnviz.ui.build.cards.faces import WireFace
from cnnviz.ui.build.cards.routing import Point, Rect, label_place, part_length

RADIUS = 10.0
PILL_HEIGHT, LINE_HEIGHT = 18.0, 13.0
HIT_WIDTH = 14.0
LONG = 200.0
FAR = 0.3
"""Below this zoom factor a wire is one pixel wide and not smoothed."""
_PEN_WIDTHS = {"fine": 1.5, "error": 2.4, "waiting": 1.5}


class WireItem(QGraphicsItem):
    """Shows one edge; only `scene.sync` calls its setters, the view its marks."""

    def __init__(self, face: WireFace, path: tuple[Point, ...]) -> None:
        super().__init__()
        self.face = face
        self.points = path
        self.hovered = self.selected = self.target = self.cut = False
        self._whole = False
        self._line = rounded(path)
        self._share = 0.5
        self.place_label()

    def set_face(self, face: WireFace, path: tuple[Point, ...]) -> None:
        """Show something else, or run another way."""
        # before anything that the bounding box depends on: the scene finds items again by their old box
        self.prepareGeometryChange()
        if path != self.points:
            self.points = path
            self._line = rounded(path)
        self.face = face
        self.place_label(self._share)
        self.update()

    def mark(self, **marks: bool) -> None:
        """Set `hovered`, `selected`, `target` (something would be dropped here) or `cut` (by the knife)."""
        if any(getattr(self, name) != value for name, value in marks.items()):
            vars(self).update(marks)
            self.update()

    @property
    def text(self) -> str:
        """Return what the label says."""
        cost = self.face.cost if self._whole else ""
        return f"{self.face.label}\n{cost}" if cost else self.face.label

    def tell_all(self, whole: bool) -> None:
        """Say on the label what the wire leads to costs, or only the shape that it carries."""
        if whole != self._whole:
            self._whole = whole
            self.place_label(self._share)
            self.update()

    def hit(self, point: QPointF) -> bool:
        """Say whether the mouse is near enough to mean this wire."""
        stroker = QPainterPathStroker()
        stroker.setWidth(HIT_WIDTH)
        return self._pill.contains(point) or stroker.createStroke(self._line).contains(point)

    def boundingRect(self) -> QRectF:
        return self._box

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        zoom = option.levelOfDetailFromTransform(painter.worldTransform())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, zoom >= FAR)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self._pen() if zoom >= FAR else QPen(theme.color(self._tone()), 0))
        painter.drawPath(self._line)
        if zoom >= 0.5:
            self._paint_pill(painter)

    def _pen(self) -> QPen:
        width = 2.4 if self.target or self.selected else _PEN_WIDTHS[self.face.state]
        pen = QPen(theme.color(self._tone()), width)
        if self.face.state == "waiting" or self.cut:
            pen.setDashPattern([4 / width * 1.2, 4 / width * 1.2])
        return pen

    def _tone(self) -> str:
        if self.cut:
            return "err"
        if self.target:
            return "cursor"
        if self.selected:
            return "acc"
        if self.face.state == "error":
            return "err"
        return "t1" if self.hovered else "wire"

    def _paint_pill(self, painter: QPainter) -> None:
        bad, shown = self.face.state == "error", self.hovered or self.selected or self.target
        painter.setPen(QPen(theme.color(self._tone() if bad or shown else "line2"), 1))
        painter.setBrush(theme.color("err_bg" if bad else "bg3"))
        painter.drawRoundedRect(self._pill, PILL_HEIGHT / 2, PILL_HEIGHT / 2)
        painter.setPen(theme.color("err" if bad else "t1" if shown else "t2"))
        painter.setFont(theme.mono_font(10))
        painter.drawText(self._pill, Qt.AlignmentFlag.AlignCenter, self.text)

    @property
    def is_long(self) -> bool:
        """Say whether a label could lie elsewhere along the wire."""
        return any(part_length(a, b) > LONG for a, b in pairwise(self.points))

    @property
    def label_box(self) -> Rect:
        """Return the place of the label: left, top, right, bottom."""
        return self._pill.left(), self._pill.top(), self._pill.right(), self._pill.bottom()

    def place_label(self, share: float = 0.5) -> None:
        """Put the label at a share of the wire's longest part."""
        self.prepareGeometryChange()
        self.setZValue(-0.9 if len(self.points) == 2 else -1)  # its label is where others of its port turn
        self._share = share
        x, y = label_place(self.points, share)
        metrics, lines = QFontMetricsF(theme.mono_font(10)), self.text.splitlines()
        width = max(max(map(metrics.horizontalAdvance, lines)) + 14, PILL_HEIGHT)
        height = PILL_HEIGHT + (len(lines) - 1) * LINE_HEIGHT
        self._pill = QRectF(x - width / 2, y - height / 2, width, height)
        line = self._line.boundingRect().adjusted(-4, -4, 4, 4)
        self._box = line.united(self._pill.adjusted(-2, -2, 2, 2))  # asked for many times in every frame


def rounded(points: tuple[Point, ...], radius: float = RADIUS) -> QPainterPath:
    """Return a line through the corners, each rounded as far as its two parts allow."""
    path = QPainterPath(QPointF(*points[0]))
    for (a, corner), (_, b) in pairwise(pairwise(points)):
        reach = min(radius, part_length(a, corner) / 2, part_length(corner, b) / 2)
        path.lineTo(_towards(corner, a, reach))
        path.quadTo(QPointF(*corner), _towards(corner, b, reach))
    path.lineTo(QPointF(*points[-1]))
    return path


def _towards(start: Point, end: Point, distance: float) -> QPointF:
    length = part_length(start, end) or 1.0
    share = distance / length
    return QPointF(start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)
