"""How much of the class each layer tells to a linear readout."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal

from cnnviz.explain.asking.codes import telling_nodes
from cnnviz.explain.asking.probes import Probes
from cnnviz.explain.asking.questions import AskAny, AskProbes
from cnnviz.layers import times
from cnnviz.ui import numbers
from cnnviz.ui.inspect.asking.desk import Desk
from cnnviz.ui.inspect.asking.layerbars import Bar, LayerBars, Mark
from cnnviz.ui.inspect.asking.pane import AskPane

FITTED, JUDGED = 2000, 1000
MOST_LAYERS = 20


def probes_question(desk: Desk) -> AskProbes | str:
    """Return the question for readouts of all layers, or why there is none."""
    trace, dataset = desk.trace, desk.dataset
    if trace is None or dataset is None:
        return "The data set is still loading."
    if not len(dataset.test.class_numbers):
        return "Readouts tell classes, and these data have none."
    return AskProbes(
        telling_nodes(trace.graph, MOST_LAYERS), FITTED, JUDGED, desk.session.document.recipe.seed
    )


class Probing(AskPane):
    """A click on a layer opens it: `opened` carries its node."""

    title = "Probes"
    sentence = "How well the class can be read from each layer by a single linear layer"
    opened = Signal(str)

    def __init__(self, desk: Desk) -> None:
        self.bars = LayerBars("accuracy of a linear readout of each layer")
        self.found: Probes | None = None
        super().__init__(desk)
        self.body.addWidget(self.bars, 1)
        self.bars.clicked.connect(self._open)
        desk.session.looking.cursor_changed.connect(lambda _cursor: self._mark())

    def wanted(self) -> AskAny | str:
        return probes_question(self.desk)

    def show_answer(self, question: Any, answer: Any) -> None:
        self.found = answer
        self._mark()
        fitted, judged = (numbers.count(n) for n in (answer.fitted_to, answer.judged_on))
        margin = numbers.percent(answer.margin)
        self.say(
            f"A ridge regression per layer, fitted to {fitted} training {self.desk.noun}s and judged on {judged} "
            f"test {self.desk.noun}s "
            f"(±{margin} at most, in 95 of 100 draws). Of more than 1,024 values, it reads means over areas."
        )

    def forget(self) -> None:
        self.found = None

    def _mark(self) -> None:
        found = self.found
        if found is None:
            return
        names = [each.node for each in found.readouts]
        bars = [
            Bar(each.node, each.accuracy, numbers.percent(each.accuracy), _size(each.size, each.grid))
            for each in found.readouts
        ]
        marks = [Mark(1 / found.classes, "chance")]
        if found.network is not None:
            marks.append(Mark(found.network, f"network {numbers.percent(found.network)}"))
        cursor = self.desk.session.looking.cursor.node.partition(".")[0]
        self.bars.set_bars(bars, (0.0, 1.0), marks, names.index(cursor) if cursor in names else None)

    def _open(self, row: int) -> None:
        self.opened.emit(self.bars.bars[row].name)


def _size(size: int, grid: tuple[int, ...]) -> str:
    return f"{numbers.count(size)} means {times(grid)}" if grid else f"{numbers.count(size)} values"
