"""Holding out is a seeded partition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.data import hold_out
from cnnviz.errors import DataError


@given(st.data(), st.integers(1, 300), st.integers(0, 2**40))
def test_every_sample_is_in_exactly_one_part(data: st.DataObject, count: int, seed: int) -> None:
    validation = data.draw(st.integers(0, count - 1))
    train, held = hold_out(count, validation, seed)
    assert len(held) == validation
    assert sorted([*train, *held]) == list(range(count))


def test_the_seed_decides() -> None:
    assert (hold_out(100, 10, 3)[1] == hold_out(100, 10, 3)[1]).all()
    assert (hold_out(100, 10, 3)[1] != hold_out(100, 10, 4)[1]).any()
    assert hold_out(100, 10, 3)[0].dtype == np.int64


@pytest.mark.parametrize(("count", "validation"), [(10, 10), (10, 11), (10, -1), (0, 0)])
def test_impossible_sizes_are_refused(count: int, validation: int) -> None:
    with pytest.raises(DataError, match=f"Can't hold out {validation} of {count} samples"):
        hold_out(count, validation, 0)


def test_negative_seed_is_refused() -> None:
    with pytest.raises(DataError, match="The seed is -1"):
        hold_out(10, 2, -1)
