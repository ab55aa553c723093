"""What every supported operator of torch.export means in layers; settings are by their names in torch's schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from cnnviz.engine.exchange import vocabulary
from cnnviz.engine.exchange.drawing import Drawing, Value
from cnnviz.engine.exchange.operator import Operator, Reader, without_batch
from cnnviz.engine.exchange.vocabulary import Pads, Window
from cnnviz.errors import ShapeError
from cnnviz.layers import Shape
from cnnviz.layers.geometry import axes


def _many(value: Any, length: int, default: int) -> tuple[int, ...]:
    """Return a size as torch reads it: one number stands for all dimensions, none for the default."""
    found = [default] if value in (None, []) else [value] if isinstance(value, int) else list(value)
    return tuple(found * length if len(found) == 1 else found)


def _even(amounts: Sequence[int]) -> Pads:
    return tuple((amount, amount) for amount in amounts)


def _conv(op: Operator, d: Drawing) -> Value:
    weight = op.array(d, 1)
    spatial, given = weight.ndim - 2, op.settings.get("padding")
    stride = _many(op.settings.get("stride"), spatial, 1)
    gaps = _many(op.settings.get("dilation"), spatial, 1)
    if given == "same":
        pads = _same(op, d, tuple(weight.shape[2:]), stride, gaps)
    else:
        pads = _even(_many(None if given == "valid" else given, spatial, 0))
    window = Window(stride, pads, gaps, op.settings.get("groups", 1))
    return vocabulary.convolve(op, d, weight, op.optional(d, 2), window)


def _same(op: Operator, d: Drawing, kernel: Shape, stride: Sequence[int], gaps: Sequence[int]) -> Pads:
    try:
        found = axes(op.value(d).padded[1:], kernel, tuple(stride), "same", tuple(gaps))
    except ShapeError as error:
        raise d.error(error.what) from None
    return tuple((axis.before, axis.after) for axis in found)


def _conv_transpose(op: Operator, d: Drawing) -> Value:
    weight = op.array(d, 1)
    spatial = weight.ndim - 2
    stride, pads, extra, gaps = (
        _many(op.settings.get(name), spatial, default)
        for name, default in (("stride", 1), ("padding", 0), ("output_padding", 0), ("dilation", 1))
    )
    window = Window(stride, _even(pads), gaps, op.settings.get("groups", 1), extra)
    return vocabulary.stamp(op, d, weight, op.optional(d, 2), window)


def _pool(which: str) -> Reader:
    def read(op: Operator, d: Drawing) -> Value:
        spatial = len(op.value(d).shape) - 1
        kernel = _many(op.settings["kernel_size"], spatial, 1)
        stride = _many(op.settings.get("stride") or list(kernel), spatial, 1)
        if any(gap != 1 for gap in _many(op.settings.get("dilation"), spatial, 1)):
            raise d.error("pools with gaps in its window, which no layer does.")
        if op.settings.get("divisor_override"):
            raise d.error("divides by a number of its own, which no layer does.")
        window = Window(stride, _even(_many(op.settings.get("padding"), spatial, 0)))
        ceil, counts = op.settings.get("ceil_mode", False), op.settings.get("count_include_pad", True)
        return vocabulary.pool(op, d, which, kernel, window, ceil=ceil, counts=counts)

    return read


def _adaptive(which: str) -> Reader:
    def read(op: Operator, d: Drawing) -> Value:
        sizes = _many(op.settings["output_size"], len(op.value(d).shape) - 1, 1)
        if set(sizes) == {1}:
            return vocabulary.pool_whole(op, d, which)
        return vocabulary.put(op, d, f"adaptive_{which}pool", output_size=sizes)

    return read


def _whole(which: str) -> Reader:
    def read(op: Operator, d: Drawing) -> Value:
        x = op.value(d)
        over = _many(op.settings.get("dim"), 1, 0)
        if sorted(axis % (len(x.shape) + 1) for axis in over) != list(range(2, len(x.shape) + 1)):
            raise d.error("reduces other dimensions than those of whole maps.")
        if op.settings.get("keepdim", False):
            return vocabulary.pool_whole(op, d, which)
        whole = vocabulary.pool_whole(replace(op, readers=1), d, which)
        return vocabulary.flatten(replace(op, inputs=(whole,)), d)

    return read


def _batch_norm(op: Operator, d: Drawing) -> Value:
    mean, variance = op.array(d, 3), op.array(d, 4)
    affine = (op.optional(d, 1), op.optional(d, 2))
    return vocabulary.normalise(op, d, affine, (mean, variance), op.settings["eps"], op.settings["momentum"])


def _linear(op: Operator, d: Drawing) -> Value:
    return vocabulary.connect(op, d, op.array(d, 1), op.optional(d, 2))


def _addmm(op: Operator, d: Drawing) -> Value:
    if op.settings.get("beta", 1) != 1 or op.settings.get("alpha", 1) != 1:
        raise d.error("scales its matrix or its bias.")
    inner = replace(op, inputs=(op.inputs[1], op.inputs[2]))
    return vocabulary.connect(inner, d, inner.array(d, 1).T, op.array(d, 0))


def _matmul(op: Operator, d: Drawing) -> Value:
    weight = op.array(d, 1)
    if weight.ndim != 2:
        raise d.error("multiplies by something other than a matrix.")
    return vocabulary.connect(op, d, weight.T, None)


def _merge(kind: str, sign: str) -> Reader:
    def read(op: Operator, d: Drawing) -> Value:
        constants = [each for each in op.inputs if isinstance(each, np.ndarray)]
        if kind == "add" and len(constants) == 1 and op.settings.get("alpha", 1) == 1:
            x = op.value(d, 0 if isinstance(op.inputs[0], Value) else 1)
            found = vocabulary.add_bias(op, d, x, constants[0])
            if found is not None:
                return found
        if len(op.values(d)) < 2 or op.settings.get("alpha", 1) != 1:
            raise d.error(f"{sign} a constant, which no layer does.")
        return vocabulary.put(op, d, kind)

    return read


def _cat(op: Operator, d: Drawing) -> Value:
    values = op.values(d)
    if op.settings.get("dim", 0) not in (1, -len(values[0].shape)):
        raise d.error("joins along another dimension than the channels.")
    return vocabulary.put(op, d, "concat") if len(values) > 1 else vocabulary.pass_on(op, d)


def _dropout(op: Operator, d: Drawing) -> Value:
    return vocabulary.put(op, d, "dropout", rate=float(op.settings["p"]))


def _flatten(op: Operator, d: Drawing) -> Value:
    x = op.value(d)
    rank = len(x.shape) + 1
    start, end = op.settings.get("start_dim", 0) % rank, op.settings.get("end_dim", -1) % rank
    if start == 0 and not (d.batch == 1 and end == 0):
        raise d.error("flattens the batch into the samples.", "Use flatten(1) in the network.")
    if (start, end) == (1, rank - 1):
        return vocabulary.flatten(op, d)
    shape = [*x.shape[: start - 1], int(np.prod(x.shape[start - 1 : end])), *x.shape[end:]]
    return vocabulary.reshape(op, d, shape)


def _view(op: Operator, d: Drawing) -> Value:
    return vocabulary.reshape(
        op, d, without_batch(d, list(op.settings.get("size", op.settings.get("shape", ()))))
    )


def _squeeze(op: Operator, d: Drawing) -> Value:
    x = op.value(d)
    if "dim" not in op.settings:
        raise d.error("removes whichever dimensions are 1, the batch too.")
    gone = {axis % (len(x.shape) + 1) for axis in _many(op.settings["dim"], 1, 0)}
    return vocabulary.reshape(op, d, [n for axis, n in enumerate(x.shape, 1) if axis not in gone or n != 1])


def _unsqueeze(op: Operator, d: Drawing) -> Value:
    shape = list(op.value(d).shape)
    place = op.settings["dim"] % (len(shape) + 2)
    if place == 0:
        raise d.error("puts a dimension in front of the batch.")
    return vocabulary.reshape(op, d, [*shape[: place - 1], 1, *shape[place - 1 :]])


def _permute(op: Operator, d: Drawing) -> Value:
    rank = len(op.value(d).shape) + 1
    order = [axis % rank for axis in op.settings["dims"]]
    if order[0] != 0:
        raise d.error("moves the batch to another place.")
    return vocabulary.permute(op, d, order[1:]) if order != sorted(order) else vocabulary.pass_on(op, d)


def _transpose(op: Operator, d: Drawing) -> Value:
    order = list(range(len(op.value(d).shape) + 1))
    one, other = (op.settings[name] % len(order) for name in ("dim0", "dim1"))
    order[one], order[other] = order[other], order[one]
    return _permute(replace(op, settings={"dims": order}), d)


def _pad(op: Operator, d: Drawing) -> Value:
    x, given = op.value(d), list(op.settings["pad"])
    pairs = [(0, 0)] * len(x.shape)
    for place, pair in enumerate(zip(given[::2], given[1::2], strict=True)):  # last dimension first
        pairs[-1 - place] = pair
    mode, fill = op.settings.get("mode", "constant"), op.settings.get("value")
    return vocabulary.pad(op, d, pairs, mode, float(fill or 0.0))


def _activation(kind: str, **names: str) -> Reader:
    """Read a function of single numbers; `names` are the layer's options by the operator's settings."""

    def read(op: Operator, d: Drawing) -> Value:
        options = {
            ours: float(op.settings[theirs]) for theirs, ours in names.items() if theirs in op.settings
        }
        return vocabulary.put(op, d, kind, **options)

    return read


def _softmax(op: Operator, d: Drawing) -> Value:
    if op.settings["dim"] not in (1, -len(op.value(d).shape)):
        raise d.error("turns scores into probabilities along another dimension than the channels.")
    return vocabulary.put(op, d, "softmax")


_PASSED = (
    "alias.default",
    "clone.default",
    "contiguous.default",
    "detach.default",
    "detach_.default",
    "to.dtype",
)
_SIZES = (1, 2, 3)

OPERATORS: Mapping[str, Reader] = {
    **{f"conv{n}d.{variant}": _conv for n in _SIZES for variant in ("default", "padding")},
    **{f"conv_transpose{variant}": _conv_transpose for variant in ("1d.default", "2d.input", "3d.input")},
    **{f"{which}_pool{n}d.default": _pool(which) for which in ("max", "avg") for n in _SIZES},
    **{f"adaptive_{which}_pool{n}d.default": _adaptive(which) for which in ("max", "avg") for n in _SIZES},
    **dict.fromkeys(_PASSED, vocabulary.pass_on),
    **{
        f"{name}{place}.default": _activation(name)
        for name in ("relu", "sigmoid", "tanh")
        for place in ("", "_")
    },
    "add.Tensor": _merge("add", "adds"),
    "add_.Tensor": _merge("add", "adds"),
    "addmm.default": _addmm,
    "amax.default": _whole("max"),
    "batch_norm.default": _batch_norm,
    "cat.default": _cat,
    "constant_pad_nd.default": _pad,
    "dropout.default": _dropout,
    "dropout_.default": _dropout,
    "feature_dropout.default": _dropout,
    "flatten.using_ints": _flatten,
    "leaky_relu.default": _activation("leakyrelu", negative_slope="slope"),
    "leaky_relu_.default": _activation("leakyrelu", negative_slope="slope"),
    "linear.default": _linear,
    "matmul.default": _matmul,
    "mean.dim": _whole("avg"),
    "mm.default": _matmul,
    "pad.default": _pad,
    "permute.default": _permute,
    "reshape.default": _view,
    "softmax.int": _softmax,
    "squeeze.dim": _squeeze,
    "squeeze.dims": _squeeze,
    "transpose.int": _transpose,
    "unsqueeze.default": _unsqueeze,
    "view.default": _view,
}

IGNORED = frozenset(
    {"sym_constrain_range_for_size.default", "_assert_scalar.default", "_assert_tensor_metadata.default"}
)
"""What checks the run of the network and computes nothing."""
