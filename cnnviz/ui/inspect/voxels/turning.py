"""Turns the digit itself, as the data set turns its digits, and shows how the answer turns with it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from cnnviz.data.voxels import SIDE, turned
from cnnviz.explain import Trace
from cnnviz.explain.trace import Array
from cnnviz.ui import numbers
from cnnviz.ui.inspect.answer import answers
from cnnviz.ui.inspect.voxels.anglestrip import AngleStrip
from cnnviz.ui.state import Session
from cnnviz.ui.voxels.solid import AXIS_NAMES
from cnnviz.ui.widgets.chrome import Panel, Segmented, label, tool_button

LIMIT, STEP = 90, 7.5
ANGLES = tuple(np.arange(-LIMIT, LIMIT + STEP, STEP).tolist())
USUAL_AXIS = 1
"""y: the digit looks to the side, as a head is turned."""


class TurningPanel(Panel):
    """Keeps the sample as it was before it was turned, and asks the network at every angle, from 0 outwards."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("Turn the sample", "the voxels, not the view", parent)
        self._session = session
        self.axis = Segmented(list(enumerate(AXIS_NAMES)), name="axis of the rotation")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.angle_text, self.reset = (
            label("0°", "mono"),
            tool_button("refresh", "Upright again", quiet=False),
        )
        self.strip, self.words = AngleStrip(ANGLES), label("", "hint")
        self.base: Array | None = None
        self.angle = 0.0
        self._turned: Array | None = None
        self._values = np.zeros((len(ANGLES), 0), np.float32)
        self._key: tuple[object, ...] = ()
        self._waiting: list[int] = []
        self._assemble()
        self.axis.chosen.connect(lambda _axis: self.turn(self.angle))
        self.slider.valueChanged.connect(lambda at: self.turn(float(at)))
        self.strip.chosen.connect(self.turn)
        self.reset.clicked.connect(lambda _checked: self.turn(0.0))
        session.looking.trace_changed.connect(self.refresh)

    def _assemble(self) -> None:
        self.axis.set_value(USUAL_AXIS)
        self.axis.setToolTip("The axis that the voxels are turned about")
        self.slider.setAccessibleName("angle of the sample")
        self.slider.setRange(-LIMIT, LIMIT)
        self.slider.setPageStep(15)
        self.angle_text.setMinimumWidth(40)
        self.words.setWordWrap(True)
        self.words.setMinimumHeight(30)  # two lines
        self._tools = QWidget()
        row = QHBoxLayout(self._tools)
        row.setContentsMargins(0, 0, 0, 0)
        for part in (self.axis, self.slider, self.angle_text, self.reset):
            row.addWidget(part, 1 if part is self.slider else 0)
        for widget in (self._tools, self.strip, self.words):
            self.body.addWidget(widget)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        self._waiting.clear()
        super().hideEvent(event)

    # -- turning ------------------------------------------------------------------------------------------------

    def turn(self, angle: float) -> None:
        """Look at the sample turned by so many degrees about the axis."""
        self._take_sample()
        if self.base is None:
            return
        self.angle = angle
        self._show_angle()
        voxels = self._at(angle)
        self._turned = voxels
        material = self._session.material
        sample = material.sample
        title = sample.title.partition(", turned")[0] if sample is not None else "drawn"
        if angle:
            title += f", turned {numbers.compact(angle, 3)}° about {AXIS_NAMES[self.axis.value()]}"
        label = sample.label if sample is not None else -1
        if label >= 0:
            material.pick_image(voxels, label, title)
        else:
            material.draw(voxels, title)
        self._turned = material.sample.image if material.sample is not None else None
        self.refresh()

    def _at(self, angle: float) -> Array:
        assert self.base is not None
        degrees = [0.0, 0.0, 0.0]
        degrees[self.axis.value()] = angle
        return turned(self.base, (degrees[0], degrees[1], degrees[2])) if angle else self.base

    def _take_sample(self) -> None:
        """Take another sample as the one to be turned; one that was turned here is none."""
        sample = self._session.material.sample
        image = sample.image if sample is not None else None
        if image is None or image.shape[1:] != (SIDE,) * 3:
            self.base = None
        elif image is not self._turned:
            self.base, self._turned, self.angle = image, image, 0.0
            self._show_angle()

    def _show_angle(self) -> None:
        self.slider.blockSignals(True)
        self.slider.setValue(round(self.angle))
        self.slider.blockSignals(False)
        self.angle_text.setText(f"{numbers.compact(self.angle, 3)}°")
        self.strip.set_angle(self.angle)

    # -- asking -------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Ask for the answers at all angles, where the sample, the axis or the network is another one."""
        looking = self._session.looking
        trace = looking.trace
        if not self.isVisible() or trace is None:
            return
        self._take_sample()
        found = answers(trace)
        usable = self.base is not None and found is not None
        for part in (self._tools, self.strip):
            part.setVisible(usable)
        if not usable or found is None:
            self.words.setText(
                f"Only volumes of {SIDE}×{SIDE}×{SIDE} that a class is named for can be turned."
            )
            return
        key = (id(self.base), self.axis.value(), looking.graph, id(looking.weights))
        if key != self._key:
            self._begin(key, len(found[0]))

    def _begin(self, key: tuple[object, ...], classes: int) -> None:
        self._key = key
        self._values = np.full((len(ANGLES), classes), np.nan, np.float32)
        self._waiting = sorted(range(len(ANGLES)), key=lambda at: abs(ANGLES[at]))
        self._show_values()
        self._ask_next()

    def _ask_next(self) -> None:
        if not self._waiting or not self.isVisible():
            return
        at, key, looking = self._waiting.pop(0), self._key, self._session.looking
        image, graph, weights = self._at(ANGLES[at]), looking.graph, looking.weights
        seed, services = self._session.document.recipe.seed, self._session.services

        def answer() -> tuple[tuple[object, ...], int, Trace]:
            return key, at, services.trace(graph, weights, image, seed)

        self._session.asker.ask("angles", answer, self._take, lambda _failure: self._waiting.clear())

    def _take(self, answer: tuple[tuple[object, ...], int, Trace]) -> None:
        key, at, trace = answer
        found = answers(trace)
        if key != self._key or found is None:
            return
        self._values[at] = found[0]
        self._show_values()
        self._ask_next()

    def _show_values(self) -> None:
        count = self._values.shape[1]
        dataset = self._session.material.dataset
        classes = tuple(dataset.classes) if dataset is not None else ()
        names = classes if len(classes) == count else tuple(str(at) for at in range(count))
        self.strip.set_values(self._values, names)
        self.words.setText(stability(self.strip.best()))


def stability(best: list[str]) -> str:
    """Say over which angles around 0 the answer stays the same."""
    middle = len(best) // 2
    answer = best[middle]
    if not answer or not all(best):
        return "Asking the network at every angle …"
    first = last = middle
    while first > 0 and best[first - 1] == answer:
        first -= 1
    while last < len(best) - 1 and best[last + 1] == answer:
        last += 1
    if (first, last) == (0, len(best) - 1):
        return f"The answer is \u201c{answer}\u201d at every angle."
    ends = (f"{numbers.compact(ANGLES[at], 3)}°" for at in (first, last))
    return (
        f"The answer stays \u201c{answer}\u201d from {' to '.join(ends)}. The data turn digits by up to 15°."
    )
