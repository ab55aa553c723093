"""What every supported ONNX operator means in layers (https://onnx.ai/onnx/operators)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from cnnviz.engine.exchange import vocabulary
from cnnviz.engine.exchange.drawing import Drawing, Value
from cnnviz.engine.exchange.onnx_windows import conv, conv_transpose, pool, pool_whole, reduce_whole
from cnnviz.engine.exchange.operator import Operator, Reader, numbers, without_batch


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
        neutral = {"add": 0.0, "subtract": 0.0, "multiply": 1.0}.get(kind)
        if constants and len(op.values_only) == 1 and all(np.all(each == neutral) for each in constants):
            return vocabulary.pass_on(replace(op, inputs=op.values_only), d)
        if constants:
            raise d.error(f"{sign} a constant, which no layer does.")
        return vocabulary.merge(op, d, kind)

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


def _softmax(op: Operator, d: Drawing) -> Value:
    x = op.value(d)
    if op.settings.get("axis", -1) not in (1, -len(x.shape)):
        raise d.error("turns scores into probabilities along another dimension than the channels.")
    return vocabulary.put(op, d, "softmax")


def _gelu(op: Operator, d: Drawing) -> Value:
    if op.settings.get("approximate", "none") != "none":
        raise d.error("is the approximation of GELU by tanh.", "Export it with the exact GELU.")
    return vocabulary.put(op, d, "gelu")


def _divide(op: Operator, d: Drawing) -> Value:
    amount = op.array(d, 1)
    if amount.size != 1:
        raise d.error("divides by an array, which no layer does.")
    return vocabulary.divide(op, d, float(amount.reshape(-1)[0]))


def _mean(op: Operator, d: Drawing) -> Value:
    return vocabulary.merge(op, d, "average") if len(op.inputs) > 1 else vocabulary.pass_on(op, d)


def _instance_norm(op: Operator, d: Drawing) -> Value:
    epsilon = float(op.settings.get("epsilon", 1e-5))
    return vocabulary.standardise(op, d, "instance_norm", op.array(d, 1), op.array(d, 2), epsilon=epsilon)


def _group_norm(op: Operator, d: Drawing) -> Value:
    epsilon, groups = float(op.settings.get("epsilon", 1e-5)), op.settings["num_groups"]
    scale, shift = op.array(d, 1), op.array(d, 2)
    return vocabulary.standardise(op, d, "group_norm", scale, shift, epsilon=epsilon, groups=groups)


def _layer_norm(op: Operator, d: Drawing) -> Value:
    x, epsilon = op.value(d), float(op.settings.get("epsilon", 1e-5))
    if op.settings.get("axis", -1) % (len(x.shape) + 1) != 1:
        raise d.error("normalises over some dimensions only.")
    scale, shift = op.optional(d, 1), op.optional(d, 2)
    if scale is not None and shift is None:
        shift = np.zeros_like(scale)
    return vocabulary.standardise(op, d, "layer_norm", scale, shift, epsilon=epsilon)


def _response_norm(op: Operator, d: Drawing) -> Value:
    names = {"neighbours": ("size", 5), "alpha": ("alpha", 1e-4), "beta": ("beta", 0.75), "k": ("bias", 1.0)}
    options = {ours: op.settings.get(theirs, default) for ours, (theirs, default) in names.items()}
    return vocabulary.put(op, d, "local_response_norm", **options)


def _resize(op: Operator, d: Drawing) -> Value:
    """Read an enlargement by whole numbers; torch's exporters always write it in this way."""
    x, scales = op.value(d), op.optional(d, 2 if len(op.inputs) > 2 else 1)
    sizes = op.optional(d, 3)
    if sizes is not None and sizes.size:
        scales = np.array([1.0, 1.0, *(n / m for n, m in zip(numbers(sizes)[2:], x.shape[1:], strict=True))])
    factors = [float(each) for each in (scales if scales is not None else [])][2:]
    mode = op.settings.get("mode", "nearest")
    how = op.settings.get("coordinate_transformation_mode", "half_pixel")
    rounding = op.settings.get("nearest_mode", "round_prefer_floor")
    usual = how in ("half_pixel", "pytorch_half_pixel")
    if mode == "nearest":  # the two ways to say: every cell s times
        usual = (how, rounding) in (("asymmetric", "floor"), ("half_pixel", "round_prefer_floor"))
        usual = usual or op.kind == "Upsample"
    whole = len(factors) == len(x.shape) - 1 and all(each == int(each) for each in factors)
    if mode not in ("nearest", "linear") or not usual or not whole:
        raise d.error(f"resizes in a way that no layer does ({mode}, {how}, {factors}).")
    return vocabulary.put(op, d, "upsample", scale=tuple(map(int, factors)), mode=mode)


