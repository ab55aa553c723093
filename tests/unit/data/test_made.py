"""Data that cnnviz makes itself: the same bits for a seed on every machine, in the forms of those they stand for."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path

import numpy as np
import pytest

from cnnviz.data import Dataset, Stored, best, load
from cnnviz.data.moving import FRAMES
from cnnviz.data.resample import resize, resize_exactly
from cnnviz.data.series import two_sines
from cnnviz.errors import DataError
from cnnviz.model.check import check
from cnnviz.model.checking.suitability import Samples, judge
from cnnviz.templates import TEMPLATES


def _digest(dataset: Dataset, count: int = 20) -> str:
    samples = np.ascontiguousarray(dataset.train.images[np.arange(count)])
    return hashlib.sha256(samples.data).hexdigest()[:16]


@pytest.mark.parametrize(
    ("address", "digest"),
    [
        ("voxels:digits=strokes", "23eddd2871b81066"),
        ("voxels:digits=strokes,seed=5", "50aa74ffd4b5f992"),
        ("voxels:digits=strokes,channels=1", "814e175b4a189174"),
        ("moving-digits:digits=strokes", "bd7c0e4f612a79bd"),
        ("moving-digits:digits=strokes,seed=5,number=3,size=80,speed=0.2", "8a2dd9a16b87b7c0"),
    ],
)
def test_a_seed_makes_the_same_bits_everywhere(address: str, digest: str) -> None:
    assert _digest(load(address)) == digest


@pytest.mark.parametrize(
    "address", ["voxels:digits=strokes", "moving-digits:digits=strokes", "tinted:size=96"]
)
def test_what_is_made_does_not_depend_on_what_else_is_asked_for(address: str) -> None:
    images = load(address).train.images
    assert isinstance(images, Stored)
    some = images[np.array([40, 3, 40])]
    assert np.array_equal(some[0], some[2])
    assert np.array_equal(some[1], images[3])
    assert not np.array_equal(some[0], some[1])
    travelled = pickle.loads(pickle.dumps(images))
    assert np.array_equal(travelled[40], some[0])


def test_training_and_test_sequences_differ() -> None:
    moving = load("moving-digits:digits=strokes")
    assert not np.array_equal(moving.train.images[0], moving.test.images[0])


def test_digits_bounce_and_stay_whole() -> None:
    moving = load("moving-digits:digits=strokes,number=1,speed=0.3,predict=19-19")
    sequence = moving.train.images[np.arange(30)]
    ink = sequence.reshape(30, FRAMES - 1, -1).sum(axis=2, dtype=np.int64)
    assert (ink == ink[:, :1]).all(), "a digit that left the frame would lose ink"
    assert np.array_equal(moving.train.labels[np.arange(30)][:, :, :-1], sequence[:, :, 1:])


@pytest.mark.parametrize(
    ("predict", "seen", "wanted"),
    [("19-1", (1, 19, 64, 64), (1, 64, 64)), ("10-10", (1, 10, 64, 64), (1, 10, 64, 64)),
     ("19-19", (1, 19, 64, 64), (1, 19, 64, 64))],
)  # fmt: skip
def test_protocols(predict: str, seen: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    moving = load(f"moving-digits:digits=strokes,predict={predict}")
    assert (moving.shape, moving.answers, moving.answer_shape) == (seen, "frames", wanted)
    assert moving.name == f"moving-digits:digits=strokes,predict={predict}"


def test_voxels_are_those_of_the_digit() -> None:
    voxels = load("voxels:digits=strokes,channels=1")
    flat = load("strokes:count=10").train.images[:10, 0] / 255
    for solid, digit in zip(voxels.train.images[np.arange(10)], flat, strict=True):
        middle = solid[0, 6:10].mean(axis=0) / 255
        small = resize(digit.astype(np.float32), 16, 16)
        assert np.corrcoef(middle.ravel(), small.ravel())[0, 1] > 0.6
    assert voxels.train.labels[:3].tolist() == load("strokes:count=10").train.labels[:3].tolist()


def test_exact_resizing_is_resizing() -> None:
    image = np.random.default_rng(0).random((3, 28, 20), np.float32)
    assert np.allclose(resize_exactly(image, 16, 9), resize(image, 16, 9), atol=1e-5)


def test_classes_of_coloured_digits() -> None:
    hundred = load("tinted:classes=100,size=20")
    assert len(hundred.classes) == 100
    assert hundred.classes[42] == "teal 2"
    thousand = load("tinted:classes=1000,size=70,channels=1")
    assert thousand.shape == (1, 70, 70)
    assert thousand.classes[999] == "white 9 on white"
    assert set(np.unique(thousand.train.labels % 10)) == set(range(10))


def test_sines_have_the_periods_of_the_notes() -> None:
    series = two_sines(3000, 0).astype(np.float64)
    spectrum = np.abs(np.fft.rfft(series - series.mean(axis=0), axis=0))
    assert [round(3000 / peak, 1) for peak in spectrum.argmax(axis=0)] == [33.3, 40.0]
    assert -1 <= series[:, 0].min() < series[:, 0].max() <= 2
    found = load("two-sines")
    assert np.array_equal(found.train.images[1][:, -1], found.train.labels[0])
    assert (found.shape, found.answer_shape, len(found.train) + len(found.test)) == ((2, 30), (2,), 3000 - 60)


def test_digits_by_rows() -> None:
    rows, digits = load("digit-rows:digits=strokes"), load("strokes:count=10")
    assert np.array_equal(rows.train.images[0], digits.train.images[0, 0].T)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("voxels:digits=mnist", "MNIST was not found"),
        ("voxels:colour=1", "has no 'colour'. Known: channels, count, digits, seed"),
        ("moving-digits:size=10", "size can't be '10'. It takes a whole number from 28 to 256"),
        ("moving-digits:speed=fast", "speed can't be 'fast'. It takes a number from 0 to 0.5"),
        ("moving-mnist:predict=5-5", "predict can't be '5-5'"),
        ("mnist:size=3", "MNIST has no 'size'. There is nothing to choose"),
        ("two-sines:window=900", "don't fit into the 600 steps to test with"),
        ("strokes:many", "'many' says nothing about the data"),
    ],
)
def test_impossible_addresses(address: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=message):
        load(address, tmp_path)


@pytest.mark.parametrize("source", sorted({each.data.source for each in TEMPLATES.values()}))
def test_every_template_has_fitting_data_without_any_file(source: str, tmp_path: Path) -> None:
    found = best(source, tmp_path)
    assert any(words in found.origin for words in ("stand in for it", "made by cnnviz", "drawn by cnnviz"))
    samples = Samples(found.title, found.shape, len(found.classes), answer=found.answer_shape)
    for each in (each for each in TEMPLATES.values() if each.data.source == source):
        assert judge(each.graph, samples).problems == check(each.graph).problems, each.id
        assert found.test.sample(0).shape == found.shape
