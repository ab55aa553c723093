"""What-ifs applied to a network and its weights, neither of which is touched, and judged on test samples."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.control import Control
from cnnviz.data import Split
from cnnviz.data.vary import varied_split
from cnnviz.engine.evaluate import evaluate
from cnnviz.engine.weights import Weights, fitted, weights_of
from cnnviz.events import Evaluated, Progress
from cnnviz.model.check import check
from cnnviz.model.graph import Graph
from cnnviz.model.names import attribute
from cnnviz.model.whatif import Cell, WhatIf

Array = NDArray[Any]


class Attempts:
    """Applies what-ifs. The last answer is remembered; all arrays without changes stay the same objects."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._whole: tuple[Graph, Weights | None, int, Weights] | None = None
        self._last: tuple[Graph, Weights, WhatIf, Graph, Weights] | None = None

    def apply(
        self, graph: Graph, weights: Weights | None, seed: int, whatif: WhatIf
    ) -> tuple[Graph, Weights]:
        """Return the changed network and its weights, complete: random ones of the seed where there were none."""
        with self._lock:
            whole = self._complete(graph, weights, seed)
            last = self._last
            if last is None or last[1] is not whole or last[0] != graph or last[2] != whatif:
                found = whatif.graph(graph), edited(whole, whatif.fitting(graph).cells)
                last = self._last = (graph, whole, whatif, *found)
            return last[3], last[4]

    def _complete(self, graph: Graph, weights: Weights | None, seed: int) -> Weights:
        known = self._whole
        if known is None or known[1] is not weights or known[2] != seed or known[0] != graph:
            whole = weights if weights is not None and _covers(weights, graph) else None
            if whole is None:
                whole = weights_of(fitted(graph, weights, seed))
            known = self._whole = (graph, weights, seed, whole)
        return known[3]


def edited(weights: Weights, cells: Mapping[Cell, float]) -> Weights:
    """Return the weights with other values in some entries; arrays are copied only where something changes."""
    found = dict(weights)
    copied: set[str] = set()
    for (node, array, place), value in cells.items():
        name = f"{attribute(node)}.{array}"
        if name not in copied:
            found[name] = np.array(found[name])
            copied.add(name)
        found[name][place] = value
    return found


def judge(
    graph: Graph, weights: Weights | None, split: Split, seed: int, whatif: WhatIf, control: Control
) -> Iterator[Progress | Evaluated]:
    """Judge a network with a what-if on all samples of a split: progress, and at last the one Evaluated."""
    graph, weights = Attempts().apply(graph, weights, seed, whatif)
    module = fitted(graph, weights, seed)
    yield from evaluate(module, varied_split(split, whatif.variation), cancelled=lambda: control.cancelled)


def _covers(weights: Weights, graph: Graph) -> bool:
    """Say whether there are weights for every parameter of a graph, in its shape."""
    wanted = {f"{attribute(row.name)}.{p.name}": p.shape for row in check(graph).rows for p in row.parameters}
    return all(name in weights and weights[name].shape == shape for name, shape in wanted.items())
