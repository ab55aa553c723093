"""From a declared option to the field that edits it."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtWidgets import QLineEdit, QWidget

from cnnviz.layers import Option, times
from cnnviz.layers.options import PADDINGS
from cnnviz.ui import numbers
from cnnviz.ui.widgets.chrome import Segmented
from cnnviz.ui.widgets.fields import (
    ChoiceField,
    Field,
    FloatField,
    IntField,
    SizeField,
    Toggle,
)

SLIDER_FROM = 32
"""Whole numbers that may grow beyond this get a slider: stepping to 256 filters is no fun."""


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
        case "padding":
            return PaddingField(option)
        case "shape":
            return ShapeField(option)


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
        if value != self._value:
            self._value = value
            self.edited.emit(value)


class ShapeField(Field):
    """The shape of the data, channels first: numbers with anything between them."""

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
            self.edit.setText(times(value))
        self._value = value

    def _read(self, text: str) -> None:
        value = self._parsed(text)
        if value is None:
            self.set_error(f"numbers such as 1{numbers.TIMES}28{numbers.TIMES}28, channels first")
            return
        if not 1 <= len(value) <= 4 or not all(self._option.inside(number) for number in value):
            self.set_error(f"It takes {self._option.allowed()}, at most four.")
            return
        self.set_error(None)
        if value != self._value:
            self._value = value
            self.edited.emit(value)

    @staticmethod
    def _parsed(text: str) -> tuple[int, ...] | None:
        parts = [part for part in re.split(r"[×x*,;\s]+", text.strip()) if part]
        return tuple(int(part) for part in parts) if parts and all(p.isdecimal() for p in parts) else None
