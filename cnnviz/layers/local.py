"""Locally connected layers: windows as in a convolution, but every place has filters of its own."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.layers.bank import FilterBank
from cnnviz.layers.base import Layer, Parameter, Shape, TorchCall, size, times, window_text
from cnnviz.layers.calculation import Calculation, calculation, output_sizes
from cnnviz.layers.filteroptions import kernel_size_option, padding_option, stride_option
from cnnviz.layers.formula import Formula, Index, Part, WeightedSum
from cnnviz.layers.geometry import Padding, torch_pads
from cnnviz.layers.options import opt
from cnnviz.layers.windows import Windowed


@dataclass(frozen=True)
class LocallyConnected2d(Windowed):
    """Looks through small windows like a convolution, with other weights at every place."""

    kind, title, icon, spatial = "locally_connected2d", "Locally connected 2D", "layer-local", 2
    group, stem, window, linear = "Convolution", "local", "Kernel", True

    out_channels: int = opt(16, label="Filters", lo=1, hi=4096, help="how many feature maps come out")
    kernel_size: tuple[int, ...] = kernel_size_option()
    stride: tuple[int, ...] = stride_option()
    padding: Padding = padding_option()
    bias: bool = opt(True, help="adds one learned number to every value, another one at every place")

    def out_shape(self, *inputs: Shape) -> Shape:
        return self._bank(inputs[0]).out_shape

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        places = self.out_shape(*inputs)
        weight = Parameter("weight", (*places, inputs[0][0], *self.kernel_size))
        return (weight, Parameter("bias", places)) if self.bias else (weight,)

    def macs(self, *inputs: Shape) -> int:
        return self._bank(inputs[0]).macs()

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        bank = self._bank(inputs[0])
        args = (inputs[0][0], bank.out_shape, self.kernel_size)
        kwargs = {"stride": self.stride, "pads": torch_pads(bank.axes), "bias": self.bias}
        defaults = {"stride": (1, 1), "pads": (0, 0, 0, 0), "bias": True}
        changed = {name: value for name, value in kwargs.items() if value != defaults[name]}
        return (TorchCall("LocallyConnected2d", args, changed),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        part = Part(self._bank(inputs[0]).block(index), "weight", index)
        return WeightedSum((part,), (("bias", index),) if self.bias else ())

    def calculations(self, *inputs: Shape) -> tuple[Calculation, ...]:
        places = self.out_shape(*inputs)[1:]
        sizes = "·".join(str(entry) for entry in self.kernel_size)
        offset = " + 1" if self.bias else ""
        weights = calculation(
            f"places·(k·k·d_in{offset})·d_out",
            f"{times(places)}·({sizes}·{{arriving}}{offset})·{{out_channels}} = {{result}}",
            arriving=inputs[0][0],
            out_channels=self.out_channels,
            result=size(places) * (size(self.kernel_size) * inputs[0][0] + self.bias) * self.out_channels,
        )
        return (*output_sizes(self._bank(inputs[0]).axes), weights)

    def brief(self) -> str:
        bias = "" if self.bias else ", no bias"
        return f"{self.out_channels} @ {window_text(self.kernel_size, self.stride, self.padding)}{bias}"

    def shrunk(self, kernel_size: tuple[int, ...]) -> Layer:
        return self.replace(kernel_size=kernel_size)

    def _bank(self, shape: Shape) -> FilterBank:
        """Return the windows; the weights are another matter."""
        found = self.slide(shape, self.kernel_size, self.stride, self.padding)
        return FilterBank(shape[0], self.out_channels, 1, found, self.bias)
