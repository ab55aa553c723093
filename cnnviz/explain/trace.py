"""One sample's way through a network, as numpy arrays: what the engine computed, and with which parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from cnnviz.errors import ExplainError, did_you_mean
from cnnviz.layers import Shape
from cnnviz.model.graph import Graph

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Trace:
    """The engine's own values for one sample.

    `activations[node]` is float32 without the batch dimension, the input node's being the sample itself. Layers that
    declare internals have these too, as `activations["node.name"]`: the gates of an LSTM. No node's name has a dot, so
    that the two never clash.
    `parameters[node][name]` are the arrays named as in torch (`weight`, `bias`, `running_mean`, `running_var`).
    The network ran in evaluation mode: dropout passes everything, batch norm uses its running statistics.
    """

    graph: Graph
    activations: Mapping[str, Array]
    parameters: Mapping[str, Mapping[str, Array]]
    step: int = 0

    def activation(self, node: str) -> Array:
        """Return the output of a node, or an array inside one (`lstm1.i`); raise ExplainError where there is none."""
        if node not in self.activations:
            raise ExplainError(
                f"there is no node {node!r} in this trace.", hint=did_you_mean(node, self.activations)
            )
        return self.activations[node]

    def arriving(self, node: str) -> tuple[Shape, ...]:
        """Return the shapes of what arrived at a node, in port order."""
        return tuple(self.activation(edge.source).shape for edge in self.graph.inputs(node))

    def internals(self, node: str) -> tuple[str, ...]:
        """Return the names of the arrays inside a node that the trace holds, in the layer's order."""
        return tuple(name for name in self.activations if name.startswith(f"{node}."))


def split(array: str) -> tuple[str, str]:
    """Return the node that an array of a trace belongs to, and the array's name inside it; empty for the output."""
    node, _, inside = array.partition(".")
    return node, inside
