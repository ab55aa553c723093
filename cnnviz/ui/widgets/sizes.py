"""Fields for sizes with one number per dimension: kernel, stride, dilation."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from cnnviz.ui import icons, numbers
from cnnviz.ui.widgets.chrome import label, tool_button
from cnnviz.ui.widgets.field import Field
from cnnviz.ui.widgets.numberfields import NumberEdit


class SizeField(Field):
    """k × k with a lock: while it is closed, typing in one changes all. Values are tuples of int."""

    def __init__(
        self, dimensions: int, low: int = 0, high: int = 4096, name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(name, parent)
        self.low, self.high = low, high
        self._value = (low,) * dimensions
        self.edits: list[NumberEdit] = []
        for place in range(dimensions):
            if place:
                self.row.addWidget(label(numbers.TIMES, "hint"))
            edit = NumberEdit(44 if dimensions > 2 else 56)
            self._add(edit)
            edit.setAccessibleName(f"{name} {place + 1} of {dimensions}")
            edit.textEdited.connect(lambda text, at=place: self._typed(at, text))
            edit.stepped.connect(lambda direction, at=place: self._step(at, direction))
            self.edits.append(edit)
        self.lock = tool_button("unlock", "Keep all sizes equal", checkable=True)
        self.lock.toggled.connect(self._locked)
        self.row.addWidget(self.lock)
        self.row.addStretch(1)
        self.lock.setChecked(True)

    def value(self) -> tuple[int, ...]:
        return self._value

    def set_value(self, value: Sequence[int]) -> None:
        self._value = tuple(value)
        self.set_error(None)
        for edit, number in zip(self.edits, self._value, strict=True):
            if edit.text() != str(number):
                edit.setText(str(number))
        if len(set(self._value)) > 1:
            self.lock.setChecked(False)

    def _typed(self, place: int, text: str) -> None:
        if self.lock.isChecked():
            for edit in self.edits:
                if edit is not self.edits[place]:
                    edit.setText(text)
        self._read()

    def _step(self, place: int, direction: int) -> None:
        try:
            number = int(self.edits[place].text()) + direction
        except ValueError:
            number = self._value[place]
        text = str(min(max(number, self.low), self.high))
        self.edits[place].setText(text)
        self._typed(place, text)

    def _locked(self, locked: bool) -> None:
        self.lock.setIcon(icons.icon("lock" if locked else "unlock"))
        if locked and len(set(self._value)) > 1:
            self._typed(0, self.edits[0].text())

    def _read(self) -> None:
        try:
            value = tuple(int(edit.text()) for edit in self.edits)
        except ValueError:
            self.set_error("whole numbers are needed")
            return
        if not all(self.low <= number <= self.high for number in value):
            self.set_error(f"from {self.low} to {numbers.count(self.high)}")
            return
        self.set_error(None)
        if value != self._value or self.mixed:
            self._value = value
            self.edited.emit(value)


class PairField(SizeField):
    """Height × width."""

    def __init__(self, low: int = 0, high: int = 4096, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(2, low, high, name, parent)


class TripleField(SizeField):
    """Depth × height × width."""

    def __init__(self, low: int = 0, high: int = 4096, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(3, low, high, name, parent)
