"""How one output number is made, as plain data.

A layer answers `formula(index, *input_shapes)` with one of these; `cnnviz.explain` puts the numbers in. Nothing
here computes: a formula names the inputs, the parameters and the rule, so that it needs neither numpy nor torch.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

Index = tuple[int, ...]
Entries = tuple[int | range, ...]
"""Where the entries of a parameter lie: one place, or a range of places, per dimension."""


@dataclass(frozen=True)
class Block:
    """A box of cells: one range per dimension; cells outside the array are padding.

    `input` is the port the array arrives at, or the name of one of the layer's own internal arrays (a gate of an LSTM).
    """

    input: int | str
    ranges: tuple[range, ...]


def cell(slot: int | str, index: Index) -> Block:
    """Return the box that holds a single cell."""
    return Block(slot, tuple(range(i, i + 1) for i in index))


@dataclass(frozen=True)
class Part:
    """A block and what each of its cells is multiplied by.

    `weight` names a parameter whose entries `at` match the block cell by cell (trailing dimensions may be left out);
    `values` are fixed weights, cell by cell; `times` is another block of as many cells. Without any of these every cell
    is multiplied by `factor`. `function` is applied to each cell first (a pointwise function, such as `tanh`).
    """

    block: Block
    weight: str = ""
    at: Entries = ()
    factor: float = 1.0
    values: tuple[float, ...] = ()
    times: Block | None = None
    function: str = ""


@dataclass(frozen=True)
class WeightedSum:
    """Σ input · weight (+ biases), then perhaps a function: convolution, dense, average pooling, addition, a gate.

    `rule` says it in words; `function` is a pointwise function of the sum.
    """

    parts: tuple[Part, ...]
    biases: tuple[tuple[str, Index], ...] = ()
    rule: str = "Σ input × weight"
    function: str = ""


@dataclass(frozen=True)
class Product:
    """The product of single cells, one per block."""

    blocks: tuple[Block, ...]
    rule: str = "product of the inputs"


@dataclass(frozen=True)
class Maximum:
    """The largest cell of the blocks; the first one where several are equal. Padding never wins."""

    blocks: tuple[Block, ...]
    rule: str = "largest value of the window"


@dataclass(frozen=True)
class PowerSum:
    """(Σ |x|ᵖ)^(1/p) over a block: L2-norm pooling (p = 2), the length of a capsule's vector."""

    block: Block
    power: float = 2.0
    rule: str = "(Σ |x|ᵖ)^(1/p)"


@dataclass(frozen=True)
class Lookup:
    """A parameter's entry in the row that a cell's value names: an embedding."""

    block: Block
    weight: str
    column: int
    rule: ClassVar[str] = "the table's row for this token"


@dataclass(frozen=True)
class Pointwise:
    """A function of one cell, by its name in `POINTWISE_RULES`; `slope` is its number, where it has one."""

    block: Block
    function: str
    slope: float = 0.0
    note: str = ""

    @property
    def rule(self) -> str:
        """Say the function in words."""
        return POINTWISE_RULES[self.function].replace("slope", f"{self.slope:g}")


@dataclass(frozen=True)
class Softmax:
    """exp(x − max) of one cell over the sum of exp(x − max) of the block; `position` is the cell's place in it."""

    block: Block
    position: int
    rule: ClassVar[str] = "exp(x − max) / Σ exp(xⱼ − max)"


@dataclass(frozen=True)
class Normalise:
    """(x − mean) / √(variance + ε) · weight + bias, with the running statistics of the cell's channel."""

    block: Block
    channel: int
    epsilon: float
    affine: bool

    @property
    def rule(self) -> str:
        """Say the rule in symbols."""
        return "(x − μ) / √(σ² + ε)" + (" · γ + β" if self.affine else "")


