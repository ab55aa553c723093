"""How good the network is at a moment: confusion, classes and calibration, or how its outputs fit; and which moment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QStackedWidget, QWidget

from cnnviz.events import Evaluated
from cnnviz.explain.calibration import calibration
from cnnviz.ui import numbers, theme
from cnnviz.ui.state.judgings import Judgings, recall
from cnnviz.ui.train.judging import outputs, reliability
from cnnviz.ui.train.judging.classcurves import ClassCurves
from cnnviz.ui.train.judging.outputs import OutputErrors, Scatter
from cnnviz.ui.train.judging.reliability import Reliability
from cnnviz.ui.widgets.chrome import Elided, EmptyState, Panel, Segmented, button, label
from cnnviz.ui.widgets.confusion import ConfusionMatrix

OF_CLASSES = (("confusion", "Confusion"), ("classes", "Classes"), ("calibration", "Calibration"))
NOTHING = "How good it is appears here after the first judgement."
OF_VALUES = (("outputs", "Outputs"), ("scatter", "Predicted and true"))


class HowGood(Panel):
    """`class_clicked(class)` comes from the bars of the classes; cells are told by the `matrix` itself."""

    class_clicked = Signal(int)

    def __init__(self, judgings: Judgings) -> None:
        super().__init__("", "")
        self._judgings = judgings
        self._event: Evaluated | None = None
        self._expected_classes = True
        self._classes: Sequence[str] = ()
        self.matrix, self.classes, self.diagram = ConfusionMatrix(), ClassCurves(), Reliability()
        self.errors, self.scatter = OutputErrors(), Scatter()
        self.views = {
            "confusion": self.matrix, "classes": self.classes, "calibration": self.diagram,
            "outputs": self.errors, "scatter": self.scatter,
        }  # fmt: skip
        self.of_classes = Segmented(OF_CLASSES, name="how good it is")
        self.of_values = Segmented(OF_VALUES, name="how well it fits")
        self.percent = self.matrix.switch()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("judgement")
        self.slider.setToolTip("Earlier judgements of this run; at the right end it follows the run")
        theme.set_role(self.slider, role="cursor")
        self.moment, self.words = label("", "mono"), Elided("", "hint")
        self.forecast = button("Forecast", icon="step", small=True)
        self.forecast.setToolTip(
            "Continue the series in Inspect: each prediction is fed back as if it had been seen"
        )
        self.forecast.hide()
        self._assemble()
        for switch in (self.of_classes, self.of_values):
            switch.chosen.connect(lambda _view: self._show_view())
        self.slider.valueChanged.connect(self._slide)
        self.classes.clicked.connect(self.class_clicked)
        judgings.changed.connect(self._keep_up)

    def _assemble(self) -> None:
        self.lead_header(self.of_classes)
        self.lead_header(self.of_values)
        self.of_values.hide()
        self.add_to_header(self.forecast)
        self._stack = QStackedWidget()
        self.nothing = EmptyState(NOTHING)
        self._stack.addWidget(self.nothing)
        for view in self.views.values():
            self._stack.addWidget(view)
        self.body.setSpacing(4)
        self.body.addWidget(self._stack, 1)
        self.body.addWidget(self.words)
        self._foot = QWidget()
        line = QHBoxLayout(self._foot)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(self.slider, 1)
        line.addWidget(self.moment)
        line.addWidget(self.percent)
        self.body.addWidget(self._foot)

    @property
    def view(self) -> str:
        """Return which view is shown."""
        return str((self.of_values if self._fits else self.of_classes).value())

    @property
    def _fits(self) -> bool:
        """Say whether values are judged, not classes."""
        return not self._expected_classes if self._event is None else self._event.fit is not None

    def clear(self, *, classes: bool = True) -> None:
        """Show that nothing has been judged yet, and whether classes or values will be."""
        self._event, self._expected_classes = None, classes
        self.matrix.set_selected(None)
        self.matrix.set_counts(np.zeros((0, 0), np.int64))
        self.classes.show_recalls(np.zeros(0), np.zeros((0, 0)), np.zeros(0), 0.0, ())
        self.diagram.show_calibration(None)
        self.set_title("", "")
        self._show_view()

    def show_judgement(self, event: Evaluated, classes: Sequence[str]) -> None:
        """Show a judgement in the view that is in front."""
        self._event, self._classes = event, classes
        judged = f"{numbers.count(len(event.indices))} {event.which}"
        self.set_title("", judged)
        always = "" if event.whole else ", the same ones at every judgement"
        self.header.setToolTip(f"Judged on {judged} samples{always}")
        self.matrix.set_counts(event.confusion, classes)
        self._show_view()

    def _keep_up(self) -> None:
        if self.isVisible() and self.view == "classes":
            self._fill()
        self._set_slider()

    def _show_view(self) -> None:
        self.of_classes.setVisible(not self._fits)
        self.of_values.setVisible(self._fits)
        self._stack.setCurrentWidget(self.views[self.view] if self._event else self.nothing)
        self._foot.setVisible(self._event is not None)
        self.percent.setVisible(self.view == "confusion")
        self._fill()
        self._set_slider()

    def _fill(self) -> None:
        """Give the view in front what it shows; the others cost nothing."""
        event, words = self._event, ""
        if event is None:
            pass
        elif event.fit is not None:
            self.errors.show_errors(event.fit.per_output)
            self.scatter.show_values(event.fit.values, event.fit.targets)
            words = outputs.told(event.fit)
        elif self.view == "classes" and len(event.confusion):
            epochs, recalls = self._judgings.recalls()
            self.classes.show_recalls(epochs, recalls, recall(event.confusion), event.epoch, self._classes)
        elif self.view == "calibration" and len(event.confidence):
            found = calibration(event.confidence, event.predicted == event.labels)
            self.diagram.show_calibration(found)
            words = reliability.told(found)
        self.words.setText(words)
        self.words.setVisible(bool(words))

    # -- the moment ---------------------------------------------------------------------------------------------------

    def _set_slider(self) -> None:
        """Let the slider say which judgement is looked at."""
        entries, place = self._judgings.entries, self._judgings.place
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(len(entries) - 1, 0))
        self.slider.setValue(place or 0)
        self.slider.blockSignals(False)
        self.slider.setEnabled(len(entries) > 1)
        entry = entries[place] if place is not None and place < len(entries) else None
        self.moment.setText(f"epoch {numbers.compact(entry.epoch, 3)}" if entry else "")
        self.moment.setToolTip(f"judged after step {entry.step:,}" if entry else "")

    def _slide(self, place: int) -> None:
        entries = self._judgings.entries
        if place < len(entries):
            self._judgings.go(None if place == len(entries) - 1 else entries[place].step)
            self._set_slider()
