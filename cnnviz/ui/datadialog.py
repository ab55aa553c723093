"""Choosing about a data set: where one's own files are, which arrays they hold, how digits move. No modal window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from cnnviz.data import Address, Choice, Source, arrays_in, parse
from cnnviz.data.own import usual_name
from cnnviz.data.series import columns_in
from cnnviz.errors import DataError
from cnnviz.layers import times
from cnnviz.ui import theme
from cnnviz.ui.widgets.chrome import button, label
from cnnviz.ui.widgets.field import Field
from cnnviz.ui.widgets.fields import ChoiceField, TextField

WIDTH = 520
FOUND = "found by itself"
NAME_IT = "Name what is to be loaded."


class PathField(TextField):
    """A path that can be typed or looked for."""

    def __init__(self, name: str, *, folder: bool) -> None:
        super().__init__(name, "folder" if folder else "file")
        self._folder = folder
        browse = button("Browse…", small=True)
        browse.clicked.connect(self._browse)
        self.row.addWidget(browse)

    def _browse(self) -> None:
        start = self.value() or str(Path.home())
        found = (
            QFileDialog.getExistingDirectory(self, "Folder of pictures", start)
            if self._folder
            else QFileDialog.getOpenFileName(self, "File", start)[0]
        )
        if found:
            self.set_value(found)
            self.edited.emit(found)


class ArrayField(Field):
    """The name of an array: one of those in the file, or typed."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.control = QComboBox(editable=True)
        edit = self.control.lineEdit()
        assert edit is not None
        edit.setPlaceholderText(FOUND)
        self._add(self.control, 1)
        self.control.editTextChanged.connect(self.edited.emit)
        self.control.activated.connect(lambda at: self.control.setEditText(self.control.itemData(at)))

    def value(self) -> str:
        return self.control.currentText()

    def set_value(self, value: str) -> None:
        self.control.setEditText(value)

    def offer(self, arrays: Mapping[str, tuple[tuple[int, ...], str]]) -> None:
        """List the arrays of a file, with shape and type; what is typed stays."""
        typed = self.value()
        self.control.blockSignals(True)
        self.control.clear()
        for name, (shape, dtype) in arrays.items():
            self.control.addItem(f"{name}   {times(shape)}, {dtype}", name)
        self.control.setEditText(typed)
        self.control.blockSignals(False)


class ColumnsField(TextField):
    """Columns of a table, joined by +: typed, or ticked in a menu. Without `several` there is one at most."""

    def __init__(self, name: str, *, several: bool = True) -> None:
        super().__init__(name, "")
        self._several = several
        self.menu = QMenu(self)
        self.choose = button("Choose", small=True)
        self.choose.setMenu(self.menu)
        self.choose.setEnabled(False)
        self.row.addWidget(self.choose)
        self.edit.setPlaceholderText("all" if several else FOUND)
        self.menu.aboutToShow.connect(self._tick)
        self.menu.triggered.connect(self._choose)

    def offer(self, names: Sequence[str]) -> None:
        """List the columns of a file; what is typed stays."""
        self.menu.clear()
        for name in names:
            action = self.menu.addAction(name)
            action.setCheckable(True)
        self.choose.setEnabled(bool(names))

    def _tick(self) -> None:
        for action in self.menu.actions():
            action.setChecked(action.text() in self._named())

    def _named(self) -> list[str]:
        return [each.strip() for each in self.value().split("+") if each.strip()]

    def _choose(self, action: QAction) -> None:
        name, on = action.text(), action.isChecked()
        others = [each for each in self._named() if each != name] if self._several else []
        self.set_value("+".join([*others, name] if on else others))
        self.edited.emit(self.value())


