"""Marks on the sample where the cell under the pointer comes from: the row of a digit, the steps of a series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cnnviz.explain import Box
from cnnviz.model.graph import Graph
from cnnviz.ui.inspect.path import field
from cnnviz.ui.inspect.reading import Spot
from cnnviz.ui.state import Session

if TYPE_CHECKING:
    from cnnviz.ui.inspect.workspace import InspectWorkspace


class RowMark(QObject):
    """Follows the pointer over what a value of a sequence reads; elsewhere nothing is marked."""

    def __init__(self, session: Session, workspace: InspectWorkspace) -> None:
        super().__init__(workspace)
        self._session, self._workspace = session, workspace
        self._spot: Spot | None = None
        for pane in (workspace.input, workspace.work):
            pane.spot_hovered.connect(self.follow)

    def follow(self, spot: Spot | None) -> None:
        """Mark where a cell comes from, or nothing."""
        frame = self._workspace.frame
        self._spot = spot
        if spot is None or spot.whole_channel or frame is None or spot.reading >= len(frame.readings):
            self._mark(None)
            return
        reading = frame.readings[spot.reading]
        index = reading.index(spot.cell)
        graph, node = frame.trace.graph, reading.node
        if index is None or len(index) != 2:
            self._mark(None)
            return

        features, step = reading.maps.shape[0], index[1]

        def look() -> tuple[Spot, Box | None]:
            boxes = [_on_sample(graph, node, (feature, step)) for feature in (0, features - 1)]
            return spot, _around([box for box in boxes if box is not None])

        self._session.asker.ask("row", look, self._take)

    def _take(self, answer: tuple[Spot, Box | None]) -> None:
        if answer[0] == self._spot:
            self._mark(answer[1])

    def _mark(self, box: Box | None) -> None:
        self._workspace.side.sample.set_spotted(box)


def _on_sample(graph: Graph, node: str, index: tuple[int, ...]) -> Box | None:
    """Return the box of the sample that a value comes from."""
    given = graph.summary().input
    return tuple((at, at + 1) for at in index) if node == given else field(graph, node, index).get(given)


def _around(boxes: list[Box]) -> Box | None:
    """Return the box around boxes: all that the network sees at one step lies between its first and last feature."""
    if not boxes:
        return None
    return tuple(
        (min(first for first, _ in ends), max(end for _, end in ends)) for ends in zip(*boxes, strict=True)
    )
