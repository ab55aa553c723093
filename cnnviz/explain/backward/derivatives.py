"""The slopes of the pointwise functions, in double precision and without overflow."""

from __future__ import annotations

import math
from collections.abc import Callable

from cnnviz.explain.functions import Function, sigmoid


def of_sigmoid(x: float) -> float:
    """Return σ(x) · (1 − σ(x)), which keeps its digits where σ is nearly 0 or 1."""
    return sigmoid(x) * sigmoid(-x)


def of_tanh(x: float) -> float:
    """Return 1 − tanh²(x) = 1 / cosh²(x)."""
    small = math.exp(-2 * abs(x))
    return 4 * small / (1 + small) ** 2


def of_gelu(x: float) -> float:
    """Return Φ(x) + x · φ(x)."""
    return math.erfc(-x / math.sqrt(2)) / 2 + x * math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


DERIVATIVES: dict[str, Function] = {
    "identity": lambda x, slope: 1.0,
    "relu": lambda x, slope: float(x > 0),
    "leaky_relu": lambda x, slope: 1.0 if x > 0 else slope,
    "sigmoid": lambda x, slope: of_sigmoid(x),
    "tanh": lambda x, slope: of_tanh(x),
    "elu": lambda x, slope: 1.0 if x > 0 else slope * math.exp(x),
    "gelu": lambda x, slope: of_gelu(x),
    "silu": lambda x, slope: sigmoid(x) + x * of_sigmoid(x),
    "softplus": lambda x, slope: sigmoid(slope * x),
}
"""The slope of every function in `POINTWISE_RULES`; at a corner (ReLU at 0) that of the left side, as in torch."""

OF_VALUE: dict[str, Callable[[float], float]] = {
    "identity": lambda y: 1.0,
    "sigmoid": lambda y: y * (1 - y),
    "tanh": lambda y: 1 - y * y,
}
"""Slopes that a function's own value tells: the sum that it was taken of need not be added up again."""
