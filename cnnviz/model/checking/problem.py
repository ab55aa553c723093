"""What is wrong with a graph at a node, and the edits that repair it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cnnviz.model.graph import Graph

Severity = Literal["error", "waiting", "note"]


@dataclass(frozen=True)
class Fix:
    """A one-click repair: a label, and the edit itself."""

    label: str
    edit: Callable[[Graph], Graph]


@dataclass(frozen=True)
class Problem:
    """Something to repair (error), to wait for (waiting) or to know (note).

    `worked` are the lines of a sum that does not come out, or of shapes that differ.
    """

    node: str
    text: str
    severity: Severity = "error"
    fixes: tuple[Fix, ...] = ()
    worked: tuple[str, ...] = ()
