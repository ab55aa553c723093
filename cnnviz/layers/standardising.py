"""Normalisation by the sample's own mean and variance, the same in training and in use."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.errors import ShapeError
from cnnviz.layers.base import Layer, Parameter, Remedy, Shape, TorchCall, size, times
from cnnviz.layers.calculation import Calculation, calculation
from cnnviz.layers.formula import Block, Formula, Index, Standardise
from cnnviz.layers.options import opt

_EPSILON = "a small number that keeps the division safe"
_AFFINE = "learns a scale and a shift"


@dataclass(frozen=True)
class _Standardising(Layer):
    """Shared by the kinds that take mean and variance over a box of one sample."""

    group = "Normalisation"
    pointwise = True
    stem = "norm"

    def _scaled(self, shape: Shape) -> Shape:
        """Return the shape of scale and shift; empty where there are none."""
        raise NotImplementedError

    def _box(self, index: Index, shape: Shape) -> tuple[range, ...]:
        """Return the cells that are normalised together with the one at `index`."""
        raise NotImplementedError

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        shape = self._scaled(self.out_shape(*inputs))
        return (Parameter("weight", shape), Parameter("bias", shape)) if shape else ()

    def calculations(self, *inputs: Shape) -> tuple[Calculation, ...]:
        count = size(self._scaled(inputs[0])) if self._scaled(inputs[0]) else 0
        if not count:
            return ()
        return (calculation("scale + shift", "{d} + {d} = {result}", d=count, result=2 * count),)

    def _standardise(self, index: Index, shape: Shape, epsilon: float) -> Standardise:
        box = self._box(index, shape)
        place = 0
        for at, cells in zip(index, box, strict=True):
            place = place * len(cells) + cells.index(at)
        entry = index[: len(self._scaled(shape))]
        learned = (("weight", entry), ("bias", entry)) if entry else (None, None)
        return Standardise(Block(0, box), place, epsilon, *learned)


@dataclass(frozen=True)
class LayerNorm(_Standardising):
    """Brings all values of a sample, or the channels of each place, to mean 0 and variance 1."""

    kind, title, icon = "layer_norm", "Layer norm", "layer-layernorm"

    over: str = opt(
        "sample",
        choices=("sample", "channels"),
        help="what is normalised together: all values of a sample, or all channels at each place",
    )
    epsilon: float = opt(1e-5, lo=1e-12, hi=1.0, help=_EPSILON)
    affine: bool = opt(True, label="Scale and shift", help=_AFFINE)

    def out_shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def _scaled(self, shape: Shape) -> Shape:
        if not self.affine:
            return ()
        return shape if self.over == "sample" else shape[:1]

    def _box(self, index: Index, shape: Shape) -> tuple[range, ...]:
        if self.over == "sample":
            return tuple(range(entry) for entry in shape)
        return (range(shape[0]), *(range(at, at + 1) for at in index[1:]))

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        kwargs = {"eps": self.epsilon} | ({} if self.affine else {"elementwise_affine": False})
        if self.over == "sample" or len(inputs[0]) == 1:
            # a list: exported code writes a tuple of equal sizes as one number, which LayerNorm reads otherwise
            return (TorchCall("LayerNorm", (list(inputs[0]),), kwargs),)
        return (TorchCall("ChannelNorm", (inputs[0][0], self.epsilon, self.affine)),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return self._standardise(index, inputs[0], self.epsilon)

    def chip(self) -> str:
        return "LN"


@dataclass(frozen=True)
class GroupNorm(_Standardising):
    """Brings groups of channels to mean 0 and variance 1, sample by sample."""

    kind, title, icon = "group_norm", "Group norm", "layer-groupnorm"

    groups: int = opt(4, lo=1, hi=1024, help="how many groups the channels are divided into")
    epsilon: float = opt(1e-5, lo=1e-12, hi=1.0, help=_EPSILON)
    affine: bool = opt(True, label="Scale and shift", help=_AFFINE + " per channel")

    def out_shape(self, *inputs: Shape) -> Shape:
        channels = inputs[0][0]
        if channels % self.groups:
            fitting = max(g for g in range(1, min(self.groups, channels) + 1) if channels % g == 0)
            raise ShapeError(
                f"{channels} channels can't be divided into {self.groups} equal groups.",
                remedies=(self._with_groups(fitting),),
            )
        if size(inputs[0]) == self.groups:
            fixes = (self._with_groups(1),) if self.groups > 1 else ()
            raise ShapeError(
                f"each group has a single value of {times(inputs[0])}, which would always become 0.",
                remedies=fixes,
            )
        return inputs[0]

    def _with_groups(self, groups: int) -> Remedy:
        return Remedy(f"Use {groups} group{'s' if groups > 1 else ''}", replace=self.replace(groups=groups))

    def _scaled(self, shape: Shape) -> Shape:
        return shape[:1] if self.affine else ()

    def _box(self, index: Index, shape: Shape) -> tuple[range, ...]:
        members = shape[0] // self.groups
        first = index[0] // members * members
        return (range(first, first + members), *(range(entry) for entry in shape[1:]))

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        kwargs = {"eps": self.epsilon} | ({} if self.affine else {"affine": False})
        return (TorchCall("GroupNorm", (self.groups, self.out_shape(*inputs)[0]), kwargs),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return self._standardise(index, inputs[0], self.epsilon)

    def chip(self) -> str:
        return f"GN {self.groups}"

    def brief(self) -> str:
        return f"{self.groups} group{'s' if self.groups > 1 else ''}"


@dataclass(frozen=True)
class InstanceNorm(_Standardising):
    """Brings every map of a sample to mean 0 and variance 1, by itself."""

    kind, title, icon = "instance_norm", "Instance norm", "layer-instancenorm"
    recentres = True

    epsilon: float = opt(1e-5, lo=1e-12, hi=1.0, help=_EPSILON)
    affine: bool = opt(True, label="Scale and shift", help=_AFFINE + " per channel")

    def out_shape(self, *inputs: Shape) -> Shape:
        if not 2 <= len(inputs[0]) <= 4:
            raise ShapeError(f"it takes maps with channels, but {times(inputs[0])} arrives.", remedies=_LAYER)
        if size(inputs[0][1:]) == 1:
            raise ShapeError(
                f"each map of {times(inputs[0])} has a single value, which would always become 0.",
                remedies=_LAYER,
            )
        return inputs[0]

    def _scaled(self, shape: Shape) -> Shape:
        return shape[:1] if self.affine else ()

    def _box(self, index: Index, shape: Shape) -> tuple[range, ...]:
        return (range(index[0], index[0] + 1), *(range(entry) for entry in shape[1:]))

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        rank = len(self.out_shape(*inputs)) - 1
        kwargs = {"eps": self.epsilon} | ({"affine": True} if self.affine else {})
        return (TorchCall(f"InstanceNorm{rank}d", (inputs[0][0],), kwargs),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return self._standardise(index, inputs[0], self.epsilon)

    def chip(self) -> str:
        return "IN"


_LAYER = (Remedy("Use layer norm instead", replace=LayerNorm()),)
