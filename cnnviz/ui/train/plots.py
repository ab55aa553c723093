"""Loss, accuracy and gradients of the latest run, with one hover line through the plots."""

from __future__ import annotations

import math

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from cnnviz.events import Evaluated
from cnnviz.ui import numbers
from cnnviz.ui.state import Record, Session
from cnnviz.ui.train.gradients import GradientBars
from cnnviz.ui.widgets.chrome import Panel, Pill
from cnnviz.ui.widgets.curves import Curves

VALIDATION = "#D65DA8"


class Plots(QWidget):
    """Appends what is new at each refresh; a new run clears the plots. `layer_clicked(node)` comes from the bars."""

    layer_clicked = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._run, self._shown, self._judged = 0, 0, 0
        self.loss = Curves(name="loss", log=True)
        self.accuracy = Curves(name="accuracy", percent=True)
        self.rate = Curves(name="learning rate")
        self.gradients = GradientBars()
        self.gradients.clicked.connect(self.layer_clicked)
        self.validation, self.chance = Pill("", "ok"), Pill("")
        self.outside = Pill("", "warn")
        for one in (self.loss, self.accuracy, self.rate):
            for other in (self.loss, self.accuracy, self.rate):
                if one is not other:
                    one.hovered.connect(other.set_hover)
                    one.left.connect(lambda other=other: other.set_hover(None))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(1)
        parts = (
            ("Loss", "cross entropy, log scale", self.loss, ()),
            ("Accuracy", "", self.accuracy, (self.validation, self.chance)),
            ("Learning rate", "as used", self.rate, ()),
            ("Gradient size", "‖g‖ / ‖w‖ per layer, log scale", self.gradients, (self.outside,)),
        )
        for place, (title, subtitle, body, pills) in enumerate(parts):
            panel = Panel(title, subtitle)
            for pill in pills:
                panel.add_to_header(pill)
            panel.body.addWidget(body)
            grid.addWidget(panel, place // 2, place % 2)
        grid.setRowStretch(0, 3)
        grid.setRowStretch(1, 2)
        self._clear(None)

    def refresh(self) -> None:
        """Take over what the latest run has said since the last refresh."""
        record = self._session.training.record
        if record is None:
            return
        if record.number != self._run:
            self._clear(record)
        self._append(record)
        for event in record.evaluations[self._judged :]:
            self._judge(event)
        self._judged = len(record.evaluations)
        self._show_gradients(record)
        for plot in (self.loss, self.accuracy, self.rate):
            plot.refresh()

    def _append(self, record: Record) -> None:
        at = self._shown
        steps = record.steps[at:]
        if steps:
            self.loss.append("train", steps, record.losses[at:])
            self.accuracy.append("train", steps, record.accuracies[at:])
            self.rate.append("rate", steps, record.learning_rates[at:])
        self._shown = at + len(steps)
        if record.started is not None:
            for plot in (self.loss, self.accuracy, self.rate):
                plot.set_x_end(record.started.steps)

    def _judge(self, event: Evaluated) -> None:
        if event.which != "validation":
            return
        self.loss.append("validation", [event.step], [event.loss])
        self.accuracy.append("validation", [event.step], [event.accuracy])
        self.validation.setText(f"validation {numbers.percent(event.accuracy)} of {len(event.indices):,}")
        self.validation.show()

    def _show_gradients(self, record: Record) -> None:
        if record.gradients is None:
            return
        groups = {node.name: node.layer.group for node in record.graph}
        self.gradients.set_ratios(record.gradients.ratios, groups)
        outside = self.gradients.outside()
        self.outside.setVisible(bool(outside))
        more = f" and {len(outside) - 1} more" if len(outside) > 1 else ""
        self.outside.setText(f"{outside[0]}{more} outside the band" if outside else "")

    def _clear(self, record: Record | None) -> None:
        self._run, self._shown, self._judged = record.number if record else 0, 0, 0
        dataset = self._session.material.dataset
        classes = len(dataset.classes) if dataset else 10
        for plot in (self.loss, self.accuracy):
            plot.clear()
            plot.add_series("train", "train")
            plot.add_series("validation", "validation", VALIDATION, "validation")
        self.rate.clear()
        self.rate.add_series("rate", "learning rate", "acc", "other")
        self.loss.set_reference(math.log(classes), f"guessing, ln {classes} = {math.log(classes):.3f}")
        self.chance.setText(f"chance {numbers.percent(1 / classes, 0)}")
        self.validation.hide()
        self.outside.hide()