class DataDialog(QDialog):
    """The choices of a source as a form; `chosen(address)` says what is to be loaded."""

    chosen = Signal(str)

    def __init__(self, source: Source, address: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(source.title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._source = source
        known = parse(address).chosen if address and parse(address).name == source.name else {}
        self.fields: dict[str, Field] = {}
        form = QFormLayout()
        form.setVerticalSpacing(8)
        for choice in source.choices:
            field = self.fields[choice.name] = _field(choice)
            field.set_value(known.get(choice.name, str(choice.default)))
            field.setToolTip(choice.help)
            field.edited.connect(self._look)
            form.addRow(label(choice.name.capitalize(), "secondary"), field)
        self.found, self.wrong = label("", "hint"), label("", "error")
        sentence = label(source.sentence, "secondary")
        for text in (sentence, self.found, self.wrong):
            text.setWordWrap(True)
        self.load = button("Load", "primary")
        buttons = QDialogButtonBox()
        buttons.addButton(self.load, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(button("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(12)
        for part in (label(source.title, "heading"), sentence):
            column.addWidget(part)
        column.addLayout(form)
        for told in (self.found, self.wrong):
            column.addWidget(told)
        column.addWidget(buttons)
        self.setMinimumWidth(WIDTH)
        theme.set_role(self, role="panel")
        self._look()

    def address(self) -> Address:
        """Return what is chosen; the usual values are left out."""
        usual = {choice.name: str(choice.default) for choice in self._source.choices}
        values = {name: str(field.value()).strip() for name, field in self.fields.items()}
        return Address(
            self._source.name, {name: value for name, value in values.items() if value != usual[name]}
        )

    def _look(self) -> None:
        """Say what is wrong with the choices, or what the file holds."""
        for field in self.fields.values():
            field.set_error(None)
        told = ""
        for choice in self._source.choices:
            field = self.fields[choice.name]
            try:
                choice.read(str(field.value()).strip(), "")
            except DataError as error:
                field.set_error(error.hint)
                told = "Some choices are not possible."
        path = next((f for f in self.fields.values() if isinstance(f, PathField)), None)
        if path is not None and not told:
            told = self._look_into(path.value().strip())
        self.wrong.setText(told)
        self.wrong.setVisible(bool(told))
        theme.set_role(self.wrong, role="hint" if told == NAME_IT else "error")
        self.found.setVisible(bool(self.found.text()))
        self.load.setEnabled(not told)

    def _look_into(self, name: str) -> str:
        """Offer the arrays of a file; return what is wrong with it."""
        self.found.clear()
        place = Path(name).expanduser()
        if not name:
            return NAME_IT
        if not place.exists():
            return "There is nothing at this path."
        offers = [field for field in self.fields.values() if isinstance(field, ArrayField)]
        if not offers:
            return self._look_into_table(place) if "columns" in self.fields else ""
        try:
            arrays = arrays_in(place)
        except DataError as error:
            return f"{error.what} {error.hint}"
        for field in offers:
            field.offer(arrays)
        self.found.setText("It holds " + ", ".join(f"{n} {times(s)}" for n, (s, _) in arrays.items()).strip())
        if "" not in arrays:
            for what in ("samples", "labels"):
                if not self.fields[what].value() and not usual_name(arrays, what):
                    return f"Choose the array of {what}."
        elif not self.fields["labels"].value():
            return "Type the path of the .npy file with the labels."
        return ""

    def _look_into_table(self, place: Path) -> str:
        """Name the columns of a CSV file; return what is wrong with it."""
        try:
            names, dated = columns_in(place)
        except DataError as error:
            return f"{error.what} {error.hint}"
        self.found.setText(f"It has {', '.join(names)}." + (f" {dated} holds the dates." if dated else ""))
        for field in self.fields.values():
            if isinstance(field, ColumnsField):
                field.offer(names)
        return ""

    def _accept(self) -> None:
        self.chosen.emit(str(self.address()))
        self.accept()


def _field(choice: Choice) -> Field:
    if choice.form in ("file", "folder"):
        return PathField(choice.name, folder=choice.form == "folder")
    if choice.form == "array":
        return ArrayField(choice.name)
    if choice.form == "columns":
        return ColumnsField(choice.name, several=choice.name != "dates")
    if choice.among:
        return ChoiceField(choice.among, choice.name)
    return TextField(choice.name, str(choice.default))
