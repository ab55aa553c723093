"""What lies beyond the border of a map, and layers that move the border: padding and cropping."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cnnviz.errors import ShapeError
from cnnviz.layers.base import Box, Layer, Remedy, Shape, TorchCall, times
from cnnviz.layers.calculation import Calculation, calculation
from cnnviz.layers.formula import Formula, Index, Pointwise, cell
from cnnviz.layers.options import opt
from cnnviz.layers.spatial import per_dimension, written

BORDERS: dict[str, Callable[[int, int], int]] = {
    "zeros": lambda at, size: at,
    "reflect": lambda at, size: -at if at < 0 else 2 * size - 2 - at if at >= size else at,
    "replicate": lambda at, size: min(max(at, 0), size - 1),
}
"""Which cell of a dimension stands at a place at or beyond its border; of zeros, the cell itself, outside the map."""

_PADS = {"zeros": "ZeroPad", "reflect": "ReflectionPad", "replicate": "ReplicationPad"}
_SIDES_HELP = "one number for all dimensions, or one for each, such as 1×2"


@dataclass(frozen=True)
class _Sides(Layer):
    group = "Reshape"

    before: tuple[int, ...] = opt((1,), form="shape", lo=0, hi=512, help=f"top and left: {_SIDES_HELP}")
    after: tuple[int, ...] = opt((1,), form="shape", lo=0, hi=512, help=f"bottom and right: {_SIDES_HELP}")

    def idle(self, *inputs: Shape) -> bool:
        return not any(self.before) and not any(self.after)

    def _sides(self, shape: Shape) -> tuple[tuple[int, int], ...]:
        before = per_dimension(self.before, shape, "the first side")
        return tuple(zip(before, per_dimension(self.after, shape, "the other side"), strict=True))

    def _told(self, shape: Shape, sign: str) -> tuple[Calculation, ...]:
        """Return the size that comes out along every dimension."""
        direction = 1 if sign == "+" else -1
        return tuple(
            dict.fromkeys(
                calculation(
                    f"out = n {sign} before {sign} after",
                    f"{{input}} {sign} {{before}} {sign} {{after}} = {{result}}",
                    input=n,
                    before=before,
                    after=after,
                    result=n + direction * (before + after),
                )
                for n, (before, after) in zip(shape[1:], self._sides(shape), strict=True)
            )
        )

    def _amounts(self) -> str:
        before, after = written(self.before), written(self.after)
        return before if before == after else f"{before} before, {after} after"


@dataclass(frozen=True)
class Pad(_Sides):
    """Puts a border of zeros, of mirrored or of repeated values around every map."""

    kind, title, icon = "pad", "Padding", "layer-pad"

    border: str = opt(
        "zeros", choices=tuple(BORDERS), help="what the new cells hold; reflect leaves the edge out"
    )

    def out_shape(self, *inputs: Shape) -> Shape:
        sides = self._sides(inputs[0])
        for n, amounts in zip(inputs[0][1:], sides, strict=True):
            if self.border == "reflect" and max(amounts) >= n:
                raise ShapeError(
                    f"{max(amounts)} cells can't be mirrored from {n}; only {n - 1} lie behind the edge.",
                    remedies=(
                        Remedy("Border replicate: repeat the edge", replace=self.replace(border="replicate")),
                        Remedy("Border zeros", replace=self.replace(border="zeros")),
                    ),
                )
        grown = (n + before + after for n, (before, after) in zip(inputs[0][1:], sides, strict=True))
        return (inputs[0][0], *grown)

    def telling_cells(self, box: Box, *inputs: Shape) -> Iterator[Index]:
        """Yield the corners, and where the map itself begins and ends: beyond is nothing, or the way back."""
        ends = (
            (before, before + n - 1)
            for n, (before, _) in zip(inputs[0][1:], self._sides(inputs[0]), strict=True)
        )
        telling = (
            {first, end - 1, *(at for at in edges if first <= at < end)}
            for (first, end), edges in zip(box[1:], ends, strict=True)
        )
        return itertools.product(range(*box[0]), *telling)

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        self.out_shape(*inputs)
        pads = tuple(amount for side in reversed(self._sides(inputs[0])) for amount in side)
        return (TorchCall(f"{_PADS[self.border]}{len(inputs[0]) - 1}d", (pads,)),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        sides, source = self._sides(inputs[0]), BORDERS[self.border]
        places = (
            source(at - before, n) for at, n, (before, _) in zip(index[1:], inputs[0][1:], sides, strict=True)
        )
        return Pointwise(cell(0, (index[0], *places)), "identity")

    def calculations(self, *inputs: Shape) -> tuple[Calculation, ...]:
        return self._told(inputs[0], "+")

    def brief(self) -> str:
        return f"{self._amounts()}, {self.border}"


@dataclass(frozen=True)
class Crop(_Sides):
    """Cuts the border of every map off."""

    kind, title, icon = "crop", "Crop", "layer-crop"

    def out_shape(self, *inputs: Shape) -> Shape:
        sides = self._sides(inputs[0])
        rest = tuple(n - before - after for n, (before, after) in zip(inputs[0][1:], sides, strict=True))
        if any(n < 1 for n in rest):
            raise ShapeError(
                f"cutting {self._amounts()} leaves nothing of {times(inputs[0])}.",
                remedies=(Remedy("Cut nothing", replace=self.replace(before=(0,), after=(0,))),),
            )
        return (inputs[0][0], *rest)

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        self.out_shape(*inputs)
        before, after = zip(*self._sides(inputs[0]), strict=True)
        return (TorchCall("Crop", (before, after)),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        sides = self._sides(inputs[0])
        places = (at + before for at, (before, _) in zip(index[1:], sides, strict=True))
        return Pointwise(cell(0, (index[0], *places)), "identity")

    def calculations(self, *inputs: Shape) -> tuple[Calculation, ...]:
        return self._told(inputs[0], "−")

    def brief(self) -> str:
        return self._amounts()
