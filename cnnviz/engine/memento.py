"""What a learner must remember to go on as if nothing had happened: weights, optimiser, order, random streams."""

from __future__ import annotations

import hashlib
from typing import Any

import torch
from numpy.typing import NDArray

from cnnviz.data import Dataset
from cnnviz.engine.checkpoint import Checkpoint
from cnnviz.engine.learner import Learner
from cnnviz.engine.randomness import Randomness
from cnnviz.engine.trace import to_array
from cnnviz.engine.weights import weights_of
from cnnviz.errors import TrainError
from cnnviz.model.graph import Graph
from cnnviz.model.recipe import DataChoice, Recipe

_FREE = frozenset({"epochs", "steps", "device", "compiled", "accumulate", "early_stopping"})
"""Settings that may be another when a training goes on: how long, and where it is computed."""


def remember(learner: Learner) -> Checkpoint:
    """Return copies of everything that the next step depends on."""
    arrays: dict[str, NDArray[Any]] = {f"weights/{k}": v for k, v in weights_of(learner.module).items()}
    for number, state in learner.optimiser.state_dict()["state"].items():
        for name, value in state.items():
            if isinstance(value, torch.Tensor):
                arrays[f"optimiser/{number}/{name}"] = to_array(value)
    arrays["random/order"] = learner.order_state.numpy().copy()
    if isinstance(learner.randomness, Randomness):
        arrays["random/layers"] = learner.randomness.state.numpy().copy()
    if learner.augment is not None:
        arrays["random/augment"] = learner.augment.generator.get_state().cpu().numpy().copy()
    step = learner.step
    values: dict[str, Any] = {"learned": learner.learned}
    if step.mixer is not None:
        values["mixup"] = step.mixer.bit_generator.state
    if step.scaler is not None:
        values["scaler"] = step.scaler.state_dict()
    return Checkpoint(arrays, values)


def recall(learner: Learner, kept: Checkpoint) -> None:
    """Let a learner, made of the same graph, data and recipe, go on where `kept` was taken; TrainError if it can't."""
    try:
        _recall(learner, kept)
    except (KeyError, ValueError, TypeError, RuntimeError) as error:
        raise TrainError(f"the training kept there does not fit the network ({error}).") from None


def _recall(learner: Learner, kept: Checkpoint) -> None:
    weights = {name: torch.from_numpy(array) for name, array in kept.part("weights").items()}
    learner.module.load_state_dict(weights)
    _recall_optimiser(learner.optimiser, kept.part("optimiser"))
    learner.learned = int(kept.values["learned"])
    learner.shuffler.set_state(torch.from_numpy(kept.arrays["random/order"]))
    if isinstance(learner.randomness, Randomness):
        learner.randomness.state = torch.from_numpy(kept.arrays["random/layers"])
    if learner.augment is not None:
        learner.augment.generator.set_state(torch.from_numpy(kept.arrays["random/augment"]))
    step = learner.step
    if step.mixer is not None:
        step.mixer.bit_generator.state = kept.values["mixup"]
    if step.scaler is not None:
        step.scaler.load_state_dict(kept.values["scaler"])


def _recall_optimiser(optimiser: torch.optim.Optimizer, arrays: dict[str, NDArray[Any]]) -> None:
    """Give back its moments, laid out in memory like the weights: fused optimisers go through both side by side."""
    weights = [weight for group in optimiser.param_groups for weight in group["params"]]
    state: dict[int, dict[str, torch.Tensor]] = {}
    for key, array in arrays.items():
        number, name = key.split("/")
        weight, value = weights[int(number)], torch.from_numpy(array)
        if value.shape == weight.shape and value.dim():
            value = torch.empty_like(weight, dtype=value.dtype, device="cpu").copy_(value)
        state.setdefault(int(number), {})[name] = value
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})


def descend(learner: Learner, kept: Checkpoint, recipe: Recipe) -> str:
    """Take weights and the optimiser's state of another training; return why the latter can't be had, "" if it can.

    Raise TrainError where not even the weights fit.
    """
    weights = {name: torch.from_numpy(array) for name, array in kept.part("weights").items()}
    try:
        learner.module.load_state_dict(weights)
    except RuntimeError:
        raise TrainError(
            "the weights kept there are of another network.", hint="Open the network of that run."
        ) from None
    before = kept.values.get("identity", {})
    if before.get("optimiser") != recipe.optimiser:
        return f"it was {before.get('optimiser', 'not told')} and is {recipe.optimiser} now."
    if list(before.get("freeze", ())) != list(recipe.freeze):
        return "other layers are frozen now."
    _recall_optimiser(learner.optimiser, kept.part("optimiser"))
    return ""


def identity(graph: Graph, dataset: Dataset, recipe: Recipe, choice: DataChoice) -> dict[str, Any]:
    """Return what must be the same for a training to go on."""
    made_of = repr([(node.name, node.layer) for node in graph]) + repr(sorted(map(repr, graph.edges)))
    settings = {name: value for name, value in recipe.to_dict().items() if name not in _FREE}
    held_out = {name: value for name, value in choice.to_dict().items() if name != "source"}
    return {
        "network": hashlib.sha256(made_of.encode()).hexdigest()[:16],
        "data": dataset.fingerprint,
        **settings,
        **{f"data {name}": value for name, value in held_out.items()},
    }


def require_same(kept: dict[str, Any], now: dict[str, Any]) -> None:
    """Raise TrainError naming the first thing that is not what it was when the training was kept."""
    for name, value in now.items():
        if name not in kept or kept[name] != value:
            what = name.replace("_", " ")
            raise TrainError(
                f"the training can't go on: its {what} was {kept.get(name, 'not told')!r} and is {value!r} now.",
                hint="Change it back, or start anew from its weights.",
            )


__all__ = ["descend", "identity", "recall", "remember", "require_same"]
