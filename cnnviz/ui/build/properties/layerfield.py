"""The field of an option that holds a layer: its kind, and below it that layer's own options."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnnviz.errors import OptionError
from cnnviz.layers import GROUPS, LAYERS, Layer, Option
from cnnviz.ui.build.wording import capitalised
from cnnviz.ui.widgets.chrome import label
from cnnviz.ui.widgets.fields import ChoiceField, Field


class LayerField(Field):
    """Chooses a layer; `field_for` makes the fields of its options. Emits a new layer with every legal edit."""

    def __init__(
        self, option: Option, field_for: Callable[[Option], Field], parent: QWidget | None = None
    ) -> None:
        super().__init__(option.label, parent)
        self._field_for = field_for
        self._layer: Layer = option.default
        kinds = [
            cls for group in GROUPS for cls in LAYERS.values() if cls.group == group and cls.repeatable()
        ]
        self.kind = ChoiceField([(cls.kind, cls.title) for cls in kinds], option.label, drop_down=True)
        self.kind.edited.connect(lambda kind: self._take(LAYERS[kind]()))
        self._add(self.kind, 1, marked=False)
        self.fields: dict[str, Field] = {}
        self._captions: dict[str, QWidget] = {}
        self._options = QWidget()
        self._column.insertWidget(1, self._options)
        self._show(option.default)

    def value(self) -> Layer:
        return self._layer

    def set_value(self, value: Layer) -> None:
        self.set_error(None)
        self._show(value)

    def _show(self, layer: Layer) -> None:
        """Show a layer; fields stay while its kind does, with their text where the value is the same."""
        old, self._layer = self._layer, layer
        self.kind.set_value(layer.kind)
        fresh = type(old) is not type(layer) or not self.fields
        if fresh:
            self._build(layer)
        for name, field in self.fields.items():
            if fresh or getattr(old, name) != getattr(layer, name):
                field.set_value(getattr(layer, name))
        self._hide_unused()

    def _hide_unused(self) -> None:
        """Show only those options that have an effect."""
        for name, field in self.fields.items():
            useful = name not in self._layer.unused()
            field.setVisible(useful)
            self._captions[name].setVisible(useful)

    def _build(self, layer: Layer) -> None:
        self.fields, self._captions = {}, {}
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(3)
        for option in layer.options():
            caption, field = label(option.label, "secondary"), self._field_for(option)
            for part in (caption, field):
                part.setToolTip(capitalised(option.help))
                column.addWidget(part)
            field.edited.connect(lambda value, option=option: self._edit(option, value))
            self.fields[option.name], self._captions[option.name] = field, caption
        self._column.replaceWidget(self._options, body)
        self._options.hide()
        self._options.deleteLater()
        self._options = body
        body.setVisible(bool(self.fields))

    def _edit(self, option: Option, value: Any) -> None:
        """Change an option of the layer that is held; what it refuses stays in the field, with the reason."""
        try:
            layer = self._layer.replace(**{option.name: value})
        except OptionError as error:
            self.fields[option.name].set_error(error.hint or error.what)
            return
        self._layer = layer
        self._hide_unused()
        self.edited.emit(layer)

    def _take(self, layer: Layer) -> None:
        self._show(layer)
        self.edited.emit(layer)
