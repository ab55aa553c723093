"""Tracing again and again, as while somebody draws or edits a weight: only what has changed is computed."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cnnviz.engine.build import GraphModule
from cnnviz.engine.trace import evaluating, given, require_shapes, to_array, to_tensor
from cnnviz.engine.weights import Weights, fits, fitted
from cnnviz.explain.trace import Trace
from cnnviz.layers import Layer
from cnnviz.model.check import Row
from cnnviz.model.graph import Graph
from cnnviz.model.names import attribute

Array = NDArray[Any]
MOST = 2
"""How many networks are remembered."""
MOST_PARAMETERS = 30_000_000
FEW = 4
"""Weights with at most so many other arrays are an edit of those before, and no other network."""


@dataclass(frozen=True, eq=False)
class _Kept:
    """The last answer: `tensors` (1, …) of all nodes, and the arrays that were put into the module by node."""

    module: GraphModule
    samples: tuple[Array, ...]
    sources: Mapping[str, Mapping[str, Array]]
    tensors: Mapping[str, torch.Tensor]
    trace: Trace


class Retracer:
    """Answers like `trace(fitted(graph, weights, seed), image)`, bit for bit, and remembers the last answers.

    Nodes whose layer, parameters and whole past are the same keep their values, their arrays being the same objects.
    Arrays of weights and samples count as the same if they are the same object, so that nobody may write into them.
    Two networks are remembered, since two may be compared.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: list[_Line] = []

    def trace(self, graph: Graph, weights: Weights | None, image: Array, seed: int) -> Trace:
        """Return the trace of a sample; it goes to every Input that it fits."""
        with self._lock:
            return self._line(graph, weights, seed).trace(weights, image)

    def module(self, graph: Graph, weights: Weights | None, seed: int) -> GraphModule:
        """Return the network with those weights that fit it, and random ones of the seed elsewhere."""
        with self._lock:
            return self._line(graph, weights, seed).module

    def _line(self, graph: Graph, weights: Weights | None, seed: int) -> _Line:
        """Return the line of a network, as the most recent one."""
        alike = [line for line in self._lines if line.seed == seed and line.module.graph == graph]
        edited = [line for line in alike if _changes(line.weights, weights) <= FEW]
        oldest = alike[::-1] if len(self._lines) == MOST else []
        found = next((line for line in (*edited, *oldest) if line.take(weights)), None)
        if found is None:
            kept = self._lines[0].kept if self._lines else None
            found = _Line(fitted(graph, weights, seed), weights, seed, kept)
        others = [line for line in self._lines if line is not found]
        self._lines = [found, *others][:MOST] if found.light else others
        return found


@dataclass(eq=False)
class _Line:
    """One network, the weights that were put into it, and its last answer (or one of a network before)."""

    module: GraphModule
    weights: Weights | None
    seed: int
    kept: _Kept | None

    @property
    def light(self) -> bool:
        """Say whether it may be remembered: a large network would take its memory twice."""
        return sum(p.count for row in self.module.report.rows for p in row.parameters) <= MOST_PARAMETERS

    def take(self, weights: Weights | None) -> bool:
        """Put other weights into the module, where that is possible."""
        if not _exchange(self.module, self.weights, weights):
            return False
        self.weights = weights
        return True

    def trace(self, weights: Weights | None, image: Array) -> Trace:
        """Return the trace of a sample."""
        samples = given(self.module, image)
        shapes = [tuple(each.shape) for each in samples]
        require_shapes(self.module, shapes, "the sample")
        self.kept = _traced(self.module.resized(*shapes), samples, weights or {}, self.kept)
        return self.kept.trace


def _changes(old: Weights | None, new: Weights | None) -> int:
    """Return how many arrays are other objects."""
    if old is new or old is None or new is None:
        return 0 if old is new else len(old or new or {})
    return sum(new.get(name) is not array for name, array in old.items())


def _exchange(module: GraphModule, old: Weights | None, new: Weights | None) -> bool:
    """Put the arrays that are other ones into the module; False, and nothing done, where others would fit then."""
    if old is new:
        return True
    if old is None or new is None or old.keys() != new.keys():
        return False
    state = module.state_dict()
    changed = {name: array for name, array in new.items() if old[name] is not array}
    fits = all(
        name in state
        and array.shape == old[name].shape == state[name].shape
        and array.dtype == old[name].dtype
        for name, array in changed.items()
    )
    if fits:
        module.load_state_dict({name: torch.tensor(array) for name, array in changed.items()}, strict=False)
    return fits


