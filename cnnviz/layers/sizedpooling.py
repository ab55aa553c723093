"""Pooling whose windows follow from the size that comes out, and pooling of whole maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cnnviz.layers.base import Layer, Shape, TorchCall, size, times
from cnnviz.layers.calculation import Calculation, calculation
from cnnviz.layers.formula import Block, Formula, Index, Maximum, Part, WeightedSum
from cnnviz.layers.options import opt
from cnnviz.layers.spatial import need_maps, per_dimension


@dataclass(frozen=True)
class _AdaptivePooling(Layer):
    group, stem = "Pooling", "pool"
    torch_name: ClassVar[str] = ""

    output_size: tuple[int, ...] = opt(
        (1,),
        form="shape",
        lo=1,
        hi=512,
        help="size of the maps that come out: one number for all dimensions, or one for each, such as 7×7",
    )

    def out_shape(self, *inputs: Shape) -> Shape:
        return (inputs[0][0], *per_dimension(self.output_size, inputs[0], "the output size"))

    def idle(self, *inputs: Shape) -> bool:
        return self.out_shape(*inputs) == inputs[0]

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        sizes = self.out_shape(*inputs)[1:]
        return (TorchCall(f"{self.torch_name}{len(sizes)}d", (sizes,)),)

    def calculations(self, *inputs: Shape) -> tuple[Calculation, ...]:
        pairs = zip(inputs[0][1:], self.out_shape(*inputs)[1:], strict=True)
        return tuple(dict.fromkeys(_window_width(n, out) for n, out in pairs))

    def brief(self) -> str:
        return f"to {times(self.output_size)}"

    def block(self, index: Index, shape: Shape) -> Block:
        """Return the window of an output number: it starts at ⌊i·n / out⌋ and ends before ⌈(i + 1)·n / out⌉."""
        channel, *place = index
        windows = tuple(
            range(i * n // out, -(-(i + 1) * n // out))
            for i, n, out in zip(place, shape[1:], self.out_shape(shape)[1:], strict=True)
        )
        return Block(0, (range(channel, channel + 1), *windows))


def _window_width(n: int, out: int) -> Calculation:
    if n % out:
        rule, pattern = "k ≈ n / out, windows may overlap", "{input} / {output_size} ≈ {result}"
    else:
        rule, pattern = "k = n / out", "{input} / {output_size} = {result}"
    return calculation(rule, pattern, input=n, output_size=out, result=max(round(n / out), 1))


@dataclass(frozen=True)
class AdaptiveAvgPool(_AdaptivePooling):
    """Takes means of windows as large as needed for the size that is asked for."""

    kind, title, icon = "adaptive_avgpool", "Adaptive average", "layer-adaptiveavgpool"
    torch_name = "AdaptiveAvgPool"

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        block = self.block(index, inputs[0])
        count = size(tuple(len(cells) for cells in block.ranges))
        return WeightedSum((Part(block, factor=1 / count),), rule="mean of the window")


@dataclass(frozen=True)
class AdaptiveMaxPool(_AdaptivePooling):
    """Keeps the largest values of windows as large as needed for the size that is asked for."""

    kind, title, icon = "adaptive_maxpool", "Adaptive max", "layer-adaptivemaxpool"
    torch_name = "AdaptiveMaxPool"

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return Maximum((self.block(index, inputs[0]),))


@dataclass(frozen=True)
class _GlobalPooling(Layer):
    group, stem = "Pooling", "globalpool"
    torch_name: ClassVar[str] = ""

    def out_shape(self, *inputs: Shape) -> Shape:
        need_maps(inputs[0])
        return inputs[0][:1]

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        self.out_shape(*inputs)
        pool = TorchCall(f"{self.torch_name}{len(inputs[0]) - 1}d", (1,), role="pool")
        return (pool, TorchCall("Flatten"))

    def _map(self, index: Index, shape: Shape) -> Block:
        return Block(0, (range(index[0], index[0] + 1), *(range(entry) for entry in shape[1:])))


@dataclass(frozen=True)
class GlobalAvgPool(_GlobalPooling):
    """Shrinks every map to one number, its mean."""

    kind, title, icon, torch_name = "globalavgpool", "Global average", "layer-globalpool", "AdaptiveAvgPool"

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        part = Part(self._map(index, inputs[0]), factor=1 / size(inputs[0][1:]))
        return WeightedSum((part,), rule="mean of the map")


@dataclass(frozen=True)
class GlobalMaxPool(_GlobalPooling):
    """Shrinks every map to one number, its maximum."""

    kind, title, icon, torch_name = "globalmaxpool", "Global max", "layer-globalpool", "AdaptiveMaxPool"

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return Maximum((self._map(index, inputs[0]),), rule="largest value of the map")
