"""What can be explained: a class of the network's answer, or the value under the cursor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.explain import Trace
from cnnviz.explain.attribution import Target
from cnnviz.model.heads import main_head
from cnnviz.ui.inspect.path import settled
from cnnviz.ui.state.looking import Cursor

PREDICTED, POINTED = "predicted", "pointed"
Choice = int | str
"""A class number, the predicted class, or the value under the cursor."""


@dataclass(frozen=True)
class Targets:
    """What a trace offers: the node that its class scores are in, and the names of the classes; none of none."""

    node: str
    names: tuple[str, ...]
    predicted: int = -1

    def choices(self) -> list[tuple[Choice, str]]:
        """Return what can be chosen, and what it is called."""
        found: list[tuple[Choice, str]] = []
        if self.names:
            found.append((PREDICTED, f"Answer: {self.names[self.predicted]}"))
        found += [(number, f"Class {name}") for number, name in enumerate(self.names)]
        return [*found, (POINTED, "Value under the cursor")]

    def target(self, choice: Choice, trace: Trace, cursor: Cursor) -> Target:
        """Return the number that a choice means; a class of a map of scores means the sum over its places."""
        if choice == POINTED or not self.names:
            node = cursor.node if cursor.node in trace.activations else next(iter(trace.activations))
            return Target(node, settled(trace, node, cursor.index))
        return Target(self.node, (self.predicted if choice == PREDICTED else int(choice),))

    def called(self, choice: Choice) -> str:
        """Return what is asked why: a class's name, or the value."""
        if choice == POINTED or not self.names:
            return "this value"
        return f"\u201c{self.names[self.predicted if choice == PREDICTED else int(choice)]}\u201d"


def targets_of(trace: Trace, classes: tuple[str, ...]) -> Targets:
    """Return what can be explained of a trace; `classes` are the data set's names."""
    head = main_head(trace.graph)
    margins = (
        head.layer.loss == "margin" and len(head.shape) > 1
    )  # a capsule's score is its length, not its sum
    if not head.classifies or margins or head.shape[0] < 2:
        return Targets(head.source, ())
    count = head.shape[0]
    scores = np.nan_to_num(trace.activation(head.source)).reshape(count, -1).sum(axis=1)
    names = classes if len(classes) == count else tuple(str(number) for number in range(count))
    return Targets(head.source, names, int(scores.argmax()))
