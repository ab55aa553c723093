"""Up-sampling: larger maps without anything learned."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

from cnnviz.layers.base import Layer, Shape, TorchCall
from cnnviz.layers.calculation import Calculation, calculation
from cnnviz.layers.formula import Block, Formula, Index, Part, Pointwise, WeightedSum, cell
from cnnviz.layers.options import opt
from cnnviz.layers.spatial import per_dimension, written

_LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}


@dataclass(frozen=True)
class Upsample(Layer):
    """Makes maps larger by repeating values, or by drawing straight lines between them."""

    kind, title, group, icon = "upsample", "Up-sample", "Reshape", "layer-upsample"

    scale: tuple[int, ...] = opt(
        (2,),
        form="shape",
        lo=1,
        hi=32,
        help="how many times as large: one number for all dimensions, or one for each, such as 1×2×2",
    )
    mode: str = opt(
        "nearest", choices=("nearest", "linear"), help="repeat the nearest value, or mix the neighbours"
    )

    def out_shape(self, *inputs: Shape) -> Shape:
        scales = per_dimension(self.scale, inputs[0], "the scale")
        return (inputs[0][0], *(n * scale for n, scale in zip(inputs[0][1:], scales, strict=True)))

    def idle(self, *inputs: Shape) -> bool:
        return set(self.scale) == {1}

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        scales = per_dimension(self.scale, inputs[0], "the scale")
        mode = self.mode if self.mode == "nearest" else _LINEAR[len(scales)]
        return (TorchCall("Upsample", (), {"scale_factor": scales, "mode": mode}),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        scales = per_dimension(self.scale, inputs[0], "the scale")
        if self.mode == "nearest":
            places = (at // scale for at, scale in zip(index[1:], scales, strict=True))
            return Pointwise(cell(0, (index[0], *places)), "identity")
        found = [
            _neighbours(at, scale, n) for at, scale, n in zip(index[1:], scales, inputs[0][1:], strict=True)
        ]
        block = Block(0, (range(index[0], index[0] + 1), *(cells for cells, _ in found)))
        shares = tuple(math.prod(each) for each in itertools.product(*(shares for _, shares in found)))
        return WeightedSum(
            (Part(block, values=shares),), rule="mean of the neighbours, nearer ones count more"
        )

    def calculations(self, *inputs: Shape) -> tuple[Calculation, ...]:
        scales = per_dimension(self.scale, inputs[0], "the scale")
        pairs = dict.fromkeys(zip(inputs[0][1:], scales, strict=True))
        return tuple(
            calculation("out = n·scale", "{input}·{scale} = {result}", input=n, scale=s, result=n * s)
            for n, s in pairs
        )

    def brief(self) -> str:
        return f"×{written(self.scale)}, {self.mode}"


def _neighbours(at: int, scale: int, size: int) -> tuple[range, tuple[float, ...]]:
    """Return the one or two cells along a dimension that an output cell lies between, and their shares.

    Cells are squares, not points: output cell i lies at (i + ½) / scale − ½ (torch's align_corners=False).
    """
    place = max((at + 0.5) / scale - 0.5, 0.0)
    first = int(place)
    rest = place - first
    if rest == 0 or first == size - 1:
        return range(first, first + 1), (1.0,)
    return range(first, first + 2), (1 - rest, rest)
