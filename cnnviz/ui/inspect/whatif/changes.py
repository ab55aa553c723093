"""Every change that can be tried out, each an undoable step of the document."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject

from cnnviz.model.whatif import Cell, Variation, WhatIf
from cnnviz.ui.inspect.whatif.places import words
from cnnviz.ui.state import Session


class Changes(QObject):
    """Knows the session, and which of its maps can be muted: those of nodes that others read."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session

    @property
    def whatif(self) -> WhatIf:
        """Return what is tried out now."""
        return self._session.document.whatif

    def set_cell(self, cell: Cell, value: float) -> None:
        """Give a weight another value; its own value takes the change back."""
        original = self._original(cell)
        changed = self.whatif.without_cell(cell)
        if original is None or value != original:
            changed = self.whatif.with_cell(cell, value)
        self._try(f"Change {words(cell)}", changed)

    def _original(self, cell: Cell) -> float | None:
        """Return a weight's own value, rounded as its field shows it; None where it can't be known now."""
        looking = self._session.looking
        trace = looking.trace
        if cell in self.whatif.cells or trace is None:
            return None
        return float(f"{float(trace.parameters[cell.node][cell.array][cell.place]):.6g}")

    def why_not(self, node: str) -> str:
        """Return why a node's maps can't be muted or swapped, or an empty text."""
        graph = self._session.document.graph
        if node not in graph:
            return "This layer is itself a change."
        return "" if graph.outputs(node) else "Nothing reads this layer."

    def mute(self, node: str, channel: int) -> None:
        """Mute a map, or let it speak again."""
        again = channel in self.whatif.muted.get(node, ())
        self._try(
            f"{'Unmute' if again else 'Mute'} map {channel} of {node}", self.whatif.toggled(node, channel)
        )

    def solo(self, node: str, channel: int, count: int) -> None:
        """Mute all maps of a node but one, or none."""
        self._try(f"Hear map {channel} of {node} alone", self.whatif.solo(node, channel, count))

    def swap(self, node: str, first: int, second: int) -> None:
        """Exchange two maps, or put them back."""
        self._try(f"Swap maps {first} and {second} of {node}", self.whatif.swapping(node, first, second))

    def unmute_all(self, node: str) -> None:
        """Let all maps of a node speak, each in its own place."""
        whatif = self.whatif.muting(node, set())
        swapped = {name: pairs for name, pairs in whatif.swapped.items() if name != node}
        self._try(f"Leave the maps of {node} as they are", replace(whatif, swapped=swapped))

    def vary(self, variation: Variation) -> None:
        """Move, turn or disturb the sample."""
        self._try("Move the input", self.whatif.varying(variation), key="vary the input")

    def reset(self) -> None:
        """Go back to the network and the sample as they are."""
        self._try("Reset", WhatIf())

    def _try(self, label: str, whatif: WhatIf, key: str = "") -> None:
        self._session.document.attempt(label, whatif, key)
