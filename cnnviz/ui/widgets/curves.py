"""Live curves: fixed axes that grow in rare steps, at most one redraw per `refresh()`, nothing when hidden.

Append as often as you like; call `refresh()` from one timer, ten times a second. pyqtgraph is imported
when the first plot becomes visible.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QColor, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnnviz.ui import numbers, theme
from cnnviz.ui.widgets.curvelegend import CurveLegend, Entry
from cnnviz.ui.widgets.series import SMALLEST_LOG, Curve, Series, Style, grown_limits, nice_above

if TYPE_CHECKING:
    from cnnviz.ui.widgets.plotarea import PlotArea

BINS = 400


class Curves(QWidget):
    """One plot of some series. `hovered(x)` and `left()` link the hover line of several plots.

    A "train" series shows its raw values faintly and a smoothed line; "validation" is dashed with points;
    "other" is a thin line for another run, "plan" a faint dotted one for what is to come.
    """

    hovered = Signal(float)
    left = Signal()

    def __init__(
        self,
        parent: QWidget | None = None,
        name: str = "curve",
        log: bool = False,
        percent: bool = False,
        x_name: str = "step",
    ) -> None:
        super().__init__(parent)
        self._name, self._log, self._percent, self._x_name = name, log, percent, x_name
        self._x_words: Callable[[float], str] | None = None
        self._curves: dict[str, Curve] = {}
        self._smoothing = 0.95
        self._reference: tuple[float, str] | None = None
        self._x_end, self._hover = 1.0, None  # type: float, float | None
        self._y: tuple[float, float] | None = (0.0, 1.0) if percent else None
        self._limits: tuple[float, ...] = ()
        self._plot: PlotArea | None = None
        self._marks: tuple[tuple[float, str], ...] = ()
        self._drawn_marks: tuple[tuple[float, str], ...] = ()
        self._stale = True
        self.setAccessibleName(name)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._legend = CurveLegend()
        self._column.addStretch(1)
        self._column.addWidget(self._legend)
        theme.changed.connect(self._wear_theme)

    # data

    def add_series(self, key: str, text: str, color: str = "acc", style: Style = "train") -> None:
        """Make room for a series; `color` is a token ("acc") or a colour ("#D65DA8")."""
        smoothing = self._smoothing if style == "train" else 0.0
        self._curves[key] = Curve(text, color, style, Series(smoothing))
        self._stale = True

    def append(self, key: str, xs: Iterable[float], ys: Iterable[float]) -> None:
        """Add points to a series; nothing is drawn before `refresh`."""
        self._curves[key].data.append(xs, ys)
        self._stale = True

    def clear(self) -> None:
        """Forget all series and all limits, before a new run."""
        if self._plot:
            for curve in self._curves.values():
                for item in (curve.raw, curve.line):
                    if item is not None:
                        self._plot.removeItem(item)
        self._curves.clear()
        self._x_end, self._limits = 1.0, ()
        self._y = (0.0, 1.0) if self._percent else None
        self._stale = True

    def set_smoothing(self, smoothing: float) -> None:
        """Weight of the past in the smoothed lines, 0 (none) to below 1."""
        self._smoothing = smoothing
        for curve in self._curves.values():
            if curve.style == "train":
                curve.data.set_smoothing(smoothing)
        self._stale = True

    def set_x_end(self, x: float) -> None:
        """Reserve the axis up to `x`, when the length of the run is known: then it never moves."""
        self._x_end, self._stale = max(x, self._x_end), True

    def set_y_range(self, low: float, high: float) -> None:
        """Show these values; a percent axis keeps them, any other grows when values leave them."""
        self._y, self._stale = (low, high), True

    def set_reference(self, y: float | None, text: str = "") -> None:
        """A dotted line with a meaning, such as ln 10, the loss of guessing; None takes it away."""
        self._reference, self._stale = None if y is None else (y, text), True

    def set_marks(self, marks: Sequence[tuple[float, str]]) -> None:
        """Put flags at some x, each with a word, such as a learning rate that was changed there."""
        if tuple(marks) != self._marks:
            self._marks, self._stale = tuple(marks), True

    def set_log(self, log: bool) -> None:
        """Make the vertical axis logarithmic, or linear."""
        if log != self._log:
            self._log, self._limits, self._stale = log, (), True
            self._y = (0.0, 1.0) if self._percent else None
            if self._plot:
                self._plot.set_log(log)

    def set_x_name(self, name: str, text: Callable[[float], str] | None = None) -> None:
        """Name what the horizontal axis counts, for words beside the hover line; `text` writes its numbers."""
        self._x_name, self._x_words = name, text

    def remove_series(self, key: str) -> None:
        """Draw a series no longer."""
        curve = self._curves.pop(key, None)
        for item in (curve.raw, curve.line) if curve is not None else ():
            if item is not None and self._plot:
                self._plot.removeItem(item)
        self._stale = True

    @property
    def log(self) -> bool:
        """Say whether the vertical axis is logarithmic."""
        return self._log

    @property
    def series(self) -> tuple[str, ...]:
        """Return the keys of all series."""
        return tuple(self._curves)

    @property
    def plot(self) -> PlotArea | None:
        """Return the plot, once it was shown; for exporting it as a picture."""
        return self._plot

    def set_hover(self, x: float | None) -> None:
        """Show the vertical line of a linked plot at `x`, with the values there in the legend; emits nothing."""
        self._hover = x
        if self._plot:
            self._plot.hover_line.setVisible(x is not None)
            if x is not None:
                self._plot.hover_line.setPos(x)
            self._plot.repaint_later()
        self._write_legend()

    def sizeHint(self) -> QSize:
        return QSize(360, 220)

    # drawing

    def refresh(self) -> None:
        """Draw what has come since; free when nothing has, or when the plot is not visible."""
        if not self._stale or not self.isVisible():
            return
        self._stale = False
        plot = self._plot or self._make_plot()
        self._grow_limits(plot)
        for curve in self._curves.values():
            self._draw(plot, curve)
        if self._reference:
            plot.reference.setPos(self._to_axis(np.array([self._reference[0]]))[0])
        plot.reference.setVisible(self._reference is not None)
        if self._drawn_marks != self._marks:
            self._drawn_marks = self._marks
            plot.set_flags(self._marks)
        plot.repaint_later()
        self._write_legend()
        self.setAccessibleDescription(", ".join(self._last_values()))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._stale = True
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._write_legend()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.set_hover(None)

    def _make_plot(self) -> PlotArea:
        from cnnviz.ui.widgets.plotarea import PlotArea

        plot = PlotArea(self._x_text, self._text, self._log)
        plot.hovered.connect(self._on_hover)
        plot.left.connect(self._on_leave)
        self._column.takeAt(0)
        self._column.insertWidget(0, plot, 1)
        self._plot = plot
        return plot

    def _draw(self, plot: PlotArea, curve: Curve) -> None:
        if curve.line is None:
            curve.raw = plot.add_line() if curve.style == "train" else None
            curve.line = plot.add_line(points=curve.style == "validation")
            self._set_pens(plot, curve)
        bins = min(BINS, max(plot.width() // 2, 50))
        drawn = (len(curve.data), self._smoothing, bins, self._log)
        if drawn == curve.drawn:
            return
        curve.drawn = drawn
        if curve.raw is not None:
            x, y = curve.data.raw_outline(bins)
            curve.raw.setData(x, self._to_axis(y))
        x, y = curve.data.smooth_outline(bins // 2)
        curve.line.setData(x, self._to_axis(y))

    def _set_pens(self, plot: PlotArea, curve: Curve) -> None:
        color = self._color(curve)
        if curve.raw is not None:
            curve.raw.setPen(plot.faint_pen(color))
        if curve.style == "other":
            color.setAlphaF(0.75)
        if curve.style == "plan":
            curve.line.setPen(plot.dotted_pen(color))
            return
        width = {"train": 1.8, "validation": 1.5, "other": 1.3}[curve.style]
        curve.line.setPen(plot.pen(color, width, curve.style == "validation"))
        if curve.style == "validation":
            curve.line.setSymbol("o")
            curve.line.setSymbolSize(4)
            curve.line.setSymbolBrush(color)
            curve.line.setSymbolPen(None)

    def _grow_limits(self, plot: PlotArea) -> None:
        """Move the axes only when a smoothed value has left them, and then with room to spare."""
        lines = [curve.data for curve in self._curves.values() if len(curve.data)]
        furthest = max((float(line.x[-1]) for line in lines), default=0.0)
        if furthest > self._x_end:
            self._x_end = nice_above(furthest * 1.25)
        if lines and not self._percent:
            values = [float(end) for line in lines for end in (line.low, line.high)]
            values += [self._reference[0]] if self._reference else []
            self._y = grown_limits(self._y, min(values), max(values), self._log)
        low, high = self._y or ((0.1, 1.0) if self._log else (0.0, 1.0))
        ends = self._to_axis(np.array([low, high]))
        limits = (0.0, self._x_end, float(ends[0]), float(ends[1]))
        if limits != self._limits:
            self._limits = limits
            plot.set_limits(limits[:2], limits[2:])

    def _to_axis(self, y: np.ndarray) -> np.ndarray:
        return np.log10(np.maximum(y, SMALLEST_LOG)) if self._log else y

    # words

    def _text(self, y: float) -> str:
        return f"{numbers.compact(100 * y, 3)}%" if self._percent else numbers.compact(y, 3)

    def _x_text(self, x: float) -> str:
        return self._x_words(x) if self._x_words is not None else numbers.compact(x, 4)

    def _write_legend(self) -> None:
        shown = [curve for curve in self._curves.values() if curve.style != "plan" or self._hover is not None]
        place = f"{self._x_name} {self._x_text(self._hover)}" if self._hover is not None else ""
        meaning = self._reference[1] if self._reference else ""
        self._legend.tell([self._entry(curve) for curve in shown], place=place, meaning=meaning)

    def _entry(self, curve: Curve) -> Entry:
        value = curve.data.at(self._hover) if self._hover is not None else None
        words = "" if value is None else self._value_text(value)
        return Entry(self._color(curve).name(), curve.text, curve.style == "validation", words)

    def _last_values(self) -> list[str]:
        curves = [curve for curve in self._curves.values() if len(curve.data)]
        return [f"{curve.text} {self._value_text(float(curve.data.smooth[-1]))}" for curve in curves]

    def _value_text(self, y: float) -> str:
        return numbers.percent(y, 2) if self._percent else numbers.compact(y, 4)

    # pointing and theme

    def _on_hover(self, x: float) -> None:
        self.set_hover(x)
        self.hovered.emit(x)

    def _on_leave(self) -> None:
        if self._hover is not None:
            self.set_hover(None)
            self.left.emit()

    def _color(self, curve: Curve) -> QColor:
        return QColor(curve.color) if curve.color.startswith("#") else theme.color(curve.color)

    def _wear_theme(self) -> None:
        if self._plot:
            self._plot.wear_theme()
            for curve in self._curves.values():
                if curve.line is not None:
                    self._set_pens(self._plot, curve)
            self._plot.repaint_later()
        self._write_legend()


def example() -> QWidget:
    """A loss curve with validation, and the loss of guessing."""
    rng = np.random.default_rng(2)
    steps = np.arange(1, 2501, dtype=float)
    loss = 2.3 * np.exp(-steps / 250) + 0.03
    plot = Curves(name="loss", log=True)
    plot.add_series("train", "train")
    plot.add_series("validation", "validation", "acc", "validation")
    plot.add_series("3", "#3 val.", "#D65DA8", "other")
    plot.append("train", steps, loss * np.exp(rng.normal(0, 0.4, len(steps))))
    plot.append("validation", steps[::100], loss[::100] * 1.2)
    plot.append("3", steps[::100], loss[::100] * 1.7)
    plot.set_reference(math.log(10), "guessing, ln 10")
    plot.set_x_end(3000)
    return plot


if __name__ == "__main__":
    from cnnviz.ui.widgets import demo

    demo.run(example, (460, 320))
