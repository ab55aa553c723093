"""The rules that turn gradients into steps, as the recipe names them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn

from cnnviz.model.recipe import Recipe


def make_optimiser(parameters: Iterable[nn.Parameter], recipe: Recipe) -> torch.optim.Optimizer:
    """Return the recipe's optimiser; fused where torch has it, which is the same arithmetic in one pass."""
    common = {"lr": recipe.learning_rate, "weight_decay": recipe.weight_decay}
    makers: dict[str, Callable[[], Any]] = {
        "sgd": lambda: torch.optim.SGD(parameters, fused=True, **common),
        "momentum": lambda: torch.optim.SGD(parameters, momentum=recipe.momentum, fused=True, **common),
        "adam": lambda: torch.optim.Adam(parameters, fused=True, **common),
        "adamw": lambda: torch.optim.AdamW(parameters, fused=True, **common),
        "rmsprop": lambda: torch.optim.RMSprop(parameters, momentum=recipe.momentum, **common),
    }
    found: torch.optim.Optimizer = makers[recipe.optimiser]()
    return found


def scheduled(recipe: Recipe, base: float, step: int, steps: int) -> float:
    """Return the learning rate of a step (from 0); `cosine` falls from `base` to 0 over all steps."""
    if recipe.schedule == "cosine":
        return base * 0.5 * (1 + math.cos(math.pi * step / max(steps, 1)))
    return base


def set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    """Use a learning rate from the next step on."""
    for group in optimiser.param_groups:
        group["lr"] = rate
