"""What ONNX computes with shapes and other constants, carried out while the file is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from cnnviz.engine.exchange.drawing import Array

MOST_NUMBERS = 2**26
"""A constant of more numbers is no shape; weights don't pass through here."""


def _slice(settings: Mapping[str, Any], data: Array, *bounds: Array) -> Array:
    given = [each.reshape(-1).tolist() for each in bounds] or [settings["starts"], settings["ends"]]
    starts, ends = given[:2]
    axes = given[2] if len(given) > 2 else settings.get("axes") or list(range(len(starts)))
    steps = given[3] if len(given) > 3 else [1] * len(starts)
    places = [slice(None)] * data.ndim
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        places[int(axis)] = slice(int(start), int(end), int(step))
    return data[tuple(places)]


def _squeeze(settings: Mapping[str, Any], data: Array, axes: Array | None = None) -> Array:
    found = settings.get("axes") if axes is None else axes.reshape(-1)
    return data.squeeze() if found is None else data.squeeze(tuple(int(axis) for axis in found))


def _unsqueeze(settings: Mapping[str, Any], data: Array, axes: Array | None = None) -> Array:
    found = settings.get("axes", ()) if axes is None else axes.reshape(-1)
    return np.expand_dims(data, tuple(int(axis) for axis in found))


def _constant(settings: Mapping[str, Any]) -> Array:
    for name in ("value", "value_float", "value_floats", "value_int", "value_ints"):
        if name in settings:
            return np.asarray(settings[name])
    raise ValueError("a constant without a number")


_CASTS = {1: np.float32, 6: np.int32, 7: np.int64, 9: np.bool_, 10: np.float32, 11: np.float64}


def _expand(settings: Mapping[str, Any], data: Array, shape: Array) -> Array:
    wanted = np.broadcast_shapes(data.shape, tuple(int(entry) for entry in shape.reshape(-1)))
    if np.prod(wanted, dtype=object) > MOST_NUMBERS:
        raise ValueError("a constant of too many numbers")
    return np.broadcast_to(data, wanted)


def _tile(settings: Mapping[str, Any], data: Array, times: Array) -> Array:
    counts = [int(entry) for entry in times.reshape(-1)]
    if data.size * np.prod(counts, dtype=object) > MOST_NUMBERS or min(counts) < 0:
        raise ValueError("a constant of too many numbers")
    return np.tile(data, counts)


CONSTANT_OPERATORS: Mapping[str, Callable[..., Array]] = {
    "Add": lambda s, a, b: a + b,
    "Cast": lambda s, a: a.astype(_CASTS[s["to"]]),
    "Concat": lambda s, *arrays: np.concatenate([np.atleast_1d(each) for each in arrays], s.get("axis", 0)),
    "Constant": _constant,
    "CastLike": lambda s, a, like: a.astype(like.dtype),
    "Div": lambda s, a, b: a // b if a.dtype.kind == "i" else a / b,
    "Expand": _expand,
    "Gather": lambda s, a, places: np.take(a, places.astype(np.int64), axis=s.get("axis", 0)),
    "Identity": lambda s, a: a,
    "Mul": lambda s, a, b: a * b,
    "Neg": lambda s, a: -a,
    "Reshape": lambda s, a, shape: a.reshape([int(entry) for entry in shape.reshape(-1)]),
    "Slice": _slice,
    "Sqrt": lambda s, a: np.sqrt(a),
    "Squeeze": _squeeze,
    "Sub": lambda s, a, b: a - b,
    "Tile": _tile,
    "Transpose": lambda s, a: np.transpose(a, s.get("perm")),
    "Unsqueeze": _unsqueeze,
}


def fold(kind: str, settings: Mapping[str, Any], arrays: list[Array]) -> Array | None:
    """Return the result of an operator on constants; None where it is none of these. Raises what numpy raises."""
    if kind not in CONSTANT_OPERATORS or any(array.size > MOST_NUMBERS for array in arrays):
        return None
    return np.asarray(CONSTANT_OPERATORS[kind](settings, *arrays))
