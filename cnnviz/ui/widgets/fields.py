"""Form fields for layer options and recipes.

Each emits `edited(value)` when the user makes a legal value, already while typing. An illegal text stays as
it is, marked, with the reason below; nothing is emitted. `set_value` never emits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QWidget

from cnnviz.ui.widgets.chrome import Segmented, label
from cnnviz.ui.widgets.field import Field
from cnnviz.ui.widgets.numberfields import FloatField, IntField
from cnnviz.ui.widgets.sizes import PairField, SizeField, TripleField
from cnnviz.ui.widgets.switch import Switch

__all__ = [
    "ChoiceField",
    "Field",
    "FloatField",
    "IntField",
    "PairField",
    "SizeField",
    "TextField",
    "Toggle",
    "TripleField",
]


class TextField(Field):
    """A line of text; any text is legal unless the owner says otherwise with `set_error`."""

    def __init__(self, name: str = "", hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.edit = QLineEdit()
        self.edit.setPlaceholderText(hint)
        self._add(self.edit, 1)
        self.edit.textEdited.connect(self.edited.emit)

    def value(self) -> str:
        return self.edit.text()

    def set_value(self, value: str) -> None:
        self.set_error(None)
        if self.edit.text() != value:
            self.edit.setText(value)


class Toggle(Field):
    """On or off, with an optional word behind it ("32 values")."""

    def __init__(self, name: str = "", caption: str = "", parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.switch = Switch()
        self._add(self.switch, marked=False)
        self.caption = label(caption, "secondary")
        self.row.addWidget(self.caption, 1)
        self.switch.clicked.connect(self._switched)

    def value(self) -> bool:
        return self.switch.isChecked()

    def set_value(self, value: bool) -> None:
        self.set_error(None)
        self.switch.setChecked(value)

    def _switched(self, on: bool) -> None:
        self.edited.emit(on)


class ChoiceField(Field):
    """One of several values: side by side up to four, else (or if asked for) a list that drops down."""

    def __init__(
        self,
        choices: Sequence[Any],
        name: str = "",
        parent: QWidget | None = None,
        *,
        drop_down: bool = False,
    ) -> None:
        """`choices` are (value, text) pairs, or plain texts that are their own values."""
        super().__init__(name, parent)
        pairs = [choice if isinstance(choice, tuple) else (choice, str(choice)) for choice in choices]
        self._values = [value for value, _ in pairs]
        self.control: Segmented | QComboBox
        if len(pairs) <= 4 and not drop_down:
            self.control = Segmented(pairs)
            self.control.chosen.connect(self.edited.emit)
            self._add(self.control, marked=False)
            self.row.addStretch(1)
        else:
            self.control = QComboBox()
            self.control.addItems([text for _, text in pairs])
            self.control.activated.connect(lambda at: self.edited.emit(self._values[at]))
            self._add(self.control, 1)

    def value(self) -> Any:
        if isinstance(self.control, Segmented):
            return self.control.value()
        return self._values[self.control.currentIndex()]

    def set_value(self, value: Any) -> None:
        self.set_error(None)
        if isinstance(self.control, Segmented):
            self.control.set_value(value)
        else:
            self.control.setCurrentIndex(self._values.index(value))


def example() -> QWidget:
    """A form as the properties of a layer show it."""
    form = QWidget()
    layout = QFormLayout(form)
    filters, kernel, stride = (
        IntField(1, 4096, "Filters", slider=True),
        PairField(1, 31, "Kernel"),
        PairField(1),
    )
    voxels, dropped, rate = TripleField(1, 31), FloatField(0, 1, "Dropped"), FloatField(1e-6, 1, slider=True)
    padding = ChoiceField(["same", "valid", "custom"])
    weights = ChoiceField(["Kaiming uniform", "Kaiming normal", "Xavier uniform", "Xavier normal", "Zeros"])
    bias, wrong, name = Toggle("Bias", "32 values"), IntField(1, 10, "Groups"), TextField("Name")
    rows: list[tuple[str, Field, Any]] = [
        ("Name", name, "conv3"),
        ("Filters", filters, 32),
        ("Kernel", kernel, (3, 3)),
        ("Stride", stride, (2, 1)),
        ("Kernel", voxels, (3, 3, 3)),
        ("Padding", padding, "same"),
        ("Dropped share", dropped, 0.25),
        ("Learning rate", rate, 1e-3),
        ("Initial weights", weights, "Xavier normal"),
        ("Bias", bias, True),
        ("Groups", wrong, 3),
    ]
    for text, field, value in rows:
        field.set_value(value)
        layout.addRow(label(text, "secondary"), field)
    wrong.set_error("16 input channels can't be divided into 3 groups.")
    return form


if __name__ == "__main__":
    from cnnviz.ui.widgets import demo

    demo.run(example, (360, 480))
