"""What the value that is looked at depends on: looked up in the worker once the cursor rests."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from cnnviz.explain import Box, split
from cnnviz.explain.attribution import Attribution, Question, Target
from cnnviz.explain.trace import Trace
from cnnviz.ui.inspect.asking.attributionworker import AttributionWorker
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.path import field
from cnnviz.ui.state import Session

REST_MS = 40
"""How long the cursor rests first: deep networks take a few milliseconds."""


class Fields(QObject):
    """`found(frame, boxes)` carries the receptive field in every layer; `weighed(frame, shares)` the effective one.

    The effective field is |∂value/∂pixel|, as (rows, columns) or None; it is asked for while `effective` is set.
    """

    found = Signal(object, object)
    weighed = Signal(object, object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._frame: Frame | None = None
        self.effective = False
        self._worker = AttributionWorker(session, "effective field", self)
        self._worker.answered.connect(self._weighed)
        self._worker.failed.connect(lambda _why: self.weighed.emit(self._frame, None))
        self._timer = QTimer(self, singleShot=True, interval=REST_MS)
        self._timer.timeout.connect(self._ask)

    def show_frame(self, frame: Frame) -> None:
        """Ask for another value, once it has been looked at for a moment."""
        self._frame = frame
        self._timer.start()

    def set_effective(self, wanted: bool) -> None:
        """Ask for the effective field too, or no more."""
        self.effective = wanted
        self._worker.give_up()
        if self._frame is not None and wanted:
            self._timer.start()
        elif self._frame is not None:
            self.weighed.emit(self._frame, None)

    def _ask(self) -> None:
        frame = self._frame
        if frame is None:
            return
        if frame.of_weight:
            self.found.emit(frame, {})
            self.weighed.emit(frame, None)
            return
        self._session.asker.ask(
            "field", lambda: (frame, field(frame.trace.graph, frame.node, frame.index)), self._found
        )
        if self.effective and not frame.is_picture(split(frame.node)[0]):
            self._worker.ask(frame.values, Question("saliency", Target(frame.node, frame.index)))
        elif self.effective:
            self.weighed.emit(frame, None)

    def _found(self, answer: tuple[Frame, dict[str, Box]]) -> None:
        if answer[0] is self._frame:
            self.found.emit(*answer)

    def _weighed(self, asked: tuple[Trace, Question], answer: Attribution) -> None:
        frame = self._frame
        if frame is not None and asked[1].target == Target(frame.node, frame.index):
            self.weighed.emit(frame, answer.picture)
