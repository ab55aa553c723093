"""The panel of one pixel at one step: the diagram, what each gate adds up, and the sums that close."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from cnnviz.ui import numbers
from cnnviz.ui.inspect.video.diagram import StepDiagram
from cnnviz.ui.inspect.video.step import GATES, TERMS, CellStep, lines, mark, shares
from cnnviz.ui.widgets.chrome import Panel, Pill, button, label

HEADS = (*TERMS.values(), "bias", "sum", "", "engine", "")


class CellPanel(Panel):
    """`opened(name)` asks to see one of the six numbers with all its products."""

    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__("One pixel, one step")
        self.diagram = StepDiagram()
        self.pill = Pill("", "ok")
        self.add_to_header(self.pill)
        self.names = {name: button("c̃" if name == "g" else name, "link", small=True) for name in GATES}
        self._cells = {name: [label("", "mono") for _ in HEADS] for name in GATES}
        self._heads = [label(text, "hint") for text in HEADS]
        self.equations = [label("", "mono"), label("", "mono")]
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.diagram, 3)
        row.addWidget(self._table(), 2)
        self.body.setContentsMargins(12, 0, 12, 8)
        self.body.addLayout(row, 1)
        self.diagram.chosen.connect(self.opened)
        self.show_step(None, "")

    def _table(self) -> QWidget:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for column, head in enumerate(self._heads, 1):
            grid.addWidget(head, 0, column, right)
        for line, (name, link) in enumerate(self.names.items(), 1):
            link.setToolTip(f"See all products of {link.text()}")
            link.clicked.connect(lambda _checked=False, name=name: self.opened.emit(name))
            grid.addWidget(link, line, 0)
            for column, cell in enumerate(self._cells[name], 1):
                grid.addWidget(cell, line, column, right)
        whole = QWidget()
        column_of = QVBoxLayout(whole)
        column_of.setContentsMargins(0, 0, 0, 0)
        column_of.addLayout(grid)
        column_of.addStretch(1)
        for equation in self.equations:
            column_of.addWidget(equation)
        return whole

    def show_step(self, step: CellStep | None, place: str, *, can_open: bool = True) -> None:
        """Show another cell; none where the network has none there."""
        self.set_title("One pixel, one step", place)
        self.diagram.show_step(step)
        self.pill.setVisible(step is not None)
        for name, link in self.names.items():
            link.setEnabled(can_open)
            self._fill(name, step)
        for equation, text in zip(self.equations, lines(step) if step is not None else ("", ""), strict=True):
            equation.setText(text)
        if step is not None:
            self.pill.setText("all six close" if step.closes else "does not close")
            self.pill.set_tone("ok" if step.closes else "err")

    def _fill(self, name: str, step: CellStep | None) -> None:
        texts = [""] * len(HEADS)
        peeps = step is not None and any(TERMS["c"] in shares(step.accounts[gate]) for gate in GATES)
        if step is not None:
            account = step.accounts[name]
            found = shares(account)
            texts = [numbers.fixed(found[head], 4) if head in found else "" for head in HEADS[:4]]
            function = "tanh" if account.function == "tanh" else "σ"
            texts += [
                numbers.fixed(account.sum, 4),
                function,
                numbers.fixed(account.engine, 5),
                mark(account),
            ]
        for at, (cell, text) in enumerate(zip(self._cells[name], texts, strict=True)):
            cell.setText(text)
            cell.setVisible(at != 2 or peeps)
        self._heads[2].setVisible(peeps)
