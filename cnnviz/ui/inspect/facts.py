"""What is worth knowing about a value and its layer, as a few named lines."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from cnnviz.explain import Box
from cnnviz.layers import size
from cnnviz.ui import numbers
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.widgets.chrome import Elided, label

Fact = tuple[str, str]


def facts(frame: Frame, field: Box | None) -> list[Fact]:
    """Return (name, text) pairs; `field` is the box of the sample that the value depends on, if known."""
    row = frame.row
    sums = frame.layer.calculations(*(row.inputs or ()))
    found = [("Size", each.worked) for each in sums if each.rule.startswith("out")]
    found += _window(frame)
    if field is not None:
        found.append(("Receptive field", f"{_extent(field)} of the input"))
    if row.macs and row.shape and not frame.inside:
        here, total = row.macs // size(row.shape), numbers.compact_count(row.macs)
        found.append(("Multiply-adds", f"{numbers.count(here)} · layer {total}"))
    if row.params:
        worked = [each.worked for each in sums if not each.rule.startswith("out")]
        found.append(("Parameters", worked[0] if worked else numbers.count(row.params)))
    return found


def _window(frame: Frame) -> list[Fact]:
    """Say where the window lies, where there is one that does not cover everything."""
    if not frame.readings or frame.is_vector or frame.readings[0].dimensions != frame.array.ndim:
        return []
    spans = frame.readings[0].ranges[-(frame.array.ndim - 1) :]
    if all(len(cells) == 1 for cells in spans):
        return []
    starts = ", ".join(numbers.minus(str(cells[0])) for cells in spans)
    return [("Window", f"starts at ({starts})" if len(spans) > 1 else f"starts at {starts}")]


def _extent(field: Box) -> str:
    sizes = [end - first for first, end in field]
    return numbers.TIMES.join(str(entry) for entry in (sizes[1:] or sizes))


class FactSheet(QWidget):
    """Names on the left, values on the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._rows: list[tuple[QWidget, Elided]] = []

    def show_facts(self, found: list[Fact]) -> None:
        """Show other facts."""
        while len(self._rows) < len(found):
            self._add_row()
        for place, (name, text) in enumerate(self._rows):
            shown = place < len(found)
            name.setVisible(shown)
            text.setVisible(shown)
            if shown:
                name.setText(found[place][0])  # type: ignore[attr-defined]
                text.setText(found[place][1])

    def texts(self) -> dict[str, str]:
        """Return what is shown, by name."""
        return {name.text(): text.text() for name, text in self._rows if not name.isHidden()}  # type: ignore[attr-defined]

    def _add_row(self) -> None:
        name, text = label("", "secondary"), Elided("", "mono", formula=True)
        text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        place = len(self._rows)
        self._grid.addWidget(name, place, 0)
        self._grid.addWidget(text, place, 1)
        self._rows.append((name, text))
