"""What is trained on what, and how: the choices beside the graph that a project file keeps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from cnnviz.errors import TrainError, did_you_mean

OPTIMISERS = ("sgd", "momentum", "adam", "adamw", "rmsprop")
INITIALISERS = ("default", "normal", "glorot", "he")
SCHEDULES = ("constant", "cosine")


@dataclass(frozen=True)
class DataChoice:
    """Which data set, and how many training images are held out for validation."""

    source: str = "mnist"
    validation: int = 5000
    seed: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the choice as JSON values."""
        return asdict(self)

    def fitted(self, count: int) -> DataChoice:
        """Return the choice for `count` training images: at most a sixth of them is held out."""
        return replace(self, validation=min(self.validation, count // 6))


@dataclass(frozen=True)
class Recipe:
    """How to train. `steps` counts batches and overrides `epochs` when it is not 0.

    The loss is cross entropy of the class scores. `initialiser`: `default` is torch's own, `normal` draws from
    N(0, 0.1) with zero biases, `glorot` and `he` as published. Only the optimiser `momentum` uses `momentum`.
    `schedule` `cosine` lets the learning rate fall to 0 at the end.
    """

    optimiser: str = "adam"
    learning_rate: float = 1e-3
    batch_size: int = 64
    epochs: int = 5
    steps: int = 0
    seed: int = 0
    momentum: float = 0.9
    weight_decay: float = 0.0
    initialiser: str = "default"
    schedule: str = "constant"
    device: str = "cpu"

    def __post_init__(self) -> None:
        for name, known in (
            ("optimiser", OPTIMISERS),
            ("initialiser", INITIALISERS),
            ("schedule", SCHEDULES),
        ):
            if getattr(self, name) not in known:
                raise TrainError(
                    f"there is no {name} {getattr(self, name)!r}.",
                    hint=did_you_mean(str(getattr(self, name)), known),
                )
        for name, (lo, hi) in BOUNDS.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not lo <= value <= hi:
                raise TrainError(
                    f"{name.replace('_', ' ')} can't be {value!r}.",
                    hint=f"It takes a number from {lo:g} to {hi:g}.",
                )
            if name in WHOLE and value != math.floor(value):
                raise TrainError(
                    f"{name.replace('_', ' ')} can't be {value!r}.", hint="It takes a whole number."
                )

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe as JSON values."""
        return asdict(self)


BOUNDS: Mapping[str, tuple[float, float]] = {
    "learning_rate": (1e-8, 10.0),
    "batch_size": (1, 65536),
    "epochs": (1, 100_000),
    "steps": (0, 100_000_000),
    "seed": (0, 2**31 - 1),
    "momentum": (0.0, 0.9999),
    "weight_decay": (0.0, 1.0),
}
WHOLE = frozenset({"batch_size", "epochs", "steps", "seed"})


def recipe_from_dict(values: Mapping[str, Any]) -> Recipe:
    """Return a recipe from JSON values; raise TrainError for what is unknown or impossible."""
    known = {each.name for each in fields(Recipe)}
    for name in values:
        if name not in known:
            raise TrainError(f"a recipe has no {name!r}.", hint=did_you_mean(name, known))
    return Recipe(**values)


def data_from_dict(values: Mapping[str, Any]) -> DataChoice:
    """Return a data choice from JSON values; raise TrainError for what is unknown or impossible."""
    known = {"source": str, "validation": int, "seed": int}
    for name, value in values.items():
        if name not in known or not isinstance(value, known[name]) or isinstance(value, bool):
            raise TrainError(
                f"a data choice can't have {name} = {value!r}.", hint=f"It has {', '.join(known)}."
            )
    choice = DataChoice(**values)
    if choice.validation < 0 or choice.seed < 0:
        raise TrainError("a data choice can't have negative numbers.")
    return choice
