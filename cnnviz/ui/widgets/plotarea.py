"""The pyqtgraph side of `curves`: imported when the first plot is shown, never before the first window paint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent

from cnnviz.ui import theme

_BESIDE = [(0, 0.5), (0, 0.5)]
"""The word of a flag stands to its right."""


class NumberAxis(pg.AxisItem):
    """Axis text in our own number format; on a logarithmic axis ticks at 1, 2, 5, 10 ..."""

    def __init__(self, side: str, text: Callable[[float], str], log: bool = False) -> None:
        self._text, self._log = text, log
        super().__init__(side)
        # lines and texts are laid out once per range, not at every new point of a curve
        self.setCacheMode(pg.QtWidgets.QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.setStyle(tickLength=0, autoExpandTextSpace=False, tickTextOffset=5)
        if side == "left":
            self.setWidth(42)
        else:
            self.setHeight(20)

    def set_log(self, log: bool) -> None:
        """Write numbers as powers of ten, or as they are."""
        self._log = log
        self.picture = None
        self.update()

    def boundingRect(self) -> QRectF:
        return (
            super().boundingRect().adjusted(-16, -8, 16, 8)
        )  # with a grid, pyqtgraph drops the outermost texts

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [self._text(10.0**value if self._log else value) for value in values]

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        if not self._log:
            return [super().tickValues(low, high, size)[0]]
        digits = (1, 2, 5) if high - low < 3.2 else (1,)
        powers = range(int(np.floor(low)), int(np.ceil(high)) + 1)
        ticks = [power + float(np.log10(digit)) for power in powers for digit in digits]
        return [(1.0, [tick for tick in ticks if low - 1e-6 <= tick <= high + 1e-6])]


class Line(pg.PlotCurveItem):
    """A curve in fixed axes: it claims all of the view, so nobody has to look for its lowest and highest points."""

    def boundingRect(self) -> QRectF:
        view = self.getViewBox()
        return super().boundingRect() if view is None else view.viewRect()


class PlotArea(pg.PlotWidget):
    """A plot with fixed axes, without antialiasing, menus or mouse panning; reports where the mouse is.

    Call `repaint_later` after changes: it paints itself as a whole, once, not once per changed part.
    """

    hovered = Signal(float)
    left = Signal()

    def __init__(self, x_text: Callable[[float], str], y_text: Callable[[float], str], log: bool) -> None:
        self.x_axis, self.y_axis = NumberAxis("bottom", x_text), NumberAxis("left", y_text, log)
        super().__init__(axisItems={"bottom": self.x_axis, "left": self.y_axis})
        self.setAntialiasing(False)
        self.setMenuEnabled(False)
        # pyqtgraph makes this menu even when menus are off, and leaves it to nobody
        self.getPlotItem().ctrlMenu.setParent(self, Qt.WindowType.Popup)
        self.hideButtons()
        self.setMouseEnabled(False, False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # It fills itself: without this Qt paints everything that lies behind first, down to the window.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setViewportUpdateMode(pg.QtWidgets.QGraphicsView.ViewportUpdateMode.NoViewportUpdate)
        self.getViewBox().disableAutoRange()
        self.getViewBox().setDefaultPadding(0)
        self.getPlotItem().setContentsMargins(2, 8, 18, 2)
        self.showGrid(x=True, y=True, alpha=1.0)
        for axis in (self.x_axis, self.y_axis):
            axis.setZValue(self.getViewBox().zValue() - 1)  # the grid lies below the curves
        self.hover_line = pg.InfiniteLine(angle=90, movable=False)
        self.reference = pg.InfiniteLine(angle=0, movable=False)
        self._flags: list[pg.InfiniteLine] = []
        for line in (self.hover_line, self.reference):
            line.setVisible(False)
            self.addItem(line, ignoreBounds=True)
        self.wear_theme()

    def wear_theme(self) -> None:
        """Take the colours of the theme in force."""
        self.setBackground(theme.color("bg2"))
        for axis in (self.x_axis, self.y_axis):
            axis.setTickFont(theme.mono_font(9.5))
            axis.setTextPen(theme.color("t3"))
            axis.setPen(theme.color("line"))
            axis.setTickPen(theme.color("line"))
        self.hover_line.setPen(pg.mkPen(theme.color("cursor"), width=1, style=Qt.PenStyle.DashLine))
        self.reference.setPen(pg.mkPen(theme.color("t3"), width=1, style=Qt.PenStyle.DotLine))
        self.repaint_later()

    def repaint_later(self) -> None:
        """Let what has changed be seen."""
        self.viewport().update()

    def pen(self, color: QColor, width: float, dashed: bool = False) -> Any:
        """A pen `width` logical pixels wide: pyqtgraph's pens count device pixels."""
        style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
        return pg.mkPen(color, width=width * self.devicePixelRatioF(), style=style)

    def faint_pen(self, color: QColor) -> Any:
        """The pen of raw values: 28 %, mixed with the ground, as blending a long line costs a millisecond."""
        ground = theme.color("bg2")
        parts = ((color.red(), ground.red()), (color.green(), ground.green()), (color.blue(), ground.blue()))
        return self.pen(QColor(*(round(0.28 * over + 0.72 * under) for over, under in parts)), 0.8)

    def dotted_pen(self, color: QColor) -> Any:
        """The pen of what is only planned."""
        faint = QColor(color)
        faint.setAlphaF(0.6)
        return pg.mkPen(faint, width=1.2 * self.devicePixelRatioF(), style=Qt.PenStyle.DotLine)

    def set_log(self, log: bool) -> None:
        """Write the vertical axis as powers of ten, or not."""
        self.y_axis.set_log(log)

    def set_flags(self, flags: Sequence[tuple[float, str]]) -> None:
        """Put a flag with a word at each x."""
        for line in self._flags:
            self.removeItem(line)
        self._flags = []
        for x, text in flags:
            line = pg.InfiniteLine(x, angle=90, movable=False)
            line.setPen(pg.mkPen(theme.color("warn"), width=1, style=Qt.PenStyle.DashLine))
            if text:
                word = pg.InfLineLabel(line, text, position=0.94, color=theme.color("warn"), anchors=_BESIDE)
                word.setFont(theme.mono_font(9))
            self.addItem(line, ignoreBounds=True)
            self._flags.append(line)

    def add_line(self, *, points: bool = False) -> Line | pg.PlotDataItem:
        """A new curve, drawn the cheap way; give it a pen and data. Only one with `points` can have symbols."""
        # The data come thinned: pyqtgraph's own thinning and clipping would cost more than drawing.
        line = (
            pg.PlotDataItem(antialias=False, skipFiniteCheck=True)
            if points
            else Line(antialias=False, skipFiniteCheck=True)
        )
        self.addItem(line, ignoreBounds=True)
        return line

    def set_limits(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Fix both axes."""
        self.setRange(xRange=x, yRange=y, padding=0, disableAutoRange=True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        view = self.getViewBox()
        place = self.mapToScene(event.position().toPoint())
        if view.sceneBoundingRect().contains(QPointF(place)):
            self.hovered.emit(float(view.mapSceneToView(QPointF(place)).x()))
        else:
            self.left.emit()

    def leaveEvent(self, event: QEvent) -> None:
        self.left.emit()
        super().leaveEvent(event)
