"""What every supported operator of torch.export means in layers; settings are by their names in torch's schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from cnnviz.engine.exchange import vocabulary
from cnnviz.engine.exchange.aten_windows import adaptive, conv, conv_transpose, many, pool, whole
from cnnviz.engine.exchange.drawing import Drawing, Value
from cnnviz.engine.exchange.operator import Operator, Reader, without_batch


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
        return vocabulary.merge(op, d, kind)

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
    gone = {axis % (len(x.shape) + 1) for axis in many(op.settings["dim"], 1, 0)}
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


def _softmax(op: Operator, d: Drawing) -> Value:
    if op.settings["dim"] not in (1, -len(op.value(d).shape)):
        raise d.error("turns scores into probabilities along another dimension than the channels.")
    return vocabulary.put(op, d, "softmax")


def _gelu(op: Operator, d: Drawing) -> Value:
    if op.settings.get("approximate", "none") != "none":
        raise d.error("is the approximation of GELU by tanh.", "Export it with the exact GELU.")
    return vocabulary.put(op, d, "gelu")


def _softplus(op: Operator, d: Drawing) -> Value:
    return vocabulary.put(op, d, "softplus", beta=float(op.settings.get("beta", 1)))


def _divide(op: Operator, d: Drawing) -> Value:
    amount = op.settings.get("other")
    if not isinstance(amount, (int, float)):
        raise d.error("divides by an array, which no layer does.")
    return vocabulary.divide(op, d, float(amount))


def _norm(kind: str) -> Reader:
    def read(op: Operator, d: Drawing) -> Value:
        groups = {"groups": op.settings["num_groups"]} if kind == "group_norm" else {}
        epsilon = float(op.settings.get("eps", 1e-5))
        scale, shift = op.optional(d, 1), op.optional(d, 2)
        return vocabulary.standardise(op, d, kind, scale, shift, epsilon=epsilon, **groups)

    return read


def _layer_norm(op: Operator, d: Drawing) -> Value:
    if tuple(op.settings["normalized_shape"]) != op.value(d).shape:
        raise d.error("normalises over some dimensions only.")
    scale, shift = op.optional(d, 1), op.optional(d, 2)
    return vocabulary.standardise(
        op, d, "layer_norm", scale, shift, epsilon=float(op.settings.get("eps", 1e-5))
    )


def _upsample(mode: str) -> Reader:
    def read(op: Operator, d: Drawing) -> Value:
        x, factors = op.value(d), op.settings.get("scale_factors")
        if not factors and op.settings.get("output_size"):
            factors = [n / m for n, m in zip(op.settings["output_size"], x.shape[1:], strict=True)]
        if not factors or any(each != int(each) for each in factors) or op.settings.get("align_corners"):
            raise d.error(f"resizes in a way that no layer does ({factors}).")
        return vocabulary.put(op, d, "upsample", scale=tuple(map(int, factors)), mode=mode)

    return read


def _narrow(op: Operator, d: Drawing) -> Value:
    axis = op.settings["dim"] % (len(op.value(d).shape) + 1)
    return vocabulary.crop(op, d, axis, op.settings["start"], op.settings["length"])


def _slice(op: Operator, d: Drawing) -> Value:
    x = op.value(d)
    axis = op.settings.get("dim", 0) % (len(x.shape) + 1)
    start, end = op.settings.get("start") or 0, op.settings.get("end")
    if axis == 0 and start == 0 and (end is None or end >= 2**62):
        return vocabulary.pass_on(op, d)
    if axis == 0 or op.settings.get("step", 1) != 1:
        raise d.error("cuts samples off the batch, or takes every other cell.")
    first, last, _ = slice(start, end).indices(x.shape[axis - 1])
    return vocabulary.crop(op, d, axis, first, last - first)


def _embedding(op: Operator, d: Drawing) -> Value:
    return vocabulary.embed(op, d, op.value(d, 1), op.array(d, 0))


def _movedim(op: Operator, d: Drawing) -> Value:
    order = list(range(len(op.value(d).shape) + 1))
    source, target = (op.settings[name] % len(order) for name in ("source", "destination"))
    order.insert(target, order.pop(source))
    return _permute(replace(op, settings={"dims": order}), d)


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
    **{f"conv{n}d.{variant}": conv for n in _SIZES for variant in ("default", "padding")},
    **{f"conv_transpose{variant}": conv_transpose for variant in ("1d.default", "2d.input", "3d.input")},
    **{f"{which}_pool{n}d.default": pool(which) for which in ("max", "avg") for n in _SIZES},
    **{f"adaptive_{which}_pool{n}d.default": adaptive(which) for which in ("max", "avg") for n in _SIZES},
    **dict.fromkeys(_PASSED, vocabulary.pass_on),
    **{
        f"{name}{place}.default": vocabulary.activation(name)
        for name in ("relu", "sigmoid", "tanh")
        for place in ("", "_")
    },
    "add.Tensor": _merge("add", "adds"),
    "add_.Tensor": _merge("add", "adds"),
    "addmm.default": _addmm,
    "amax.default": whole("max"),
    "batch_norm.default": _batch_norm,
    "cat.default": _cat,
    "constant_pad_nd.default": _pad,
    "div.Tensor": _divide,
    "dropout.default": _dropout,
    "dropout_.default": _dropout,
    "elu.default": vocabulary.activation("elu", alpha="alpha"),
    "elu_.default": vocabulary.activation("elu", alpha="alpha"),
    "embedding.default": _embedding,
    "feature_dropout.default": _dropout,
    "flatten.using_ints": _flatten,
    "gelu.default": _gelu,
    "group_norm.default": _norm("group_norm"),
    "instance_norm.default": _norm("instance_norm"),
    "layer_norm.default": _layer_norm,
    "leaky_relu.default": vocabulary.activation("leakyrelu", negative_slope="slope"),
    "leaky_relu_.default": vocabulary.activation("leakyrelu", negative_slope="slope"),
    "linear.default": _linear,
    "matmul.default": _matmul,
    "maximum.default": _merge("maximum", "compares with"),
    "mean.dim": whole("avg"),
    "mm.default": _matmul,
    "movedim.int": _movedim,
    "mul.Tensor": _merge("multiply", "multiplies by"),
    "narrow.default": _narrow,
    "pad.default": _pad,
    "permute.default": _permute,
    "reshape.default": _view,
    "silu.default": vocabulary.activation("silu"),
    "silu_.default": vocabulary.activation("silu"),
    "slice.Tensor": _slice,
    "softmax.int": _softmax,
    "softplus.default": _softplus,
    "squeeze.dim": _squeeze,
    "squeeze.dims": _squeeze,
    "sub.Tensor": _merge("subtract", "subtracts"),
    "transpose.int": _transpose,
    "unsqueeze.default": _unsqueeze,
    "view.default": _view,
    **{f"upsample_nearest{n}d.vec": _upsample("nearest") for n in _SIZES},
    **{f"upsample_{name}.vec": _upsample("linear") for name in ("linear1d", "bilinear2d", "trilinear3d")},
}

IGNORED = frozenset(
    {"sym_constrain_range_for_size.default", "_assert_scalar.default", "_assert_tensor_metadata.default"}
)
"""What checks the run of the network and computes nothing."""
