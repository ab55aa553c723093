"""Makes the frames of one trace, forward or back; what all of them share is computed once."""

from __future__ import annotations

from collections.abc import Callable

from cnnviz.explain import Trace, split
from cnnviz.explain.backward import Step, rule_of, step
from cnnviz.ui.inspect.frame import Frame, Reaches, make_frame
from cnnviz.ui.inspect.gradients import Way, make_gradient_frame
from cnnviz.ui.inspect.path import settled
from cnnviz.ui.inspect.walk.flip import Flip
from cnnviz.ui.state import Session


class Frames:
    """Reads what the session looks at. `way` is the way back, while it is looked at and known."""

    def __init__(self, session: Session, changed: Callable[[], None]) -> None:
        self._session = session
        self.flip = Flip(session, changed)
        self._reaches: tuple[Trace, Reaches] | None = None
        self.way: Way | None = None

    def take(self) -> Trace | None:
        """Return the trace to be shown: of the values, or of the gradients once they are there."""
        trace, slopes = self._session.looking.trace, self._session.looking.slopes
        if trace is None or slopes is None:
            self.way = None
            return self.flip.seen(trace) if trace is not None else None
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
            trace, node, index, scope, classes=self.classes, reaches=self._reaches[1], flipped=flipped
        )

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
        old = float(frame.values.parameters[frame.owner][frame.inside][frame.index])
        return step(rule_of(self._session.document.recipe), old, frame.explanation.engine)

    @property
    def classes(self) -> tuple[str, ...]:
        """Return the names of the data set's classes."""
        dataset = self._session.material.dataset
        return tuple(dataset.classes) if dataset is not None else ()
