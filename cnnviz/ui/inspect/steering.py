"""Moves the shared cursor: along the layers and maps, to where a number comes from, and back."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal

from cnnviz.explain import Trace
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.path import Path, carried, settled
from cnnviz.ui.inspect.volumes import to_cell, unraveled
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
        """Return the trace to move in: that of the gradients on the way back, else with the kernels as seen."""
        frame, trace = self.frame, self._looking.trace
        if frame is not None and trace is not None and frame.trace.graph is trace.graph:
            return frame.trace
        return trace

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

    def walk_strongest(self) -> None:
        """Jump to the value that counts most in the one that is looked at."""
        frame = self.frame
        found = strongest(frame) if frame is not None else None
        if found is not None:
            self.walk(*found)

    def back(self) -> None:
        """Return to where the last jump started."""
        self.retrace(-1)

    def forward(self) -> None:
        """Go again where Back has come from."""
        self.retrace(1)

    def retrace(self, steps: int) -> None:
        """Go so many places back (below 0) or forward along the trail."""
        trace, frame, place = self.trace, self.frame, None
        here = (frame.node, frame.index) if frame is not None else None
        for _ in range(abs(steps) if trace is not None else 0):
            assert trace is not None
            found = self.path.back(trace, here) if steps < 0 else self.path.forward(trace, here)
            place = here = found or here
        if place is not None and trace is not None:
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


def strongest(frame: Frame) -> tuple[str, Index] | None:
    """Return the place of the largest term; None where no other value takes part."""
    best: tuple[float, str, Index] | None = None
    for reading in frame.readings:
        sizes = np.where(reading.inside, np.abs(np.nan_to_num(reading.products)), -1.0)
        channel, depth, row, column = unraveled(int(sizes.argmax()), sizes.shape)
        index = reading.index((channel, depth, row, column))
        size = float(sizes[channel, depth, row, column])
        if index is not None and (best is None or size > best[0]):
            best = size, reading.node, index
    return best[1:] if best is not None else None