def _slice(op: Operator, d: Drawing) -> Value:
    x = op.value(d)
    starts, ends = ((op.settings[name] if name in op.settings else numbers(op.array(d, place)))
                    for name, place in (("starts", 1), ("ends", 2)))  # fmt: skip
    axes_ = op.settings.get("axes") or (numbers(op.array(d, 3)) if len(op.inputs) > 3 else range(len(starts)))
    if len(op.inputs) > 4 and set(numbers(op.array(d, 4))) != {1}:
        raise d.error("takes every other cell, which no layer does.")
    if len(starts) != 1:
        raise d.error("cuts several dimensions at once.")
    axis = next(iter(axes_)) % (len(x.shape) + 1)
    if axis == 0:
        raise d.error("cuts samples off the batch.")
    start, end, _ = slice(starts[0], ends[0]).indices(x.shape[axis - 1])
    return vocabulary.crop(op, d, axis, start, end - start)


def _gather(op: Operator, d: Drawing) -> Value:
    """Read the lookup of tokens in a table; the tokens come straight from the input."""
    table = op.inputs[0]
    if not isinstance(table, np.ndarray) or table.ndim != 2 or op.settings.get("axis", 0) != 0:
        raise d.error("picks some cells, which no layer does.")
    return vocabulary.embed(op, d, op.value(d, 1), table)


OPERATORS: Mapping[str, Reader] = {
    "Add": _merge("add", "adds"),
    "AveragePool": pool("avg"),
    "BatchNormalization": _batch_norm,
    "Cast": _pass,
    "Concat": _concat,
    "Conv": conv,
    "ConvTranspose": conv_transpose,
    "Div": _divide,
    "Dropout": _dropout,
    "Elu": vocabulary.activation("elu", alpha="alpha"),
    "Flatten": _flatten,
    "Gather": _gather,
    "Gelu": _gelu,
    "Gemm": _gemm,
    "GlobalAveragePool": pool_whole("avg"),
    "GlobalMaxPool": pool_whole("max"),
    "GroupNormalization": _group_norm,
    "Identity": _pass,
    "InstanceNormalization": _instance_norm,
    "LRN": _response_norm,
    "LayerNormalization": _layer_norm,
    "LeakyRelu": vocabulary.activation("leakyrelu", alpha="slope"),
    "MatMul": _mat_mul,
    "Max": _merge("maximum", "compares with"),
    "MaxPool": pool("max"),
    "Mean": _mean,
    "Mul": _merge("multiply", "multiplies by"),
    "Pad": _pad,
    "ReduceMax": reduce_whole("max"),
    "ReduceMean": reduce_whole("avg"),
    "Relu": vocabulary.activation("relu"),
    "Reshape": _reshape,
    "Resize": _resize,
    "Sigmoid": vocabulary.activation("sigmoid"),
    "Slice": _slice,
    "Softmax": _softmax,
    "Softplus": vocabulary.activation("softplus"),
    "Squeeze": _squeeze,
    "Sub": _merge("subtract", "subtracts"),
    "Sum": _merge("add", "adds"),
    "Tanh": vocabulary.activation("tanh"),
    "Transpose": _transpose,
    "Unsqueeze": _unsqueeze,
    "Upsample": _resize,
}
