"""The properties of what is selected: name, options, the sums behind its size, what it does, and its values."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from cnnviz.errors import CnnvizError, OptionError
from cnnviz.layers import Layer, Option, times
from cnnviz.model.graph import Graph
from cnnviz.ui import numbers, theme
from cnnviz.ui.build.properties.formhead import FormHead
from cnnviz.ui.build.properties.groupform import GroupForm
from cnnviz.ui.build.properties.histogram import Histogram
from cnnviz.ui.build.properties.optionfields import field_for
from cnnviz.ui.build.properties.section import Section
from cnnviz.ui.build.properties.sums import Sums
from cnnviz.ui.build.selection import Selection
from cnnviz.ui.build.wording import capitalised
from cnnviz.ui.state import Session
from cnnviz.ui.widgets.chrome import button, label
from cnnviz.ui.widgets.field import Field
from cnnviz.ui.widgets.fields import Toggle

LABEL_WIDTH = 84
NOTHING = "Select a card to see and change its options."


class Properties(QScrollArea):
    """Shows the options that all selected layers have in common; typing changes the document at once."""

    inspect_pressed = Signal(str)

    def __init__(self, session: Session, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._document, self._selection = session, session.document, selection
        self.fields: dict[str, Field] = {}
        self._captions: dict[str, QWidget] = {}
        self._shown: dict[str, list[Any]] = {}
        self._built_for: tuple[object, ...] = ()
        self.head = FormHead(session)
        self.group = GroupForm(session)
        self.sums = Sums(session)
        self.histogram = Histogram()
        self._set_up()
        self.head.inspect_pressed.connect(self.inspect_pressed)
        self.head.renamed.connect(self._follow_name)
        self._reset.clicked.connect(self._reset_options)
        self.sums.pointed.connect(self._mark_field)
        self.sums.picked.connect(self._enter_field)
        selection.changed.connect(self.refresh)
        self._document.changed.connect(lambda old, new: self.refresh())
        session.looking.trace_changed.connect(self._show_values)
        session.settings_changed.connect(lambda _: self.refresh())
        self.refresh()

    def _set_up(self) -> None:
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("properties")
        page = QWidget()
        theme.set_role(page, role="panel")
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(0, 0, 0, 12)
        self._column.setSpacing(0)
        self._column.addWidget(self.group)
        self._column.addWidget(self.head)
        self._reset = button("reset", "link")
        self._options = QWidget()
        self._grid = QGridLayout(self._options)
        self._options_section = Section("Parameters", self._options, self._reset)
        self._sums_section = Section("Output size", self.sums)
        self._sentence = label("", "secondary")
        self._sentence.setWordWrap(True)
        self._sentence_section = Section("What it does", self._sentence)
        self._values_note = label("", "secondary")
        self._values_section = Section("Output values, this image", self.histogram, self._values_note)
        for part in (
            self._options_section, self._sums_section, self._sentence_section, self._values_section,
        ):  # fmt: skip
            self._column.addWidget(part)
        self._nothing = label(NOTHING, "secondary")
        self._nothing.setWordWrap(True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setContentsMargins(24, 40, 24, 24)
        self._column.addWidget(self._nothing)
        self._column.addStretch(1)
        self.setWidget(page)

    # -- showing ------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the selection as it is now; fields stay as they are while their kind does."""
        graph = self._document.graph
        group = self._selection.group
        names = () if group else tuple(name for name in self._selection.nodes if name in graph)
        self.group.setVisible(bool(group))
        if group:
            self.group.show_group(group)
        layers = [graph.node(name).layer for name in names]
        key = (names, tuple(type(layer) for layer in layers))
        self._nothing.setVisible(not names and not group)
        self.head.show_nodes(graph, names, common=bool(_common(layers)))
        if key != self._built_for:
            self._built_for = key
            self._build(_common(layers))
        self._show_values_of(layers)
        self._show_sections(graph, names)

    def _build(self, options: tuple[Option, ...]) -> None:
        self.fields, self._captions, self._shown = {}, {}, {}
        self._options = QWidget()
        self._grid = QGridLayout(self._options)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        for row, option in enumerate(options):
            self._add_field(row, option)
        self._options_section.swap(self._options)

    def _add_field(self, row: int, option: Option) -> None:
        field = field_for(option)
        caption = label(option.label, "secondary")
        caption.setFixedWidth(LABEL_WIDTH)
        caption.setMinimumHeight(26)
        caption.setToolTip(capitalised(option.help))
        field.setToolTip(capitalised(option.help))
        self._grid.addWidget(caption, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(field, row, 1)
        field.edited.connect(lambda value: self._edit(option, value))
        self.fields[option.name], self._captions[option.name] = field, caption

    def _show_values_of(self, layers: list[Layer]) -> None:
        """Put the document's values into the fields, but leave a text alone whose value did not change."""
        for name, field in self.fields.items():
            useful = any(name not in layer.unused() for layer in layers)
            field.setVisible(useful)
            self._captions[name].setVisible(useful)
            values = [getattr(layer, name) for layer in layers]
            if self._shown.get(name) != values:
                field.set_value(values[0])
                self._shown[name] = values
                different = list(dict.fromkeys(values))
                field.set_mixed(_listed(different) if len(different) > 1 else "")
            if isinstance(field, Toggle):
                field.caption.setText(self._values_behind(name))

    def _values_behind(self, option: str) -> str:
        """Return how many values a switch brings along: a bias has one per filter."""
        names = self._selection.nodes
        rows = [self._document.report.row(name) for name in names if name in self._document.graph]
        count = sum(p.count for row in rows for p in row.parameters if p.name == option)
        return f"{numbers.count(count)} values" if count else ""

    def _show_sections(self, graph: Graph, names: tuple[str, ...]) -> None:
        single = len(names) == 1
        self._options_section.setVisible(bool(self.fields))
        self._sums_section.setVisible(single and self.sums.show_node(names[0]))
        self._sentence_section.setVisible(single)
        if single:
            self._sentence.setText(graph.node(names[0]).layer.sentence())
        self._show_values()

    def _show_values(self) -> None:
        trace, names = self._session.looking.trace, self._selection.nodes
        known = trace is not None and len(names) == 1 and names[0] in trace.activations
        self._values_section.setVisible(known)
        if known and trace is not None:
            self._values_note.setText(self.histogram.show_values(trace.activation(names[0])))

    def _mark_field(self, option: str) -> None:
        """Light up the field that a number of the sums comes from."""
        for name, field in self.fields.items():
            for edit in field.findChildren(QLineEdit):
                theme.set_role(edit, linked=name == option)

    def _enter_field(self, option: str) -> None:
        edits = self.fields[option].findChildren(QLineEdit) if option in self.fields else []
        if edits:
            edits[0].setFocus()

    # -- editing ------------------------------------------------------------------------------------------------

    def _edit(self, option: Option, value: Any) -> None:
        """Give the option to all selected layers; what a layer refuses stays in the field, with the reason."""
        graph, names = self._document.graph, self._selection.nodes
        try:
            for name in names:
                graph = graph.with_layer(name, graph.node(name).layer.replace(**{option.name: value}))
        except OptionError as error:
            self.fields[option.name].set_error(error.hint or error.what)
            return
        except CnnvizError as error:
            self._session.notice.emit("warning", str(error))
            return
        self._shown[option.name] = [value] * len(names)
        self.fields[option.name].set_mixed("")
        who = names[0] if len(names) == 1 else f"{len(names)} layers"
        self._document.edit(f"{option.label} of {who}", graph, key=f"{','.join(names)}.{option.name}")

    def _reset_options(self) -> None:
        graph, names = self._document.graph, self._selection.nodes
        for name in names:
            layer = graph.node(name).layer
            graph = graph.with_layer(name, type(layer)())
        self._shown = {}
        for field in self.fields.values():
            field.set_error(None)
        self._document.edit(f"Reset {', '.join(names)}", graph)
        self.refresh()

    def _follow_name(self, new: str) -> None:
        self._selection.set((new,))


def _listed(values: list[Any]) -> str:
    """Return different values of an option in words, not more than four of them."""
    words = [_written(value) for value in values]
    return ", ".join(words[:4]) + (f" and {len(words) - 4} more" if len(words) > 4 else "")


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, Layer):
        return value.title
    return times(value) if isinstance(value, tuple) else str(value)


def _common(layers: list[Layer]) -> tuple[Option, ...]:
    """Return the options that all layers have, with the same name and form."""
    if not layers:
        return ()
    others = [{(o.name, o.form, o.length) for o in layer.options()} for layer in layers[1:]]
    return tuple(
        option
        for option in layers[0].options()
        if all((option.name, option.form, option.length) in other for other in others)
    )
