"""Samples that lie elsewhere are indexed like arrays, and travel without their values."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data import Dataset, Part, Split, Stored


class Squares(Stored):
    """Sample k is k² everywhere."""

    def __init__(self, count: int) -> None:
        self.shape, self.dtype = (count, 1, 2, 2), np.dtype(np.float32)
        self.reads = 0

    def read(self, places: NDArray[np.int64]) -> NDArray[Any]:
        self.reads += 1
        return np.broadcast_to(
            places.astype(np.float32)[:, None, None, None] ** 2, (len(places), 1, 2, 2)
        ).copy()

    @property
    def identity(self) -> str:
        return f"squares {len(self)}"


def test_is_indexed_like_an_array() -> None:
    squares, whole = Squares(10), Squares(10).read(np.arange(10))
    for places in (3, slice(2, 9, 3), np.array([7, 1, 1]), -1):
        assert np.array_equal(squares[places], whole[places])
    assert (len(squares), squares.ndim, squares.size) == (10, 4, 40)


def test_a_part_reads_only_its_own_places() -> None:
    part = Part(Squares(10), np.array([9, 4]))
    assert part[0][0, 0, 0] == 81
    assert part[np.array([1, 0])][:, 0, 0, 0].tolist() == [16, 81]
    assert part.shape == (2, 1, 2, 2)
    assert part.identity != Part(Squares(10), np.array([4, 9])).identity


def test_splits_and_data_sets_take_it_and_read_nothing() -> None:
    squares = Squares(1_000_000)
    split = Split(squares, np.zeros(1_000_000, np.int64))
    dataset = Dataset("squares", "Squares", "Made by a test.", ("any",), split, split)
    assert dataset.shape == (1, 2, 2)
    assert len(dataset.fingerprint) == 16
    assert squares.reads == 0
    assert split.sample(3).max() == 9


def test_pickled_it_is_small() -> None:
    assert len(pickle.dumps(Squares(1_000_000))) < 1000


def test_what_samples_should_give() -> None:
    images = np.zeros((4, 1, 6, 6), np.uint8)
    labels = Split(images, np.zeros(4, np.int64))
    values = Split(images, np.zeros((4, 2), np.float32))
    frames = Split(images, np.zeros((4, 1, 6, 6), np.uint8))
    assert [each.answers for each in (labels, values, frames)] == ["labels", "values", "frames"]
    assert [len(each.class_numbers) for each in (labels, values, frames)] == [4, 0, 0]
    found = Dataset("v", "Values", "Made by a test.", (), values, values)
    assert (found.answers, found.answer_shape) == ("values", (2,))
