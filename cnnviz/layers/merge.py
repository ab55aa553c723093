"""Layers with several inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cnnviz.errors import OptionError, ShapeError
from cnnviz.layers.base import Layer, Remedy, Shape, TorchCall, times
from cnnviz.layers.convolution import Conv1d, Conv2d, Conv3d
from cnnviz.layers.dense import Dense
from cnnviz.layers.formula import Formula, Index, Part, Pointwise, Product, WeightedSum, cell
from cnnviz.layers.formula import Maximum as LargestOf


@dataclass(frozen=True)
class _ValueByValue(Layer):
    """Shared by the kinds that join values at the same place; all shapes are equal."""

    group = "Merge"
    fewest_inputs = 2
    most_inputs: ClassVar[int | None] = None
    done: ClassVar[str] = ""
    """What is done to the inputs: `added`."""

    def out_shape(self, *inputs: Shape) -> Shape:
        for port, shape in enumerate(inputs):
            if shape != inputs[0]:
                raise ShapeError(
                    f"{times(inputs[0])} and {times(shape)} can't be {self.done}; it needs equal shapes.",
                    remedies=_project(shape, inputs[0], port) or _project(inputs[0], shape, 0),
                )
        return inputs[0]

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        return (TorchCall(type(self).__name__),)

    def _weighted(self, index: Index, factors: tuple[float, ...], rule: str) -> Formula:
        parts = (Part(cell(slot, index), factor=factor) for slot, factor in enumerate(factors))
        return WeightedSum(tuple(parts), rule=rule)


@dataclass(frozen=True)
class Add(_ValueByValue):
    """Adds its inputs value by value, as in a residual shortcut."""

    kind, title, icon, done = "add", "Add", "layer-add", "added"

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return self._weighted(index, (1.0,) * len(inputs), "sum of the inputs")


@dataclass(frozen=True)
class Subtract(_ValueByValue):
    """Takes the second input away from the first, value by value."""

    kind, title, icon, done = "subtract", "Subtract", "layer-subtract", "subtracted"
    most_inputs = 2

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return self._weighted(index, (1.0, -1.0), "first input − second input")


@dataclass(frozen=True)
class Multiply(_ValueByValue):
    """Multiplies its inputs value by value, as a gate does."""

    kind, title, icon, done = "multiply", "Multiply", "layer-multiply", "multiplied"

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return Product(tuple(cell(slot, index) for slot in range(len(inputs))))


@dataclass(frozen=True)
class Average(_ValueByValue):
    """Takes the mean of its inputs, value by value."""

    kind, title, icon, done = "average", "Average", "layer-average", "averaged"

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return self._weighted(index, (1 / len(inputs),) * len(inputs), "mean of the inputs")


@dataclass(frozen=True)
class Maximum(_ValueByValue):
    """Keeps the largest of its inputs, value by value."""

    kind, title, icon, done = "maximum", "Maximum", "layer-maximum", "compared"

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        cells = tuple(cell(slot, index) for slot in range(len(inputs)))
        return LargestOf(cells, rule="largest of the inputs")


@dataclass(frozen=True)
class Concat(Layer):
    """Puts the channels of its inputs one behind the other."""

    kind, title, group, icon = "concat", "Concatenate", "Merge", "layer-concat"
    fewest_inputs, most_inputs = 2, None

    def out_shape(self, *inputs: Shape) -> Shape:
        first = inputs[0]
        for port, shape in enumerate(inputs):
            if shape[1:] != first[1:] or len(shape) != len(first):
                raise ShapeError(
                    f"{times(first)} and {times(shape)} can't be joined; all but the channels must be equal.",
                    remedies=_project(shape, (shape[0], *first[1:]), port)
                    or _project(first, (first[0], *shape[1:]), 0),
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
    """Suggest what brings `shape` to `wanted`: a 1×1 convolution, where strides alone can, or a Dense layer."""
    kinds = {2: Conv1d, 3: Conv2d, 4: Conv3d}
    if len(wanted) == 1:
        flat = (Remedy(f"Insert Dense, {wanted[0]} units", insert=Dense(wanted[0]), port=port),)
        return flat if len(shape) == 1 else ()
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
