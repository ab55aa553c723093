"""Displayed decimals that add up: where rounding makes a shown sum wrong, the rounding becomes a term of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from cnnviz.errors import ExplainError


@dataclass(frozen=True)
class Column:
    """A column of shown numbers: terms plus `rounding` equals `result`, exactly, in the shown decimals."""

    terms: tuple[Decimal, ...]
    rounding: Decimal
    result: Decimal


def rounded(terms: Iterable[float], result: float, decimals: int) -> Column:
    """Round each number to `decimals` places (half to even, as Python prints) and balance the column.

    Raises ExplainError for a number that is not finite.
    """
    try:
        counts = [_count(term, decimals) for term in terms]
        total = _count(result, decimals)
    except (OverflowError, ValueError):
        raise ExplainError("a number that is not finite can't be rounded.") from None
    return Column(
        tuple(_decimal(count, decimals) for count in counts),
        _decimal(total - sum(counts), decimals),
        _decimal(total, decimals),
    )


def _count(value: float, decimals: int) -> int:
    """Return a number in units of its last shown place; exact, where floats would round twice."""
    return round(Fraction(value) * 10**decimals)


def _decimal(count: int, decimals: int) -> Decimal:
    """Return count × 10^−decimals exactly, whatever the precision of the decimal context."""
    digits = tuple(int(digit) for digit in str(abs(count)))
    return Decimal((int(count < 0), digits, -decimals))
