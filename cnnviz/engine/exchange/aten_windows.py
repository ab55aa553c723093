"""Operators of torch.export whose windows slide: convolution and pooling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cnnviz.engine.exchange import vocabulary
from cnnviz.engine.exchange.drawing import Drawing, Value
from cnnviz.engine.exchange.operator import Operator, Reader
from cnnviz.engine.exchange.vocabulary import Pads, Window
from cnnviz.errors import ShapeError
from cnnviz.layers import Shape
from cnnviz.layers.geometry import axes


def many(value: Any, length: int, default: int) -> tuple[int, ...]:
    """Return a size as torch reads it: one number stands for all dimensions, none for the default."""
    found = [default] if value in (None, []) else [value] if isinstance(value, int) else list(value)
    return tuple(found * length if len(found) == 1 else found)


def _even(amounts: Sequence[int]) -> Pads:
    return tuple((amount, amount) for amount in amounts)


def conv(op: Operator, d: Drawing) -> Value:
    """Read a convolution."""
    weight = op.array(d, 1)
    spatial, given = weight.ndim - 2, op.settings.get("padding")
    stride = many(op.settings.get("stride"), spatial, 1)
    gaps = many(op.settings.get("dilation"), spatial, 1)
    if given == "same":
        pads = _same(op, d, tuple(weight.shape[2:]), stride, gaps)
    else:
        pads = _even(many(None if given == "valid" else given, spatial, 0))
    window = Window(stride, pads, gaps, op.settings.get("groups", 1))
    return vocabulary.convolve(op, d, weight, op.optional(d, 2), window)


def _same(op: Operator, d: Drawing, kernel: Shape, stride: Sequence[int], gaps: Sequence[int]) -> Pads:
    try:
        found = axes(op.value(d).padded[1:], kernel, tuple(stride), "same", tuple(gaps))
    except ShapeError as error:
        raise d.error(error.what) from None
    return tuple((axis.before, axis.after) for axis in found)


def conv_transpose(op: Operator, d: Drawing) -> Value:
    """Read a transposed convolution."""
    weight = op.array(d, 1)
    spatial = weight.ndim - 2
    stride, pads, extra, gaps = (
        many(op.settings.get(name), spatial, default)
        for name, default in (("stride", 1), ("padding", 0), ("output_padding", 0), ("dilation", 1))
    )
    window = Window(stride, _even(pads), gaps, op.settings.get("groups", 1), extra)
    return vocabulary.stamp(op, d, weight, op.optional(d, 2), window)


def pool(which: str) -> Reader:
    """Read max or average pooling (`which` is `max` or `avg`)."""

    def read(op: Operator, d: Drawing) -> Value:
        spatial = len(op.value(d).shape) - 1
        kernel = many(op.settings["kernel_size"], spatial, 1)
        stride = many(op.settings.get("stride") or list(kernel), spatial, 1)
        if any(gap != 1 for gap in many(op.settings.get("dilation"), spatial, 1)):
            raise d.error("pools with gaps in its window, which no layer does.")
        if op.settings.get("divisor_override"):
            raise d.error("divides by a number of its own, which no layer does.")
        window = Window(stride, _even(many(op.settings.get("padding"), spatial, 0)))
        ceil, counts = op.settings.get("ceil_mode", False), op.settings.get("count_include_pad", True)
        return vocabulary.pool(op, d, which, kernel, window, ceil=ceil, counts=counts)

    return read


def adaptive(which: str) -> Reader:
    """Read pooling to a size that is asked for."""

    def read(op: Operator, d: Drawing) -> Value:
        sizes = many(op.settings["output_size"], len(op.value(d).shape) - 1, 1)
        if set(sizes) == {1}:
            return vocabulary.pool_whole(op, d, which)
        return vocabulary.put(op, d, f"adaptive_{which}pool", output_size=sizes)

    return read


def whole(which: str) -> Reader:
    """Read a reduction over all dimensions beside the channels, as networks write global pooling."""

    def read(op: Operator, d: Drawing) -> Value:
        x = op.value(d)
        over = many(op.settings.get("dim"), 1, 0)
        if sorted(axis % (len(x.shape) + 1) for axis in over) != list(range(2, len(x.shape) + 1)):
            raise d.error("reduces other dimensions than those of whole maps.")
        if op.settings.get("keepdim", False):
            return vocabulary.pool_whole(op, d, which)
        whole = vocabulary.pool_whole(replace(op, readers=1), d, which)
        return vocabulary.flatten(replace(op, inputs=(whole,)), d)

    return read
