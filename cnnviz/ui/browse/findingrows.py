"""What is worth a look: copies, leaks from training to test, label conflicts, blank samples; a click shows them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cnnviz.data.survey import Finding
from cnnviz.ui import numbers, theme
from cnnviz.ui.widgets.chrome import Elided, Pill

TONES = {"error": "err", "warning": "warn", "info": "accent"}


class FindingRow(QPushButton):
    """One kind of finding with how many there are; without any it can't be pressed."""

    def __init__(self) -> None:
        super().__init__()
        self.finding: Finding | None = None
        theme.set_role(self, role="quiet", small=True)
        self.setCheckable(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 2, 0)
        self._title, self._count = Elided(), Pill()
        for part in (self._title, self._count):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row.addWidget(self._title, 1)
        row.addWidget(self._count)

    def show_finding(self, finding: Finding) -> None:
        """Show another finding; the row stays pressed where it is of the same kind."""
        same = self.finding is not None and self.finding.kind == finding.kind
        found, self.finding = bool(finding.groups), finding
        self.setChecked(self.isChecked() and same and found)
        self.setEnabled(found)
        self.setToolTip(finding.kind.help)
        self.setAccessibleName(f"{finding.kind.title}: {told(finding)}")
        self._title.setText(finding.kind.title)
        if self._count.text() != told(finding):
            self._count.setText(told(finding))
            self._count.set_tone(TONES[finding.kind.severity] if found else "ok")


class FindingRows(QWidget):
    """`chosen(Finding)` when one is to be shown, `chosen(None)` when it is let go."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[FindingRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(1)

    def set_findings(self, findings: Sequence[Finding]) -> None:
        """Show these kinds of findings; the one that is pressed stays so."""
        while len(self.rows) < len(findings):
            row = FindingRow()
            row.clicked.connect(lambda on, row=row: self._take(row, on))
            self.rows.append(row)
            self._column.addWidget(row)
        for row, each in zip(self.rows, findings, strict=True):
            row.show_finding(each)

    @property
    def pressed(self) -> Finding | None:
        """The finding that is shown."""
        return next((row.finding for row in self.rows if row.isChecked()), None)

    def release(self) -> None:
        """Press none; emits nothing."""
        for row in self.rows:
            row.setChecked(False)

    def _take(self, taken: FindingRow, on: bool) -> None:
        for row in self.rows:
            row.setChecked(on and row is taken)
        self.chosen.emit(taken.finding if on else None)


def told(finding: Finding) -> str:
    """Return how many there are in a few words."""
    if not finding.groups:
        return "none"
    samples = f"{numbers.count(finding.samples)} samples"
    groups = len(finding.groups)
    return samples if groups == 1 else f"{samples} in {numbers.count(groups)} groups"
