"""Drawings become inputs the MNIST way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnnviz.data import stroke_digits, to_input
from cnnviz.data.resample import resize
from cnnviz.errors import DataError

_MNIST = (1, 28, 28)


def _bar(top: int, left: int, height: int = 120, width: int = 20) -> np.ndarray:
    canvas = np.zeros((280, 280), np.uint8)
    canvas[top : top + height, left : left + width] = 255
    return canvas


def test_position_and_size_do_not_matter() -> None:
    first = to_input(_bar(5, 5), _MNIST)
    assert (to_input(_bar(150, 220), _MNIST) == first).all()
    assert np.abs(to_input(_bar(20, 20, 240, 40), _MNIST) - first).max() < 0.01


def test_ink_fills_twenty_rows_and_keeps_its_proportions() -> None:
    picture = to_input(_bar(30, 30), _MNIST)[0]
    inked = picture > 0.5
    assert inked.any(axis=1).sum() == 20
    assert inked.any(axis=0).sum() == 3
    assert (picture[:4] == 0).all()
    assert picture.max() == 1


def test_the_centre_of_mass_is_in_the_middle() -> None:
    canvas = _bar(40, 40, 160, 16)
    canvas[184:200, 40:140] = 255  # an L, heavier at the bottom left
    picture = to_input(canvas, _MNIST)[0]
    rows, columns = np.indices((28, 28))
    assert abs((picture * rows).sum() / picture.sum() - 14) <= 0.51
    assert abs((picture * columns).sum() / picture.sum() - 14) <= 0.51


def test_a_training_picture_comes_back_nearly_as_it_was() -> None:
    digits, _ = stroke_digits(50, noise=0)
    likeness = []
    for digit in digits[:, 0]:
        large = np.clip(resize(digit / np.float32(255), 280, 280), 0, 1)
        back = to_input(large, _MNIST)[0]
        likeness.append(np.corrcoef(back.ravel(), digit.ravel())[0, 1])
    # Where the rounded shift comes out one pixel aside, thin strokes correlate badly although all is well.
    assert np.median(likeness) > 0.88


def test_channels_and_other_sizes() -> None:
    picture = to_input(_bar(5, 5), (3, 32, 40))
    assert picture.shape == (3, 32, 40)
    assert picture.dtype == np.float32
    assert (picture[0] == picture[2]).all()


def test_a_blank_drawing_gives_zeros() -> None:
    assert (to_input(np.zeros((50, 60), np.uint8), _MNIST) == 0).all()


@given(hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, max_side=40)))
@settings(deadline=None)
def test_any_canvas_gives_values_from_zero_to_one(canvas: np.ndarray) -> None:
    picture = to_input(canvas, _MNIST)
    assert picture.shape == _MNIST
    assert picture.min() >= 0
    assert picture.max() <= 1
    assert np.allclose(picture, to_input(canvas / 255, _MNIST), atol=1e-5)


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (np.zeros((3, 4, 5), np.uint8), r"shape \(3, 4, 5\)"),
        (np.zeros((0, 4), np.uint8), r"shape \(0, 4\)"),
        (np.full((4, 4), 2.0), "float64 and values from 2.0 to 2.0"),
        (np.full((4, 4), np.nan), "float64 and values from nan"),
        (np.zeros((4, 4), np.int32), "type int32"),
    ],
)
def test_anything_else_is_refused(picture: np.ndarray, message: str) -> None:
    with pytest.raises(DataError, match=message):
        to_input(picture, _MNIST)


@given(st.integers(1, 40), st.integers(1, 40))
@settings(deadline=None)
def test_resizing_keeps_a_constant_picture(height: int, width: int) -> None:
    assert np.allclose(resize(np.full((2, 9, 7), 0.5, np.float32), height, width), 0.5, atol=1e-6)


def test_resizing_to_the_same_size_changes_nothing() -> None:
    picture = np.random.default_rng(0).random((9, 7), np.float32)
    assert np.allclose(resize(picture, 9, 7), picture, atol=1e-6)
