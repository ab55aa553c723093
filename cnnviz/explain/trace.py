"""One sample's way through a network, as numpy arrays: what the engine computed, and with which parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from cnnviz.errors import ExplainError, did_you_mean
from cnnviz.model.graph import Graph

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Trace:
    """The engine's own values for one sample.

    `activations[node]` is float32 without the batch dimension, the input node's being the sample itself.
    `parameters[node][name]` are the arrays named as in torch (`weight`, `bias`, `running_mean`, `running_var`).
    The network ran in evaluation mode: dropout passes everything, batch norm uses its running statistics.
    """

    graph: Graph
    activations: Mapping[str, Array]
    parameters: Mapping[str, Mapping[str, Array]]
    step: int = 0

    def activation(self, node: str) -> Array:
        """Return the output of a node; raise ExplainError where there is none."""
        if node not in self.activations:
            raise ExplainError(
                f"there is no node {node!r} in this trace.", hint=did_you_mean(node, self.activations)
            )
        return self.activations[node]
