"""A claim with the number that was measured for it, and how a table of claims is written."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Claim:
    """`what` was measured, in `unit`, and must be at least (or at most) `limit`; `detail` says beside what and how."""

    what: str
    measured: float
    limit: float
    unit: str
    at_least: bool
    detail: str = ""

    @property
    def met(self) -> bool:
        """Say whether the claim holds; what is no number never does."""
        if not math.isfinite(self.measured):
            return False
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def to_dict(self) -> dict[str, Any]:
        """Return the claim as JSON values."""
        return {**asdict(self), "met": self.met}

    def row(self) -> tuple[str, ...]:
        """Return what the table says: claim, measured, demanded, verdict, detail."""
        sign = "≥" if self.at_least else "≤"
        verdict = "met" if self.met else "NOT MET"
        return (
            self.what,
            f"{_number(self.measured)} {self.unit}",
            f"{sign} {_number(self.limit)}",
            verdict,
            self.detail,
        )


def at_least(what: str, measured: float, limit: float, unit: str, detail: str = "") -> Claim:
    """Return a claim that holds from `limit` upwards."""
    return Claim(what, measured, limit, unit, at_least=True, detail=detail)


def at_most(what: str, measured: float, limit: float, unit: str, detail: str = "") -> Claim:
    """Return a claim that holds up to `limit`."""
    return Claim(what, measured, limit, unit, at_least=False, detail=detail)


def table(claims: Iterable[Claim]) -> str:
    """Return all claims as aligned lines."""
    rows: list[Sequence[str]] = [("claim", "measured", "demanded", "", "how"), *(c.row() for c in claims)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = (
        "  ".join([*(entry.ljust(width) for entry, width in zip(row, widths, strict=False)), row[4]])
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)


def _number(value: float) -> str:
    """Write three digits, as no measurement here is better than that."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
