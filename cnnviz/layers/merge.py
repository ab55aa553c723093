"""Layers with several inputs."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.errors import OptionError, ShapeError
from cnnviz.layers.base import Layer, Remedy, Shape, TorchCall, times
from cnnviz.layers.convolution import Conv1d, Conv2d, Conv3d
from cnnviz.layers.formula import Formula, Index, Part, Pointwise, WeightedSum, cell


@dataclass(frozen=True)
class Add(Layer):
    """Adds its inputs value by value, as in a residual shortcut."""

    kind, title, group, icon = "add", "Add", "Merge", "layer-add"
    fewest_inputs, most_inputs = 2, None

    def out_shape(self, *inputs: Shape) -> Shape:
        for port, shape in enumerate(inputs):
            if shape != inputs[0]:
                raise ShapeError(
                    f"{times(inputs[0])} and {times(shape)} can't be added; it needs equal shapes.",
                    remedies=_project(shape, inputs[0], port) or _project(inputs[0], shape, 0),
                )
        return inputs[0]

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        return (TorchCall("Add"),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        parts = tuple(Part(cell(slot, index)) for slot in range(len(inputs)))
        return WeightedSum(parts, rule="sum of the inputs")


@dataclass(frozen=True)
class Concat(Layer):
    """Puts the channels of its inputs one behind the other."""

    kind, title, group, icon = "concat", "Concatenate", "Merge", "layer-concat"
    fewest_inputs, most_inputs = 2, None

    def out_shape(self, *inputs: Shape) -> Shape:
        for shape in inputs:
            if shape[1:] != inputs[0][1:] or len(shape) != len(inputs[0]):
                raise ShapeError(
                    f"{times(inputs[0])} and {times(shape)} can't be joined; all but the channels must be equal."
                )
        return (sum(shape[0] for shape in inputs), *inputs[0][1:])

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        return (TorchCall("Concat"),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        channel, slot = index[0], 0
        while channel >= inputs[slot][0]:
            channel -= inputs[slot][0]
            slot += 1
        return Pointwise(cell(slot, (channel, *index[1:])), "identity")


def _project(shape: Shape, wanted: Shape, port: int) -> tuple[Remedy, ...]:
    """Suggest a 1×1 convolution that brings `shape` to `wanted`, where strides alone can."""
    kinds = {2: Conv1d, 3: Conv2d, 4: Conv3d}
    if len(shape) != len(wanted) or len(shape) not in kinds:
        return ()
    pairs = list(zip(shape[1:], wanted[1:], strict=True))
    strides = tuple(max(round(n / m), 1) for n, m in pairs)
    if any(-(-n // s) != m for (n, m), s in zip(pairs, strides, strict=True)):
        return ()
    ones = (1,) * len(strides)
    try:
        conv = kinds[len(shape)](out_channels=wanted[0], kernel_size=ones, stride=strides)
    except OptionError:  # a stride or a number of filters beyond what a convolution takes
        return ()
    stride = f", stride {strides[0]}" if set(strides) != {1} else ""
    return (Remedy(f"Insert {times(ones)} conv, {wanted[0]} filters{stride}", insert=conv, port=port),)
