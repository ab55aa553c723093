"""The pointwise functions of the formulas, in double precision and without overflow."""

from __future__ import annotations

import math
from collections.abc import Callable

Function = Callable[[float, float], float]
"""Takes x and the slope, which most functions ignore."""


def sigmoid(x: float) -> float:
    """Return 1 / (1 + exp(−x))."""
    small = math.exp(-abs(x))
    return 1 / (1 + small) if x >= 0 else small / (1 + small)


def elu(x: float, slope: float) -> float:
    """Return x where x > 0, else slope · (exp(x) − 1)."""
    return x if x > 0 else slope * math.expm1(x)


def gelu(x: float) -> float:
    """Return x · Φ(x); erfc keeps the digits of Φ far below zero, where 1 + erf would lose them."""
    return x * math.erfc(-x / math.sqrt(2)) / 2


def softplus(x: float, slope: float) -> float:
    """Return ln(1 + exp(slope · x)) / slope."""
    z = slope * x
    return (max(z, 0.0) + math.log1p(math.exp(-abs(z)))) / slope


FUNCTIONS: dict[str, Function] = {
    "identity": lambda x, slope: x,
    "relu": lambda x, slope: 0.0 if x <= 0 else x,  # so that what is no number stays none
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "sigmoid": lambda x, slope: sigmoid(x),
    "tanh": lambda x, slope: math.tanh(x),
    "elu": elu,
    "gelu": lambda x, slope: gelu(x),
    "silu": lambda x, slope: x * sigmoid(x),
    "softplus": softplus,
}
"""Every name in `POINTWISE_RULES`."""
