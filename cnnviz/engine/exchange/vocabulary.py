"""What convolution, pooling, merging … of other programs mean in layers; the readers of all formats speak with it.

Every function draws what an operator does and returns its result; whatever no layer can do is refused by name.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cnnviz.engine.exchange.drawing import Array, Drawing, Value
from cnnviz.engine.exchange.operator import Operator, Reader
from cnnviz.errors import ShapeError
from cnnviz.layers import (
    LAYERS,
    BatchNorm,
    Dense,
    Flatten,
    GlobalAvgPool,
    GlobalMaxPool,
    Layer,
    Shape,
    size,
    times,
)
from cnnviz.layers.geometry import Padding, axes

Pads = tuple[tuple[int, int], ...]
"""(before, after) of every dimension beside the channels."""


@dataclass(frozen=True)
class Window:
    """How a window slides: one entry per dimension beside the channels. `extra` is a stamp's output padding."""

    stride: Sequence[int]
    pads: Pads
    dilation: Sequence[int] = ()
    groups: int = 1
    extra: Sequence[int] = ()


def convolve(op: Operator, d: Drawing, weight: Array, bias: Array | None, window: Window) -> Value:
    """Draw a convolution; zeros that were padded before it become its own padding."""
    x, spatial, kernel = op.value(d), weight.ndim - 2, tuple(weight.shape[2:])
    if not 1 <= spatial <= 3 or len(x.shape) != spatial + 1:
        raise d.error(f"a filter of {times(weight.shape)} can't slide over {times(x.shape)}.")
    x, padding = _padding(d, x, window, kernel, 0.0)
    layer = d.layer(
        LAYERS[f"conv{spatial}d"], out_channels=weight.shape[0], kernel_size=kernel, stride=tuple(window.stride),
        padding=padding, dilation=tuple(window.dilation), groups=window.groups, bias=bias is not None,
    )  # fmt: skip
    return d.add(layer, [x], op.name, _weights(weight, bias), op.readers)


def stamp(op: Operator, d: Drawing, weight: Array, bias: Array | None, window: Window) -> Value:
    """Draw a transposed convolution; pads are cut off."""
    x, spatial = op.value(d), weight.ndim - 2
    if not 1 <= spatial <= 3 or len(x.shape) != spatial + 1:
        raise d.error(f"a stamp of {times(weight.shape)} can't be put down on {times(x.shape)}.")
    if any(before != after for before, after in window.pads):
        raise d.error("cuts off different amounts before and behind, which no layer does.")
    layer = d.layer(
        d.kind(f"conv_transpose{spatial}d"), out_channels=weight.shape[1] * window.groups,
        kernel_size=tuple(weight.shape[2:]), stride=tuple(window.stride),
        padding=tuple(before for before, _ in window.pads) if any(map(any, window.pads)) else "valid",
        output_padding=tuple(window.extra), dilation=tuple(window.dilation), groups=window.groups,
        bias=bias is not None,
    )  # fmt: skip
    return d.add(layer, [x], op.name, _weights(weight, bias), op.readers)


def pool(
    op: Operator, d: Drawing, which: str, kernel: Shape, window: Window, *, ceil: bool, counts: bool
) -> Value:
    """Draw max or average pooling (`which` is `max` or `avg`); `counts` says that means count padded zeros."""
    x = op.value(d)
    if len(x.shape) != len(kernel) + 1 or not 1 <= len(kernel) <= 3:
        raise d.error(f"a window of {times(kernel)} can't slide over {times(x.shape)}.")
    if which == "avg" and counts and any(map(any, window.pads)):
        x = d.settle(replace(x, pads=_sum(x.pads, window.pads)))
        window = replace(window, pads=((0, 0),) * len(kernel))
    if which == "avg":
        x = d.settle(x)
    if ceil:
        places = zip(x.padded[1:], kernel, window.stride, window.pads, strict=True)
        window = replace(window, pads=tuple((p[0], p[1] + _overhang(n, k, s, *p)) for n, k, s, p in places))
    x, padding = _padding(d, x, window, kernel, -math.inf if which == "max" else 0.0)
    layer = d.layer(
        LAYERS[f"{which}pool{len(kernel)}d"], kernel_size=kernel, stride=tuple(window.stride), padding=padding
    )
    return d.add(layer, [x], op.name, readers=op.readers)


def pool_whole(op: Operator, d: Drawing, which: str) -> Value:
    """Draw the mean or maximum of whole maps, (C, 1, …); a flattening behind it makes it a global pooling."""
    return put(op, d, f"adaptive_{which}pool", output_size=(1,))


def connect(op: Operator, d: Drawing, weight: Array, bias: Array | None) -> Value:
    """Draw a dense layer; weight (units, inputs)."""
    x = op.value(d)
    if len(x.shape) != 1:
        text = (
            f"it multiplies the last dimension of {times(x.shape)} by a matrix; cnnviz takes a flat vector."
        )
        raise d.error(text)
    layer = d.layer(Dense, units=weight.shape[0], bias=bias is not None)
    return d.add(layer, [x], op.name, _weights(weight, bias), op.readers)


