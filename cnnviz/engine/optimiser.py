"""The rules that turn gradients into steps, as the recipe names them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import torch
from torch import nn

from cnnviz.model.recipe import Recipe


def make_optimiser(parameters: Iterable[nn.Parameter], recipe: Recipe) -> torch.optim.Optimizer:
    """Return the recipe's optimiser; fused where torch has it, which is the same arithmetic in one pass."""
    makers: dict[str, Callable[..., torch.optim.Optimizer]] = {
        "sgd": partial(torch.optim.SGD, fused=True),
        "momentum": partial(torch.optim.SGD, fused=True, momentum=recipe.momentum),
        "nesterov": partial(
            torch.optim.SGD, fused=True, momentum=recipe.momentum, nesterov=recipe.momentum > 0
        ),
        "adam": partial(torch.optim.Adam, fused=True),
        "adamw": partial(torch.optim.AdamW, fused=True),
        "rmsprop": torch.optim.RMSprop,
    }
    return makers[recipe.optimiser](parameters, lr=recipe.learning_rate, weight_decay=recipe.weight_decay)


def set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    """Use a learning rate from the next step on."""
    for group in optimiser.param_groups:
        group["lr"] = rate