def _traced(module: GraphModule, samples: tuple[Array, ...], weights: Weights, before: _Kept | None) -> _Kept:
    """Return the answer for samples, with what is still right of the one before."""
    sources = {row.name: _own(row, weights) for row in module.report.rows}
    same = _unchanged(module, samples, sources, before)
    known = {node: before.tensors[node] for node in same} if before is not None else {}
    with evaluating(module):
        values = module.activations(*(to_tensor(each[None]) for each in samples), known=known)
        inside = module.internals(values, known)
        found = {
            name: to_array(value[0]) for name, value in {**values, **inside}.items() if name not in known
        }
    old = before.trace.activations if before is not None else {}
    kept = {name: array for name, array in old.items() if name.partition(".")[0] in same}
    parameters = {
        row.name: _parameters(module, row, sources, before) for row in module.report.rows if row.parameters
    }
    arrays = _in_order({**kept, **found}, [row.name for row in module.report.rows])
    return _Kept(module, samples, sources, values, Trace(module.graph, arrays, parameters))


def _in_order(arrays: Mapping[str, Array], nodes: list[str]) -> dict[str, Array]:
    """Return the arrays node by node, and behind them those inside of nodes."""
    place = {node: at for at, node in enumerate(nodes)}
    inner = {name: "." in name for name in arrays}
    names = sorted(arrays, key=lambda name: (inner[name], place[name.partition(".")[0]]))
    return {name: arrays[name] for name in names}


def _own(row: Row, weights: Weights) -> dict[str, Array]:
    """Return a node's arrays among the weights that fit it; where one does not, all of the node's are random."""
    named = ((p, weights.get(f"{attribute(row.name)}.{p.name}")) for p in row.parameters)
    return {p.name: array for p, array in named if array is not None and fits(array, p.shape)}


def _unchanged(
    module: GraphModule,
    samples: tuple[Array, ...],
    sources: Mapping[str, Mapping[str, Array]],
    before: _Kept | None,
) -> set[str]:
    """Return the nodes whose values are those of the answer before."""
    if before is None:
        return set()
    same: set[str] = set()
    pairs = zip(before.module.report.inputs, before.samples, strict=True)
    old = dict(pairs)
    given_now = dict(zip(module.report.inputs, samples, strict=True))
    for row in module.report.rows:
        name = row.name
        past = [edge.source for edge in module.graph.inputs(name)]
        if name in given_now:
            if name in old and (old[name] is given_now[name] or np.array_equal(old[name], given_now[name])):
                same.add(name)
        elif all(each in same for each in past) and _computes_alike(module, before, name, past, sources):
            same.add(name)
    return same


def _computes_alike(
    module: GraphModule,
    before: _Kept,
    name: str,
    past: list[str],
    sources: Mapping[str, Mapping[str, Array]],
) -> bool:
    """Say whether a node is the same layer on the same nodes, with the same parameters."""
    if name not in before.module.graph or [e.source for e in before.module.graph.inputs(name)] != past:
        return False
    layer: Layer = module.graph.node(name).layer
    return layer == before.module.graph.node(name).layer and _same_arrays(module, name, sources, before)


def _same_arrays(
    module: GraphModule, name: str, sources: Mapping[str, Mapping[str, Array]], before: _Kept
) -> bool:
    """Say whether a node's parameters are those of before: the same objects, or random and the same numbers."""
    now, then = sources[name], before.sources.get(name, {})
    expected = len(module.report.row(name).parameters)
    if len(now) == len(then) == expected:
        return all(then.get(key) is array for key, array in now.items())
    return module is before.module


def _parameters(
    module: GraphModule, row: Row, sources: Mapping[str, Mapping[str, Array]], before: _Kept | None
) -> Mapping[str, Array]:
    """Return copies of a node's parameters and running statistics; those of before where they are the same."""
    known = before is not None and row.name in before.trace.parameters
    if before is not None and known and _same_arrays(module, row.name, sources, before):
        return before.trace.parameters[row.name]
    own = module.get_submodule(attribute(row.name))
    return {each.name: to_array(getattr(own, each.name)) for each in row.parameters}
