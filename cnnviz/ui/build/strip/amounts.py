"""The numbers at the end of the strip: parameters, multiply-adds, memory, receptive field."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from cnnviz.layers import size, times
from cnnviz.model.check import Report
from cnnviz.model.recipe import Recipe
from cnnviz.ui import numbers, theme
from cnnviz.ui.build.strip.sight import Sight
from cnnviz.ui.widgets.chrome import Divider, Elided, label

FLOAT_BYTES = 4
MOMENTS = {"sgd": 0, "momentum": 1, "nesterov": 1, "rmsprop": 1, "adam": 2, "adamw": 2}
"""Arrays of the size of the parameters that an optimiser keeps beside them."""


def memory(report: Report, recipe: Recipe) -> tuple[int, int]:
    """Return an estimate for one training step, in bytes: of the activations and their gradients, and of the weights,
    their gradients and the optimiser's moments. What a library allocates besides is not counted.
    """
    values = sum(size(row.shape) for row in report.rows if row.shape)
    activations = 2 * values * recipe.batch_size * FLOAT_BYTES
    weights = (2 + MOMENTS[recipe.optimiser]) * report.trainable * FLOAT_BYTES
    return activations, weights


NARROW = 480
"""Below this width there is room for three numbers, and for no details of memory."""


class Amount(QWidget):
    """A caption, a large number with a word behind it, and a line of explanation."""

    def __init__(self, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 8, 8)
        layout.setSpacing(3)
        self._caption = Elided(caption, "secondary")
        self.value = label("", "result")
        self._unit = label("", "secondary")
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.value)
        row.addWidget(self._unit)
        row.addStretch(1)
        self._detail = label("", "hint")
        self._detail.setWordWrap(True)
        layout.addWidget(self._caption)
        layout.addLayout(row)
        layout.addWidget(self._detail)
        layout.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_detail(self, shown: bool) -> None:
        """Show unit and explanation, or only the number."""
        self._detail.setVisible(shown)
        self._fit()

    def _fit(self) -> None:
        """Leave out the unit where number and unit don't stand side by side."""
        need = self.value.sizeHint().width() + self._unit.sizeHint().width() + 26
        self._unit.setVisible(self._detail.isVisibleTo(self) and need <= self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def show_amount(self, value: str, unit: str = "", detail: str = "", caption: str = "") -> None:
        """Show other numbers."""
        self.value.setText(value)
        self._unit.setText(unit)
        self._detail.setText(detail)
        if caption:
            self._caption.setText(caption)
        self._fit()


class Amounts(QFrame):
    """Four numbers that follow every edit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.set_role(self, role="panel")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.params = Amount("Parameters")
        self.macs = Amount("MACs per image")
        self.memory = Amount("Memory")
        self.field = Amount("Receptive field")
        self._sight: Sight | None = None
        for amount in (self.params, self.macs, self.memory, self.field):
            row.addWidget(Divider(standing=True))
            row.addWidget(amount, 1)

    def show_report(self, report: Report, recipe: Recipe) -> None:
        """Show what a graph amounts to; unknown parts are left out of the sums, and said to be."""
        open_rows = [row.name for row in report.rows if row.shape is None]
        partly = f"without {open_rows[0]} and what follows" if open_rows else ""
        running = (
            f"+ {numbers.count(report.non_trainable)} running statistics" if report.non_trainable else ""
        )
        self.params.show_amount(numbers.count(report.trainable), "trainable", partly or running)
        self.macs.show_amount(numbers.compact_count(report.macs), "", partly or self._costly(report))
        activations, weights = memory(report, recipe)
        kept = f"weights and {recipe.optimiser} {numbers.size_in_bytes(weights)}"
        self.memory.show_amount(
            numbers.size_in_bytes(activations + weights),
            "",
            f"activations {numbers.size_in_bytes(activations)}, {kept}",
            f"Memory, batch {numbers.count(recipe.batch_size)}",
        )
        self.memory.setToolTip(
            "Estimated for training: values, gradients, weights and what the optimiser keeps"
        )

    def _adapt(self) -> None:
        """Leave out what there is no room for."""
        narrow = self.width() < NARROW
        self.field.setVisible(self._sight is not None and not narrow)
        for amount in (self.params, self.memory):
            amount.show_detail(not narrow)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._adapt()

    def show_sight(self, found: Sight | None) -> None:
        """Show how much of the image the last maps see."""
        self._sight = found
        self._adapt()
        if found is not None:
            self.field.show_amount(found.size, f"of {times(found.whole)}", found.words)

    @staticmethod
    def _costly(report: Report) -> str:
        most = max(report.rows, key=lambda row: row.macs, default=None)
        if most is None or not most.macs:
            return ""
        return f"{100 * most.macs / report.macs:.0f} % in {most.name}"
