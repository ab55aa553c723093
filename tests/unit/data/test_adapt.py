"""A sample in another shape keeps its range, and its picture where there is one."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.data.adapt import adapted

SHAPES = [
    (7,), (784,), (2, 30), (28, 28), (1, 28, 28), (3, 28, 28), (3, 227, 227), (1, 5, 9), (3, 16, 16, 16),
    (1, 19, 64, 64),
]  # fmt: skip
DIGIT = np.random.default_rng(0).random((1, 28, 28), np.float32)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("given", SHAPES)
def test_any_shape_becomes_any_other(given: tuple[int, ...], shape: tuple[int, ...]) -> None:
    sample = np.random.default_rng(1).random(given, np.float32)
    found = adapted(sample, shape)
    assert (found.shape, found.dtype) == (shape, np.float32)
    assert (
        min(0.0, sample.min()) <= found.min() <= found.max() <= sample.max()
    )  # a square is filled up with zeros


def test_the_same_shape_is_the_same_sample() -> None:
    assert adapted(DIGIT, (1, 28, 28)) is DIGIT


def test_what_is_not_resized_is_not_changed() -> None:
    assert np.array_equal(adapted(DIGIT, (3, 28, 28)), np.repeat(DIGIT, 3, axis=0))
    assert np.array_equal(adapted(DIGIT, (1, 4, 28, 28))[0, 3], DIGIT[0])
    assert np.array_equal(adapted(DIGIT, (28, 28)), DIGIT[0])
    assert np.array_equal(adapted(DIGIT, (784,)), DIGIT.ravel())


def test_an_enlarged_picture_keeps_its_look() -> None:
    large = adapted(DIGIT, (1, 56, 56))
    means = large.reshape(1, 28, 2, 28, 2).mean(axis=(2, 4))
    assert np.corrcoef(means.ravel(), DIGIT.ravel())[0, 1] > 0.98
