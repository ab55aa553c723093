"""A shown column adds up, whatever is put into it."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.errors import ExplainError
from cnnviz.explain import rounded

NUMBERS = st.floats(-1e3, 1e3)


@settings(max_examples=200, deadline=None)
@given(st.lists(NUMBERS, max_size=40), st.integers(0, 9))
def test_shown_terms_and_rounding_add_up_to_the_shown_result(terms: list[float], decimals: int) -> None:
    column = rounded(terms, math.fsum(terms), decimals)
    assert sum(column.terms) + column.rounding == column.result
    assert abs(column.rounding) <= Decimal(len(terms) + 1).scaleb(-decimals) / 2
    assert [f"{term:.{decimals}f}" for term in column.terms] == [
        f"{term:.{decimals}f}".replace("-", "")
        if float(f"{term:.{decimals}f}") == 0
        else f"{term:.{decimals}f}"
        for term in terms
    ]


def test_thirds_need_a_rounding_term() -> None:
    column = rounded([1 / 3, 1 / 3, 1 / 3], 1.0, 2)
    assert [str(term) for term in column.terms] == ["0.33", "0.33", "0.33"]
    assert (str(column.rounding), str(column.result)) == ("0.01", "1.00")


def test_huge_numbers_stay_exact() -> None:
    column = rounded([1e300, 1.25], 1e300, 1)
    assert column.rounding == Decimal("-1.2")
    assert str(column.terms[1]) == "1.2"


def test_no_minus_zero_and_no_decimals() -> None:
    assert str(rounded([-0.0004], -0.0004, 3).terms[0]) == "0.000"
    assert str(rounded([2.5, -7.0], -4.5, 0).terms[1]) == "-7"


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_refused(bad: float) -> None:
    with pytest.raises(ExplainError):
        rounded([1.0, bad], 1.0, 3)
    with pytest.raises(ExplainError):
        rounded([1.0], bad, 3)
