"""Transposed convolution in one, two and three dimensions: the way back of a convolution, which makes maps larger.

Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning" (2016), chapter 4. `same` follows
TensorFlow: the output is the input times the stride, and of an odd number of cells to cut, the extra one goes behind.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from cnnviz.errors import ShapeError
from cnnviz.layers.base import Box, Parameter, Remedy, Shape, TorchCall, need_rank, size, window_text
from cnnviz.layers.calculation import Calculation, calculation
from cnnviz.layers.convolution import check_groups, weight_count
from cnnviz.layers.formula import Block, Formula, Index, Part, WeightedSum
from cnnviz.layers.geometry import Padding, Stamp
from cnnviz.layers.options import opt
from cnnviz.layers.windows import Windowed


@dataclass(frozen=True)
class _Transposed(Windowed):
    group, stem, linear = "Convolution", "upconv", True
    channel_axis = 1

    out_channels: int = opt(16, label="Filters", lo=1, hi=4096, help="how many feature maps come out")
    kernel_size: tuple[int, ...] = opt(
        2, length="each", label="Kernel", lo=1, hi=31, help="{sizes} of the stamp that every cell leaves"
    )
    stride: tuple[int, ...] = opt(2, length="each", lo=1, hi=16, help="how far apart the stamps are put down")
    padding: Padding = opt(
        "valid",
        length="each",
        form="padding",
        lo=0,
        hi=15,
        help="cells cut off the border: valid cuts none, same makes the {thing} stride times as large",
    )
    output_padding: tuple[int, ...] = opt(
        0,
        length="each",
        lo=0,
        hi=15,
        help="cells added at the far border, fewer than the stride or the dilation; same sets it",
    )
    dilation: tuple[int, ...] = opt(
        1, length="each", lo=1, hi=16, help="gaps between the cells of the stamp; 1 leaves none"
    )
    groups: int = opt(1, lo=1, hi=4096, help="splits the channels into groups that don't see each other")
    bias: bool = opt(True, help="adds one learned number to every value of a map")

    def out_shape(self, *inputs: Shape) -> Shape:
        return (self.out_channels, *(stamp.positions for stamp in self._stamps(inputs[0])))

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        self._stamps(inputs[0])
        weight = Parameter("weight", (inputs[0][0], self.out_channels // self.groups, *self.kernel_size))
        return (weight, Parameter("bias", (self.out_channels,))) if self.bias else (weight,)

    def macs(self, *inputs: Shape) -> int:
        self._stamps(inputs[0])
        return size(inputs[0]) * (self.out_channels // self.groups) * size(self.kernel_size)

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        stamps = self._stamps(inputs[0])
        ones, zeros = (1,) * self.spatial, (0,) * self.spatial
        options = {
            "stride": (self.stride, ones),
            "padding": (tuple(stamp.before for stamp in stamps), zeros),
            "output_padding": (tuple(stamp.extra for stamp in stamps), zeros),
            "dilation": (self.dilation, ones),
            "groups": (self.groups, 1),
            "bias": (self.bias, True),
        }
        kwargs = {name: value for name, (value, default) in options.items() if value != default}
        args = (inputs[0][0], self.out_channels, self.kernel_size)
        call = TorchCall(f"ConvTranspose{self.spatial}d", args, kwargs)
        rest = tuple(stamp.after - stamp.before for stamp in stamps)
        return (call, TorchCall("Crop", (zeros, rest), role="crop")) if any(rest) else (call,)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        channel, *place = index
        bias = (("bias", (channel,)),) if self.bias else ()
        stamps = self._stamps(inputs[0])
        met = [stamp.meeting(position) for stamp, position in zip(stamps, place, strict=True)]
        if not all(cells for cells, _ in met):
            return WeightedSum((), bias, rule="0 (no stamp reaches this cell)")
        group, filter_ = divmod(channel, self.out_channels // self.groups)
        per_group = inputs[0][0] // self.groups
        channels = range(group * per_group, (group + 1) * per_group)
        block = Block(0, (channels, *(cells for cells, _ in met)))
        return WeightedSum((Part(block, "weight", (channels, filter_, *(entry for _, entry in met))),), bias)

    def calculations(self, *inputs: Shape) -> tuple[Calculation, ...]:
        sizes = tuple(dict.fromkeys(_output_size(s, self.padding == "same") for s in self._stamps(inputs[0])))
        arriving = inputs[0][0] // self.groups
        return (
            *sizes,
            weight_count(self.kernel_size, arriving, self.out_channels, self.groups, self.bias),
        )

    def telling_cells(self, box: Box, *inputs: Shape) -> Iterator[Index]:
        """Yield the cells near the corners: within one stride, the stamps that reach them come and go."""
        periods = (stride * dilation for stride, dilation in zip(self.stride, self.dilation, strict=True))
        telling = (
            {*range(first, min(first + period, end)), *range(max(end - period, first), end)}
            for (first, end), period in zip(box[1:], periods, strict=True)
        )
        return itertools.product(range(*box[0]), *telling)

    def unused(self) -> frozenset[str]:
        return frozenset({"output_padding"}) if self.padding == "same" else frozenset()

    def brief(self) -> str:
        groups = f", {self.groups} groups" if self.groups > 1 else ""
        bias = "" if self.bias else ", no bias"
        window = window_text(self.kernel_size, self.stride, self.padding, self.dilation)
        shown = any(self.output_padding) and "output_padding" not in self.unused()
        extra = f", +{max(self.output_padding)}" if shown else ""
        return f"{self.out_channels} @ {window}{extra}{groups}{bias}"

    def _stamps(self, shape: Shape) -> tuple[Stamp, ...]:
        need_rank(shape, self.spatial)
        check_groups(self, shape[0], self.out_channels, self.groups)
        self._check_output_padding()
        found = tuple(self._stamp(number, n) for number, n in enumerate(shape[1:]))
        for stamp in found:
            if stamp.positions < 1:
                whole = stamp.positions + stamp.before + stamp.after
                raise ShapeError(
                    f"padding {stamp.before} on both sides leaves nothing of the {whole} cells that come out.",
                    remedies=(Remedy("Padding valid: cut nothing", replace=self.replace(padding="valid")),),
                )
        return found

    def _stamp(self, number: int, n: int) -> Stamp:
        kernel, stride, dilation = self.kernel_size[number], self.stride[number], self.dilation[number]
        reach = dilation * (kernel - 1) + 1
        extra = self.output_padding[number]
        if self.padding == "same":
            cut, extra = max(reach - stride, 0), max(stride - reach, 0)
            return Stamp(n, kernel, stride, dilation, cut // 2, cut - cut // 2, extra)
        amount = 0 if isinstance(self.padding, str) else self.padding[number]
        return Stamp(n, kernel, stride, dilation, amount, amount, extra)

    def _check_output_padding(self) -> None:
        if self.padding == "same":
            return
        for extra, stride, dilation in zip(self.output_padding, self.stride, self.dilation, strict=True):
            if extra >= max(stride, dilation):
                raise ShapeError(
                    f"output padding {extra} must be less than the stride {stride} or the dilation {dilation}.",
                    remedies=(Remedy("Output padding 0", replace=self.replace(output_padding=0)),),
                )


def _output_size(stamp: Stamp, same: bool) -> Calculation:
    """Return the size that comes out along one dimension."""
    if same:
        return calculation(
            "out = n·s",
            "{input}·{stride} = {result}",
            input=stamp.size,
            stride=stamp.stride,
            result=stamp.positions,
        )
    window = ("k", "{kernel_size}")
    if stamp.dilation > 1:
        window = ("d(k − 1) + 1", "{dilation}·({kernel_size} − 1) + 1")
    extra = (" + a", " + {output_padding}") if stamp.extra else ("", "")
    return calculation(
        f"out = (n − 1)·s − 2p + {window[0]}{extra[0]}",
        f"({{input}} − 1)·{{stride}} − 2·{{padding}} + {window[1]}{extra[1]} = {{result}}",
        input=stamp.size,
        stride=stamp.stride,
        padding=stamp.before,
        kernel_size=stamp.kernel,
        dilation=stamp.dilation,
        output_padding=stamp.extra,
        result=stamp.positions,
    )


@dataclass(frozen=True)
class ConvTranspose1d(_Transposed):
    """Makes a sequence longer: every value leaves a weighted stamp, and the stamps add up."""

    kind, title, icon, spatial = "conv_transpose1d", "Transposed conv 1D", "layer-convtranspose1d", 1


@dataclass(frozen=True)
class ConvTranspose2d(_Transposed):
    """Makes maps larger: every value leaves a weighted stamp, and the stamps add up."""

    kind, title, icon, spatial = "conv_transpose2d", "Transposed conv 2D", "layer-convtranspose2d", 2


@dataclass(frozen=True)
class ConvTranspose3d(_Transposed):
    """Makes volumes larger: every value leaves a weighted stamp, and the stamps add up."""

    kind, title, icon, spatial = "conv_transpose3d", "Transposed conv 3D", "layer-convtranspose3d", 3
