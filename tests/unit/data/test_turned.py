"""A drawn digit becomes voxels as the data set makes them, and turns as the data set turns them."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz import data
from cnnviz.data.voxels import SIDE, is_solid, turned, upright


@pytest.fixture(scope="module")
def digit() -> np.ndarray:
    images, _ = data.stroke_digits(1, seed=4)
    return images[0].reshape(28, 28).astype(np.float32) / 255


def test_a_digit_is_the_same_in_every_slice_but_for_noise(digit: np.ndarray) -> None:
    grey = upright(digit, 1)
    assert grey.shape == (1, SIDE, SIDE, SIDE)
    assert is_solid(grey.shape)
    assert 0 <= grey.min() < grey.max() <= 1
    ink = grey[0].max(axis=0) > 0
    assert 0.05 < ink.mean() < 0.6
    np.testing.assert_array_equal(grey[0][:, ~ink], 0)
    assert grey[0][:, ink].std(axis=0).max() > 0.05


def test_colours_have_the_form_of_the_grey_digit_and_follow_the_seed(digit: np.ndarray) -> None:
    colours = upright(digit, 3, seed=5)
    assert colours.shape == (3, SIDE, SIDE, SIDE)
    np.testing.assert_array_equal(colours, upright(digit, 3, seed=5))
    assert (colours != upright(digit, 3, seed=6)).any()
    assert not (colours.max(axis=0) > 0)[
        upright(digit, 1, seed=5)[0].max(axis=0)[None].repeat(SIDE, 0) == 0
    ].any()


def test_a_quarter_turn_moves_every_voxel_to_its_place(digit: np.ndarray) -> None:
    solid = upright(digit, 3)
    once = turned(solid, (0.0, 0.0, 0.0))
    np.testing.assert_allclose(once, solid, atol=1 / 255)
    quarter = turned(solid, (90.0, 0.0, 0.0))
    assert min(np.abs(quarter - np.rot90(solid, times, (2, 3))).max() for times in (1, 3)) < 0.01
    about_y = turned(solid, (0.0, 90.0, 0.0))
    assert min(np.abs(about_y - np.rot90(solid, times, (1, 3))).max() for times in (1, 3)) < 0.01


def test_there_and_back_is_nearly_where_it_was(digit: np.ndarray) -> None:
    solid = upright(digit, 1)
    back = turned(turned(solid, (0.0, 0.0, 12.0)), (0.0, 0.0, -12.0))
    inner = (slice(None), *[slice(4, -4)] * 3)
    assert np.corrcoef(back[inner].ravel(), solid[inner].ravel())[0, 1] > 0.85


def test_an_angle_beyond_the_last_is_held() -> None:
    solid = np.random.default_rng(0).random((1, SIDE, SIDE, SIDE)).astype(np.float32)
    np.testing.assert_array_equal(turned(solid, (0.0, 500.0, 0.0)), turned(solid, (0.0, 179.0, 0.0)))
