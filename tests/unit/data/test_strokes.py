"""Drawn digits: reproducible, centred as in MNIST, and readable."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.data import stroke_digits
from cnnviz.data.glyphs import GLYPHS, basis
from cnnviz.errors import DataError

EXPECTED_LABELS = [9, 2, 6, 8, 0, 1, 4, 5, 7, 3, 1, 0, 8, 9, 5, 2, 7, 4, 6, 3]
EXPECTED_SUMS = [
    28174,
    32542,
    31201,
    25978,
    29433,
    17453,
    23688,
    22354,
    20553,
    23585,
    13022,
    22942,
    39066,
    25469,
    26554,
    30857,
    30301,
    23791,
    23014,
    35188,
]


def test_shape_types_and_balance() -> None:
    images, labels = stroke_digits(250)
    assert (images.shape, images.dtype) == ((250, 1, 28, 28), np.uint8)
    assert (labels.shape, labels.dtype) == ((250,), np.int64)
    assert np.bincount(labels).tolist() == [25] * 10


def test_a_digit_does_not_depend_on_the_count() -> None:
    images, labels = stroke_digits(431, seed=5)
    for count in (1, 7, 199, 200, 201):
        fewer, their_labels = stroke_digits(count, seed=5)
        assert (fewer == images[:count]).all()
        assert (their_labels == labels[:count]).all()


def test_the_same_bits_on_every_machine() -> None:
    images, labels = stroke_digits(20, seed=1, noise=0.05)
    assert labels.tolist() == EXPECTED_LABELS
    assert images.reshape(20, -1).sum(axis=1, dtype=np.int64).tolist() == EXPECTED_SUMS


def test_another_seed_draws_other_digits() -> None:
    assert (stroke_digits(20, seed=1)[0] != stroke_digits(20, seed=2)[0]).any(axis=(1, 2, 3)).all()


def test_centred_and_fitted_like_mnist() -> None:
    images, _ = stroke_digits(500, seed=3, noise=0)
    ink = images[:, 0].astype(float)
    mass = ink.sum(axis=(1, 2))
    rows = (ink.sum(axis=2) @ np.arange(28)) / mass
    columns = (ink.sum(axis=1) @ np.arange(28)) / mass
    assert np.abs(rows - 14).max() < 1.8
    assert np.abs(columns - 14).max() < 1.8
    heights = (ink.max(axis=2) > 100).sum(axis=1)
    widths = (ink.max(axis=1) > 100).sum(axis=1)
    largest = np.maximum(heights, widths)
    assert set(largest) <= {18, 19, 20, 21}
    assert np.median(largest) == 20


def test_grey_levels_resemble_mnist() -> None:
    images, _ = stroke_digits(500)
    # MNIST: mean 0.1307, standard deviation 0.3081.
    assert 0.10 < images.mean() / 255 < 0.16
    assert 0.25 < images.std() / 255 < 0.34


def test_every_parameter_does_something() -> None:
    plain = stroke_digits(100)[0].astype(float)
    assert stroke_digits(100, width=4)[0].mean() > 1.3 * plain.mean()
    clean = stroke_digits(100, noise=0)[0]
    assert (clean[:, :, 0] == 0).all()
    assert stroke_digits(100, noise=0.2)[0][:, :, 0].mean() > 5
    for other in (stroke_digits(100, slant=0.6), stroke_digits(100, jitter=0), stroke_digits(100, noise=0)):
        assert (other[0] != plain).any(axis=(1, 2, 3)).mean() > 0.9
    assert stroke_digits(3, size=56)[0].shape == (3, 1, 56, 56)


def test_a_nearest_mean_reads_them() -> None:
    """Ten mean pictures read most digits, so labels and pictures belong together (88 % when written)."""
    images, labels = stroke_digits(2_000, seed=0)
    tests, truth = stroke_digits(500, seed=1)
    means = np.stack([images[labels == digit].mean(axis=0) for digit in range(10)]).reshape(10, -1)
    distances = ((tests.reshape(500, 1, -1) - means[None]) ** 2).sum(axis=2)
    assert (distances.argmin(axis=1) == truth).mean() > 0.8


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"count": 0}, "count is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"width": 0}, "width is 0"),
        ({"noise": 2}, "noise is 2"),
        ({"slant": -0.1}, "slant is -0.1"),
        ({"jitter": float("nan")}, "jitter is nan"),
        ({"size": 5}, "size is 5"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(DataError, match=message):
        stroke_digits(**{"count": 10, **options})


def test_weights_of_a_path_sum_to_one() -> None:
    sampled = basis(50)
    assert np.allclose(sampled.weights.sum(axis=1), 1)
    assert len(sampled.digits) == sum(len(ways) for ways in GLYPHS.values())
    assert sorted(set(sampled.digits.tolist())) == list(range(10))