def normalise(
    op: Operator, d: Drawing, affine: tuple[Array | None, Array | None], running: tuple[Array, Array],
    epsilon: float, momentum: float,
) -> Value:  # fmt: skip
    """Draw batch norm as it works after training: (scale, shift), (mean, variance)."""
    scale, shift = affine
    arrays = {"running_mean": running[0], "running_var": running[1]}
    if scale is not None and shift is not None:
        arrays |= {"weight": scale, "bias": shift}
    elif scale is not None or shift is not None:
        raise d.error("has a scale without a shift, or a shift without a scale.")
    options = {"epsilon": epsilon, "momentum": min(max(momentum, 0.0), 1.0), "affine": scale is not None}
    return d.add(d.layer(BatchNorm, **options), [op.value(d)], op.name, arrays, op.readers)


def standardise(
    op: Operator, d: Drawing, kind: str, scale: Array | None, shift: Array | None, **options: object
) -> Value:
    """Draw a normalisation that keeps no statistics: layer, group or instance norm."""
    if (scale is None) != (shift is None):
        raise d.error("has a scale without a shift, or a shift without a scale.")
    layer = d.layer(d.kind(kind), affine=scale is not None, **options)
    arrays = {} if scale is None or shift is None else {"weight": scale, "bias": shift}
    return d.add(layer, [op.value(d)], op.name, arrays, op.readers)


def merge(op: Operator, d: Drawing, kind: str) -> Value:
    """Draw a merge of values; the next of a chain in the same module becomes an input of the first."""
    values = op.values(d)
    first = values[0]
    if op.name and d.module_of(first) == op.name and d.layer_of(first).kind == kind and first.readers == 1:
        return replace(d.extend(first, values[1:]), readers=op.readers)
    if kind == "multiply" and len(values) == 2:
        for x, gate in (values, values[::-1]):
            if d.layer_of(gate).kind == "sigmoid" and gate.readers == 1 and d.before(gate) == [x.node]:
                return replace(d.change(gate, d.layer(d.kind("silu"))), readers=op.readers)
    return put(op, d, kind)


def divide(op: Operator, d: Drawing, amount: float) -> Value:
    """Draw the mean of a sum that is divided by the number of its parts."""
    x = op.value(d)
    if d.layer_of(x).kind == "add" and x.readers == 1 and amount == len(d.before(x)):
        return replace(d.change(x, d.layer(d.kind("average"))), readers=op.readers)
    raise d.error(f"divides by {amount:g}, which no layer does.")


def crop(op: Operator, d: Drawing, axis: int, start: int, length: int) -> Value:
    """Cut cells off one dimension (from 1, as the batch is 0) in front of `start` and behind `start` + `length`."""
    x = op.value(d)
    rest = x.shape[axis - 1] - start - length
    if start == rest == 0:
        return pass_on(op, d)
    if axis < 2 or min(start, rest) < 0:
        raise d.error("cuts channels or samples off, which no layer does.")
    cells = [[0] * (len(x.shape) - 1) for _ in range(2)]
    cells[0][axis - 2], cells[1][axis - 2] = start, rest
    return put(op, d, "crop", before=tuple(cells[0]), after=tuple(cells[1]))


def embed(op: Operator, d: Drawing, x: Value, table: Array) -> Value:
    """Draw the lookup of tokens in a table (tokens, dimension); its features come first here, last elsewhere."""
    layer = d.layer(d.kind("embedding"), tokens=table.shape[0], dimension=table.shape[1])
    found = d.add(layer, [x], op.name, {"weight": table})
    back = tuple(range(2, len(found.shape) + 1))
    return d.add(d.layer(d.kind("permute"), order=(*back, 1)), [found], readers=op.readers)


def put(op: Operator, d: Drawing, kind: str, **options: object) -> Value:
    """Draw a layer of a kind that has no weights, behind all that the operator takes from the network."""
    inputs = [each for each in op.inputs if isinstance(each, Value)]
    return d.add(d.layer(d.kind(kind), **options), inputs, op.name, readers=op.readers)


def activation(kind: str, **names: str) -> Reader:
    """Return what reads a function of single numbers; `names` are the layer's options by the operator's settings."""

    def read(op: Operator, d: Drawing) -> Value:
        options = {
            ours: float(op.settings[theirs]) for theirs, ours in names.items() if theirs in op.settings
        }
        return put(op, d, kind, **options)

    return read


def pass_on(op: Operator, d: Drawing) -> Value:
    """Draw nothing: the operator hands its value on."""
    return replace(op.value(d), readers=op.readers)


