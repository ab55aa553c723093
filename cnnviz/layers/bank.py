"""A bank of filters: every filter slides over its share of the channels and makes one map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cnnviz.layers.base import Parameter, Shape, TorchCall, size
from cnnviz.layers.calculation import Calculation, output_sizes
from cnnviz.layers.formula import Block, Formula, Index, Part, WeightedSum
from cnnviz.layers.geometry import Axis, symmetric, torch_pads
from cnnviz.layers.windows import Windowed


@dataclass(frozen=True)
class FilterBank:
    """Filters over `arriving` channels, split into `groups` that don't see each other."""

    arriving: int
    filters: int
    groups: int
    axes: tuple[Axis, ...]
    bias: bool

    @property
    def per_group(self) -> int:
        """Return how many channels one filter sees."""
        return self.arriving // self.groups

    @property
    def kernel_size(self) -> tuple[int, ...]:
        """Return the size of the window."""
        return tuple(axis.kernel for axis in self.axes)

    @property
    def out_shape(self) -> Shape:
        """Return the shape of the maps."""
        return (self.filters, *(axis.positions for axis in self.axes))

    def parameters(self) -> tuple[Parameter, ...]:
        """Return the filters, and one bias each."""
        weight = Parameter("weight", (self.filters, self.per_group, *self.kernel_size))
        return (weight, Parameter("bias", (self.filters,))) if self.bias else (weight,)

    def macs(self) -> int:
        """Return the multiply-adds of all places of all filters."""
        return size(self.out_shape) * self.per_group * size(self.kernel_size)

    def torch_calls(self) -> tuple[TorchCall, ...]:
        """Return torch's convolution, behind a padding of its own where the two sides differ."""
        rank, kwargs = len(self.axes), self._options()
        pads: tuple[TorchCall, ...] = ()
        if not symmetric(self.axes):
            pads = (TorchCall(f"ZeroPad{rank}d", (torch_pads(self.axes),), role="pad"),)
        elif any(axis.before for axis in self.axes):
            kwargs["padding"] = tuple(axis.before for axis in self.axes)
        return (*pads, TorchCall(f"Conv{rank}d", (self.arriving, self.filters, self.kernel_size), kwargs))

    def _options(self) -> dict[str, Any]:
        """Return the arguments that differ from torch's defaults."""
        found: dict[str, Any] = {}
        if any(axis.stride != 1 for axis in self.axes):
            found["stride"] = tuple(axis.stride for axis in self.axes)
        if any(axis.dilation != 1 for axis in self.axes):
            found["dilation"] = tuple(axis.dilation for axis in self.axes)
        if self.groups != 1:
            found["groups"] = self.groups
        return found if self.bias else {**found, "bias": False}

    def block(self, index: Index) -> Block:
        """Return the cells that the filter of an output number lies on."""
        channel, *place = index
        first = channel // (self.filters // self.groups) * self.per_group
        windows = tuple(axis.window(position) for axis, position in zip(self.axes, place, strict=True))
        return Block(0, (range(first, first + self.per_group), *windows))

    def formula(self, index: Index) -> Formula:
        """Return the products of a filter and the cells under it, plus the bias."""
        at = index[:1]
        return WeightedSum((Part(self.block(index), "weight", at),), (("bias", at),) if self.bias else ())


@dataclass(frozen=True)
class Filtering(Windowed):
    """The base of kinds that are a bank of filters."""

    group, stem = "Convolution", "conv"
    window = "Kernel"

    def bank(self, shape: Shape) -> FilterBank:
        """Return the filters for inputs of a shape; raise ShapeError where they don't fit."""
        raise NotImplementedError

    def weights(self, bank: FilterBank) -> Calculation:
        """Return the sum of the parameters, in the kind's own letters."""
        raise NotImplementedError

    def out_shape(self, *inputs: Shape) -> Shape:
        return self.bank(inputs[0]).out_shape

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        return self.bank(inputs[0]).parameters()

    def macs(self, *inputs: Shape) -> int:
        return self.bank(inputs[0]).macs()

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        return self.bank(inputs[0]).torch_calls()

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return self.bank(inputs[0]).formula(index)

    def calculations(self, *inputs: Shape) -> tuple[Calculation, ...]:
        bank = self.bank(inputs[0])
        return (*output_sizes(bank.axes), self.weights(bank))
