"""The form of a recipe: one field per declared setting, in sections that open and close."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QGridLayout, QVBoxLayout, QWidget

from cnnviz.model.recipe import SETTINGS, Recipe
from cnnviz.model.setting import Setting
from cnnviz.ui import icons, numbers
from cnnviz.ui.widgets.chrome import Panel, label, tool_button
from cnnviz.ui.widgets.field import Field
from cnnviz.ui.widgets.fields import ChoiceField, TextField, Toggle
from cnnviz.ui.widgets.numberfields import FloatField, IntField

FIELD_WIDTH = 118
_ELSEWHERE = frozenset({"learning_rate"})
"""Settings that have a place of their own: the rate stands in the toolbar, where it is moved while a run goes on."""


class SettingField(QObject):
    """A caption and the field of one setting, which emits the value in its canonical type."""

    edited = Signal(str, object)

    def __init__(self, setting: Setting, parent: QObject) -> None:
        super().__init__(parent)
        self.setting = setting
        self.field = _FIELDS[setting.option.form](setting)
        self.field.setFixedWidth(FIELD_WIDTH)
        self.field.edited.connect(self._emit)
        self.caption = label(setting.option.label, "secondary")
        for part in (self.caption, self.field):
            part.setToolTip(setting.option.help)

    def show_value(self, recipe: Recipe) -> None:
        """Show the recipe's value; a field that is being typed into is left alone, and so is one that says the same."""
        if self._says(getattr(recipe, self.setting.name)):
            return
        if not self.field.isAncestorOf(QApplication.focusWidget() or self.caption):
            self.field.set_value(_shown(getattr(recipe, self.setting.name)))

    def _says(self, value: object) -> bool:
        """Say whether a text means this value already: "7, " is 7 that goes on."""
        read = _READERS.get(self.setting.option.form)
        try:
            return (
                read is not None and not self.field.error() and bool(read(self.field.value()) == value != ())
            )
        except ValueError:
            return False

    def _emit(self, value: object) -> None:
        read = _READERS.get(self.setting.option.form)
        try:
            found = read(value) if read else value
        except ValueError:
            self.field.set_error(f"It takes {self.setting.option.allowed()}.")
        else:
            self.edited.emit(self.setting.name, found)


class RecipeSection(Panel):
    """The settings of one section. All but the first can be closed; then they say in a line what they change."""

    edited = Signal(str, object)

    def __init__(self, title: str, settings: tuple[Setting, ...], *, closable: bool) -> None:
        super().__init__(title)
        self._closable = closable
        self._inside = QWidget()
        column = self._column = QVBoxLayout(self._inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.form = QGridLayout()
        self.form.setHorizontalSpacing(8)
        self.form.setVerticalSpacing(6)
        self.form.setColumnStretch(0, 1)
        column.addLayout(self.form)
        self.body.addWidget(self._inside)
        self.rows = {setting.name: self._added(setting) for setting in settings}
        self._summary = ""
        if closable:
            self.toggle = tool_button("chevron-right", f"Show the settings of {title.lower()}")
            self.toggle.clicked.connect(lambda: self.set_open(not self.is_open()))
            self.header_double_clicked.connect(self.toggle.click)
            self.add_to_header(self.toggle)
            self.set_open(False)

    def add_field(self, caption: QWidget, field: QWidget) -> None:
        """Add one more row at the end."""
        at = self.form.rowCount()
        self.form.addWidget(caption, at, 0)
        self.form.addWidget(field, at, 1)

    def add_below(self, widget: QWidget) -> None:
        """Add something below the fields, which opens and closes with them."""
        self._column.addWidget(widget)

    def is_open(self) -> bool:
        """Say whether the fields are shown."""
        return not self._inside.isHidden()

    def set_open(self, opened: bool) -> None:
        """Show or hide the fields."""
        self._inside.setVisible(opened)
        self.body.setContentsMargins(12, 0, 12, 12 if opened else 0)
        self.toggle.setIcon(icons.icon("chevron-down" if opened else "chevron-right"))
        self._title_again()

    def summary(self) -> str:
        """Return what a closed section says about its settings; an open one shows them."""
        return "" if self.is_open() else self._summary

    def show_recipe(self, recipe: Recipe) -> None:
        """Show the values; a setting without an effect is greyed, and where the section can be closed, hidden."""
        for row in self.rows.values():
            row.show_value(recipe)
            matters = row.setting.matters(recipe)
            row.field.setEnabled(matters)
            for part in (row.caption, row.field):
                part.setVisible(matters or not self._closable)
        self._summary = changed_in_words(recipe, tuple(row.setting for row in self.rows.values()))
        self._title_again()

    def _added(self, setting: Setting) -> SettingField:
        row = SettingField(setting, self)
        row.edited.connect(self.edited)
        self.add_field(row.caption, row.field)
        return row

    def _title_again(self) -> None:
        if self._closable:
            self.set_title(self._title.text(), self.summary())


def make_sections() -> dict[str, RecipeSection]:
    """Return one section for each that the recipe's declaration names, by its title."""
    found: dict[str, list[Setting]] = {}
    for each in SETTINGS:
        section = found.setdefault(each.section, [])
        if each.name not in _ELSEWHERE:
            section.append(each)
    return {
        title: RecipeSection(title, tuple(settings), closable=number > 0)
        for number, (title, settings) in enumerate(found.items())
    }


def changed_in_words(recipe: Recipe, settings: tuple[Setting, ...]) -> str:
    """Return the settings that are not as usual and have an effect, in a line."""
    return ", ".join(
        value_in_words(each, getattr(recipe, each.name))
        for each in settings
        if getattr(recipe, each.name) != each.option.default and each.matters(recipe)
    )


def value_in_words(setting: Setting, value: Any) -> str:
    """Return a value with what it is: "clip gradient 1", or only its word where it has one."""
    if setting.words:
        return setting.words[value]
    name = setting.option.label if setting.option.label.isupper() else setting.option.label.lower()
    return name if value is True else f"{name} {_shown_text(value)}"


def _shown_text(value: Any) -> str:
    return _shown(value) if isinstance(value, tuple) else numbers.compact(value, 4)


def _shown(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else value


def _whole(setting: Setting) -> Field:
    low, high = int(setting.option.lo or 0), int(setting.option.hi or 1)
    return IntField(low, high, setting.name, width=FIELD_WIDTH)


def _number(setting: Setting) -> Field:
    option = setting.option
    return FloatField(
        option.lo or 0.0, option.hi or 1.0, setting.name, log=setting.logarithmic, width=FIELD_WIDTH
    )


_FIELDS: Mapping[str, Callable[[Setting], Field]] = {
    "choice": lambda setting: ChoiceField(list(setting.words.items()), setting.name, drop_down=True),
    "integer": _whole,
    "number": _number,
    "switch": lambda setting: Toggle(setting.name),
    "rising": lambda setting: TextField(setting.name, "32000, 48000"),
    "names": lambda setting: TextField(setting.name, "conv1, conv2"),
}


def _entries(text: object) -> tuple[str, ...]:
    return tuple(filter(None, (each.strip() for each in str(text).split(","))))


_READERS: Mapping[str, Callable[[object], Any]] = {
    "rising": lambda text: tuple(int(each) for each in _entries(text)),
    "names": _entries,
}
