"""Splits and data sets refuse what can't be trained on."""

from __future__ import annotations

import re

import numpy as np
import pytest

from cnnviz.data import Dataset, Split
from cnnviz.errors import DataError


def _split(count: int = 4, size: int = 3, labels: list[int] | None = None) -> Split:
    images = np.arange(count * size * size, dtype=np.uint8).reshape(count, 1, size, size)
    return Split(images, np.array(labels if labels is not None else range(count), np.int64))


def _dataset(train: Split, test: Split) -> Dataset:
    return Dataset("small", "Small", "Made by a test.", ("a", "b", "c", "d"), train, test)


def test_sample_is_a_float_picture_from_zero_to_one() -> None:
    split = Split(np.full((2, 1, 3, 3), 255, np.uint8), np.zeros(2, np.int64))
    sample = split.sample(1)
    assert sample.dtype == np.float32
    assert sample.shape == (1, 3, 3)
    assert (sample == 1).all()
    assert _split().sample(0)[0, 0, 1] == np.float32(1) / np.float32(255)


@pytest.mark.parametrize("k", [-1, 4])
def test_sample_outside_is_refused(k: int) -> None:
    with pytest.raises(DataError, match=f"There is no sample {k}. Samples go from 0 to 3"):
        _split().sample(k)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros(2, np.uint8), np.zeros(2, np.int64), "images have type uint8 and shape (2,)"),
        (np.zeros((2, 1, 3, 3), np.float64), np.zeros(2, np.int64), "images have type float64"),
        (
            np.zeros((2, 1, 3, 3), np.uint8),
            np.zeros(2, np.float32),
            "labels have type float32 and shape (2,)",
        ),
        (np.zeros((2, 1, 3, 3), np.uint8), np.zeros(2, np.uint8), "labels have type uint8"),
        (np.zeros((2, 1, 3, 3), np.uint8), np.zeros(3, np.int64), "2 images but 3 labels"),
        (np.zeros((0, 1, 3, 3), np.uint8), np.zeros(0, np.int64), "hold nothing"),
        (np.zeros((1, 1, 3, 3), np.uint8), np.array([-1]), "A label is -1"),
        ([[1]], np.zeros(1, np.int64), "images are a list"),
    ],
)
def test_split_refuses(images: object, labels: object, message: str) -> None:
    with pytest.raises(DataError, match=re.escape(message)):
        Split(images, labels)  # type: ignore[arg-type]


def test_dataset_refuses_labels_without_a_class() -> None:
    with pytest.raises(DataError, match="A test label is 4, but there are only 4 classes"):
        _dataset(_split(), _split(1, labels=[4]))


def test_dataset_refuses_splits_of_different_shapes() -> None:
    with pytest.raises(DataError, match=r"\(1, 3, 3\), test images \(1, 5, 5\)"):
        _dataset(_split(), _split(size=5))


def test_dataset_refuses_splits_with_different_answers() -> None:
    images = np.zeros((2, 1, 3, 3), np.uint8)
    values = [Split(images, np.zeros((2, count), np.float32)) for count in (1, 2)]
    with pytest.raises(DataError, match=r"give values of shape \(1,\), test samples values of shape \(2,\)"):
        _dataset(*values)


def test_fingerprint_changes_with_any_pixel_and_label() -> None:
    first = _dataset(_split(), _split())
    assert first.fingerprint == _dataset(_split(), _split()).fingerprint
    assert len(first.fingerprint) == 16
    other = _split()
    other.images[3, 0, 2, 2] += 1
    assert _dataset(_split(), other).fingerprint != first.fingerprint
    assert _dataset(_split(labels=[0, 1, 2, 2]), _split()).fingerprint != first.fingerprint
    assert first.shape == (1, 3, 3)
