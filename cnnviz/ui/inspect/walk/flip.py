"""True convolution: a layer's kernels turned round along every spatial dimension, computed by the engine."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cnnviz.events import Failed
from cnnviz.explain import Trace
from cnnviz.explain.trace import Array
from cnnviz.model.names import attribute
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.services import Weights
from cnnviz.ui.state import Session


class Flip:
    """Looks at the network as if one layer convolved, where networks correlate: Σ x[i + u] · w[k − 1 − u].

    The other trace is made in the worker; `changed` is called when it is there.
    """

    def __init__(self, session: Session, changed: Callable[[], None]) -> None:
        self._session, self._changed = session, changed
        self.node = ""
        self._made: tuple[Trace, str, Trace] | None = None

    def set_node(self, node: str) -> None:
        """Turn the kernels of a layer round; an empty name takes all as they are."""
        self.node = node
        self._changed()

    def seen(self, trace: Trace) -> Trace:
        """Return the trace to look at in place of another: with the kernels turned round, once it is there."""
        if not self.node or self.node not in trace.graph:
            return trace
        if self._made is None or self._made[:2] != (trace, self.node):
            self._ask(trace)
            return trace
        return self._made[2]

    def _ask(self, trace: Trace) -> None:
        services, node, seed = self._session.services, self.node, self._session.document.recipe.seed
        image = trace.activations[trace.graph.summary().input]
        self._session.asker.ask(
            "flip",
            lambda: (trace, node, services.trace(trace.graph, turned_weights(trace, node), image, seed)),
            self._take,
            self._fail,
        )

    def _take(self, answer: tuple[Trace, str, Trace]) -> None:
        self._made = answer
        if answer[1] == self.node:
            self._changed()

    def _fail(self, failure: Failed) -> None:
        self.node = ""
        self._session.tell_failure(failure)


def turned(weight: Array) -> Array:
    """Return kernels (out, in, …) turned round along all spatial dimensions."""
    return np.ascontiguousarray(np.flip(weight, axis=tuple(range(2, weight.ndim))))


def turned_weights(trace: Trace, node: str) -> Weights:
    """Return all parameters of a trace by torch's names, the kernels of one layer turned round."""
    found = {
        f"{attribute(name)}.{key}": array
        for name, arrays in trace.parameters.items()
        for key, array in arrays.items()
    }
    key = f"{attribute(node)}.weight"
    return {**found, key: turned(found[key])}


def can_flip(frame: Frame) -> bool:
    """Say whether the value is made with kernels that can be turned round."""
    weight = frame.trace.parameters.get(frame.owner, {}).get("weight")
    plain = not (frame.backward or frame.inside)
    return (
        plain
        and frame.layer.group == "Convolution"
        and weight is not None
        and max(weight.shape[2:], default=1) > 1
    )
