"""Moves the shared cursor: along the layers and maps, to where a number comes from, and back."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from cnnviz.explain import Trace
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.path import Path, carried, settled
from cnnviz.ui.inspect.volumes import to_cell
from cnnviz.ui.state import Session

Index = tuple[int, ...]


class Steering(QObject):
    """Knows the frame that is shown, and points the session's cursor elsewhere.

    `leaving` is emitted before the cursor leaves its map; a jump can be taken back with `back`.
    """

    leaving = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._looking = session.looking
        self.path = Path()
        self.frame: Frame | None = None

    @property
    def trace(self) -> Trace | None:
        """Return the trace to move in: on the way back, that of the gradients."""
        frame, trace = self.frame, self._looking.trace
        return frame.trace if frame is not None and frame.values is trace else trace

    def go(self, node: str, index: Index, *, jump: bool = False) -> None:
        """Point at a value of a node, or at its largest one where there is none at the index."""
        trace = self.trace
        if trace is None or node not in trace.activations:
            return
        found = settled(trace, node, index)
        if jump and self.frame is not None:
            self.path.leave(self.frame.node, self.frame.index)
        self._looking.point(node=node, map=found[0], position=found[1:])

    def choose(self, index: Index) -> None:
        """Point at another value of the same node."""
        if self.frame is not None:
            self.leaving.emit()
            self.go(self.frame.node, index)

    def look_at(self, array: str) -> None:
        """Point at the same place of another array of the layer."""
        frame = self.frame
        if frame is not None:
            self.leaving.emit()
            self.go(array, carried(frame.trace, frame.node, frame.index, array))

    def walk(self, node: str, index: Index) -> None:
        """Jump to where a number comes from, or, without an index, to the same place of another layer."""
        frame = self.frame
        if frame is None:
            return
        self.leaving.emit()
        self.go(node, index or carried(frame.trace, frame.node, frame.index, node), jump=True)

    def back(self) -> None:
        """Return to where the last jump started."""
        trace = self.trace
        place = self.path.back(trace) if trace is not None else None
        if place is not None:
            self.leaving.emit()
            self.go(*place)

    def step_layer(self, by: int) -> None:
        """Go to the next or previous layer in computing order, at the same place of the picture."""
        frame = self.frame
        if frame is None:
            return
        names = [row.name for row in frame.trace.graph.summary().rows]
        at = names.index(frame.owner) + by
        if 0 <= at < len(names):
            self.leaving.emit()
            self.go(names[at], carried(frame.trace, frame.node, frame.index, names[at]))

    def step_map(self, by: int) -> None:
        """Go to the next or previous map of the layer."""
        frame = self.frame
        if frame is not None and 0 <= frame.index[0] + by < frame.array.shape[0]:
            self.go(frame.node, (frame.index[0] + by, *frame.index[1:]))

    def step_depth(self, by: int) -> None:
        """Go to the next or previous slice of a volume."""
        frame = self.frame
        if frame is None or frame.array.ndim < 4:
            return
        channel, depth, row, column = to_cell(frame.index)
        self.choose((channel, min(max(depth + by, 0), frame.array.shape[1] - 1), row, column))

    def choose_map(self, node: str, channel: int, pixel: tuple[int, int] | None) -> None:
        """Jump to a map of a layer, at a pixel or at the same place of the picture."""
        frame = self.frame
        if frame is None:
            return
        index = carried(frame.trace, frame.node, frame.index, node)
        if channel >= 0:
            rank = frame.trace.activation(node).ndim
            place = index[1:] if pixel is None else (*index[1:-2], *pixel)[-(rank - 1) :]
            index = (channel, *(place if rank > 1 else ()))
        self.leaving.emit()
        self.go(node, index, jump=True)

    def choose_class(self, number: int) -> None:
        """Jump to the network's answer for a class."""
        if self.frame is not None:
            self.walk(self.frame.trace.graph.summary().output, (number,))
