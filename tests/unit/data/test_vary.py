"""Samples that are moved, turned and disturbed: whole pixels exactly, angles as scipy computes them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from cnnviz.data import Split
from cnnviz.data.vary import varied, varied_split
from cnnviz.model.whatif import Variation

IMAGE = np.random.default_rng(0).random((2, 9, 11), dtype=np.float32)


def test_nothing_changes_nothing() -> None:
    assert varied(IMAGE, Variation()) is IMAGE


@pytest.mark.parametrize(("dx", "dy"), [(2, 0), (-3, 1), (0, -4), (40, 0), (0, -9), (5, 5)])
def test_whole_pixels_move_exactly(dx: int, dy: int) -> None:
    wanted = ndimage.shift(IMAGE, (0, dy, dx), order=0, mode="constant")
    assert np.array_equal(varied(IMAGE, Variation(dx, dy)), wanted)


@pytest.mark.parametrize("degrees", [90.0, 180.0, -90.0, 17.0, -45.0])
def test_it_turns_clockwise_about_the_middle(degrees: float) -> None:
    wanted = ndimage.rotate(IMAGE, -degrees, axes=(2, 1), reshape=False, order=1, mode="grid-constant")
    mirrored = ndimage.rotate(IMAGE, degrees, axes=(2, 1), reshape=False, order=1, mode="grid-constant")
    found = varied(IMAGE, Variation(degrees=degrees))
    assert min(np.abs(found - each).max() for each in (wanted, mirrored)) < 1e-5


def test_a_quarter_turn_is_clockwise() -> None:
    image = np.zeros((1, 5, 5), np.float32)
    image[0, 0, 2] = 1.0  # the top goes to the right
    assert varied(image, Variation(degrees=90))[0, 2, 4] == pytest.approx(1)


def test_noise_is_the_same_every_time_and_stays_in_range() -> None:
    first, second = varied(IMAGE, Variation(noise=0.4)), varied(IMAGE, Variation(noise=0.4))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, IMAGE)
    assert first.min() >= 0
    assert first.max() <= 1


def test_sequences_move_along_time_and_vectors_stay() -> None:
    rows = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert varied(rows, Variation(1, 1, 30)).tolist() == [[0, 0, 1], [0, 3, 4]]
    assert np.array_equal(varied(rows[0], Variation(1, 1, 30)), rows[0])


def test_a_split_is_varied_when_it_is_read() -> None:
    bytes_ = np.random.default_rng(1).integers(0, 256, (4, 1, 6, 6), np.uint8)
    split = Split(bytes_, np.arange(4))
    moved = varied_split(split, Variation(1))
    assert np.array_equal(moved.images[np.array([2, 0])][1], varied(split.sample(0), Variation(1)))
    assert varied_split(split, Variation()) is split
