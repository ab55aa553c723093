"""Convolution in one, two and three dimensions (cross-correlation, as every deep learning library computes it)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cnnviz.errors import ShapeError
from cnnviz.layers.base import Layer, Parameter, Remedy, Shape, TorchCall, need_rank, size, times, window_text
from cnnviz.layers.calculation import Calculation, calculation, output_sizes
from cnnviz.layers.formula import Block, Formula, Index, Part, WeightedSum
from cnnviz.layers.geometry import Axis, Padding, axes, symmetric, torch_pads
from cnnviz.layers.options import opt


@dataclass(frozen=True)
class _Convolution(Layer):
    spatial: ClassVar[int] = 0
    group, stem = "Convolution", "conv"

    out_channels: int = opt(16, label="Filters", lo=1, hi=4096, help="how many feature maps come out")
    kernel_size: tuple[int, ...] = opt((3,), label="Kernel", lo=1, hi=31, help="size of the window")
    stride: tuple[int, ...] = opt((1,), lo=1, hi=16, help="how far the window moves each time")
    padding: Padding = opt(
        "valid",
        form="padding",
        lo=0,
        hi=15,
        length=1,
        help="zeros around the input: valid adds none, same keeps the size at stride 1",
    )
    dilation: tuple[int, ...] = opt(
        (1,), lo=1, hi=16, help="gaps between the cells of the window; 1 leaves none"
    )
    groups: int = opt(1, lo=1, hi=4096, help="splits the channels into groups that don't see each other")
    bias: bool = opt(True, help="adds one learned number to every value of a map")

    def out_shape(self, *inputs: Shape) -> Shape:
        return (self.out_channels, *(axis.positions for axis in self._axes(inputs[0])))

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        self._axes(inputs[0])
        weight = Parameter("weight", (self.out_channels, inputs[0][0] // self.groups, *self.kernel_size))
        return (weight, Parameter("bias", (self.out_channels,))) if self.bias else (weight,)

    def macs(self, *inputs: Shape) -> int:
        return size(self.out_shape(*inputs)) * (inputs[0][0] // self.groups) * size(self.kernel_size)

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        found = self._axes(inputs[0])
        options = {"stride": self.stride, "dilation": self.dilation, "groups": self.groups, "bias": self.bias}
        defaults = {"stride": (1,) * self.spatial, "dilation": (1,) * self.spatial, "groups": 1, "bias": True}
        kwargs = {name: value for name, value in options.items() if value != defaults[name]}
        pads: tuple[TorchCall, ...] = ()
        if not symmetric(found):
            pads = (TorchCall(f"ZeroPad{self.spatial}d", (torch_pads(found),), role="pad"),)
        elif any(axis.before for axis in found):
            kwargs["padding"] = tuple(axis.before for axis in found)
        args = (inputs[0][0], self.out_channels, self.kernel_size)
        return (*pads, TorchCall(f"Conv{self.spatial}d", args, kwargs))

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        found = self._axes(inputs[0])
        channel, *place = index
        per_group = inputs[0][0] // self.groups
        first = channel // (self.out_channels // self.groups) * per_group
        windows = tuple(axis.window(position) for axis, position in zip(found, place, strict=True))
        block = Block(0, (range(first, first + per_group), *windows))
        bias = (("bias", (channel,)),) if self.bias else ()
        return WeightedSum((Part(block, "weight", (channel,)),), bias)

    def calculations(self, *inputs: Shape) -> tuple[Calculation, ...]:
        arriving = inputs[0][0] // self.groups
        letters = "·".join("k" * self.spatial)
        sizes = "·".join(str(entry) for entry in self.kernel_size)
        share = "d_in" if self.groups == 1 else "(d_in / groups)"
        bias = (" + d_out", " + {out_channels}") if self.bias else ("", "")
        weights = calculation(
            f"{letters}·{share}·d_out{bias[0]}",
            f"{sizes}·{{arriving}}·{{out_channels}}{bias[1]} = {{result}}",
            arriving=arriving,
            out_channels=self.out_channels,
            result=sum(parameter.count for parameter in self.parameters(*inputs)),
        )
        return (*output_sizes(self._axes(inputs[0])), weights)

    def brief(self) -> str:
        groups = f", {self.groups} groups" if self.groups > 1 else ""
        bias = "" if self.bias else ", no bias"
        window = window_text(self.kernel_size, self.stride, self.padding, self.dilation)
        return f"{self.out_channels} @ {window}{groups}{bias}"

    def _axes(self, shape: Shape) -> tuple[Axis, ...]:
        need_rank(shape, self.spatial)
        for number, what in ((shape[0], "input channels"), (self.out_channels, "filters")):
            if number % self.groups:
                raise ShapeError(
                    f"{number} {what} can't be split into {self.groups} equal groups.",
                    remedies=(
                        Remedy("One group: every filter sees all channels", replace=self.replace(groups=1)),
                    ),
                )
        try:
            return axes(shape[1:], self.kernel_size, self.stride, self.padding, self.dilation)
        except ShapeError as error:
            raise ShapeError(error.what, remedies=self._remedies(shape)) from None

    def _remedies(self, shape: Shape) -> tuple[Remedy, ...]:
        smaller = tuple(min(k, n) for k, n in zip(self.kernel_size, shape[1:], strict=True))
        return (
            Remedy("Padding same: keep the size", replace=self.replace(padding="same")),
            Remedy(
                f"Kernel {times(smaller)}: as large as the input",
                replace=self.replace(kernel_size=smaller, dilation=(1,) * self.spatial),
            ),
        )


@dataclass(frozen=True)
class Conv1d(_Convolution):
    """Slides small filters along a sequence; each filter makes one feature row."""

    kind, title, icon, spatial = "conv1d", "Conv 1D", "layer-conv1d", 1


def _size(length: int, default: int, label: str, lo: int, hi: int, text: str) -> tuple[int, ...]:
    """Declare a size option of a higher dimension."""
    found: tuple[int, ...] = opt((default,) * length, label=label, lo=lo, hi=hi, help=text)
    return found


@dataclass(frozen=True)
class Conv2d(_Convolution):
    """Slides small filters over the image; each filter makes one feature map."""

    kind, title, icon, spatial = "conv2d", "Conv 2D", "layer-conv2d", 2

    kernel_size: tuple[int, ...] = _size(2, 3, "Kernel", 1, 31, "height and width of the window")
    stride: tuple[int, ...] = _size(
        2, 1, "Stride", 1, 16, "how far the window moves down and right each time"
    )
    padding: Padding = opt(
        "valid",
        form="padding",
        lo=0,
        hi=15,
        length=2,
        help="zeros around the image: valid adds none, same keeps the size at stride 1",
    )
    dilation: tuple[int, ...] = _size(
        2, 1, "Dilation", 1, 16, "gaps between the cells of the window; 1 leaves none"
    )


@dataclass(frozen=True)
class Conv3d(_Convolution):
    """Slides small filters through a volume; each filter makes one feature volume."""

    kind, title, icon, spatial = "conv3d", "Conv 3D", "layer-conv3d", 3

    kernel_size: tuple[int, ...] = _size(3, 3, "Kernel", 1, 31, "depth, height and width of the window")
    stride: tuple[int, ...] = _size(3, 1, "Stride", 1, 16, "how far the window moves each time")
    padding: Padding = opt(
        "valid",
        form="padding",
        lo=0,
        hi=15,
        length=3,
        help="zeros around the volume: valid adds none, same keeps the size at stride 1",
    )
    dilation: tuple[int, ...] = _size(
        3, 1, "Dilation", 1, 16, "gaps between the cells of the window; 1 leaves none"
    )
