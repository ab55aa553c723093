"""Fully connected layers, and the flattening that leads to them."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.errors import ShapeError
from cnnviz.layers.base import Layer, Parameter, Remedy, Shape, TorchCall, size, times
from cnnviz.layers.calculation import Calculation, calculation
from cnnviz.layers.formula import Block, Formula, Index, Part, Pointwise, WeightedSum, cell
from cnnviz.layers.options import opt


@dataclass(frozen=True)
class Flatten(Layer):
    """Writes all values of all maps into one long row."""

    kind, title, group, icon = "flatten", "Flatten", "Reshape", "layer-flatten"
    numbered = False

    def out_shape(self, *inputs: Shape) -> Shape:
        return (size(inputs[0]),)

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        return (TorchCall("Flatten"),)

    def idle(self, *inputs: Shape) -> bool:
        return len(inputs) == 1 and len(inputs[0]) == 1

    def calculations(self, *inputs: Shape) -> tuple[Calculation, ...]:
        pattern = "·".join(str(entry) for entry in inputs[0]) + " = {result}"
        return (calculation("out = all values in one row", pattern, result=size(inputs[0])),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return Pointwise(cell(0, unravel(index[0], inputs[0])), "identity")


@dataclass(frozen=True)
class Dense(Layer):
    """Connects every input to every unit: each unit is a weighted sum of all inputs."""

    kind, title, group, icon = "dense", "Dense", "Dense", "layer-dense"
    linear = True

    units: int = opt(10, lo=1, hi=65536, help="how many numbers come out")
    bias: bool = opt(True, help="adds one learned number to every unit")

    def out_shape(self, *inputs: Shape) -> Shape:
        if len(inputs[0]) != 1:
            raise ShapeError(
                f"it takes a flat vector, but {times(inputs[0])} arrives.",
                remedies=(
                    Remedy(f"Insert Flatten: {times(inputs[0])} becomes {size(inputs[0])}", insert=Flatten()),
                    *_pool_first(inputs[0]),
                ),
            )
        return (self.units,)

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        self.out_shape(*inputs)
        weight = Parameter("weight", (self.units, inputs[0][0]))
        return (weight, Parameter("bias", (self.units,))) if self.bias else (weight,)

    def macs(self, *inputs: Shape) -> int:
        return self.units * inputs[0][0]

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        self.out_shape(*inputs)
        return (TorchCall("Linear", (inputs[0][0], self.units), {} if self.bias else {"bias": False}),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        part = Part(Block(0, (range(inputs[0][0]),)), "weight", index)
        return WeightedSum((part,), (("bias", index),) if self.bias else ())

    def calculations(self, *inputs: Shape) -> tuple[Calculation, ...]:
        self.out_shape(*inputs)
        return (
            calculation(
                "d_in·units" + (" + units" if self.bias else ""),
                "{arriving}·{units}" + (" + {units}" if self.bias else "") + " = {result}",
                arriving=inputs[0][0],
                units=self.units,
                result=sum(parameter.count for parameter in self.parameters(*inputs)),
            ),
        )

    def brief(self) -> str:
        return f"{self.units} unit{'s' if self.units != 1 else ''}{'' if self.bias else ', no bias'}"


def _pool_first(shape: Shape) -> tuple[Remedy, ...]:
    """Suggest a global average where there are maps to average."""
    from cnnviz.layers.sizedpooling import GlobalAvgPool

    if not 2 <= len(shape) <= 4:
        return ()
    return (Remedy(f"Insert global average: {times(shape)} becomes {shape[0]}", insert=GlobalAvgPool()),)


def unravel(position: int, shape: Shape) -> Index:
    """Return the index in an array of `shape` of the cell at a flat position (row-major)."""
    index: list[int] = []
    for entry in reversed(shape):
        position, rest = divmod(position, entry)
        index.append(rest)
    return tuple(reversed(index))
