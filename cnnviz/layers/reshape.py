"""The same numbers in another order: reshape and permute."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from cnnviz.errors import ShapeError
from cnnviz.layers.base import Box, Layer, Remedy, Shape, TorchCall, size, times
from cnnviz.layers.calculation import Calculation, calculation
from cnnviz.layers.dense import unravel
from cnnviz.layers.formula import Formula, Index, Pointwise, cell
from cnnviz.layers.options import REST, opt


@dataclass(frozen=True)
class Reshape(Layer):
    """Writes the same numbers, row by row, into another shape."""

    kind, title, group, icon = "reshape", "Reshape", "Reshape", "layer-reshape"

    target: tuple[int, ...] = opt(
        (-1,),
        form="target",
        lo=1,
        hi=1_048_576,
        help="shape that comes out, channels first; one entry may be rest, for whatever is left",
    )

    def out_shape(self, *inputs: Shape) -> Shape:
        whole, known = size(inputs[0]), size(tuple(entry for entry in self.target if entry != -1))
        rest, left = divmod(whole, known)
        if left or (-1 not in self.target and rest != 1):
            raise ShapeError(self._misfit(inputs[0], known), remedies=self._remedies(whole))
        return tuple(rest if entry == -1 else entry for entry in self.target)

    def idle(self, *inputs: Shape) -> bool:
        return self.out_shape(*inputs) == inputs[0]

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        self.out_shape(*inputs)
        return (TorchCall("Reshape", self.target),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        flat = 0
        for at, n in zip(index, self.out_shape(*inputs), strict=True):
            flat = flat * n + at
        return Pointwise(cell(0, unravel(flat, inputs[0])), "identity")

    def telling_cells(self, box: Box, *inputs: Shape) -> Iterator[Index]:
        """Yield every cell, since neighbours may come from far apart; of the whole, the first and the last."""
        cells = itertools.product(*(range(*ends) for ends in box))
        if box != tuple((0, n) for n in self.out_shape(*inputs)):
            return cells
        return iter([tuple(first for first, _ in box), tuple(end - 1 for _, end in box)])

    def calculations(self, *inputs: Shape) -> tuple[Calculation, ...]:
        sides = ("·".join(str(entry) for entry in shape) for shape in (inputs[0], self.out_shape(*inputs)))
        pattern = " = ".join(sides) + " = {result}"
        return (calculation("as many numbers as before", pattern, result=size(inputs[0])),)

    def brief(self) -> str:
        return f"to {'×'.join(REST if entry == -1 else str(entry) for entry in self.target)}"

    def _misfit(self, shape: Shape, known: int) -> str:
        wanted = f"multiples of {known:,}" if -1 in self.target else f"{known:,}"
        return f"{times(shape)} holds {size(shape):,} numbers, but {self.brief()[3:]} takes {wanted}."

    def _remedies(self, whole: int) -> tuple[Remedy, ...]:
        """Suggest the first entry that, left open, makes the rest fit; else one long row."""
        for place in range(len(self.target)):
            others = tuple(entry for at, entry in enumerate(self.target) if at != place and entry != -1)
            if -1 not in self.target and whole % size(others) == 0:
                changed = (*self.target[:place], -1, *self.target[place + 1 :])
                found = self.replace(target=changed)
                return (Remedy(f"Reshape {found.brief()}", replace=found),)
        return (Remedy(f"Reshape to one row of {whole:,}", replace=self.replace(target=(-1,))),)


@dataclass(frozen=True)
class Permute(Layer):
    """Changes the order of the dimensions: the height may become the time of a sequence."""

    kind, title, group, icon = "permute", "Permute", "Reshape", "layer-permute"

    order: tuple[int, ...] = opt(
        (2, 1), form="shape", lo=1, hi=4, help="which dimension comes where, counted from 1: 2×1 swaps two"
    )

    def out_shape(self, *inputs: Shape) -> Shape:
        shape = inputs[0]
        if sorted(self.order) != list(range(1, len(shape) + 1)):
            raise ShapeError(
                f"the order {times(self.order)} must hold every number from 1 to {len(shape)} once, "
                f"since {times(shape)} has {len(shape)} dimension{'s' if len(shape) > 1 else ''}.",
                remedies=self._remedies(len(shape)),
            )
        return tuple(shape[place - 1] for place in self.order)

    def idle(self, *inputs: Shape) -> bool:
        return self.order == tuple(sorted(self.order))

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        self.out_shape(*inputs)
        return (TorchCall("Permute", self.order),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        source = [0] * len(index)
        for at, place in zip(index, self.order, strict=True):
            source[place - 1] = at
        return Pointwise(cell(0, tuple(source)), "identity")

    def brief(self) -> str:
        return f"order {times(self.order)}"

    def _remedies(self, dimensions: int) -> tuple[Remedy, ...]:
        """Suggest the order that puts the channels last, where that many dimensions can be ordered."""
        if not 2 <= dimensions <= 4:
            return ()
        order = (*range(2, dimensions + 1), 1)
        return (Remedy(f"Order {times(order)}: channels last", replace=self.replace(order=order)),)
