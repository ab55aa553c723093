"""Pane 2: how the value was made. The view of the layer kind, the running sum, the closing card, what comes next."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from cnnviz.explain import explain, formula_of, split
from cnnviz.explain.backward import LossAccount
from cnnviz.explain.backward import Step as OptimiserStep
from cnnviz.layers.formula import blocks
from cnnviz.ui import numbers, theme
from cnnviz.ui.inspect.account import lines
from cnnviz.ui.inspect.closing import ClosingCard
from cnnviz.ui.inspect.figures.strip import Strip, inside, slopes
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.path import carried
from cnnviz.ui.inspect.reading import Spot
from cnnviz.ui.inspect.runningsum import RunningSum
from cnnviz.ui.inspect.stepcard import StepCard
from cnnviz.ui.inspect.views import MODES, View, view_for
from cnnviz.ui.widgets.chrome import Panel, Segmented, button, label
from cnnviz.ui.widgets.pages import Pages

MOST_STEPS = 4
CHEVRON, BACK = "\u203a", "\u2039"
SHORT_LINES, MOST_MORE = 8, 6
NEXT, CHIP = 42, 30
"""Pixels of the word before what comes next, and around the text of each."""
CHROME, MARGINS, GAP = 100, 24, 8
"""Pixels of the header, the steps below and the gaps between; and those left and right of the content; one such gap."""
NARROW = 440
"""Pixels of width from which there is room to choose the decimals."""
WRITTEN = (16, 12, 9, 7, 5, 3, 2)


@dataclass(frozen=True)
class Step:
    """What happens to the value next."""

    node: str
    index: tuple[int, ...]
    text: str


class WorkPane(Panel):
    """Keeps one view per kind, made when it is first needed."""

    spot_hovered = Signal(object)
    walked = Signal(str, object)
    flip_wanted = Signal(str)
    batch_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("2 · Working", parent=parent)
        self._frame: Frame | None = None
        self._views: dict[type[View], View] = {}
        self.view: View | None = None
        self.modes = Segmented(MODES, name="what the cells show")
        self.digits, self._digits_name = QSpinBox(minimum=2, maximum=6, value=3), label("digits", "hint")
        self.running = RunningSum()
        self.card = ClosingCard()
        self.step = StepCard()
        self.inside = Strip()
        self._steps: list[Step] = []
        self.chips = [self._make_chip(place) for place in range(MOST_STEPS)]
        self._assemble()
        self.modes.chosen.connect(self._set_mode)
        self.digits.valueChanged.connect(self._set_digits)
        self.inside.chosen.connect(self.walked)
        self.running.spot_hovered.connect(self.spot_hovered)
        self.running.spot_clicked.connect(lambda spot: self.view and self.view.walk(spot))

    def _assemble(self) -> None:
        self.add_to_header(self.modes)
        self.add_to_header(self._digits_name)
        self.digits.setFixedWidth(34)
        self.digits.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.digits.setToolTip("Decimals of every number in this pane")
        theme.set_role(self.digits, small=True)
        self.add_to_header(self.digits)
        self._pages = Pages()
        self.body.addWidget(self._pages, 3)
        self.body.addWidget(self.inside)
        self._sum_box = QWidget()
        sums = QVBoxLayout(self._sum_box)
        sums.setContentsMargins(0, 0, 0, 0)
        sums.setSpacing(2)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(label("Running sum", "heading"))
        self.sum_hint = label("", "hint")
        head.addWidget(self.sum_hint, 1)
        sums.addLayout(head)
        sums.addWidget(self.running, 1)
        self.body.addWidget(self._sum_box, 0)
        self.body.addWidget(self.card)
        self.body.addWidget(self.step)
        self.step.hide()
        self._next = QWidget()
        self._next.setFixedHeight(24)
        self._next_row = QHBoxLayout(self._next)
        self._next_row.setContentsMargins(0, 0, 0, 0)
        self._next_row.setSpacing(6)
        self._next_row.addWidget(label("Next:", "secondary"))
        for chip in self.chips:
            self._next_row.addWidget(chip)
        self._next_row.addStretch(1)
        self.body.addWidget(self._next)

    def show_frame(self, frame: Frame) -> None:
        """Show how another value was made."""
        self._frame = frame
        view = self._view(view_for(frame))
        view.digits = self._decimals(frame)
        view.show_frame(frame)
        self.set_title(f"2 · {view.heading(frame)}", view.subtitle(frame))
        self.modes.setVisible(view.has_modes)
        self._show_inside(frame, view)
        self._show_sum(frame, view)
        self._show_next(frame)

    def show_step(
        self, step: OptimiserStep | None, state: str, loss: LossAccount | None, decay: float
    ) -> None:
        """Show what the optimiser makes of a weight's gradient, or what the loss is made of; else nothing."""
        self.step.setVisible(step is not None or loss is not None)
        if step is not None:
            self.step.show_step(step, state)
        elif loss is not None:
            self.step.show_loss(loss, decay)

    def set_spot(self, spot: Spot | None) -> None:
        """Light up the cell that is pointed at in another pane; emits nothing."""
        if self.view is not None:
            self.view.set_spot(spot)
        self.running.set_channel(spot.reading if spot else None, spot.cell[0] if spot else -1)

    def _show_inside(self, frame: Frame, view: View) -> None:
        """Show the arrays inside the layer side by side, where they leave room for the view and the card."""
        self.inside.show_tiles(slopes(frame) or inside(frame), frame.node)
        if self.inside.tiles:
            rest = view.minimumSizeHint().height() + self.card.sizeHint().height() + CHROME
            self.inside.setVisible(self.height() >= rest + self.inside.height_for(self.width() - MARGINS))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for part in (self.digits, self._digits_name):
            part.setHidden(self.width() < NARROW)
        if self._frame is not None and self.view is not None:
            self._show_inside(self._frame, self.view)
            self._show_sum(self._frame, self.view)
            self._write_chips()

    def minimumSizeHint(self) -> QSize:
        """Ask for as much as the view and the card take; what there is no room for goes: running sum, decimals."""
        hint = super().minimumSizeHint()
        spare = 0 if self._sum_box.isHidden() else self._sum_box.minimumSizeHint().height() + GAP
        header = self.header.minimumSizeHint().width()
        if not self.digits.isHidden():
            header -= sum(part.minimumSizeHint().width() + GAP for part in (self.digits, self._digits_name))
        beside = max(self.card.minimumSizeHint().width(), self._pages.minimumSizeHint().width()) + MARGINS
        return QSize(max(header, beside), hint.height() - spare)

    def _least(self, view: View) -> int:
        """Return how high the pane must be to show the running sum, too."""
        parts = (view, self._sum_box, self.card)
        return CHROME + sum(part.minimumSizeHint().height() for part in parts)

    def _view(self, kind: type[View]) -> View:
        if kind not in self._views:
            made = self._views[kind] = kind()
            made.spot_hovered.connect(self.spot_hovered)
            made.walked.connect(self.walked)
            made.flip_wanted.connect(self.flip_wanted)
            made.batch_wanted.connect(self.batch_wanted)
            self._pages.addWidget(made)
        view = self._views[kind]
        if view is not self.view:
            self.view = view
            view.mode = self.modes.value()
            self._pages.setCurrentWidget(view)
        return view

    def _show_sum(self, frame: Frame, view: View) -> None:
        tall = self.height() > view.full_height(frame)
        drawn = lines(frame) if tall else lines(frame, SHORT_LINES)
        self.running.set_dense(not tall)
        digits = view.digits
        roomy = tall or not (frame.of_weight or self.inside.isVisibleTo(self))
        several = view.shows_sum(frame) and len(drawn) > 1 and roomy and self.height() >= self._least(view)
        self._sum_box.setVisible(several)
        if several:
            self.running.show_lines(drawn, digits)
            first = frame.readings[0] if frame.readings else None
            per_channel = first is not None and first.window_size > 1 and len(first.channels) > 1
            what = "channel sums" if per_channel else "terms"
            offsets = ", then the bias" if any(t.label == "bias" for t in frame.explanation.offsets) else ""
            self.sum_hint.setText(f"{what}{offsets}")
        self.card.show_account(frame.explanation, self._closing_line(frame, view), view.counted(frame))

    def _closing_line(self, frame: Frame, view: View) -> str:
        """Return the sum written out, with as many terms as fit on one line."""
        text = ""
        for most in WRITTEN:
            text = view.closing_line(frame, lines(frame, most))
            if self.card.fits(text):
                break
        return text

    def _make_chip(self, place: int) -> QPushButton:
        chip = button("", small=True)
        chip.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        chip.setMinimumWidth(40)
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        chip.clicked.connect(lambda: self.walked.emit(self._steps[place].node, self._steps[place].index))
        return chip

    def _show_next(self, frame: Frame) -> None:
        self._steps = next_steps(frame)
        self._next.setVisible(bool(self._steps))
        for place, chip in enumerate(self.chips):
            chip.setVisible(place < len(self._steps))
            if place < len(self._steps):
                chip.setToolTip(f"Go to {self._steps[place].node}: {self._steps[place].text}")
        self._write_chips()
        self._next_row.activate()  # at once: while playing, the texts change faster than layouts settle

    def _write_chips(self) -> None:
        """Write what comes next, each shortened alike where there is no room for all."""
        for short in (False, True):
            for chip, step in zip(self.chips, self._steps, strict=False):
                most = (self.width() - MARGINS - NEXT) // len(self._steps) - CHIP
                text = chip.fontMetrics().elidedText(step.text, Qt.TextElideMode.ElideRight, max(most, CHIP))
                chip.setText(text if short else step.text)
            if self._next.sizeHint().width() <= self.width() - MARGINS:
                return

    def _set_mode(self, mode: str) -> None:
        if self.view is not None:
            self.view.set_mode(mode)

    def _decimals(self, frame: Frame) -> int:
        """Return how many decimals are shown: gradients can be small as a whole, and get as many more."""
        largest = max((abs(term.value) for term in lines(frame, SHORT_LINES)), default=0.0)
        if not frame.backward or not 0 < largest < math.inf:
            return self.digits.value()
        return self.digits.value() + min(max(-1 - math.floor(math.log10(largest)), 0), MOST_MORE)

    def _set_digits(self, _digits: int) -> None:
        if self._frame is not None and self.view is not None:
            self.view.set_digits(self._decimals(self._frame))
            self._show_sum(self._frame, self.view)


