"""Makes the frames of one trace, forward or back; what all of them share is computed once."""

from __future__ import annotations

import threading
from collections.abc import Callable

from cnnviz.explain import Trace, split
from cnnviz.explain.backward import LossAccount, Step, explain_loss, rule_of, step
from cnnviz.ui.inspect.frame import Frame, Reaches, make_frame
from cnnviz.ui.inspect.gradients import Way, make_gradient_frame
from cnnviz.ui.inspect.memory import OptimiserMemory
from cnnviz.ui.inspect.path import settled
from cnnviz.ui.inspect.walk.flip import Flip
from cnnviz.ui.state import Session

GRACE_SECONDS = 0.03
"""How long the window waits for a gradient's account; most take a tenth of it."""


class Frames:
    """Reads what the session looks at. `way` is the way back, while it is looked at and known."""

    def __init__(self, session: Session, changed: Callable[[], None]) -> None:
        self._session = session
        self.flip = Flip(session, changed)
        self.memories = OptimiserMemory(session, changed)
        self._reaches: tuple[Trace, Reaches] | None = None
        self._asked = self._answered = 0
        self.way: Way | None = None

    def take(self) -> Trace | None:
        """Return the trace to be shown: of the values, or of the gradients once they are there."""
        trace, slopes = self._session.looking.trace, self._session.looking.slopes
        if trace is None or slopes is None:
            self.way = None
            return self.flip.seen(trace) if trace is not None else None
        self.memories.look()
        if self.way is None or self.way.slopes is not slopes:
            self.way = Way(trace, slopes)
        return self.way.gradients

    def make(self, trace: Trace, node: str, index: tuple[int, ...], scope: str) -> Frame:
        """Return the frame of a value, or of a gradient."""
        if self.way is not None and trace is self.way.gradients:
            return make_gradient_frame(self.way, node, index, scope, classes=self.classes)
        if self._reaches is None or self._reaches[0] is not trace:
            self._reaches = trace, Reaches(trace)
        flipped = trace is not self._session.looking.trace and split(node)[0] == self.flip.node
        return make_frame(
            trace,
            node,
            index,
            scope,
            classes=self.classes,
            reaches=self._reaches[1],
            flipped=flipped,
            batch=self._session.looking.batch,
        )

    def ask(
        self, trace: Trace, node: str, index: tuple[int, ...], scope: str, reply: Callable[[Frame], None]
    ) -> None:
        """Call `reply` with the frame of a value: at once, or for a gradient that takes longer, once it is there.

        What a gradient is made of is found in the worker; the window waits for a moment only. The latest question wins.
        """
        self._asked += 1
        way, classes, number = self.way, self.classes, self._asked
        if way is None or trace is not way.gradients:
            reply(self.make(trace, node, index, scope))
            return
        done, made = threading.Event(), list[Frame]()

        def work() -> tuple[int, Frame]:
            frame = make_gradient_frame(way, node, index, scope, classes=classes)
            assert frame.readings is not None  # looked up here, not while the window paints
            made.append(frame)
            done.set()
            return number, frame

        def late(answer: tuple[int, Frame]) -> None:
            if answer[0] == self._asked != self._answered and self.way is way:
                reply(answer[1])

        self._session.asker.ask("frame", work, late, self._session.tell_failure)
        if done.wait(GRACE_SECONDS):
            self._answered = number
            reply(made[0])

    def place(self, trace: Trace) -> tuple[str, tuple[int, ...]]:
        """Return where the cursor stands, moved to where there is a value if need be."""
        cursor = self._session.looking.cursor
        if cursor.node in trace.activations:
            return cursor.node, settled(trace, cursor.node, cursor.index)
        owner = split(cursor.node)[0]
        node = owner if owner in trace.activations else next(iter(trace.activations))
        return node, settled(trace, node, ())

    def step(self, frame: Frame) -> Step | None:
        """Return the recipe's first step with the gradient of a weight; None for other numbers."""
        if not frame.of_weight:
            return None
        array = frame.values.parameters[frame.owner][frame.inside]
        rule = rule_of(self._session.document.recipe, kernel=array.ndim > 1)
        found = self.memories.found
        memory = found.of(frame.owner, frame.inside, frame.index) if found is not None else None
        return step(rule, float(array[frame.index]), frame.explanation.engine, memory)

    def loss(self, frame: Frame) -> LossAccount | None:
        """Return what the loss is made of, where the way back begins; None elsewhere."""
        way = self.way
        if way is None or not any(end.source == frame.node for end in way.slopes.ends):
            return None
        return explain_loss(way.values, way.slopes, self._session.document.recipe)

    @property
    def classes(self) -> tuple[str, ...]:
        """Return the names of the data set's classes."""
        dataset = self._session.material.dataset
        return tuple(dataset.classes) if dataset is not None else ()
