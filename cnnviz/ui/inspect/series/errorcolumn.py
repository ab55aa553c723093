"""Beside a forecast: the errors of one column, what they come to, and what the numbers mean."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cnnviz.data.series.outlook import PERIOD
from cnnviz.ui import numbers
from cnnviz.ui.inspect.series.course import NETWORK, Course
from cnnviz.ui.inspect.series.errorplot import ErrorPlot
from cnnviz.ui.inspect.series.subject import Subject
from cnnviz.ui.widgets.chrome import label

WIDTH = 286


class ErrorColumn(QWidget):
    """Follows the forecast; `column` is the predicted column whose errors are shown."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self._subject: Subject | None = None
        self.column = QComboBox()
        self.column.setAccessibleName("column whose errors are shown")
        self.plot = ErrorPlot()
        self.verdict = label("", "hint")
        self.verdict.setWordWrap(True)
        self.notes = label("", "hint")
        self.notes.setWordWrap(True)
        self._table = QGridLayout()
        self._table.setVerticalSpacing(2)
        self._cells: dict[str, tuple[QLabel, QLabel]] = {}
        head = QHBoxLayout()
        head.addWidget(label("Error of each step", "heading"))
        head.addStretch(1)
        head.addWidget(self.column)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.plot, 1)
        column.addWidget(label("Root mean square error so far", "secondary"))
        column.addLayout(self._table)
        column.addWidget(self.verdict)
        column.addWidget(self.notes)

    def show_names(self, subject: Subject) -> None:
        """Offer the predicted columns of a series."""
        self._subject = subject
        self.column.blockSignals(True)
        self.column.clear()
        self.column.addItems([subject.timeline.names[at] for at in subject.timeline.predicted])
        self.column.setVisible(self.column.count() > 1)
        self.column.blockSignals(False)

    def show_course(self, course: Course, step: int) -> None:
        """Show the errors up to a step, not included."""
        column = max(self.column.currentIndex(), 0)
        self.plot.show_course(course, step, column)
        found = {name: float(each[column]) for name, each in course.off_by(step).items()}
        for name in (NETWORK, *course.rules):
            text, cell = self._row(name)
            text.setText(f"{name} ({course.outlook.period} steps)" if name == PERIOD else name)
            cell.setText(numbers.compact(found[name]) if name in found else "–")
        for name, (text, cell) in self._cells.items():
            shown = name == NETWORK or name in course.rules
            text.setVisible(shown)
            cell.setVisible(shown)
        self.verdict.setText(_verdict(found))
        self.notes.setText(" ".join(self._subject.notes(course)) if self._subject is not None else "")

    def _row(self, name: str) -> tuple[QLabel, QLabel]:
        if name not in self._cells:
            text, cell = label(name, "secondary"), label("", "mono")
            row = len(self._cells)
            self._table.addWidget(text, row, 0)
            self._table.addWidget(cell, row, 1, Qt.AlignmentFlag.AlignRight)
            self._table.setColumnStretch(0, 1)
            self._cells[name] = text, cell
        return self._cells[name]


def _verdict(found: dict[str, float]) -> str:
    """Say it where a rule of thumb is better than the network."""
    better = [name for name, error in found.items() if name != NETWORK and error < found[NETWORK]]
    if not found:
        return ""
    return (
        f"So far, to {' or to '.join(better)} is better."
        if better
        else "So far better than the rules of thumb."
    )
