"""ONNX operators whose windows slide: convolution and pooling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cnnviz.engine.exchange import vocabulary
from cnnviz.engine.exchange.drawing import Drawing, Value
from cnnviz.engine.exchange.operator import Operator, Reader, numbers
from cnnviz.engine.exchange.vocabulary import Pads, Window
from cnnviz.errors import ShapeError
from cnnviz.layers import Shape
from cnnviz.layers.geometry import axes


def _pads(
    op: Operator, d: Drawing, shape: Shape, kernel: Shape, stride: Sequence[int], gaps: Sequence[int]
) -> Pads:
    """Return the pads of a window from `pads` or `auto_pad`."""
    how = op.settings.get("auto_pad", "NOTSET")
    if how in ("SAME_UPPER", "SAME_LOWER"):
        try:
            found = tuple(
                (a.before, a.after) for a in axes(shape[1:], kernel, tuple(stride), "same", tuple(gaps))
            )
        except ShapeError as error:
            raise d.error(error.what) from None
        return found if how == "SAME_UPPER" else tuple((after, before) for before, after in found)
    given = list(op.settings.get("pads", ())) if how == "NOTSET" else []
    given = given or [0] * (2 * len(kernel))
    return tuple(zip(given[: len(kernel)], given[len(kernel) :], strict=True))


def conv(op: Operator, d: Drawing) -> Value:
    """Read a convolution."""
    x, weight = op.value(d), op.array(d, 1)
    spatial = weight.ndim - 2
    stride = op.settings.get("strides") or [1] * spatial
    gaps = op.settings.get("dilations") or [1] * spatial
    pads = _pads(op, d, x.padded, tuple(weight.shape[2:]), stride, gaps)
    window = Window(stride, pads, gaps, op.settings.get("group", 1))
    return vocabulary.convolve(op, d, weight, op.optional(d, 2), window)


def conv_transpose(op: Operator, d: Drawing) -> Value:
    """Read a transposed convolution."""
    weight = op.array(d, 1)
    spatial = weight.ndim - 2
    if op.settings.get("output_shape") or op.settings.get("auto_pad", "NOTSET") not in ("NOTSET", "VALID"):
        raise d.error("has a padding that follows from its output shape.")
    ones, zeros = [1] * spatial, [0] * spatial
    given = op.settings.get("pads") or 2 * zeros
    window = Window(
        op.settings.get("strides") or ones, tuple(zip(given[:spatial], given[spatial:], strict=True)),
        op.settings.get("dilations") or ones, op.settings.get("group", 1),
        op.settings.get("output_padding") or zeros,
    )  # fmt: skip
    return vocabulary.stamp(op, d, weight, op.optional(d, 2), window)


def pool(which: str) -> Reader:
    """Read max or average pooling (`which` is `max` or `avg`)."""

    def read(op: Operator, d: Drawing) -> Value:
        x, kernel = op.value(d), tuple(op.settings["kernel_shape"])
        stride = op.settings.get("strides") or [1] * len(kernel)
        gaps = op.settings.get("dilations") or [1] * len(kernel)
        if any(gap != 1 for gap in gaps):
            raise d.error("pools with gaps in its window, which no layer does.")
        return vocabulary.pool(
            op, d, which, kernel, Window(stride, _pads(op, d, x.padded, kernel, stride, gaps)),
            ceil=bool(op.settings.get("ceil_mode", 0)), counts=bool(op.settings.get("count_include_pad", 0)),
        )  # fmt: skip

    return read


def pool_whole(which: str) -> Reader:
    """Read the pooling of whole maps."""
    return lambda op, d: vocabulary.pool_whole(op, d, which)


def reduce_whole(which: str) -> Reader:
    """Read a reduction over all dimensions beside the channels, as exporters write global pooling."""

    def read(op: Operator, d: Drawing) -> Value:
        x = op.value(d)
        given = op.settings.get("axes") or numbers(op.array(d, 1))
        if sorted(axis % (len(x.shape) + 1) for axis in given) != list(range(2, len(x.shape) + 1)):
            raise d.error("reduces other dimensions than those of whole maps.")
        if op.settings.get("keepdims", 1):
            return vocabulary.pool_whole(op, d, which)
        whole = vocabulary.pool_whole(replace(op, readers=1), d, which)
        return vocabulary.flatten(replace(op, inputs=(whole,)), d)

    return read
