"""Loss, accuracy and gradients of the latest run, with one hover line through the plots."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from cnnviz.events import Evaluated
from cnnviz.model.heads import learned_from, loss_in_words, main_head
from cnnviz.ui import numbers
from cnnviz.ui.state import Record, Session
from cnnviz.ui.train.gradients import GradientBars
from cnnviz.ui.widgets.chrome import Panel, Pill
from cnnviz.ui.widgets.curves import Curves

VALIDATION = "#D65DA8"
OTHER_RUNS = ("#3BA3CF", "#8FAE35", "#C07A45")
"""Earlier runs are drawn for comparison, the latest of them in the first of these colours."""

RARE_TURNS = 5
"""Learning rate and sizes of gradients change slowly: they are drawn at every so many refreshes."""


class Plots(QWidget):
    """Appends what is new at each refresh; a new run clears the plots. `layer_clicked(node)` comes from the bars."""

    layer_clicked = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._run, self._shown, self._judged, self._turn = 0, 0, 0, 0
        self._graph = session.document.graph
        self.loss = Curves(name="loss", log=True)
        self.accuracy = Curves(name="accuracy", percent=True)
        self.rate = Curves(name="learning rate")
        self.gradients = GradientBars()
        self.gradients.clicked.connect(self.layer_clicked)
        self.validation = Pill("", "ok")
        self.outside = Pill("", "warn")
        for one in (self.loss, self.accuracy, self.rate):
            for other in (self.loss, self.accuracy, self.rate):
                if one is not other:
                    one.hovered.connect(other.set_hover)
                    one.left.connect(lambda other=other: other.set_hover(None))
        parts = (
            ("Loss", "cross entropy, log scale", self.loss, ()),
            ("Accuracy", "", self.accuracy, (self.validation,)),
            ("Learning rate", "as used", self.rate, ()),
            ("Gradient size", "÷ size of the weights", self.gradients, (self.outside,)),
        )
        self._panels = [self._panel(*part) for part in parts]
        self._lay_out()
        self._clear(None)

    def _panel(self, title: str, subtitle: str, body: QWidget, pills: Sequence[QWidget]) -> Panel:
        panel = Panel(title, subtitle)
        panel.header.setToolTip("Double-click to enlarge, and again to go back")
        panel.header_double_clicked.connect(lambda: self.enlarge(panel))
        for pill in pills:
            panel.add_to_header(pill)
        panel.body.addWidget(body)
        return panel

    def _lay_out(self) -> None:
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(1)
        for place, panel in enumerate(self._panels):
            self._grid.addWidget(panel, place // 2, place % 2)
        self._share_room()

    def enlarge(self, panel: Panel) -> None:
        """Give one panel all the room, or share it again."""
        shared = not any(each.isHidden() for each in self._panels)
        for each in self._panels:
            each.setVisible(each is panel or not shared)
        self._share_room()

    def _share_room(self) -> None:
        """Rows and columns without a visible panel get nothing; the upper row is the taller one."""
        shown = [not panel.isHidden() for panel in self._panels]
        for place in (0, 1):
            self._grid.setRowStretch(place, (3 - place) * any(shown[2 * place : 2 * place + 2]))
            self._grid.setColumnStretch(place, any(shown[place::2]))

    def refresh(self) -> None:
        """Take over what the latest run has said since the last refresh."""
        record = self._session.training.record
        if record is None:
            if self._run or self._graph is not self._session.document.graph:
                self._clear(None)
                self._redraw()
            return
        if record.number != self._run:
            self._clear(record)
        self._append(record)
        for event in record.evaluations[self._judged :]:
            self._judge(event)
        self._judged = len(record.evaluations)
        if self._rare():
            self._show_gradients(record)
        self._redraw()

    def _redraw(self) -> None:
        self.loss.refresh()
        self.accuracy.refresh()
        if self._rare():
            self.rate.refresh()
        self._turn += 1

    def _rare(self) -> bool:
        """Say whether this refresh also shows what changes slowly."""
        return self._turn % RARE_TURNS == 0 or self._session.training.state != "running"

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
        self.accuracy.append("validation", [event.step], [_number(event.accuracy)])
        images = f"{'' if event.whole else 'a fixed '}{numbers.count(len(event.indices))}"
        self.validation.setText(f"validation {numbers.percent(event.accuracy)} of {images}")
        self.validation.setVisible(event.accuracy is not None)

    def _show_gradients(self, record: Record) -> None:
        if record.gradients is None:
            return
        groups = {node.name: node.layer.group for node in record.graph}
        self.gradients.set_ratios(record.gradients.ratios, groups)
        outside = self.gradients.outside()
        self.outside.setVisible(bool(outside))
        self.outside.setText(
            f"{outside[0] if len(outside) == 1 else len(outside)} outside the band" if outside else ""
        )
        self.outside.setToolTip(f"{', '.join(outside)}: a layer usually learns well between 1e−3 and 1e−1")

    def _clear(self, record: Record | None) -> None:
        self._run, self._shown, self._judged = record.number if record else 0, 0, 0
        for plot in (self.loss, self.accuracy):
            plot.clear()
            plot.add_series("train", "train")
            plot.add_series("validation", "validation", VALIDATION, "validation")
        self._compare(record)
        self.rate.clear()
        self.rate.add_series("rate", "learning rate", "acc", "other")
        self._expect(record)
        self.gradients.set_ratios({}, {})
        self.validation.hide()
        self.outside.hide()

    def _expect(self, record: Record | None) -> None:
        """Say which loss is drawn, and where a network begins that knows nothing."""
        dataset = record.dataset if record else self._session.material.dataset
        classes = (len(dataset.classes) if dataset else 0) or 10
        self._graph = record.graph if record else self._session.document.graph
        loss, accuracy = self._panels[:2]
        words = loss_in_words(self._graph) or "cross entropy"
        loss.set_title("Loss", f"{words}, log scale")
        named = not learned_from(self._graph) or main_head(self._graph).classifies
        named = named and (dataset is None or dataset.answers == "labels")
        accuracy.set_title("Accuracy", "" if named else "– the network names no classes")
        if words == "cross entropy" and named:
            self.loss.set_y_range(0.5, 2 * max(math.log(classes), 1.0))
            self.loss.set_reference(math.log(classes), f"guessing, ln {classes} = {math.log(classes):.3f}")
        else:
            self.loss.set_reference(None)
        chance = f"chance, {numbers.percent(1 / classes, 0)}"
        self.accuracy.set_reference(1 / classes if named else None, chance)

    def _compare(self, record: Record | None) -> None:
        """Draw the validation curves of the runs before, for comparison."""
        earlier = [each for each in self._session.training.records if record and each.number < record.number]
        for other, color in zip(reversed(earlier), OTHER_RUNS, strict=False):
            judged = [event for event in other.evaluations if event.which == "validation"]
            if not judged:
                continue
            for plot, values in (
                (self.loss, [event.loss for event in judged]),
                (self.accuracy, [_number(event.accuracy) for event in judged]),
            ):
                plot.add_series(f"run {other.number}", f"#{other.number} val.", color, "other")
                plot.append(f"run {other.number}", [event.step for event in judged], values)
                plot.set_x_end(judged[-1].step)


def _number(accuracy: float | None) -> float:
    """Return what a curve leaves out where there is no accuracy."""
    return math.nan if accuracy is None else accuracy
