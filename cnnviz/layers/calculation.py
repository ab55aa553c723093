"""A small sum with a layer's own numbers in it, as a teacher writes it on the board."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cnnviz.layers.geometry import Axis

RESULT = "result"


@dataclass(frozen=True)
class Calculation:
    """A rule in letters, and the same with numbers: pieces of text, each with the option it comes from or none.

    The piece that is named `result` is what comes out.
    """

    rule: str
    pieces: tuple[tuple[str, str], ...]

    @property
    def worked(self) -> str:
        """Return the rule with the numbers put in, as plain text."""
        return "".join(text for text, _ in self.pieces)


def calculation(rule: str, pattern: str, **values: int) -> Calculation:
    """Return a calculation; `{name}` in the pattern stands for the value of that name."""
    pieces = []
    for text in re.split(r"(\{\w+\})", pattern):
        name = text.strip("{}") if text.startswith("{") else ""
        if text:
            pieces.append((f"{values[name]:,}", name) if name else (text, ""))
    return Calculation(rule, tuple(pieces))


def output_sizes(found: tuple[Axis, ...]) -> tuple[Calculation, ...]:
    """Return how many places the window takes along each dimension; equal dimensions are told once."""
    return tuple(dict.fromkeys(_output_size(axis) for axis in found))


def _output_size(axis: Axis) -> Calculation:
    even = axis.before == axis.after
    padding = ("2p", "2·{padding}") if even else ("p₁ + p₂", "{padding} + {after}")
    window = ("k", "{kernel_size}")
    if axis.dilation > 1:
        window = ("d(k − 1) − 1", "{dilation}·({kernel_size} − 1) − 1")
    return calculation(
        f"out = ⌊(n + {padding[0]} − {window[0]}) / s⌋ + 1",
        f"⌊({{input}} + {padding[1]} − {window[1]}) / {{stride}}⌋ + 1 = {{result}}",
        input=axis.size,
        padding=axis.before,
        after=axis.after,
        kernel_size=axis.kernel,
        dilation=axis.dilation,
        stride=axis.stride,
        result=axis.positions,
    )
