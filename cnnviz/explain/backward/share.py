"""How much one output number moves with one number that it is made from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cnnviz.explain.explanation import Place


@dataclass(frozen=True, slots=True)
class Share:
    """∂output/∂number. `name` says what it is (weight, gate, slope …; empty where it is 1 by nature).

    `place` is where it stands in the trace, where it is a value of the trace itself. `scale` is the size of the
    numbers that a slope is the difference of (1 − tanh² far out), where they are larger: float32 loses its digits.
    """

    factor: float
    name: str
    place: Place | None = None
    scale: float = 0.0

    @property
    def rough(self) -> float:
        """Return the size of the numbers that the factor was computed from."""
        return max(abs(self.factor), self.scale)


def total(shares: Iterable[Share]) -> Share:
    """Return the sum of what a number does in several places of one formula; 0 where it does nothing."""
    found = list(shares)
    names = {share.name for share in found}
    return Share(
        sum(share.factor for share in found),
        names.pop() if len(names) == 1 else "slope",
        scale=sum(share.rough for share in found),
    )
