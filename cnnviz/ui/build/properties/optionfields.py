"""From a declared option to the field that edits it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QLineEdit, QWidget

from cnnviz.errors import OptionError
from cnnviz.layers import Option, times
from cnnviz.layers.options import PADDINGS, REST
from cnnviz.ui import numbers
from cnnviz.ui.build.properties.layerfield import LayerField
from cnnviz.ui.widgets.chrome import Segmented
from cnnviz.ui.widgets.fields import (
    ChoiceField,
    Field,
    FloatField,
    IntField,
    SizeField,
    TextField,
    Toggle,
)

SLIDER_FROM = 32
"""Whole numbers that may grow beyond this get a slider: stepping to 256 filters is no fun."""

_SEPARATOR = re.compile(r"[×x*,;\s]+")
_OPEN = (REST, "-1", f"{numbers.MINUS}1")
"""How the open entry of a target shape may be typed."""


def field_for(option: Option) -> Field:
    """Return an empty field for an option; it emits `edited(value)` for legal values only."""
    low, high = option.lo or 0, option.hi if option.hi is not None else 1_000_000
    match option.form:
        case "integer":
            return IntField(int(low), int(high), option.label, slider=high >= SLIDER_FROM)
        case "number":
            return FloatField(low, high, option.label, log=0 < low < high / 1000)
        case "switch":
            return Toggle(option.label)
        case "choice":
            return ChoiceField(option.choices, option.label)
        case "size":
            return SizeField(option.length or 1, int(low), int(high), option.label)
        case "padding" | "shape" | "target" | "kernel":
            return _TYPED[option.form](option)
        case "rising" | "names":
            return TextField(option.label)
        case "layer":
            return LayerField(option, field_for)


class PaddingField(Field):
    """same, valid, or numbers of one's own per dimension."""

    def __init__(self, option: Option, parent: QWidget | None = None) -> None:
        super().__init__(option.label, parent)
        self._option = option
        self._value: Any = "valid"
        choices = [*((name, name) for name in reversed(PADDINGS)), ("custom", "custom")]
        self.choice = Segmented(choices, name=option.label)
        self._add(self.choice, marked=False)
        self.row.addStretch(1)
        self.amounts = SizeField(option.length or 1, int(option.lo or 0), int(option.hi or 99), option.label)
        self._column.insertWidget(1, self.amounts)
        self.amounts.hide()
        self.choice.chosen.connect(self._choose)
        self.amounts.edited.connect(self._take)

    def value(self) -> Any:
        return self._value

    def set_value(self, value: Any) -> None:
        self.set_error(None)
        self._value = value
        custom = not isinstance(value, str)
        self.choice.set_value("custom" if custom else value)
        self.amounts.setVisible(custom)
        if custom:
            self.amounts.set_value(value)

    def _choose(self, name: str) -> None:
        if name != "custom":
            self.amounts.hide()
            self._take(name)
            return
        value = self._value if not isinstance(self._value, str) else (1,) * (self._option.length or 1)
        self.amounts.set_value(value)
        self.amounts.show()
        self._take(value)

    def _take(self, value: Any) -> None:
        if value != self._value or self.mixed:
            self._value = value
            self.edited.emit(value)


class ShapeField(Field):
    """Some numbers, such as a shape: typed with anything between them."""

    def __init__(self, option: Option, parent: QWidget | None = None) -> None:
        super().__init__(option.label, parent)
        self._option = option
        self._value: tuple[int, ...] = ()
        self.edit = QLineEdit()
        self.edit.setFont(self.edit.font())
        self._add(self.edit, 1)
        self.edit.textEdited.connect(self._read)

    def value(self) -> tuple[int, ...]:
        return self._value

    def set_value(self, value: tuple[int, ...]) -> None:
        self.set_error(None)
        if self._parsed(self.edit.text()) != value:
            self.edit.setText(self._written(value))
        self._value = value

    def _allowed(self, value: tuple[int, ...]) -> bool:
        return 1 <= len(value) <= 4 and all(self._option.inside(number) for number in value)

    def _read(self, text: str) -> None:
        value = self._parsed(text)
        if value is None:
            self.set_error(f"numbers such as {self._written(self._option.default)}")
            return
        if not self._allowed(value):
            self.set_error(f"It takes {self._option.allowed()}, at most four.")
            return
        self.set_error(None)
        if value != self._value or self.mixed:
            self._value = value
            self.edited.emit(value)

    @staticmethod
    def _parsed(text: str) -> tuple[int, ...] | None:
        parts = [part for part in _SEPARATOR.split(text.strip()) if part]
        return tuple(int(part) for part in parts) if parts and all(p.isdecimal() for p in parts) else None

    @staticmethod
    def _written(value: tuple[int, ...]) -> str:
        return times(value)


class TargetField(ShapeField):
    """A shape to come out, in which one entry may be `rest`."""

    def _allowed(self, value: tuple[int, ...]) -> bool:
        known = tuple(number for number in value if number != -1)
        return value.count(-1) <= 1 and len(value) <= 4 and (not known or super()._allowed(known))

    @staticmethod
    def _parsed(text: str) -> tuple[int, ...] | None:
        parts = [part for part in _SEPARATOR.split(text.strip()) if part]
        if not parts or not all(part.isdecimal() or part in _OPEN for part in parts):
            return None
        return tuple(-1 if part in _OPEN else int(part) for part in parts)

    @staticmethod
    def _written(value: tuple[int, ...]) -> str:
        return numbers.TIMES.join(REST if number == -1 else str(number) for number in value)


class KernelField(Field):
    """A small matrix as text: numbers with blanks between them, rows with semicolons."""

    def __init__(self, option: Option, parent: QWidget | None = None) -> None:
        super().__init__(option.label, parent)
        self._option = option
        self._value = ""
        self.edit = QLineEdit()
        self._add(self.edit, 1)
        self.edit.textEdited.connect(self._read)

    def value(self) -> str:
        return self._value

    def set_value(self, value: str) -> None:
        self.set_error(None)
        if self._parsed(self.edit.text()) != value:
            self.edit.setText(value.replace("-", numbers.MINUS))
        self._value = value

    def _read(self, text: str) -> None:
        try:
            value = self._option.parse(text)
        except OptionError as error:
            self.set_error(error.what)
            return
        self.set_error(None)
        if value != self._value or self.mixed:
            self._value = value
            self.edited.emit(value)

    def _parsed(self, text: str) -> str | None:
        try:
            return str(self._option.parse(text))
        except OptionError:
            return None


_TYPED: dict[str, Callable[[Option], Field]] = {
    "padding": PaddingField,
    "shape": ShapeField,
    "target": TargetField,
    "kernel": KernelField,
}
