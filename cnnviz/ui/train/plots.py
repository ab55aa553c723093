"""Loss, accuracy and gradients of the latest run, with one hover line through the plots."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from cnnviz.events import Evaluated, Gradients
from cnnviz.model.heads import learned_from, loss_in_words, main_head
from cnnviz.ui import numbers
from cnnviz.ui.state import Record, Session
from cnnviz.ui.train.axes import AXES, along, of_steps, planned, words
from cnnviz.ui.train.gradients import GradientBars
from cnnviz.ui.train.othercurves import color_of, draw_others, drawn
from cnnviz.ui.train.plotoptions import SMOOTHINGS, options_menu
from cnnviz.ui.widgets.chrome import Panel, Pill, tool_button
from cnnviz.ui.widgets.curves import Curves

RARE_TURNS = 5
"""Learning rate and sizes of gradients change slowly: they are drawn at every so many refreshes."""


class Plots(QWidget):
    """Appends what is new at each refresh; a new run clears the plots. `layer_clicked(node)` comes from the bars."""

    layer_clicked = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self.notice = session, session.notice
        self._run: Record | None = None
        self._shown, self._judged, self._turn = 0, 0, 0
        self._past: Gradients | None = None
        self._named = True
        self._plan: tuple[object, int] = (None, -1)
        self.axis, self.smoothing = AXES[0], SMOOTHINGS[2]
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
        options = tool_button("settings", "Axes, smoothing, export", self._offer_options)
        parts = (
            ("Loss", "cross entropy, log scale", self.loss, (options,)),
            ("Accuracy", "", self.accuracy, (self.validation,)),
            ("Learning rate", "planned and used", self.rate, ()),
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

    def _offer_options(self) -> None:
        menu = options_menu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(self._panels[0].geometry().topRight()))

    @property
    def names_classes(self) -> bool:
        """Say whether the network names classes, of which a share can be right."""
        return self._named

    @property
    def curves(self) -> dict[str, Curves]:
        """Return the plots of curves by what they show."""
        return {"loss": self.loss, "accuracy": self.accuracy, "learning rate": self.rate}

    def set_axis(self, axis: str) -> None:
        """Draw over steps, epochs or time."""
        self.axis = axis
        self._start_over()

    def set_log(self, log: bool) -> None:
        """Draw the loss on a logarithmic axis, or on a linear one."""
        self.loss.set_log(log)
        self._start_over()

    def set_smoothing(self, share: float) -> None:
        """Smooth the curves of training, by 0 (not at all) to below 1."""
        self.smoothing = share
        for plot in (self.loss, self.accuracy):
            plot.set_smoothing(share)
        self._redraw()

    def compare_anew(self) -> None:
        """Draw the validation curves of the runs that are ticked now."""
        self._compare()
        if self.isVisible():
            self._redraw()

    def _compare(self) -> None:
        if self._run is not None:
            draw_others(self._session, self._run, self.axis, self.loss, self.accuracy)

    def look_back(self, gradients: Gradients | None) -> None:
        """Show the gradients of an earlier moment; None shows those of now."""
        self._past = gradients
        if self._run is not None:
            self._show_gradients(self._run)

    def _start_over(self) -> None:
        self._clear(self._run)
        self.refresh()

    def _lay_out(self) -> None:
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(1)
        for place, panel in enumerate(self._panels):
            self._grid.addWidget(panel, place // 2, place % 2)
        self._share_room()

    def enlarge(self, panel: Panel) -> None:
        """Give one panel all the room, or share it again."""
        told = [each for each in self._panels if each is not self._panels[1] or self._named]
        shared = not any(each.isHidden() for each in told)
        for each in told:
            each.setVisible(each is panel or not shared)
        self._share_room()

    def _share_room(self) -> None:
        """Rows and columns without a visible panel get nothing; the upper row is the taller one."""
        shown = [not panel.isHidden() for panel in self._panels]
        self._grid.addWidget(self._panels[0], 0, 0, 1, 1 if self._named else 2)
        for place in (0, 1):
            self._grid.setRowStretch(place, (3 - place) * any(shown[2 * place : 2 * place + 2]))
            self._grid.setColumnStretch(place, any(shown[place::2]))

    def refresh(self) -> None:
        """Take over what the latest run has said since the last refresh."""
        record = self._session.training.shown
        if record is None:
            if self._run is not None or self._graph is not self._session.document.graph:
                self._clear(None)
                self._redraw()
            return
        if record is not self._run:
            self._clear(record)
        self._append(record)
        for event in record.evaluations[self._judged :]:
            self._judge(event)
        self._judged = len(record.evaluations)
        if self._rare():
            self._show_gradients(record)
            self._show_plan(record)
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
        places = along(record, at, self.axis)
        if len(places):
            end = at + len(places)
            self.loss.append("train", places, record.losses[at:end])
            self.accuracy.append("train", places, record.accuracies[at:end])
            self.rate.append("rate", places, record.learning_rates[at:end])
        self._shown = at + len(places)
        if record.started is not None and self.axis != "time":
            (end_of_run,) = of_steps(record, [record.started.steps], self.axis)
            for plot in (self.loss, self.accuracy, self.rate):
                plot.set_x_end(end_of_run)

    def _show_plan(self, record: Record) -> None:
        """Draw the planned learning rates faintly, and flags where the user has changed the rate."""
        wanted = record.started, len(record.changes)  # how long it will be is known only once it has started
        if self._plan == wanted and self.axis != "time":
            return
        self._plan = wanted
        self.rate.remove_series("plan")
        steps, rates = planned(record)
        if len(steps):
            self.rate.add_series("plan", "planned", "t3", "plan")
            self.rate.append("plan", of_steps(record, steps, self.axis), rates)
        places = of_steps(record, [step for step, _ in record.changes], self.axis)
        for plot, told in ((self.rate, True), (self.loss, False)):
            texts = [numbers.compact(value, 3) if told else "" for _, value in record.changes]
            plot.set_marks(list(zip(places.tolist(), texts, strict=True)))

    def _judge(self, event: Evaluated) -> None:
        if event.which != "validation":
            return
        assert self._run is not None
        place = of_steps(self._run, [event.step], self.axis)
        self.loss.append("validation", place, [event.loss])
        self.accuracy.append("validation", place, [drawn(event.accuracy)])
        samples = f"{'' if event.whole else 'a fixed '}{numbers.count(len(event.indices))}"
        self.validation.setText(f"validation {numbers.percent(event.accuracy)} of {samples}")
        self.validation.setVisible(event.accuracy is not None)

    def _show_gradients(self, record: Record) -> None:
        gradients = self._past or record.gradients
        if gradients is None:
            return
        groups = {node.name: node.layer.group for node in record.graph}
        self.gradients.set_ratios(gradients.ratios, groups)
        outside = self.gradients.outside()
        self.outside.setVisible(bool(outside))
        self.outside.setText(
            f"{outside[0] if len(outside) == 1 else len(outside)} outside the band" if outside else ""
        )
        self.outside.setToolTip(f"{', '.join(outside)}: a layer usually learns well between 1e−3 and 1e−1")

    def _clear(self, record: Record | None) -> None:
        self._run, self._shown, self._judged, self._plan = record, 0, 0, (None, -1)
        color = color_of(self._session, record)
        for plot in (self.loss, self.accuracy):
            plot.clear()
            plot.add_series("train", "train", color)
            plot.add_series("validation", "validation", color, "validation")
            plot.set_smoothing(self.smoothing)
        self._compare()
        self.rate.clear()
        for plot in (self.loss, self.accuracy, self.rate):
            plot.set_x_name(self.axis, partial(words, self.axis))
        self.rate.add_series("rate", "learning rate", color, "other")
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
        named_loss = loss_in_words(self._graph) or "cross entropy"
        scale = ", log scale" if self.loss.log else ""
        loss.set_title("Loss", f"{named_loss}{scale}")
        named = not learned_from(self._graph) or main_head(self._graph).classifies
        named = named and (dataset is None or dataset.answers == "labels")
        accuracy.set_title("Accuracy", "" if named else "– the network names no classes")
        if named != self._named:  # the loss takes the room of an accuracy that there is not
            self._named = named
            accuracy.setVisible(named)
            self._share_room()
        if named_loss == "cross entropy" and named:
            self.loss.set_y_range(0.5, 2 * max(math.log(classes), 1.0))
            self.loss.set_reference(math.log(classes), f"guessing, ln {classes} = {math.log(classes):.3f}")
        else:
            self.loss.set_reference(None)
        chance = f"chance, {numbers.percent(1 / classes, 0)}"
        self.accuracy.set_reference(1 / classes if named else None, chance)
