"""Single channels, silenced or exchanged: what would the network say without this map?"""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.errors import ShapeError
from cnnviz.layers.base import Layer, Remedy, Shape, TorchCall
from cnnviz.layers.formula import Formula, Index, Part, Pointwise, WeightedSum, cell
from cnnviz.layers.options import opt


@dataclass(frozen=True)
class MuteChannels(Layer):
    """Silences some channels: every value of theirs becomes 0, and the others pass."""

    kind, title, group, icon = "mute_channels", "Mute channels", "Reshape", "layer-mute"
    stem = "mute"
    pointwise = True

    channels: tuple[int, ...] = opt((), form="rising", lo=0, hi=65535, help="which channels, counted from 0")

    def out_shape(self, *inputs: Shape) -> Shape:
        count = inputs[0][0]
        if self.channels and self.channels[-1] >= count:
            there = tuple(each for each in self.channels if each < count)
            raise ShapeError(
                f"there is no channel {self.channels[-1]}: {count} arrive, counted from 0.",
                remedies=(Remedy("Mute only channels that are there", replace=MuteChannels(there)),),
            )
        return inputs[0]

    def idle(self, *inputs: Shape) -> bool:
        return not self.channels

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        self.out_shape(*inputs)
        return (TorchCall("MuteChannels", self.channels),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        if index[0] in self.channels:
            return WeightedSum((Part(cell(0, index), factor=0.0),), rule="muted: input × 0")
        return Pointwise(cell(0, index), "identity")

    def chip(self) -> str:
        return f"Mute {self.brief()}"

    def brief(self) -> str:
        return ", ".join(str(each) for each in self.channels) or "none"


@dataclass(frozen=True)
class SwapChannels(Layer):
    """Exchanges two channels: what follows takes each for the other."""

    kind, title, group, icon = "swap_channels", "Swap channels", "Reshape", "layer-swap"
    stem = "swap"
    pointwise = True

    first: int = opt(0, lo=0, hi=65535, help="one of the two, counted from 0")
    second: int = opt(1, lo=0, hi=65535, help="the other one")

    def out_shape(self, *inputs: Shape) -> Shape:
        count, last = inputs[0][0], max(self.first, self.second)
        if last >= count:
            raise ShapeError(
                f"there is no channel {last}: {count} arrive, counted from 0.",
                remedies=(
                    Remedy(
                        f"Swap {min(self.first, count - 1)} and {min(self.second, count - 1)}",
                        replace=SwapChannels(min(self.first, count - 1), min(self.second, count - 1)),
                    ),
                ),
            )
        return inputs[0]

    def idle(self, *inputs: Shape) -> bool:
        return self.first == self.second

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        self.out_shape(*inputs)
        return (TorchCall("SwapChannels", (self.first, self.second)),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        other = {self.first: self.second, self.second: self.first}
        return Pointwise(cell(0, (other.get(index[0], index[0]), *index[1:])), "identity")

    def chip(self) -> str:
        return f"Swap {self.brief()}"

    def brief(self) -> str:
        return f"{self.first} and {self.second}"
