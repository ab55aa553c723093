"""Shown numbers: the minus sign, fixed digits, counts, shapes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.ui import numbers


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (-0.0464, 3, "−0.046"),
        (0.0001, 3, "0.000"),
        (-0.0001, 3, "0.000"),
        (1234.5, 1, "1,234.5"),
        (math.nan, 2, "NaN"),
    ],
)
def test_fixed(value, digits, text):
    assert numbers.fixed(value, digits) == text


def test_fixed_with_plus():
    assert numbers.fixed(1.821, 3, plus=True) == "+1.821"
    assert numbers.fixed(-math.inf, 3) == "−∞"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.001, "0.001"),
        (1.01e-5, "1.01e−5"),
        (-5.7, "−5.7"),
        (2400, "2,400"),
        (1.5e7, "1.5e7"),
    ],
)
def test_compact(value, text):
    assert numbers.compact(value) == text


@given(st.floats(-1e5, 1e5), st.integers(4, 6))
def test_cell_text_fits_and_is_near(value, characters):
    text = numbers.cell(value, characters)
    assert len(text) <= characters + 1
    assert "-" not in text
    if len(text) <= characters and "e" not in text:
        assert abs(numbers.parse(text) - value) <= max(0.5, abs(value) * 0.06)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (960, "960"),
        (9400, "9,400"),
        (56_448, "56 k"),
        (225_792, "226 k"),
        (2_709_504, "2.71 M"),
        (138_356_392, "138 M"),
    ],
)
def test_compact_count(value, text):
    assert numbers.compact_count(value) == text


def test_shapes():
    assert numbers.shape((32, 28, 14), "keras") == "28×14×32"
    assert numbers.shape((32, 28, 14), "pytorch") == "32×28×14"
    assert numbers.shape((10,), "keras") == "10"
    assert numbers.shape((3, None, 8), "keras") == "?×8×3"


def test_shape_follows_the_setting():
    before = numbers.axis_order()
    try:
        numbers.set_axis_order("keras")
        assert numbers.shape((8, 28, 14)) == "28×14×8"
        numbers.set_axis_order("pytorch")
        assert numbers.shape((8, 28, 14)) == "8×28×14"
    finally:
        numbers.set_axis_order(before)


def test_numbers_of_a_small_map_are_written_with_their_power():
    assert numbers.cell(-1.7e-6, 5, reach=1.5e-5) == "−2e−6"
    assert numbers.cell(0.0, 5, reach=1.5e-5) == "0"
    assert numbers.cell(0.0004, 4, reach=3.0) == ".00"


def test_small_formats():
    assert numbers.count(30298) == "30,298"
    assert numbers.percent(0.9937, 2) == "99.37 %"
    assert numbers.short_probability(0.994) == ".99"
    assert numbers.short_probability(1.0) == "1.0"
    assert numbers.duration(114) == "1:54"
    assert numbers.duration(7390) == "2:03:10"
    assert numbers.size_in_bytes(54_600_000) == "55 MB"


@given(st.floats(-1e6, 1e6))
def test_compact_can_be_typed_back(value):
    assert numbers.parse(numbers.compact(value, 6)) == pytest.approx(value, rel=1e-4, abs=1e-12)


@pytest.mark.parametrize("text", ["", "abc", "1.2.3", "--1"])
def test_parse_refuses(text):
    with pytest.raises(ValueError, match="could not convert"):
        numbers.parse(text)
