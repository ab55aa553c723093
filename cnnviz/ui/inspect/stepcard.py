"""The optimiser's step for one weight: old value, gradient, what is remembered, new value, line by line."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from cnnviz.explain.backward import LossAccount, Step
from cnnviz.model.recipe import SETTINGS
from cnnviz.ui import numbers, theme
from cnnviz.ui.widgets.chrome import Elided, label

MOST = 8


class StepCard(QFrame):
    """One row per line of the arithmetic: the rule in symbols, the numbers put in, the value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.set_role(self, role="card")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.heading, self.hint = label("", "heading"), Elided("", "hint")
        self.rows = [(label("", "mono"), Elided("", "mono"), label("", "mono")) for _ in range(MOST)]
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 14, 9)
        column.setSpacing(4)
        column.addWidget(self.heading)
        column.addWidget(self.hint)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for at, (rule, filled, value) in enumerate(self.rows):
            grid.addWidget(rule, at, 0)
            grid.addWidget(filled, at, 1)
            grid.addWidget(value, at, 2, right)
        column.addLayout(grid)

    def show_step(self, step: Step, state: str = "fresh state") -> None:
        """Show the step of another weight; `state` says what the optimiser remembers, and from where."""
        name = next(each for each in SETTINGS if each.name == "optimiser").words[step.rule.name]
        self.heading.setText(f"The step: {name}")
        self.hint.setText(
            f"w = {numbers.compact(step.old, 6)}, g = {numbers.compact(step.gradient, 6)}, "
            f"η = {numbers.compact(step.rule.learning_rate)}; step {step.after.count}, {state}"
        )
        self._show_rows(
            (
                f"{line.symbol} = {line.rule}",
                f"= {line.filled(_factor)}",
                f"= {numbers.compact(line.value, 6)}",
            )
            for line in step.lines
        )

    def show_loss(self, account: LossAccount, decay: float) -> None:
        """Show what the loss is made of, and what a training adds to it."""
        self.heading.setText(f"L = {numbers.compact(account.sum, 6)}")
        said = "closes" if account.closes else "does not close"
        total = f"; with penalties {numbers.compact(account.with_penalties, 6)}" if account.penalised else ""
        self.hint.setText(f"engine {numbers.compact(account.engine, 6)}, {said}{total}")
        rows = [
            (
                f"+ {numbers.compact(term.factor)} · {term.rule}" + (" while training" if term.penal else ""),
                f"{term.name}, {numbers.compact(term.factor)} · {numbers.compact(term.amount, 6)}",
                f"= {numbers.compact(term.value, 6)}",
            )
            for term in account.terms
        ]
        if decay:
            rows.append(
                (f"weight decay {numbers.compact(decay)}", "no term of L: the optimiser pulls by λ·w", "")
            )
        self._show_rows(rows)

    def _show_rows(self, texts: Iterable[tuple[str, str, str]]) -> None:
        found = list(texts)[:MOST]
        for at, row in enumerate(self.rows):
            for column, part in enumerate(row):
                part.setVisible(at < len(found))
                if at < len(found):
                    part.setText(found[at][column])
        self.setAccessibleName(self.text())

    def text(self) -> str:
        """Return the card as plain text."""
        shown = [row for row in self.rows if not row[0].isHidden()]
        return "\n".join(
            (self.heading.text(), self.hint.text(), *(" ".join(p.text() for p in row) for row in shown))
        )


def _factor(value: float) -> str:
    """Write a number inside a formula; a negative one in brackets."""
    text = numbers.compact(value, 5)
    return f"({text})" if value < 0 else text


def example() -> QWidget:
    """Adam's first step."""
    from cnnviz.explain.backward import Rule, step

    card = StepCard()
    card.show_step(step(Rule("adam", 1e-3), 0.6779961, 0.83250606))
    return card


if __name__ == "__main__":
    from cnnviz.ui.widgets import demo as stage

    stage.run(example, (640, 200))
