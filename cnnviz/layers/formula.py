"""How one output number is made, as plain data.

A layer answers `formula(index, *input_shapes)` with one of these; `cnnviz.explain` puts the numbers in. Nothing
here computes: a formula names the inputs, the parameters and the rule, so that it needs neither numpy nor torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

Index = tuple[int, ...]


@dataclass(frozen=True)
class Block:
    """A box of cells of one input: one range per dimension; cells outside the input are padding."""

    input: int
    ranges: tuple[range, ...]


def cell(slot: int, index: Index) -> Block:
    """Return the box that holds a single cell."""
    return Block(slot, tuple(range(i, i + 1) for i in index))


@dataclass(frozen=True)
class Part:
    """A block and what each of its cells is multiplied by.

    `weight` names a parameter whose rows `at` match the block cell by cell; without one, every cell is
    multiplied by `factor`.
    """

    block: Block
    weight: str = ""
    at: Index = ()
    factor: float = 1.0


@dataclass(frozen=True)
class WeightedSum:
    """Σ input · weight (+ bias): convolution, dense, average pooling, addition. `rule` says it in words."""

    parts: tuple[Part, ...]
    bias: tuple[str, Index] | None = None
    rule: str = "Σ input × weight"


@dataclass(frozen=True)
class Maximum:
    """The largest cell of a block; the first one where several are equal. Padding never wins."""

    block: Block
    rule: str = "largest value of the window"


@dataclass(frozen=True)
class Pointwise:
    """A function of one cell: `identity`, `relu`, `leaky_relu`, `sigmoid` or `tanh`."""

    block: Block
    function: str
    slope: float = 0.0
    note: str = ""

    @property
    def rule(self) -> str:
        """Say the function in words."""
        return _POINTWISE_RULES[self.function].replace("slope", f"{self.slope:g}")


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
class Given:
    """The number comes from outside: a pixel of the input."""

    rule: ClassVar[str] = "a value of the sample"


_POINTWISE_RULES = {
    "identity": "x, unchanged",
    "relu": "max(0, x)",
    "leaky_relu": "x where x > 0, else slope · x",
    "sigmoid": "1 / (1 + exp(−x))",
    "tanh": "tanh(x)",
}


Formula = WeightedSum | Maximum | Pointwise | Softmax | Normalise | Given
