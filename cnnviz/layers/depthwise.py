"""Depthwise convolution: every channel has filters of its own."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.layers.bank import FilterBank, Filtering
from cnnviz.layers.base import Layer, Shape, window_text
from cnnviz.layers.calculation import Calculation, calculation
from cnnviz.layers.filteroptions import dilation_option, kernel_size_option, padding_option, stride_option
from cnnviz.layers.geometry import Padding
from cnnviz.layers.options import opt


@dataclass(frozen=True)
class DepthwiseConv2d(Filtering):
    """Filters each map on its own; a 1×1 convolution behind it can then mix the maps."""

    kind, title, icon, spatial = "depthwise_conv2d", "Depthwise conv 2D", "layer-depthwise", 2
    stem, linear = "dwconv", True

    multiplier: int = opt(1, label="Filters per map", lo=1, hi=64, help="how many maps every channel becomes")
    kernel_size: tuple[int, ...] = kernel_size_option()
    stride: tuple[int, ...] = stride_option()
    padding: Padding = padding_option()
    dilation: tuple[int, ...] = dilation_option()
    bias: bool = opt(True, help="adds one learned number to every value of a map")

    def bank(self, shape: Shape) -> FilterBank:
        found = self.slide(shape, self.kernel_size, self.stride, self.padding, self.dilation)
        return FilterBank(shape[0], shape[0] * self.multiplier, shape[0], found, self.bias)

    def weights(self, bank: FilterBank) -> Calculation:
        sizes = "·".join(str(entry) for entry in self.kernel_size)
        offsets = (" + m·d_in", " + {multiplier}·{arriving}") if self.bias else ("", "")
        return calculation(
            f"k·k·m·d_in{offsets[0]}",
            f"{sizes}·{{multiplier}}·{{arriving}}{offsets[1]} = {{result}}",
            multiplier=self.multiplier,
            arriving=bank.arriving,
            result=sum(parameter.count for parameter in bank.parameters()),
        )

    def brief(self) -> str:
        maps = f"×{self.multiplier} @ " if self.multiplier > 1 else ""
        bias = "" if self.bias else ", no bias"
        return f"{maps}{window_text(self.kernel_size, self.stride, self.padding, self.dilation)}{bias}"

    def shrunk(self, kernel_size: tuple[int, ...]) -> Layer:
        return self.replace(kernel_size=kernel_size, dilation=(1, 1))
