"""Filters that nobody trains: the image filters of the textbooks, and any kernel that is typed in.

Sobel and gradients give the maps of TensorFlow's `sobel_edges` and `image_gradients`, in their order: down, right.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from cnnviz.errors import ShapeError
from cnnviz.layers.base import Layer, Remedy, Shape, TorchCall, need_rank, size, times
from cnnviz.layers.borders import BORDERS
from cnnviz.layers.calculation import Calculation, output_sizes
from cnnviz.layers.formula import Block, Formula, Index, Part, WeightedSum
from cnnviz.layers.geometry import Axis
from cnnviz.layers.matrix import Matrix, matrix
from cnnviz.layers.options import opt

TYPED, USUAL, VALID = "typed", "usual", "valid"

_GAUSSIAN = matrix("1 4 7 4 1; 4 16 26 16 4; 7 26 41 26 7; 4 16 26 16 4; 1 4 7 4 1")

FILTERS: dict[str, tuple[Matrix, ...]] = {
    "sobel": (matrix("-1 -2 -1; 0 0 0; 1 2 1"), matrix("-1 0 1; -2 0 2; -1 0 1")),
    "gradient": (matrix("-1 0; 1 0"), matrix("-1 1; 0 0")),
    "gaussian": (tuple(tuple(value / 273 for value in row) for row in _GAUSSIAN),),
    "laplacian": (matrix("0 1 0; 1 -4 1; 0 1 0"),),
    "sharpen": (matrix("0 -1 0; -1 5 -1; 0 -1 0"),),
    "edge": (matrix("-1 0 1; -1 0 1; -1 0 1"),),
    "blur": (((1 / 9,) * 3,) * 3,),
}
"""The kernels of every named filter; each makes one map of every channel."""

_USUAL_BORDER = {"gradient": "replicate"}
"""Repeating the edge makes the last difference 0, as TensorFlow has it; the others mirror the image."""


@dataclass(frozen=True)
class FixedFilter2d(Layer):
    """Filters every map with fixed numbers, as photo editors do: edges, blur, sharpen, or a kernel of your own."""

    kind, title, group, icon = "fixed_filter2d", "Fixed filter 2D", "Convolution", "layer-fixedfilter"
    stem = "filter"

    preset: str = opt(
        "sobel",
        label="Filter",
        choices=(*FILTERS, TYPED),
        help="sobel and gradient make two maps of each (down, right), the others one; typed takes the kernel below",
    )
    kernel: str = opt(
        "-1 0 1; -2 0 2; -1 0 1",
        form="kernel",
        lo=-1000,
        hi=1000,
        help="rows of numbers, for the filter typed",
    )
    border: str = opt(
        USUAL,
        choices=(USUAL, *BORDERS, VALID),
        help="what lies outside the image: usual repeats the edge for gradients and mirrors otherwise; "
        "valid stays inside",
    )

    def kernels(self) -> tuple[Matrix, ...]:
        """Return the kernels, all of one size, one for each map that a channel becomes."""
        return FILTERS.get(self.preset) or (matrix(self.kernel),)

    def out_shape(self, *inputs: Shape) -> Shape:
        found = self._axes(inputs[0])
        return (inputs[0][0] * len(self.kernels()), *(axis.positions for axis in found))

    def macs(self, *inputs: Shape) -> int:
        return size(self.out_shape(*inputs)) * size(self._kernel_size())

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        down, right = self._axes(inputs[0])
        pads = (right.before, right.after, down.before, down.after)
        return (TorchCall("FixedFilter2d", (self.kernels(), pads, self._border)),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        kernels = self.kernels()
        channel, number = divmod(index[0], len(kernels))
        found = [self._cells(axis, at) for axis, at in zip(self._axes(inputs[0]), index[1:], strict=True)]
        values = _gathered(kernels[number], found[0], found[1])
        spans = tuple(range(min(cells), max(cells) + 1) for cells in found)
        block = Block(0, (range(channel, channel + 1), *spans))
        shares = tuple(values.get(place, 0.0) for place in itertools.product(*spans))
        return WeightedSum((Part(block, values=shares),), rule="Σ input × filter")

    def calculations(self, *inputs: Shape) -> tuple[Calculation, ...]:
        return output_sizes(self._axes(inputs[0]))

    def unused(self) -> frozenset[str]:
        return frozenset() if self.preset == TYPED else frozenset({"kernel"})

    def brief(self) -> str:
        name = f"{times(self._kernel_size())} typed" if self.preset == TYPED else self.preset
        return name if self.border == USUAL else f"{name}, {self.border}"

    @property
    def _border(self) -> str:
        return _USUAL_BORDER.get(self.preset, "reflect") if self.border == USUAL else self.border

    def _kernel_size(self) -> tuple[int, int]:
        first = self.kernels()[0]
        return len(first), len(first[0])

    def _axes(self, shape: Shape) -> tuple[Axis, Axis]:
        need_rank(shape, 2)
        down, right = (self._axis(n, k) for n, k in zip(shape[1:], self._kernel_size(), strict=True))
        return down, right

    def _axis(self, n: int, k: int) -> Axis:
        """Return the way of the kernel along one dimension; of an even kernel, the extra cell lies behind."""
        replicate = Remedy("Border replicate: repeat the edge", replace=self.replace(border="replicate"))
        if self._border == VALID:
            if k > n:
                raise ShapeError(f"a {k}-wide kernel does not fit into {n} cells.", remedies=(replicate,))
            return Axis(n, k, 1, 1, 0, 0)
        before, after = (k - 1) // 2, k // 2
        if self._border == "reflect" and after >= n:
            raise ShapeError(
                f"a {k}-wide kernel needs {after + 1} cells to mirror the border, but there are {n}.",
                remedies=(replicate,),
            )
        return Axis(n, k, 1, 1, before, after)

    def _cells(self, axis: Axis, position: int) -> list[int]:
        """Return the input cell under every entry of the kernel, those beyond the border by its rule."""
        source = BORDERS.get(self._border, BORDERS["zeros"])
        return [source(at, axis.size) for at in axis.window(position)]


def _gathered(kernel: Matrix, rows: list[int], columns: list[int]) -> dict[tuple[int, ...], float]:
    """Return what every input cell is multiplied by; at a mirrored border, one cell may lie under several entries."""
    found: dict[tuple[int, ...], float] = {}
    for row, weights in zip(rows, kernel, strict=True):
        for column, weight in zip(columns, weights, strict=True):
            found[row, column] = found.get((row, column), 0.0) + weight
    return found
