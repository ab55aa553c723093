"""Starting weights. All draws come from one generator of their own, so that no other thread can disturb them."""

from __future__ import annotations

import math

import torch
from torch import nn

NORMAL_SPREAD = 0.1


@torch.no_grad()
def initialise(module: nn.Module, how: str, seed: int) -> None:
    """Draw all weights: `default` as torch does, `normal` N(0, 0.1) with zero biases, `glorot`, `he`."""
    generator = torch.Generator().manual_seed(seed)
    for child in module.modules():
        weight, bias = getattr(child, "weight", None), getattr(child, "bias", None)
        if isinstance(child, nn.modules.batchnorm._BatchNorm):
            child.reset_parameters()
        elif isinstance(weight, nn.Parameter):
            _draw_weight(weight, how, generator)
            if isinstance(bias, nn.Parameter):
                _draw_bias(bias, weight, how, generator)


def _draw_weight(weight: nn.Parameter, how: str, generator: torch.Generator) -> None:
    if how == "normal":
        nn.init.normal_(weight, 0.0, NORMAL_SPREAD, generator=generator)
    elif how == "glorot":  # Glorot and Bengio 2010, equation 16
        nn.init.xavier_uniform_(weight, generator=generator)
    elif how == "he":  # He et al. 2015, equation 10
        nn.init.kaiming_normal_(weight, nonlinearity="relu", generator=generator)
    else:
        nn.init.kaiming_uniform_(weight, a=math.sqrt(5), generator=generator)


def _draw_bias(bias: nn.Parameter, weight: nn.Parameter, how: str, generator: torch.Generator) -> None:
    if how != "default":
        nn.init.zeros_(bias)
        return
    bound = 1 / math.sqrt(weight[0].numel())
    nn.init.uniform_(bias, -bound, bound, generator=generator)