def reshape(op: Operator, d: Drawing, target: Sequence[int]) -> Value:
    """Give one sample another shape (without the batch); one entry may be −1 and follows from the others."""
    x, wanted = op.value(d), list(target)
    known = size(tuple(entry for entry in wanted if entry != -1))
    if wanted.count(-1) == 1 and known > 0:
        wanted[wanted.index(-1)] = size(x.shape) // known
    shape = tuple(wanted)
    if any(entry < 1 for entry in shape) or size(shape) != size(x.shape):
        raise d.error(f"{times(x.shape)} can't become {times(shape) or 'one number'}.")
    if shape == x.shape:
        return pass_on(op, d)
    return put(op, d, "reshape", target=shape) if len(shape) > 1 else flatten(op, d)


def flatten(op: Operator, d: Drawing) -> Value:
    """Write a sample into one row; behind the pooling of whole maps, that is a part of it."""
    x = op.value(d)
    if len(x.shape) == 1:
        return pass_on(op, d)
    wholes: dict[str, type[Layer]] = {"adaptive_avgpool": GlobalAvgPool, "adaptive_maxpool": GlobalMaxPool}
    whole = wholes.get(d.layer_of(x).kind)
    if whole and x.readers == 1 and size(x.shape) == x.shape[0]:
        return replace(d.change(x, whole()), readers=op.readers)
    return d.add(Flatten(), [x], op.name, readers=op.readers)


def permute(op: Operator, d: Drawing, order: Sequence[int]) -> Value:
    """Put the dimensions of a sample in another order; they count from 1, as the batch is 0."""
    return put(op, d, "permute", order=tuple(order))


def pad(op: Operator, d: Drawing, pairs: Sequence[tuple[int, int]], mode: str, fill: float) -> Value:
    """Pad one sample (channels first); a constant around maps waits for the window that takes it."""
    x = op.value(d)
    if not any(map(any, pairs)):
        return pass_on(op, d)
    if any(pairs[0]) or any(amount < 0 for pair in pairs for amount in pair):
        raise d.error("pads the channels, or cuts something off.")
    if mode == "constant":
        found = replace(x, readers=op.readers, pads=_sum(x.pads, tuple(pairs[1:])), fill=fill)
        if x.pads and x.fill != fill:
            raise d.error("pads twice, with different numbers.")
        return found if op.readers == 1 else d.settle(found)
    border = {"reflect": "reflect", "edge": "replicate", "replicate": "replicate"}.get(mode)
    if border is None:
        raise d.error(f"pads in a way that no layer does ({mode}).")
    before, after = (tuple(pair[side] for pair in pairs[1:]) for side in (0, 1))
    return put(op, d, "pad", before=before, after=after, border=border)


def add_bias(op: Operator, d: Drawing, x: Value, bias: Array) -> Value | None:
    """Make a constant that is added behind a layer without bias its bias; None where that is impossible."""
    layer = d.layer_of(x)
    channels = (x.shape[0], *(1,) * (len(x.shape) - 1))
    spread = bias.shape[-len(x.shape) :] if bias.ndim else ()
    fits = spread == channels and bias.size == x.shape[0]
    if x.readers != 1 or x.pads or not fits or getattr(layer, "bias", True) is not False:
        return None
    return replace(d.change(x, layer.replace(bias=True), bias=bias.reshape(-1)), readers=op.readers)


def _weights(weight: Array, bias: Array | None) -> dict[str, Array]:
    return {"weight": weight} if bias is None else {"weight": weight, "bias": bias}


def _padding(d: Drawing, x: Value, window: Window, kernel: Shape, fill: float) -> tuple[Value, Padding]:
    """Return what a window slides over and its padding; pads that are no layer's own become a layer before it."""
    if any(map(any, x.pads)) and x.fill != fill:
        x = d.settle(x)
    plain = replace(x, pads=())
    whole = _sum(x.pads, window.pads)
    if not any(map(any, whole)):
        return plain, "valid"
    if all(before == after for before, after in whole):
        return plain, tuple(before for before, _ in whole)
    try:
        gaps = tuple(window.dilation) or (1,) * len(kernel)
        same = axes(x.shape[1:], kernel, tuple(window.stride), "same", gaps)
    except ShapeError:
        same = ()
    if tuple((axis.before, axis.after) for axis in same) == whole:
        return plain, "same"
    # a window that overhangs the border holds the last cell before it, so repeating that cell changes no maximum
    border = "zeros" if fill == 0 else "replicate"
    return d.settle(replace(x, pads=whole, fill=fill), border), "valid"


def _sum(some: Pads, more: Pads) -> Pads:
    if not some or not more:
        return some or more
    return tuple((b + p, a + q) for (b, a), (p, q) in zip(some, more, strict=True))


def _overhang(n: int, kernel: int, stride: int, before: int, after: int) -> int:
    """Return the cells that the last window overhangs when the number of positions is rounded up, as torch does."""
    room = n + before + after - kernel
    positions = -(-room // stride) + 1
    if (positions - 1) * stride >= n + before:  # it would start behind the input
        positions -= 1
    return max((positions - 1) * stride - room, 0)
