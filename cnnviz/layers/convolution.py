"""Convolution in one, two and three dimensions (cross-correlation, as every deep learning library computes it)."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.errors import ShapeError
from cnnviz.layers.bank import FilterBank, Filtering
from cnnviz.layers.base import Layer, Remedy, Shape, window_text
from cnnviz.layers.calculation import Calculation, calculation
from cnnviz.layers.filteroptions import dilation_option, kernel_size_option, padding_option, stride_option
from cnnviz.layers.geometry import Padding
from cnnviz.layers.options import opt


@dataclass(frozen=True)
class _Convolution(Filtering):
    linear = True

    out_channels: int = opt(16, label="Filters", lo=1, hi=4096, help="how many feature maps come out")
    kernel_size: tuple[int, ...] = kernel_size_option()
    stride: tuple[int, ...] = stride_option()
    padding: Padding = padding_option()
    dilation: tuple[int, ...] = dilation_option()
    groups: int = opt(1, lo=1, hi=4096, help="splits the channels into groups that don't see each other")
    bias: bool = opt(True, help="adds one learned number to every value of a map")

    def bank(self, shape: Shape) -> FilterBank:
        found = self.slide(shape, self.kernel_size, self.stride, self.padding, self.dilation)
        check_groups(self, shape[0], self.out_channels, self.groups)
        return FilterBank(shape[0], self.out_channels, self.groups, found, self.bias)

    def weights(self, bank: FilterBank) -> Calculation:
        return weight_count(self.kernel_size, bank.per_group, self.out_channels, self.groups, self.bias)

    def brief(self) -> str:
        groups = f", {self.groups} groups" if self.groups > 1 else ""
        bias = "" if self.bias else ", no bias"
        window = window_text(self.kernel_size, self.stride, self.padding, self.dilation)
        return f"{self.out_channels} @ {window}{groups}{bias}"

    def shrunk(self, kernel_size: tuple[int, ...]) -> Layer:
        return self.replace(kernel_size=kernel_size, dilation=(1,) * self.spatial)


def check_groups(layer: Layer, arriving: int, filters: int, groups: int) -> None:
    """Raise ShapeError where the channels or the filters can't be split into equal groups."""
    for number, what in ((arriving, "input channels"), (filters, "filters")):
        if number % groups:
            raise ShapeError(
                f"{number} {what} can't be split into {groups} equal groups.",
                remedies=(
                    Remedy("One group: every filter sees all channels", replace=layer.replace(groups=1)),
                ),
            )


def weight_count(
    kernel_size: tuple[int, ...], arriving: int, filters: int, groups: int, bias: bool
) -> Calculation:
    """Return the sum of the weights and biases of filters that see `arriving` channels each."""
    letters = "·".join("k" * len(kernel_size))
    sizes = "·".join(str(entry) for entry in kernel_size)
    share = "d_in" if groups == 1 else "(d_in / groups)"
    offsets = (" + d_out", " + {out_channels}") if bias else ("", "")
    count = filters * arriving
    for entry in kernel_size:
        count *= entry
    return calculation(
        f"{letters}·{share}·d_out{offsets[0]}",
        f"{sizes}·{{arriving}}·{{out_channels}}{offsets[1]} = {{result}}",
        arriving=arriving,
        out_channels=filters,
        result=count + filters * bias,
    )


@dataclass(frozen=True)
class Conv1d(_Convolution):
    """Slides small filters along a sequence; each filter makes one feature row."""

    kind, title, icon, spatial = "conv1d", "Conv 1D", "layer-conv1d", 1


@dataclass(frozen=True)
class Conv2d(_Convolution):
    """Slides small filters over the image; each filter makes one feature map."""

    kind, title, icon, spatial = "conv2d", "Conv 2D", "layer-conv2d", 2


@dataclass(frozen=True)
class Conv3d(_Convolution):
    """Slides small filters through a volume; each filter makes one feature volume."""

    kind, title, icon, spatial = "conv3d", "Conv 3D", "layer-conv3d", 3
