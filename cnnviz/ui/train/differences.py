"""What differs between two ticked runs, in a small table."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from cnnviz.runs.comparing import Row
from cnnviz.ui.widgets.chrome import Elided, Panel, label

MOST = 12


class DifferenceTable(Panel):
    """Two columns of values, one per run; settings that are the same are left out, results stand below them."""

    def __init__(self) -> None:
        super().__init__("Difference")
        self._grid: QWidget | None = None
        self.rows: Sequence[Row] = ()
        self.hide()

    def show_rows(self, one: str, other: str, rows: Sequence[Row]) -> None:
        """Show what differs between two runs, called `one` and `other`."""
        self.rows = rows
        settings = [row for row in rows if row.kind != "result"]
        count = len(settings)
        differ = f"{count} differ{'s' if count == 1 else ''}"
        self.set_title(f"{one} and {other}", differ if count else "same recipe, data and network")
        results = [row for row in rows if row.kind == "result"]
        self._fill(one, other, [*settings[:MOST], *results])
        if len(settings) > MOST:
            more = label(f"and {len(settings) - MOST} more: cnnviz runs compare", "hint")
            self.body.addWidget(more)
        self.show()

    def _fill(self, one: str, other: str, rows: Sequence[Row]) -> None:
        while self.body.count():
            item = self.body.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.deleteLater()
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(5)
        for column, stretch in ((0, 6), (1, 3), (2, 3)):
            grid.setColumnStretch(column, stretch)
        for column, text in ((1, one), (2, other)):
            grid.addWidget(_right(text, "hint"), 0, column)
        for place, row in enumerate(rows, start=1):
            grid.addWidget(Elided(row.what, "secondary"), place, 0)
            grid.addWidget(_right(row.one, "mono"), place, 1)
            grid.addWidget(_right(row.other, "mono"), place, 2)
        self.body.addWidget(inside)


def _right(text: str, role: str) -> Elided:
    found = Elided(text, role)
    found.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return found
