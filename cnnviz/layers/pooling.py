"""Pooling: fewer positions, the same channels, nothing learned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cnnviz.errors import ShapeError
from cnnviz.layers.base import Layer, Remedy, Shape, TorchCall, need_rank, size, times, window_text
from cnnviz.layers.calculation import Calculation, output_sizes
from cnnviz.layers.formula import Block, Formula, Index, Maximum, Part, WeightedSum
from cnnviz.layers.geometry import Axis, Padding, axes, symmetric, torch_pads
from cnnviz.layers.options import opt

_PADDING_HELP = "same: a window that overhangs the border is kept (rounds up); valid: it is dropped"


@dataclass(frozen=True)
class _Pooling(Layer):
    spatial: ClassVar[int] = 0
    group, stem = "Pooling", "pool"

    kernel_size: tuple[int, ...] = opt((2,), label="Window", lo=1, hi=64, help="size of the window")
    stride: tuple[int, ...] = opt((2,), lo=1, hi=64, help="how far the window moves each time")
    padding: Padding = opt("valid", form="padding", lo=0, hi=32, length=1, help=_PADDING_HELP)

    def out_shape(self, *inputs: Shape) -> Shape:
        return (inputs[0][0], *(axis.positions for axis in self._axes(inputs[0])))

    def calculations(self, *inputs: Shape) -> tuple[Calculation, ...]:
        return output_sizes(self._axes(inputs[0]))

    def brief(self) -> str:
        return window_text(self.kernel_size, self.stride, self.padding)

    def _block(self, index: Index, shape: Shape) -> Block:
        channel, *place = index
        windows = tuple(
            axis.window(position) for axis, position in zip(self._axes(shape), place, strict=True)
        )
        return Block(0, (range(channel, channel + 1), *windows))

    def _axes(self, shape: Shape) -> tuple[Axis, ...]:
        need_rank(shape, self.spatial)
        self._check_padding()
        try:
            return axes(shape[1:], self.kernel_size, self.stride, self.padding)
        except ShapeError as error:
            smaller = tuple(min(k, n) for k, n in zip(self.kernel_size, shape[1:], strict=True))
            remedies = (
                Remedy("Padding same: keep windows that overhang", replace=self.replace(padding="same")),
                Remedy(
                    f"Window {times(smaller)}: as large as the input",
                    replace=self.replace(kernel_size=smaller, padding="valid"),
                ),
            )
            raise ShapeError(error.what, remedies=remedies) from None

    def _check_padding(self) -> None:
        if isinstance(self.padding, str):
            return
        for amount, kernel in zip(self.padding, self.kernel_size, strict=True):
            if amount > kernel // 2:
                raise ShapeError(
                    f"padding {amount} is more than half of the {kernel}-wide window, "
                    "so some windows would hold no data.",
                    remedies=(Remedy("Padding same", replace=self.replace(padding="same")),),
                )


@dataclass(frozen=True)
class _MaxPooling(_Pooling):
    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        found = self._axes(inputs[0])
        pads: tuple[TorchCall, ...] = ()
        kwargs = {}
        if symmetric(found):
            if any(axis.before for axis in found):
                kwargs["padding"] = tuple(axis.before for axis in found)
        else:
            pads = (TorchCall(f"ConstantPad{self.spatial}d", (torch_pads(found), float("-inf")), role="pad"),)
        return (*pads, TorchCall(f"MaxPool{self.spatial}d", (self.kernel_size, self.stride), kwargs))

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return Maximum((self._block(index, inputs[0]),))


@dataclass(frozen=True)
class _AveragePooling(_Pooling):
    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        found = self._axes(inputs[0])
        # torch's AvgPool3d compares the window with the input before padding, and refuses windows that fit after it
        overhangs = self.spatial == 3 and any(axis.kernel > axis.size for axis in found)
        if not symmetric(found) or overhangs:
            return (TorchCall("PaddedAvgPool", (self.kernel_size, self.stride, torch_pads(found))),)
        kwargs: dict[str, object] = {}
        if any(axis.before for axis in found):
            kwargs = {"padding": tuple(axis.before for axis in found), "count_include_pad": False}
        return (TorchCall(f"AvgPool{self.spatial}d", (self.kernel_size, self.stride), kwargs),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        block = self._block(index, inputs[0])
        inside = [
            sum(0 <= cell < limit for cell in cells)
            for cells, limit in zip(block.ranges, inputs[0], strict=True)
        ]
        return WeightedSum((Part(block, factor=1 / size(tuple(inside))),), rule="mean of the window")


@dataclass(frozen=True)
class _Window2d(_Pooling):
    spatial = 2

    kernel_size: tuple[int, ...] = opt(
        (2, 2), label="Window", lo=1, hi=64, help="height and width of the window"
    )
    stride: tuple[int, ...] = opt(
        (2, 2), lo=1, hi=64, help="how far the window moves down and right each time"
    )
    padding: Padding = opt("valid", form="padding", lo=0, hi=32, length=2, help=_PADDING_HELP)


@dataclass(frozen=True)
class _Window3d(_Pooling):
    spatial = 3

    kernel_size: tuple[int, ...] = opt(
        (2, 2, 2), label="Window", lo=1, hi=64, help="depth, height, width of the window"
    )
    stride: tuple[int, ...] = opt((2, 2, 2), lo=1, hi=64, help="how far the window moves each time")
    padding: Padding = opt("valid", form="padding", lo=0, hi=32, length=3, help=_PADDING_HELP)


@dataclass(frozen=True)
class MaxPool1d(_MaxPooling):
    """Keeps the largest value of each window of a sequence."""

    kind, title, icon, spatial = "maxpool1d", "Max pool 1D", "layer-maxpool", 1


@dataclass(frozen=True)
class MaxPool2d(_Window2d, _MaxPooling):
    """Keeps the largest value of each window of a map."""

    kind, title, icon = "maxpool2d", "Max pool 2D", "layer-maxpool"


@dataclass(frozen=True)
class MaxPool3d(_Window3d, _MaxPooling):
    """Keeps the largest value of each window of a volume."""

    kind, title, icon = "maxpool3d", "Max pool 3D", "layer-maxpool"


@dataclass(frozen=True)
class AvgPool1d(_AveragePooling):
    """Takes the mean of each window of a sequence."""

    kind, title, icon, spatial = "avgpool1d", "Average pool 1D", "layer-avgpool", 1


@dataclass(frozen=True)
class AvgPool2d(_Window2d, _AveragePooling):
    """Takes the mean of each window of a map; padding is not counted."""

    kind, title, icon = "avgpool2d", "Average pool 2D", "layer-avgpool"


@dataclass(frozen=True)
class AvgPool3d(_Window3d, _AveragePooling):
    """Takes the mean of each window of a volume; padding is not counted."""

    kind, title, icon = "avgpool3d", "Average pool 3D", "layer-avgpool"


@dataclass(frozen=True)
class _GlobalPooling(Layer):
    group, stem = "Pooling", "globalpool"
    torch_name: ClassVar[str] = ""

    def out_shape(self, *inputs: Shape) -> Shape:
        if not 2 <= len(inputs[0]) <= 4:
            raise ShapeError(
                f"it takes maps (channels and 1 to 3 dimensions), but {times(inputs[0])} arrives."
            )
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