@dataclass(frozen=True)
class Standardise:
    """(x − mean) / √(variance + ε) · weight + bias, with mean and variance of the block itself (layer, group norm).

    `position` is the place of the cell in the block (flat); `weight` and `bias` are entries of parameters, or None.
    """

    block: Block
    position: int
    epsilon: float
    weight: tuple[str, Index] | None = None
    bias: tuple[str, Index] | None = None

    @property
    def rule(self) -> str:
        """Say the rule in symbols."""
        return "(x − μ) / √(σ² + ε)" + (" · γ + β" if self.weight else "")


@dataclass(frozen=True)
class ResponseNorm:
    """x / (k + α/n · Σ x²)^β over n neighbouring channels; `position` is the cell's place in the block."""

    block: Block
    position: int
    size: int
    alpha: float
    beta: float
    k: float
    rule: ClassVar[str] = "x / (k + α/n · Σ x²)^β"


@dataclass(frozen=True)
class Largest:
    """1 for the largest cell of a block, else 0; `position` is the cell's place. The first of equal cells wins."""

    block: Block
    position: int
    rule: ClassVar[str] = "1 where the value is the largest, else 0"


@dataclass(frozen=True)
class Squash:
    """s · |s| / (1 + |s|²): a capsule's vector keeps its direction, its length becomes a probability below 1."""

    block: Block
    position: int
    rule: ClassVar[str] = "s · |s| / (1 + |s|²)"


@dataclass(frozen=True)
class Sampled:
    """A pixel fetched from between four pixels of an image, where an affine map of six numbers says.

    `image` and `theta` are ports; `place` is (channel, row, column) of the output of `size` (height, width).
    Coordinates run from −1 to 1 between the outer edges of the image (not the centres of its pixels); outside, the
    image is zero.
    """

    image: int
    theta: int
    place: Index
    size: tuple[int, int]
    rule: ClassVar[str] = "Σ four neighbours × (1 − |dx|)·(1 − |dy|)"


@dataclass(frozen=True)
class Given:
    """The number comes from outside: a pixel of the input."""

    rule: ClassVar[str] = "a value of the sample"


POINTWISE_RULES = {
    "identity": "x, unchanged",
    "relu": "max(0, x)",
    "leaky_relu": "x where x > 0, else slope · x",
    "sigmoid": "1 / (1 + exp(−x))",
    "tanh": "tanh(x)",
    "elu": "x where x > 0, else slope · (exp(x) − 1)",
    "gelu": "x · Φ(x), Φ the normal distribution",
    "silu": "x / (1 + exp(−x))",
    "softplus": "ln(1 + exp(slope · x)) / slope",
}
"""Every pointwise function by its name, in symbols."""

Formula = (
    WeightedSum
    | Product
    | Maximum
    | PowerSum
    | Lookup
    | Pointwise
    | Softmax
    | Normalise
    | Standardise
    | ResponseNorm
    | Largest
    | Squash
    | Sampled
    | Given
)


def blocks(formula: Formula) -> tuple[Block, ...]:
    """Return the boxes of cells that a formula reads. What `Sampled` reads depends on values: see `cnnviz.explain`."""
    match formula:
        case WeightedSum():
            boxes = ((part.block, part.times) for part in formula.parts)
            return tuple(box for pair in boxes for box in pair if box is not None)
        case Product() | Maximum():
            return formula.blocks
        case Given() | Sampled():
            return ()
        case _:
            return (formula.block,)


def with_blocks(formula: Formula, change: Callable[[Block], Block]) -> Formula:
    """Return the formula with every box of cells changed, as for a layer that another one applies step by step."""
    found: Formula = _changed(formula, change)
    return found


def _changed(value: Any, change: Callable[[Block], Block]) -> Any:
    if isinstance(value, Block):
        return change(value)
    if isinstance(value, tuple):
        return tuple(_changed(each, change) for each in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        entries = {
            entry.name: _changed(getattr(value, entry.name), change) for entry in dataclasses.fields(value)
        }
        return dataclasses.replace(value, **entries)
    return value
