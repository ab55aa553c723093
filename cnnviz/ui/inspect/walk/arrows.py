"""Arrows over the panes: from the window that is read to the working, from the sum to the value that it becomes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEasingCurve, QEvent, QObject, QPointF, QRectF, Qt, QVariantAnimation
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from cnnviz.ui import theme
from cnnviz.ui.widgets.heatmap import AXIS_LEFT

if TYPE_CHECKING:
    from cnnviz.ui.inspect.workspace import InspectWorkspace

GROW_MS = 300
HEAD, MARGIN, EDGE, CORNER = 6.0, 10, 7.0, 6.0
SHORTEST = 14.0
FAINT, CLEAR = 0.22, 0.75
"""How strong an arrow is where numbers are printed below it, and elsewhere."""


class Arrows(QWidget):
    """Lies over the three panes and lets every click through. The arrows grow when the cursor has moved.

    With reduced motion, and while Play moves the cursor, they are there at once.
    """

    def __init__(self, workspace: InspectWorkspace) -> None:
        super().__init__(workspace)
        self._workspace = workspace
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.grown = 1.0
        self._painted: list[QRectF] = []
        self._growing = QVariantAnimation(self)
        self._growing.setDuration(GROW_MS)
        self._growing.setStartValue(0.0)
        self._growing.setEndValue(1.0)
        self._growing.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._growing.valueChanged.connect(self._grow)
        workspace.panes.installEventFilter(self)

    @property
    def growing(self) -> bool:
        """Say whether the arrows move."""
        return self._growing.state() is QVariantAnimation.State.Running

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay where the panes are."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show):
            panes = self._workspace.panes
            self.setGeometry(
                QRectF(panes.mapTo(self._workspace, panes.rect().topLeft()), panes.size()).toRect()
            )
            self.raise_()
        if event.type() in (
            QEvent.Type.Show,
            QEvent.Type.Hide,
        ):  # another page may take the place of the panes
            self.setVisible(event.type() == QEvent.Type.Show)
        return super().eventFilter(watched, event)

    def show_move(self, *, at_once: bool) -> None:
        """Point from and to the places that are marked now."""
        self._growing.stop()
        self.grown = 1.0
        if at_once:
            self._touch()
        else:
            self._growing.start()

    def paths(self) -> list[QPainterPath]:
        """Return both arrows, in coordinates of the panes; one that would have no length is left out."""
        workspace = self._workspace
        window, cell = workspace.input.picture.window_rect(), workspace.output.picture.selected_rect()
        work = self._rect(workspace.work, QRectF(workspace.work.rect()))
        found = []
        if window is not None:
            start = self._rect(workspace.input.picture.map, window)
            found.append(
                _curve(
                    QPointF(start.right() + 2, start.center().y()),
                    QPointF(work.left() + EDGE, start.center().y()),
                )
            )
        if cell is not None:
            end = self._rect(workspace.output.picture.map, cell)
            card = self._rect(workspace.work.card, QRectF(workspace.work.card.rect()))
            start_point = QPointF(card.right() + 1, card.center().y())
            found.append(_around(start_point, work.right() - 2, QPointF(end.left() - 3, end.center().y())))
        return [path for path in found if path.length() > SHORTEST]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._painted, printed = [], self._printed()
        for path in self.paths():
            self._painted.append(path.boundingRect())
            _draw(painter, path, self.grown, printed)
        painter.end()

    def _printed(self) -> list[QRectF]:
        """Return the places of the maps that have their values printed on them, with the numbers of their rows."""
        pictures = self._workspace.input.picture.map, self._workspace.output.picture.map
        rects = [self._rect(each, each.grid().rect) for each in pictures if each.prints_values]
        return [rect.adjusted(-AXIS_LEFT, 0, 0, 0) for rect in rects]

    def _grow(self, share: float) -> None:
        self.grown = share
        self._touch()

    def _touch(self) -> None:
        """Paint anew where the arrows are and were, and nothing else: below lie three panes full of numbers."""
        for rect in (*self._painted, *(path.boundingRect() for path in self.paths())):
            self.update(rect.toAlignedRect().adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN))

    def _rect(self, widget: QWidget, rect: QRectF) -> QRectF:
        corner = widget.mapTo(self._workspace, QPointF(rect.topLeft()).toPoint()) - self.pos()
        return QRectF(QPointF(corner), rect.size())


def _curve(start: QPointF, end: QPointF) -> QPainterPath:
    path = QPainterPath(start)
    bend = max((end.x() - start.x()) * 0.5, 12)
    path.cubicTo(start + QPointF(bend, 0), end - QPointF(bend, 0), end)
    return path


def _around(start: QPointF, gutter: float, end: QPointF) -> QPainterPath:
    """Return a way along the border between two panes, where no number stands."""
    path = QPainterPath(start)
    down = 1 if end.y() > start.y() else -1
    radius = min(CORNER, abs(end.y() - start.y()) / 2, gutter - start.x() if gutter > start.x() else 0.0)
    path.lineTo(gutter - radius, start.y())
    path.quadTo(QPointF(gutter, start.y()), QPointF(gutter, start.y() + down * radius))
    path.lineTo(gutter, end.y() - down * radius)
    path.quadTo(QPointF(gutter, end.y()), QPointF(gutter + radius, end.y()))
    path.lineTo(end)
    return path


def _draw(painter: QPainter, path: QPainterPath, share: float, printed: Sequence[QRectF]) -> None:
    """Draw the first share of a path, with a head where it ends; faint over printed numbers."""
    steps = 80
    pens = [QPen(theme.color("cursor", alpha), 1.6) for alpha in (CLEAR, FAINT)]
    pens[0].setCapStyle(Qt.PenCapStyle.RoundCap)
    pens[1].setCapStyle(Qt.PenCapStyle.FlatCap)  # round ends lie on each other and would add up
    points = [path.pointAtPercent(share * step / steps) for step in range(steps + 1)]
    for here, there in itertools.pairwise(points):
        painter.setPen(pens[any(rect.contains(here) for rect in printed)])
        painter.drawLine(here, there)
    painter.setPen(pens[0])
    tip, before = points[-1], points[-4]
    angle = math.atan2(tip.y() - before.y(), tip.x() - before.x())
    for turn in (-0.5, 0.5):
        side = QPointF(math.cos(angle + turn), math.sin(angle + turn)) * HEAD
        painter.drawLine(tip, tip - side)
