"""Undo and redo: a list of graphs with labels. Undo is an index, *modified* is a comparison."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from cnnviz.model.graph import Graph
from cnnviz.model.whatif import WhatIf

MERGE_SECONDS = 0.6
"""Edits with the same key within this time become one step, as when a spin box is scrolled."""
FRESH = 8
"""States farther back than this keep only themselves, and none of the tables that they made to answer questions."""


@dataclass(frozen=True)
class Step:
    """One state of the document, with what is tried out on it, and the words of the edit that led to it."""

    label: str
    graph: Graph
    key: str = ""
    time: float = 0.0
    whatif: WhatIf = field(default_factory=WhatIf)


class History:
    """The states of one document, and which of them is shown."""

    def __init__(self, graph: Graph, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._steps = [Step("Open", graph)]
        self._at = 0
        self._saved: Graph | None = graph

    @property
    def graph(self) -> Graph:
        """Return the graph that is shown."""
        return self._steps[self._at].graph

    @property
    def whatif(self) -> WhatIf:
        """Return what is tried out on the graph that is shown."""
        return self._steps[self._at].whatif

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return all states, oldest first."""
        return tuple(self._steps)

    @property
    def position(self) -> int:
        """Return the index of the state that is shown."""
        return self._at

    @property
    def modified(self) -> bool:
        """Say whether the graph differs from what was last saved."""
        return self.graph != self._saved

    def push(self, label: str, graph: Graph, key: str = "", whatif: WhatIf | None = None) -> None:
        """Record an edit; what had been undone is dropped. The same key within 0.6 s replaces the last step.

        Without a `whatif`, what was tried out goes on.
        """
        tried = self.whatif if whatif is None else whatif
        if graph == self.graph and tried == self.whatif:
            return
        now = self._clock()
        last = self._steps[self._at]
        newest = 0 < self._at == len(self._steps) - 1
        merge = newest and bool(key) and key == last.key and now - last.time <= MERGE_SECONDS
        del self._steps[self._at + (0 if merge else 1) :]
        self._steps.append(Step(label, graph, key, now, tried))
        self._at = len(self._steps) - 1
        if self._at >= FRESH and self._steps[self._at - FRESH].graph is not graph:
            self._steps[self._at - FRESH].graph.forget()

    def undo(self) -> str:
        """Step back; return the label of what was undone, or an empty text at the start."""
        if self._at == 0:
            return ""
        self._at -= 1
        return self._steps[self._at + 1].label

    def redo(self) -> str:
        """Step forward; return the label of what was redone, or an empty text at the end."""
        if self._at == len(self._steps) - 1:
            return ""
        self._at += 1
        return self._steps[self._at].label

    def go(self, position: int) -> None:
        """Show the state at an index."""
        self._at = max(0, min(position, len(self._steps) - 1))

    def mark_saved(self) -> None:
        """Remember that the shown graph is what lies on disk."""
        self._saved = self.graph

    def mark_unsaved(self) -> None:
        """Remember that nothing of this lies on disk yet, as after a recovery."""
        self._saved = None
