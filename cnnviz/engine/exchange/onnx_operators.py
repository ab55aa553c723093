"""What every supported ONNX operator means in layers (https://onnx.ai/onnx/operators)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from cnnviz.engine.exchange import vocabulary
from cnnviz.engine.exchange.drawing import Drawing, Value
from cnnviz.engine.exchange.operator import Operator, Reader, numbers, without_batch
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


def _conv(op: Operator, d: Drawing) -> Value:
    x, weight = op.value(d), op.array(d, 1)
    spatial = weight.ndim - 2
    stride = op.settings.get("strides") or [1] * spatial
    gaps = op.settings.get("dilations") or [1] * spatial
    pads = _pads(op, d, x.padded, tuple(weight.shape[2:]), stride, gaps)
    window = Window(stride, pads, gaps, op.settings.get("group", 1))
    return vocabulary.convolve(op, d, weight, op.optional(d, 2), window)


def _conv_transpose(op: Operator, d: Drawing) -> Value:
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


def _pool(which: str) -> Reader:
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


def _pool_whole(which: str) -> Reader:
    return lambda op, d: vocabulary.pool_whole(op, d, which)


def _reduce_whole(which: str) -> Reader:
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


def _batch_norm(op: Operator, d: Drawing) -> Value:
    if op.settings.get("training_mode", 0):
        raise d.error("was exported for training.", "Export the network with eval().")
    scale, shift, mean, variance = (op.array(d, place) for place in (1, 2, 3, 4))
    momentum = round(1 - float(op.settings.get("momentum", 0.9)), 7)
    epsilon = float(op.settings.get("epsilon", 1e-5))
    return vocabulary.normalise(op, d, (scale, shift), (mean, variance), epsilon, momentum)


def _gemm(op: Operator, d: Drawing) -> Value:
    weight, bias = op.array(d, 1), op.optional(d, 2)
    if op.settings.get("transA", 0):
        raise d.error("turns its input around (transA).")
    matrix = weight if op.settings.get("transB", 0) else weight.T
    matrix = matrix * np.float32(op.settings.get("alpha", 1.0))
    if bias is not None:
        bias = np.broadcast_to(bias.reshape(-1), matrix.shape[:1]) * np.float32(op.settings.get("beta", 1.0))
    return vocabulary.connect(op, d, matrix, bias)


def _mat_mul(op: Operator, d: Drawing) -> Value:
    weight = op.array(d, 1)
    if weight.ndim != 2:
        raise d.error("multiplies by something other than a matrix.")
    return vocabulary.connect(op, d, weight.T, None)


def _merge(kind: str, sign: str) -> Reader:
    def read(op: Operator, d: Drawing) -> Value:
        if len(op.inputs) == 1:
            return vocabulary.pass_on(op, d)
        constants = [each for each in op.inputs if isinstance(each, np.ndarray)]
        if kind == "add" and len(constants) == 1 and len(op.inputs) == 2:
            x = op.value(d, 0 if isinstance(op.inputs[0], Value) else 1)
            found = vocabulary.add_bias(op, d, x, constants[0])
            if found is not None:
                return found
        if constants:
            raise d.error(f"{sign} a constant, which no layer does.")
        return vocabulary.put(op, d, kind)

    return read


def _concat(op: Operator, d: Drawing) -> Value:
    values = op.values(d)
    if op.settings.get("axis") not in (1, -len(values[0].shape)):
        raise d.error("joins along another dimension than the channels.")
    if len(values) == 1:
        return vocabulary.pass_on(op, d)
    return vocabulary.put(op, d, "concat")


def _pass(op: Operator, d: Drawing) -> Value:
    return vocabulary.pass_on(op, d)


def _dropout(op: Operator, d: Drawing) -> Value:
    rate = op.optional(d, 1)
    share = float(op.settings.get("ratio", 0.5) if rate is None else rate.reshape(-1)[0])
    return vocabulary.put(op, d, "dropout", rate=share)


def _flatten(op: Operator, d: Drawing) -> Value:
    x = op.value(d)
    if op.settings.get("axis", 1) not in (1, -len(x.shape)):
        raise d.error("flattens other dimensions than those of a sample.")
    return vocabulary.flatten(op, d)


def _reshape(op: Operator, d: Drawing) -> Value:
    x, target = op.value(d), numbers(op.array(d, 1))
    if not op.settings.get("allowzero", 0):
        before = (0, *x.shape)
        target = [before[i] if n == 0 and 0 < i < len(before) else n for i, n in enumerate(target)]
    return vocabulary.reshape(op, d, without_batch(d, target))


def _squeeze(op: Operator, d: Drawing) -> Value:
    x = op.value(d)
    given = op.settings.get("axes") or (numbers(op.array(d, 1)) if len(op.inputs) > 1 else None)
    if given is None:
        raise d.error("removes whichever dimensions are 1, the batch too.")
    gone = {axis % (len(x.shape) + 1) for axis in given}
    shape = [n for axis, n in enumerate(x.shape, 1) if axis not in gone]
    return vocabulary.reshape(op, d, shape)


def _unsqueeze(op: Operator, d: Drawing) -> Value:
    x = op.value(d)
    given = op.settings.get("axes") or numbers(op.array(d, 1))
    shape = [0, *x.shape]
    for axis in sorted(axis % (len(x.shape) + 1 + len(given)) for axis in given):
        shape.insert(axis, 1)
    if shape[0] != 0:
        raise d.error("puts a dimension in front of the batch.")
    return vocabulary.reshape(op, d, shape[1:])


def _transpose(op: Operator, d: Drawing) -> Value:
    x = op.value(d)
    order = list(op.settings.get("perm") or range(len(x.shape), -1, -1))
    if order[0] != 0:
        raise d.error("moves the batch to another place.")
    if order == sorted(order):
        return vocabulary.pass_on(op, d)
    return vocabulary.permute(op, d, order[1:])


def _pad(op: Operator, d: Drawing) -> Value:
    x = op.value(d)
    given = list(op.settings.get("pads", ())) or numbers(op.array(d, 1))
    fill = op.optional(d, 2)
    amount = float(op.settings.get("value", 0.0) if fill is None or not fill.size else fill.reshape(-1)[0])
    rank = len(x.shape) + 1
    over = numbers(op.array(d, 3)) if len(op.inputs) > 3 and op.inputs[3] is not None else list(range(rank))
    pairs = [(0, 0)] * rank
    for axis, before, after in zip(over, given[: len(over)], given[len(over) :], strict=True):
        pairs[axis % rank] = (before, after)
    return vocabulary.pad(op, d, pairs[1:], op.settings.get("mode", "constant"), amount)


def _activation(kind: str, **names: str) -> Reader:
    """Read a function of single numbers; `names` are the layer's options by the operator's attributes."""

    def read(op: Operator, d: Drawing) -> Value:
        options = {
            ours: float(op.settings[theirs]) for theirs, ours in names.items() if theirs in op.settings
        }
        return vocabulary.put(op, d, kind, **options)

    return read


def _softmax(op: Operator, d: Drawing) -> Value:
    x = op.value(d)
    if op.settings.get("axis", -1) not in (1, -len(x.shape)):
        raise d.error("turns scores into probabilities along another dimension than the channels.")
    return vocabulary.put(op, d, "softmax")


OPERATORS: Mapping[str, Reader] = {
    "Add": _merge("add", "adds"),
    "AveragePool": _pool("avg"),
    "BatchNormalization": _batch_norm,
    "Cast": _pass,
    "Concat": _concat,
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "Dropout": _dropout,
    "Flatten": _flatten,
    "Gemm": _gemm,
    "GlobalAveragePool": _pool_whole("avg"),
    "GlobalMaxPool": _pool_whole("max"),
    "Identity": _pass,
    "LeakyRelu": _activation("leakyrelu", alpha="slope"),
    "MatMul": _mat_mul,
    "MaxPool": _pool("max"),
    "Pad": _pad,
    "ReduceMax": _reduce_whole("max"),
    "ReduceMean": _reduce_whole("avg"),
    "Relu": _activation("relu"),
    "Reshape": _reshape,
    "Sigmoid": _activation("sigmoid"),
    "Softmax": _softmax,
    "Squeeze": _squeeze,
    "Sum": _merge("add", "adds"),
    "Tanh": _activation("tanh"),
    "Transpose": _transpose,
    "Unsqueeze": _unsqueeze,
}