def next_steps(frame: Frame) -> list[Step]:
    """Return what happens to the value next, as long as each step works on single values, and what comes then.

    On the way back, these are the layers that the gradient goes on to.
    """
    if frame.backward:
        before = frame.trace.graph.inputs(frame.owner)
        return [Step(wire.source, (), f"{BACK} {wire.source}") for wire in before[:MOST_STEPS]]
    if frame.inside:
        return _readers(frame)
    graph, node = frame.trace.graph, frame.node
    found: list[Step] = []
    while len(found) < MOST_STEPS:
        wires = graph.outputs(node)
        if len(wires) != 1:
            found += [Step(w.target, (), f"{w.target} {CHEVRON}") for w in wires[: MOST_STEPS - len(found)]]
            break
        node = wires[0].target
        layer = graph.node(node).layer
        if not layer.pointwise or frame.trace.activation(node).shape != frame.array.shape:
            found.append(Step(node, (), f"{node} {CHEVRON}"))
            break
        made = explain(frame.trace, node, frame.index)
        result = numbers.compact(made.result, 5)
        found.append(Step(node, frame.index, f"{node}: {made.rule} = {result}"))
    return found


def _readers(frame: Frame) -> list[Step]:
    """Return the other arrays of the layer that are made from the array looked at: what a gate lets through."""
    found = []
    for array in (*frame.arrays[1:], frame.owner):
        there = carried(frame.trace, frame.node, frame.index, array)
        made = formula_of(frame.trace, array, there)
        if array != frame.node and any(block.input == frame.inside for block in blocks(made)):
            found.append(Step(array, there, f"{split(array)[1] or array} {CHEVRON}"))
    return found[:MOST_STEPS]
