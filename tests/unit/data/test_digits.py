"""scikit-learn's real digits in MNIST's form."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.data import load, real_digits


@pytest.fixture(scope="module")
def splits() -> tuple[object, object]:
    return real_digits()


def test_sizes_and_classes(splits) -> None:
    train, test = splits
    assert train.images.shape == (1_437, 1, 28, 28)
    assert test.images.shape == (360, 1, 28, 28)
    assert np.bincount(test.labels).tolist() == [36] * 10


def test_the_split_is_seeded_and_a_partition(splits) -> None:
    train, test = splits
    again, _ = real_digits()
    assert (again.images == train.images).all()
    other, _ = real_digits(seed=1)
    assert (other.labels != train.labels).any()
    everything = np.concatenate([train.images, test.images]).reshape(1_797, -1)
    assert np.bincount(np.concatenate([train.labels, test.labels])).min() == 174
    assert len(np.unique(everything, axis=0)) == 1_797


def test_pictures_are_centred_and_full_of_contrast(splits) -> None:
    train, _ = splits
    ink = train.images[:, 0].astype(float)
    rows = (ink.sum(axis=2) @ np.arange(28)) / ink.sum(axis=(1, 2))
    assert np.abs(rows - 14).max() < 3
    assert np.median(ink.max(axis=(1, 2))) == 255
    assert (ink[:, 0] == 0).mean() > 0.9


def test_loaded_by_name() -> None:
    dataset = load("digits")
    assert dataset.origin == (
        "Real handwritten digits from scikit-learn, 8×8 scaled to 28×28: 1,437 training and 360 test images."
    )
