"""A survey reads a data set in pieces and says what simple numpy says of the whole of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cnnviz import data
from cnnviz.control import Control
from cnnviz.data import Dataset, Split, Stored
from cnnviz.data.survey import Histogram, Means, Survey, Twins, destinations, find, survey
from cnnviz.events import Answer, Finished, Progress


class Behind(Stored):
    """An array that is read in pieces; remembers how large the largest was."""

    def __init__(self, values: NDArray[Any]) -> None:
        self._values, self.most = values, 0
        self.shape, self.dtype = values.shape, values.dtype

    def read(self, places: NDArray[np.int64]) -> NDArray[Any]:
        self.most = max(self.most, len(places))
        return self._values[places]

    @property
    def identity(self) -> str:
        return "behind"


def surveyed(dataset: Dataset) -> Survey:
    *_, last = survey(dataset)
    assert isinstance(last, Answer)
    return last.value


def dataset_of(train: Split, test: Split, classes: tuple[str, ...] = tuple("0123456789")) -> Dataset:
    return Dataset("own", "Own", "Made by a test.", classes, train, test)


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return data.load("digits")


def test_real_digits_are_measured_as_numpy_measures_them(digits: Dataset) -> None:
    found = surveyed(digits)
    for split, values in zip((digits.train, digits.test), found.values, strict=True):
        pixels = np.asarray(split.images)
        assert (values.low, values.high, values.total) == (pixels.min(), pixels.max(), pixels.size)
        assert np.array_equal(values.counts, np.bincount(pixels.ravel(), minlength=256))
        assert values.mean == pytest.approx(pixels.mean(), abs=1e-9)
        assert values.deviation == pytest.approx(pixels.std(), abs=1e-9)
    train = np.asarray(digits.train.images)
    assert np.allclose(found.means.whole(), train.mean(axis=0), atol=1e-9)
    for label in range(10):
        mean = found.means.of(label)
        assert mean is not None
        assert np.allclose(mean, train[digits.train.class_numbers == label].mean(axis=0), atol=1e-9)
    assert found.fingerprint == digits.fingerprint


def test_a_file_is_read_in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.data.survey.measuring.READ_BYTES", 7 * 32)
    monkeypatch.setattr("cnnviz.data.survey.measuring.CHUNK_BYTES", 3 * 32)
    values = np.arange(50 * 32, dtype=np.uint8).reshape(50, 2, 4, 4)
    behind = Behind(values)
    labels = np.arange(50) % 3
    one = surveyed(dataset_of(Split(behind, labels), Split(values[:5], labels[:5])))
    assert behind.most == 7
    assert np.allclose(one.means.whole(), values.mean(axis=0))
    assert np.array_equal(one.values[0].counts, np.bincount(values.ravel(), minlength=256))


def test_copies_conflicts_and_blanks_are_found_where_they_were_put() -> None:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (40, 1, 5, 5)).astype(np.uint8)
    labels = np.arange(40) % 10
    images[7] = images[3]  # another label: a conflict, both in training
    images[23], labels[23] = images[13], labels[13]  # the same label
    images[35], labels[35] = images[4], labels[4]  # test sample 5 is training sample 4
    images[11] = 9
    found = surveyed(dataset_of(Split(images[:30], labels[:30]), Split(images[30:], labels[30:])))
    assert [group.tolist() for group in found.twins] == [[3, 7], [4, 35], [13, 23]]
    assert [group.tolist() for group in found.conflicts] == [[3, 7]]
    assert found.blank.tolist() == [11]
    told = find(found, destinations(30, 10, np.array([13])))
    assert {each.kind.title: [group.tolist() for group in each.groups] for each in told} == {
        "Label conflicts": [[3, 7]],
        "In training and test": [[4, 35]],
        "In training and validation": [[13, 23]],
        "Twice in training": [[3, 7]],
        "Twice in test": [],
        "Blank samples": [[11]],
    }


def test_a_validation_sample_in_the_test_set_is_a_leak_too() -> None:
    images = np.arange(6, dtype=np.uint8).repeat(4).reshape(6, 1, 2, 2)
    images[5] = images[0]
    labels = np.zeros(6, np.int64)
    found = surveyed(dataset_of(Split(images[:4], labels[:4]), Split(images[4:], labels[4:])))
    told = {each.kind.title: each.samples for each in find(found, destinations(4, 2, np.array([0])))}
    assert told["In training and test"] == 2
    assert told["Blank samples"] == 6


def test_values_to_predict_are_measured_and_compared() -> None:
    series = data.load("two-sines:count=400")
    found = surveyed(series)
    assert found.answers is not None
    values = np.asarray(series.train.labels)
    assert found.answers[0].low == values.min()
    assert not found.means.by_class
    assert np.allclose(found.means.whole(), np.asarray(series.train.images).mean(axis=0), atol=1e-6)
    seen = np.zeros((4, 1, 3), np.float32)
    wanted = np.array([[1.0], [1.0], [2.0], [1.0]], np.float32)
    same = surveyed(dataset_of(Split(seen[:3], wanted[:3]), Split(seen[3:], wanted[3:]), ()))
    assert [group.tolist() for group in same.conflicts] == [[0, 1, 2, 3]]


def test_moving_digits_are_made_and_measured_piece_by_piece() -> None:
    clips = data.load("moving-digits:count=10,digits=strokes")
    found = surveyed(clips)
    frames = clips.train.images[np.arange(10)]
    assert np.array_equal(found.values[0].counts, np.bincount(frames.ravel(), minlength=256))
    assert found.answers is not None
    assert found.answers[0].total == clips.train.labels.size


def test_it_says_how_far_it_is_and_can_be_cancelled(digits: Dataset) -> None:
    events = survey(digits, control := Control())
    first = next(events)
    assert first == Progress("Looking through the data", 0, len(digits.train) + len(digits.test))
    second = next(events)
    assert isinstance(second, Progress)
    assert 0 < second.done <= (second.total or 0)
    control.cancel()
    assert list(events) == [Finished(cancelled=True)]


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=30), min_size=1, max_size=6),
    st.integers(2, 40),
)
def test_bins_count_as_if_their_width_had_been_known(chunks: list[list[float]], bins: int) -> None:
    histogram = Histogram(np.dtype(np.float32), bins)
    for chunk in chunks:
        histogram.add(np.array(chunk, np.float32))
    everything = np.array([value for chunk in chunks for value in chunk], np.float32).astype(np.float64)
    assert histogram.total == everything.size == histogram.counts.sum()
    assert len(histogram.counts) <= bins + 1
    assert (histogram.low, histogram.high) == (everything.min(), everything.max())
    inside = np.floor(everything / histogram.width) * histogram.width
    for edge, count in zip(histogram.edges[:-1], histogram.counts, strict=True):
        assert (inside == edge).sum() == count


def test_values_that_are_no_numbers_are_counted_apart() -> None:
    histogram = Histogram(np.dtype(np.float32))
    histogram.add(np.array([np.nan, np.inf, 1, 3], np.float32))
    assert (histogram.not_finite, histogram.total, histogram.mean) == (2, 2, 2.0)
    means = Means((2,), 0)
    means.add(np.array([[np.nan, 4], [2, 2]], np.float32), np.zeros(2, np.int64))
    assert means.whole().tolist() == [1, 3]


def test_too_many_large_classes_have_one_mean_for_all() -> None:
    means = Means((3, 224, 224), 1000)
    assert not means.by_class
    assert means.of(5) is None


def test_a_class_without_samples_has_no_mean() -> None:
    means = Means((1,), 3)
    means.add(np.array([[2], [4]], np.uint8), np.array([2, 2]))
    assert means.of(0) is None
    mean = means.of(2)
    assert mean is not None
    assert mean.tolist() == [3]


def test_twins_are_the_same_to_the_byte() -> None:
    twins = Twins(3)
    twins.add(np.array([[0.0], [-0.0], [0.0]], np.float32))
    assert [group.tolist() for group in twins.groups()] == [[0, 2]]
    assert Twins(0).groups() == ()
