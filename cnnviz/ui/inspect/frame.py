"""What a view is given: one value with its account, as plain arrays, and the colour range of every map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

import numpy as np

from cnnviz.explain import Explanation, Trace, explain, formula_of, split
from cnnviz.explain.trace import Array
from cnnviz.layers import Layer
from cnnviz.layers.formula import Formula, WeightedSum
from cnnviz.model.check import Row
from cnnviz.ui.inspect.reading import Reading, read
from cnnviz.ui.inspect.volumes import Cell, to_cell, to_index, volume

SCOPES = ("map", "layer", "network")


class Reaches:
    """The range of each array of a trace; computed once, when first asked for."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._nodes: dict[str, float] = {}
        self._gates: dict[str, bool] = {}
        self._sizes: dict[str, Array] = {}

    def sizes(self, name: str) -> Array:
        """Return the mean absolute value of each channel of an array, (C,)."""
        if name not in self._sizes:
            array = self._trace.activations[name]
            self._sizes[name] = np.abs(np.nan_to_num(array)).reshape(len(array), -1).mean(axis=1)
        return self._sizes[name]

    def is_gate(self, name: str) -> bool:
        """Say whether an array inside a layer comes out of a sigmoid: it lets a share through, from 0 to 1."""
        if name not in self._gates:
            inside = bool(split(name)[1])
            first = (0,) * self._trace.activations[name].ndim
            made = formula_of(self._trace, name, first) if inside else None
            self._gates[name] = isinstance(made, WeightedSum) and made.function == "sigmoid"
        return self._gates[name]

    def node(self, name: str) -> float:
        """Return the reach of one node."""
        if name not in self._nodes:
            self._nodes[name] = reach(self._trace.activations[name])
        return self._nodes[name]

    @cached_property
    def network(self) -> float:
        """Return the reach of all nodes that compute something."""
        names = [node.name for node in self._trace.graph if node.layer.most_inputs != 0]
        return max((self.node(name) for name in names), default=1.0)


def reach(array: Array) -> float:
    """Return the largest absolute finite value, or 1 where there is none."""
    finite = array[np.isfinite(array)]
    return float(np.abs(finite).max()) or 1.0 if finite.size else 1.0


@dataclass(frozen=True, eq=False)
class Frame:
    """One value of one trace: `explanation` says what it is made of, `scope` what a colour range covers."""

    backward: ClassVar[bool] = False
    """Whether the numbers are gradients: `trace` then holds ∂L/∂value in place of every value."""

    trace: Trace
    explanation: Explanation
    reaches: Reaches
    scope: str = "layer"
    classes: tuple[str, ...] = ()
    flipped: bool = field(default=False, kw_only=True)
    """Whether the layer's kernels are turned round."""
    batch: bool = field(default=False, kw_only=True)
    """Whether the sample ran among others, as in training."""

    @property
    def values(self) -> Trace:
        """Return the trace of the values."""
        return self.trace

    @property
    def of_weight(self) -> bool:
        """Say whether the array is a parameter's gradient."""
        return False

    @property
    def node(self) -> str:
        """Return the array that is looked at: a node, or an array inside one (`lstm1.i`)."""
        return self.explanation.node

    @property
    def owner(self) -> str:
        """Return the node that the array belongs to."""
        return split(self.node)[0]

    @property
    def inside(self) -> str:
        """Return the array's name inside its node; empty for the node's output."""
        return split(self.node)[1]

    @property
    def arrays(self) -> tuple[str, ...]:
        """Return the node and the arrays inside it that can be looked at."""
        return (self.owner, *self.trace.internals(self.owner))

    @property
    def index(self) -> tuple[int, ...]:
        """Return the index of the value in its array."""
        return self.explanation.index

    @property
    def layer(self) -> Layer:
        """Return the layer that made the value."""
        return self.trace.graph.node(self.owner).layer

    def formula(self, index: Sequence[int]) -> Formula:
        """Return how the array's number at another index is made."""
        return formula_of(self.trace, self.node, tuple(index))

    @cached_property
    def row(self) -> Row:
        """Return shapes and counts of the layer."""
        return self.trace.graph.summary().row(self.owner)

    @property
    def array(self) -> Array:
        """Return the array, as stored."""
        return self.trace.activation(self.node)

    @cached_property
    def output(self) -> Array:
        """Return the array as (C, D, H, W)."""
        return volume(self.array)

    @property
    def cell(self) -> Cell:
        """Return where the value lies in `output`."""
        return to_cell(self.index)

    @property
    def is_vector(self) -> bool:
        """Say whether every map of the output is a single number."""
        return bool(np.prod(self.output.shape[1:]) == 1)

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """Return what the value was made from, part by part."""
        return tuple(read(self.trace, part) for part in self.explanation.parts)

    def index_of(self, cell: Sequence[int]) -> tuple[int, ...]:
        """Return the index of a cell of `output`."""
        return to_index(cell, self.array.ndim)

    @cached_property
    def slice_word(self) -> str:
        """Return what the slices of a volume are: steps in time where a layer of the network remembers."""
        remembers = any(node.layer.group == "Recurrent" for node in self.trace.graph)
        return "time" if remembers else "slice"

    def is_gate(self, node: str) -> bool:
        """Say whether an array lets a share through, from 0 to 1."""
        return self.reaches.is_gate(node)

    def is_picture(self, node: str) -> bool:
        """Say whether an array is the sample itself, which is shown in grey."""
        return self.trace.graph.node(split(node)[0]).layer.most_inputs == 0

    def colormap(self, node: str) -> str:
        """Return the colour map of a node, or of an array inside one."""
        if self.is_picture(node):
            return "grey"
        return "gate" if self.is_gate(node) else "value"

    def limits(self, node: str, array: Array) -> tuple[float, float]:
        """Return the colour range of `array`, a map of `node`, in the scope in force."""
        if self.is_picture(node):
            return min(0.0, float(array.min())), max(1.0, float(array.max()))
        if self.is_gate(node):
            return 0.0, 1.0
        size = {"map": lambda: reach(array), "layer": lambda: self.reaches.node(node)}.get(
            self.scope, lambda: self.reaches.network
        )()
        return -size, size

    def limits_of_all(self, node: str, maps: Array) -> tuple[Array | float, Array | float]:
        """Return the colour ranges of several maps (N, …) of a node: one for all, or one each."""
        if self.is_picture(node) or self.is_gate(node) or self.scope != "map":
            return self.limits(node, maps)
        sizes = np.abs(np.nan_to_num(maps)).reshape(len(maps), -1).max(axis=1)
        sizes[sizes == 0] = 1
        return -sizes, sizes

    def range_name(self, node: str) -> str:
        """Say in words what a colour range covers."""
        if self.is_picture(node):
            return "the sample's own values"
        if self.is_gate(node):
            return "a gate: from shut to open"
        return {"map": "this map's range", "layer": f"{node}, layer range"}.get(self.scope, "network range")


def make_frame(
    trace: Trace,
    node: str,
    index: Sequence[int],
    scope: str = "layer",
    *,
    classes: tuple[str, ...] = (),
    reaches: Reaches | None = None,
    flipped: bool = False,
    batch: bool = False,
) -> Frame:
    """Return the frame of a value; raise ExplainError where there is none."""
    found = explain(trace, node, index)
    return Frame(trace, found, reaches or Reaches(trace), scope, classes, flipped=flipped, batch=batch)
