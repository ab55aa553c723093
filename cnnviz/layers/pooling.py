"""Pooling: fewer positions, the same channels, nothing learned."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.errors import ShapeError
from cnnviz.layers.base import Layer, Remedy, Shape, TorchCall, need_rank, size, window_text
from cnnviz.layers.calculation import Calculation, output_sizes
from cnnviz.layers.formula import Block, Formula, Index, Maximum, Part, PowerSum, WeightedSum
from cnnviz.layers.geometry import Axis, Padding, symmetric, torch_pads
from cnnviz.layers.options import opt
from cnnviz.layers.windows import Windowed


@dataclass(frozen=True)
class _Pooling(Windowed):
    group, stem = "Pooling", "pool"
    same = "Padding same: keep windows that overhang"

    kernel_size: tuple[int, ...] = opt(
        2, length="each", label="Window", lo=1, hi=64, help="{sizes} of the window"
    )
    stride: tuple[int, ...] = opt(
        2, length="each", lo=1, hi=64, help="how far the window moves{ways} each time"
    )
    padding: Padding = opt(
        "valid",
        length="each",
        form="padding",
        lo=0,
        hi=32,
        help="same: a window that overhangs the border is kept (rounds up); valid: it is dropped",
    )

    def out_shape(self, *inputs: Shape) -> Shape:
        return (inputs[0][0], *(axis.positions for axis in self._axes(inputs[0])))

    def calculations(self, *inputs: Shape) -> tuple[Calculation, ...]:
        return output_sizes(self._axes(inputs[0]))

    def brief(self) -> str:
        return window_text(self.kernel_size, self.stride, self.padding)

    def shrunk(self, kernel_size: tuple[int, ...]) -> Layer:
        return self.replace(kernel_size=kernel_size, padding="valid")

    def _block(self, index: Index, shape: Shape) -> Block:
        channel, *place = index
        windows = tuple(
            axis.window(position) for axis, position in zip(self._axes(shape), place, strict=True)
        )
        return Block(0, (range(channel, channel + 1), *windows))

    def _axes(self, shape: Shape) -> tuple[Axis, ...]:
        need_rank(shape, self.spatial)
        self._check_padding()
        return self.slide(shape, self.kernel_size, self.stride, self.padding)

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
class _PowerPooling(_Pooling):
    power: float = opt(
        2.0, lo=1.0, hi=6.0, help="the p in (Σ |x|ᵖ)^(1/p): 1 adds sizes up, large ones near the maximum"
    )

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        pads = torch_pads(self._axes(inputs[0]))
        return (TorchCall("PowerPool", (self.power, self.kernel_size, self.stride, pads)),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return PowerSum(self._block(index, inputs[0]), self.power)

    def brief(self) -> str:
        power = "" if self.power == 2 else f", power {self.power:g}"
        return window_text(self.kernel_size, self.stride, self.padding) + power


@dataclass(frozen=True)
class MaxPool1d(_MaxPooling):
    """Keeps the largest value of each window of a sequence."""

    kind, title, icon, spatial = "maxpool1d", "Max pool 1D", "layer-maxpool", 1


@dataclass(frozen=True)
class MaxPool2d(_MaxPooling):
    """Keeps the largest value of each window of a map."""

    kind, title, icon, spatial = "maxpool2d", "Max pool 2D", "layer-maxpool", 2


@dataclass(frozen=True)
class MaxPool3d(_MaxPooling):
    """Keeps the largest value of each window of a volume."""

    kind, title, icon, spatial = "maxpool3d", "Max pool 3D", "layer-maxpool", 3


@dataclass(frozen=True)
class AvgPool1d(_AveragePooling):
    """Takes the mean of each window of a sequence."""

    kind, title, icon, spatial = "avgpool1d", "Average pool 1D", "layer-avgpool", 1


@dataclass(frozen=True)
class AvgPool2d(_AveragePooling):
    """Takes the mean of each window of a map; padding is not counted."""

    kind, title, icon, spatial = "avgpool2d", "Average pool 2D", "layer-avgpool", 2


@dataclass(frozen=True)
class AvgPool3d(_AveragePooling):
    """Takes the mean of each window of a volume; padding is not counted."""

    kind, title, icon, spatial = "avgpool3d", "Average pool 3D", "layer-avgpool", 3


@dataclass(frozen=True)
class LPPool1d(_PowerPooling):
    """Takes the p-norm of each window of a sequence, with p = 2 the length of its vector."""

    kind, title, icon, spatial = "lppool1d", "L2 pool 1D", "layer-lppool", 1


@dataclass(frozen=True)
class LPPool2d(_PowerPooling):
    """Takes the p-norm of each window of a map, with p = 2 the length of its vector."""

    kind, title, icon, spatial = "lppool2d", "L2 pool 2D", "layer-lppool", 2


@dataclass(frozen=True)
class LPPool3d(_PowerPooling):
    """Takes the p-norm of each window of a volume, with p = 2 the length of its vector."""

    kind, title, icon, spatial = "lppool3d", "L2 pool 3D", "layer-lppool", 3
