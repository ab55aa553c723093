"""The optimiser's state of a training that was kept, by the names of layers and parameters."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from cnnviz.engine import checkpoint
from cnnviz.engine.build import GraphModule, build
from cnnviz.engine.freeze import freeze
from cnnviz.errors import TrainError
from cnnviz.explain.backward import Memories, Moments
from cnnviz.model.graph import Graph
from cnnviz.model.names import attribute
from cnnviz.model.recipe import Recipe

FIRST, SECOND = ("exp_avg", "momentum_buffer"), ("exp_avg_sq", "square_avg")
"""What torch's optimisers call the average of gradients, and that of their squares."""
Arrays = Mapping[str, NDArray[Any]]


def read_memories(path: Path, graph: Graph, recipe: Recipe) -> Memories:
    """Read what the optimiser of a kept training remembers; TrainError where there is none or it fits another graph."""
    kept, module = checkpoint.load(path), build(graph)
    freeze(module, recipe.freeze)
    names = [name for name, weight in module.named_parameters() if weight.requires_grad]
    step = int(kept.values.get("step", 0))
    state: dict[int, dict[str, NDArray[Any]]] = {}
    for key, array in kept.part("optimiser").items():
        number, _, name = key.partition("/")
        state.setdefault(int(number), {})[name] = array
    moments: dict[str, dict[str, Moments]] = {}
    nodes = {attribute(row.name): row.name for row in module.report.rows}
    shapes = {name: tuple(weight.shape) for name, weight in module.named_parameters()}
    for place, found in state.items():
        if place >= len(names) or _misfits(found, shapes[names[place]]):
            raise TrainError("the training kept there does not fit the network.", where=str(path))
        owner, _, parameter = names[place].rpartition(".")
        made = Moments(
            int(found["step"].flat[0]) if "step" in found else step, _one(found, FIRST), _one(found, SECOND)
        )
        moments.setdefault(nodes.get(owner.split(".")[0], owner), {})[parameter] = made
    return Memories(
        step, float(kept.values.get("rate", recipe.learning_rate)), moments, _weights(module, kept, nodes)
    )


def _weights(
    module: GraphModule, kept: checkpoint.Checkpoint, nodes: Mapping[str, str]
) -> dict[str, dict[str, NDArray[Any]]]:
    found: dict[str, dict[str, NDArray[Any]]] = {}
    known = {name for name, _ in module.named_parameters()}
    for key, array in kept.part("weights").items():
        owner, _, parameter = key.rpartition(".")
        if key in known:
            found.setdefault(nodes.get(owner.split(".")[0], owner), {})[parameter] = array
    return found


def _one(found: Arrays, names: tuple[str, ...]) -> NDArray[Any] | None:
    return next((found[name] for name in names if name in found), None)


def _misfits(found: Arrays, shape: tuple[int, ...]) -> bool:
    return any(found[name].shape != shape for name in (*FIRST, *SECOND) if name in found)


__all__ = ["read_memories"]
