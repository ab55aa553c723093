"""Starting weights. All draws come from one generator of their own, so that no other thread can disturb them."""

from __future__ import annotations

import math

import torch
from torch import nn

NORMAL_SPREAD, SMALL_SPREAD = 0.1, 0.05
_NORMS = (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm)


@torch.no_grad()
def initialise(module: nn.Module, how: str, seed: int) -> None:
    """Draw all weights: `default` as torch does; all others, such as `normal` N(0, 0.1), with zero biases.

    Norms start as they always do.
    """
    generator = torch.Generator().manual_seed(seed)
    for child in module.modules():
        if isinstance(child, _NORMS) or getattr(child, "starts_fixed", False):
            child.reset_parameters()  # type: ignore[operator]
        else:
            _draw(child, how, generator)


def _draw(module: nn.Module, how: str, generator: torch.Generator) -> None:
    """Fill a module's own arrays by their names: weights, biases behind them, and what else there is (peepholes).

    A module whose weight holds other kernels at every place has a method `kernels`, which yields them one by one.
    """
    weight = None
    for name, array in module.named_parameters(recurse=False):
        if name.startswith("weight"):
            kernels = getattr(module, "kernels", None)
            for weight in kernels() if kernels else (array,):
                _draw_weight(weight, how, generator)
        elif name.startswith("bias") and weight is not None:
            _draw_bias(array, weight, how, generator)
        else:
            nn.init.normal_(array, 0.0, SMALL_SPREAD, generator=generator)


def _draw_weight(weight: torch.Tensor, how: str, generator: torch.Generator) -> None:
    if how == "zero":
        nn.init.zeros_(weight)
    elif how == "normal":
        nn.init.normal_(weight, 0.0, NORMAL_SPREAD, generator=generator)
    elif how == "glorot":  # Glorot and Bengio 2010, equation 16
        nn.init.xavier_uniform_(weight, generator=generator)
    elif how == "glorot-normal":
        nn.init.xavier_normal_(weight, generator=generator)
    elif how == "he":  # He et al. 2015, equation 10
        nn.init.kaiming_normal_(weight, nonlinearity="relu", generator=generator)
    elif how == "he-uniform":
        nn.init.kaiming_uniform_(weight, nonlinearity="relu", generator=generator)
    elif how == "lecun":  # LeCun, Bottou, Orr and Müller 1998, equation 16
        nn.init.kaiming_normal_(weight, nonlinearity="linear", generator=generator)
    elif how == "orthogonal":  # Saxe, McClelland and Ganguli 2014
        nn.init.orthogonal_(weight, generator=generator)
    else:
        nn.init.kaiming_uniform_(weight, a=math.sqrt(5), generator=generator)


def _draw_bias(bias: torch.Tensor, weight: torch.Tensor, how: str, generator: torch.Generator) -> None:
    if how != "default":
        nn.init.zeros_(bias)
        return
    bound = 1 / math.sqrt(weight[0].numel())
    nn.init.uniform_(bias, -bound, bound, generator=generator)
