"""From a mistake to its cause: a cell of the confusion matrix, an image in it, the layer that turned the answer."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnnviz.events import Array
from cnnviz.explain.asking.probes import Probes, turning
from cnnviz.explain.asking.questions import AskAny, AskJudgement, Judgement
from cnnviz.ui import numbers
from cnnviz.ui.inspect.answer import answers
from cnnviz.ui.inspect.asking.desk import Desk
from cnnviz.ui.inspect.asking.inquiry import Inquiry
from cnnviz.ui.inspect.asking.layerbars import Bar, LayerBars, Mark
from cnnviz.ui.inspect.asking.pane import AskPane, in_words
from cnnviz.ui.inspect.asking.pictures import as_picture
from cnnviz.ui.inspect.asking.probing import probes_question
from cnnviz.ui.widgets.chrome import label
from cnnviz.ui.widgets.confusion import ConfusionMatrix
from cnnviz.ui.widgets.gallery import Caption, Gallery

MOST_SHOWN = 120
SMALLEST_REACH = 0.2
LEADS = (
    "A lead is the difference of two scores, about 1 for the right class and 0 for others, that a linear readout of "
    "the layer gives this image; of the answer, that of its probabilities."
)
GALLERY = 226


class Mistakes(AskPane):
    """A click on a cell shows its images, one on an image the evidence per layer, one on a layer opens it."""

    title = "Mistakes"
    sentence = "Which layer turned a wrong answer"
    opened = Signal(str)

    def __init__(self, desk: Desk) -> None:
        self.matrix, self.gallery = ConfusionMatrix(), Gallery(name="images of the cell")
        self.bars = LayerBars("lead of the class named, layer by layer")
        self.which, self.lead = label("", "secondary"), label("", "secondary")
        self.judgement: Judgement | None = None
        self.probes: Probes | None = None
        self.shown: Array = np.zeros(0, np.int64)
        super().__init__(desk)
        self.reading = Inquiry(desk, "readouts", self)
        self.matrix.setMinimumWidth(300)
        self.gallery.setFixedWidth(GALLERY)
        self.body.addWidget(self.matrix, 3)
        for heading, part, stretch in ((self.which, self.gallery, 0), (self.lead, self.bars, 4)):
            self.body.addWidget(_headed(heading, part), stretch)
        self.matrix.cell_clicked.connect(lambda label_, named: self._show_cell((label_, named)))
        self.gallery.clicked.connect(lambda at: desk.session.material.pick(int(self.shown[at])))
        self.bars.clicked.connect(lambda row: self.opened.emit(self._nodes[row]))
        self.reading.answered.connect(self._take_probes)
        self.reading.failed.connect(self.lead.setText)
        self.reading.progressed.connect(lambda progress: self.lead.setText(in_words(progress)))
        self._nodes: tuple[str, ...] = ()
        self._total = ""
        desk.session.looking.trace_changed.connect(self._show_evidence)

    # -- asking -------------------------------------------------------------------------------------------------

    def wanted(self) -> AskAny | str:
        question = probes_question(self.desk)
        return question if isinstance(question, str) else AskJudgement(self.desk.sample_count)

    def show_answer(self, question: Any, answer: Any) -> None:
        fresh = answer is not self.judgement
        self.judgement = answer
        if fresh:
            names = [self.desk.class_name(at) for at in range(answer.classes)]
            self.matrix.set_counts(answer.confusion, names)
            self._show_cell(_largest(answer.confusion))
        wrong, total = int((answer.labels != answer.predicted).sum()), len(answer.labels)
        right = numbers.percent(1 - wrong / max(total, 1), 2)
        of_all = f"{numbers.count(wrong)} of {numbers.count(total)}"
        self._total = f"{of_all} test {self.desk.noun}s are judged wrongly ({right} right)."
        self.say(self._total)
        asked = probes_question(self.desk)
        if not isinstance(asked, str):
            self.reading.ask(asked)

    def forget(self) -> None:
        self.judgement, self.probes, self.shown = None, None, np.zeros(0, np.int64)
        self.gallery.set_images([])
        self.bars.set_bars([])

    def _take_probes(self, _question: Any, answer: Any) -> None:
        self.probes = answer
        self._show_evidence()

    # -- showing ------------------------------------------------------------------------------------------------

    def _show_cell(self, cell: tuple[int, int] | None) -> None:
        found = self.judgement
        self.matrix.set_selected(cell)
        if found is None or cell is None:
            self.which.setText("No mistakes.")
            self.gallery.set_images([])
            return
        numbers_ = found.cell(*cell)
        self.shown = numbers_[:MOST_SHOWN]
        label_, named = (self.desk.class_name(at) for at in cell)
        captions = [Caption(label_, named, float(found.confidence[at])) for at in self.shown]
        self.gallery.set_images([as_picture(self.desk.sample(int(at)), None) for at in self.shown], captions)
        what = f"{label_} taken for {named}" if cell[0] != cell[1] else f"{label_} recognised"
        more = f", the surest {MOST_SHOWN}" if len(numbers_) > MOST_SHOWN else ""
        self.which.setText(f"{what}: {numbers.count(len(numbers_))}{more}")

    def _show_evidence(self) -> None:
        """Show for the image that is looked at how far each layer's readout leans to the class that was named."""
        trace, probes, sample = (
            self.desk.session.looking.trace,
            self.probes,
            self.desk.session.material.sample,
        )
        if trace is None or probes is None or sample is None or not self.isVisible():
            return
        said = answers(trace)
        if trace is not self.desk.trace or said is None or not 0 <= sample.label < len(said[0]):
            self.bars.set_bars([])
            self.lead.setText("Choose an image with a class.")
            return
        label_, named = sample.label, int(said[0].argmax())
        rival = named if named != label_ else int(np.argsort(said[0])[-2])
        evidence = np.vstack([probes.evidence(trace), said[0][None]])
        self._nodes = (*(each.node for each in probes.readouts), trace.graph.summary().output)
        leads = evidence[:, rival] - evidence[:, label_]
        turned = turning(evidence, label_, named) if named != label_ else None
        reach = max(float(np.abs(leads[:-1]).max(initial=0.0)), SMALLEST_REACH)
        bars = [
            Bar(
                name,
                float(lead),
                numbers.fixed(float(lead), 2, plus=True),
                "turned here" if at == turned else "",
            )
            for at, (name, lead) in enumerate(zip(self._nodes, leads, strict=True))
        ]
        bars[-1] = Bar("the answer", bars[-1].value, bars[-1].text, bars[-1].detail)
        true_name, rival_name = self.desk.class_name(label_), self.desk.class_name(rival)
        marks = [
            Mark(0.0, ""),
            Mark(-reach / 2, f"\u2190 {true_name}, its class", line=False),
            Mark(reach / 2, f"{rival_name} \u2192", line=False),
        ]
        self.bars.set_bars(bars, (-reach, reach), marks, turned)
        self.lead.setText(f"Lead of {rival_name} over {true_name} in a linear readout of each layer")
        self.say(f"{self._total} {LEADS}")


def _largest(confusion: Array) -> tuple[int, int] | None:
    """Return the cell of the most mistakes; None where there are none."""
    wrong = confusion - np.diag(np.diag(confusion))
    row, column = np.unravel_index(int(wrong.argmax()), wrong.shape)
    return (int(row), int(column)) if wrong.any() else None


def _headed(heading: QWidget, part: QWidget) -> QWidget:
    found = QWidget()
    column = QVBoxLayout(found)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    column.addWidget(heading)
    column.addWidget(part, 1)
    return found
