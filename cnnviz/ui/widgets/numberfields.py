"""Fields for one number: text, steps by key and wheel, and a logarithmic slider where asked for."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QSlider, QWidget

from cnnviz.ui import numbers, theme
from cnnviz.ui.widgets.field import Field

SLIDER_STEPS = 1000


class NumberEdit(QLineEdit):
    """A line for one number: all selected on focus; arrow keys and (with focus) the wheel step it."""

    stepped = Signal(int)

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        theme.set_role(self, role="number")
        self.setFixedWidth(width)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        QTimer.singleShot(0, self, self.selectAll)  # after the mouse press has set its own caret

    def keyPressEvent(self, event: QKeyEvent) -> None:
        direction = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if direction:
            self.stepped.emit(direction)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus() and event.angleDelta().y():
            self.stepped.emit(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            event.ignore()


class _NumberField(Field):
    """A field with one number between `low` and `high`."""

    def __init__(
        self, low: float, high: float, name: str, width: int, slider: bool, parent: QWidget | None
    ) -> None:
        super().__init__(name, parent)
        self.low, self.high = low, high
        self._value: Any = low
        self.edit = NumberEdit(width)
        self._add(self.edit)
        self.edit.textEdited.connect(self._read)
        self.edit.stepped.connect(self._step)
        self.edit.editingFinished.connect(self._tidy)
        self.slider: QSlider | None = None
        if slider:
            self.slider = QSlider(Qt.Orientation.Horizontal)
            self.slider.setRange(0, SLIDER_STEPS)
            self.slider.valueChanged.connect(self._slide)
            self._add(self.slider, 1, marked=False)
        else:
            self.row.addStretch(1)

    def value(self) -> Any:
        return self._value

    def set_value(self, value: Any) -> None:
        self._value = value
        self.set_error(None)
        if self._parsed(self.edit.text()) != value:
            self.edit.setText(self._format(value))
        self._place_slider()

    def _parse(self, text: str) -> Any:
        raise NotImplementedError

    def _format(self, value: Any) -> str:
        raise NotImplementedError

    def _stepped(self, direction: int) -> Any:
        raise NotImplementedError

    def _parsed(self, text: str) -> Any:
        try:
            return self._parse(text)
        except ValueError:
            return None

    def _read(self, text: str) -> None:
        try:
            value = self._parse(text)
        except ValueError as problem:
            self.set_error(str(problem))
            return
        if not self.low <= value <= self.high:
            self.set_error(f"from {numbers.compact(self.low, 6)} to {numbers.compact(self.high, 6)}")
            return
        self._take(value)

    def _take(self, value: Any) -> None:
        self.set_error(None)
        if value != self._value or self.mixed:
            self._value = value
            self._place_slider()
            self.edited.emit(value)

    def _step(self, direction: int) -> None:
        value = min(max(self._stepped(direction), self.low), self.high)
        self.edit.setText(self._format(value))
        self._take(value)

    def _tidy(self) -> None:
        if not self.error() and not self.mixed:
            self.edit.setText(self._format(self._value))

    # the slider is logarithmic: layer sizes and learning rates span decades

    def _place_slider(self) -> None:
        if self.slider:
            floor = self._floor()
            share = math.log(max(self._value, floor) / floor) / math.log(self.high / floor)
            self.slider.blockSignals(True)
            self.slider.setValue(round(SLIDER_STEPS * min(share, 1)))
            self.slider.blockSignals(False)

    def _slide(self, place: int) -> None:
        floor = self._floor()
        value = self._rounded(floor * (self.high / floor) ** (place / SLIDER_STEPS))
        self.edit.setText(self._format(value))
        self._take(value)

    def _floor(self) -> float:
        return self.low if self.low > 0 else min(1.0, self.high * 1e-6)

    def _rounded(self, value: float) -> Any:
        raise NotImplementedError


class IntField(_NumberField):
    """A whole number between `low` and `high`, both allowed."""

    def __init__(
        self,
        low: int = 0,
        high: int = 1_000_000,
        name: str = "",
        slider: bool = False,
        width: int = 64,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(low, high, name, width, slider, parent)

    def _parse(self, text: str) -> int:
        try:
            value = numbers.parse(text)
        except ValueError:
            raise ValueError("a whole number is needed") from None
        if not math.isfinite(value) or value != int(value):
            raise ValueError("a whole number is needed")
        return int(value)

    def _format(self, value: int) -> str:
        return numbers.minus(str(value))

    def _stepped(self, direction: int) -> int:
        return int(self._value + direction)

    def _rounded(self, value: float) -> int:
        return round(value)


class FloatField(_NumberField):
    """A number between `low` and `high`, typed as 0.001 or 1e-3; steps are 1 % of `high`, or 1-2-5 if `log`."""

    def __init__(
        self,
        low: float = 0.0,
        high: float = 1.0,
        name: str = "",
        slider: bool = False,
        log: bool = False,
        width: int = 72,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(low, high, name, width, slider, parent)
        self._log = log or slider

    def _parse(self, text: str) -> float:
        try:
            value = numbers.parse(text)
        except ValueError:
            raise ValueError("a number is needed, such as 0.001 or 1e−3") from None
        if not math.isfinite(value):
            raise ValueError("a finite number is needed")
        return value

    def _format(self, value: float) -> str:
        return numbers.compact(value, 5)

    def _stepped(self, direction: int) -> float:
        if not self._log:
            return round(self._value + direction * (self.high - self.low) / 100, 10)
        series = [digit * 10.0**power for power in range(-9, 7) for digit in (1, 2, 5)]
        if direction > 0:
            return next((float(f"{s:.0e}") for s in series if s > self._value * 1.000001), self._value)
        return next((float(f"{s:.0e}") for s in reversed(series) if s < self._value * 0.999999), self._value)

    def _rounded(self, value: float) -> float:
        return float(f"{value:.2e}")
