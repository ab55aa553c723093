"""Samples that are read while the network learns give the same training as those in memory, to the bit."""

from __future__ import annotations

import pickle
import sys
import threading
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from cnnviz.data import Dataset, Split, Stored, load
from cnnviz.engine.feed import Resident, Streamed, make_feed, samples_at_once
from cnnviz.engine.train import train
from cnnviz.errors import DataError, TrainError
from cnnviz.events import Evaluated, Event, StepDone
from cnnviz.layers import Conv2d, Conv3d, Dense, Flatten, Input, Layer, Output, ReLU, Sigmoid, Softmax
from cnnviz.model.graph import chain
from cnnviz.model.recipe import DataChoice, Recipe

RECIPE = Recipe(batch_size=20, epochs=2, seed=4)
CPU = torch.device("cpu")


class Kept(Stored):
    """An array that pretends to lie elsewhere; `broken` names a place that can't be read."""

    def __init__(self, array: NDArray[Any], broken: int = -1) -> None:
        self._array, self._broken = array, broken
        self.shape, self.dtype = array.shape, array.dtype
        self.most = 0

    def read(self, places: NDArray[np.int64]) -> NDArray[Any]:
        self.most = max(self.most, len(places))
        if self._broken in places:
            raise DataError("The file ends too early.", where="kept")
        return self._array[places]

    @property
    def identity(self) -> str:
        return "kept"


def _events(dataset: Dataset, layers: tuple[Layer, ...]) -> list[Event]:
    return list(train(chain(layers), dataset, RECIPE, DataChoice("made", validation=10), live=0))


def _made(images: Any, labels: Any, classes: tuple[str, ...] = ()) -> Dataset:
    split = Split(images, labels)
    return Dataset("made", "Made", "made for a test", classes, split, split)


def test_reading_ahead_changes_no_number(strokes: Dataset) -> None:
    images, labels = strokes.train.images[:90], strokes.train.labels[:90]
    kept = Kept(images)
    layers = (Input(), Conv2d(out_channels=2), ReLU(), Flatten(), Dense(units=10), Softmax())
    at_once, later = (_events(_made(each, labels, strokes.classes), layers) for each in (images, kept))
    losses = [[e.loss for e in events if isinstance(e, (StepDone, Evaluated))] for events in (at_once, later)]
    assert losses[0] == losses[1]
    assert len(losses[0]) == 11
    assert kept.most <= 90


def test_both_feeds_give_the_same_batches() -> None:
    images = np.arange(22, dtype=np.uint8).reshape(11, 1, 1, 2)
    frames = np.arange(22, dtype=np.uint8).reshape(11, 1, 1, 2)[::-1].copy()
    order = torch.randperm(11)
    memory, stored = Split(images, frames), Split(Kept(images), Kept(frames))
    assert isinstance(make_feed(memory, CPU), Resident)
    assert isinstance(make_feed(stored, CPU), Streamed)
    pairs = zip(
        make_feed(memory, CPU).batches(order, 3, 3), make_feed(stored, CPU).batches(order, 3, 3), strict=True
    )
    for one, other in pairs:
        assert torch.equal(one.samples, other.samples)
        assert torch.equal(one.answers, other.answers)
        assert one.answers.dtype == torch.float32
        assert len(one) == 3


def test_a_file_that_breaks_while_it_is_read_ends_the_training_in_words() -> None:
    broken = _made(Kept(np.zeros((60, 1, 4, 4), np.uint8), broken=33), np.zeros(60, np.int64), ("any",))
    with pytest.raises(DataError, match="kept: The file ends too early"):
        _events(broken, (Input(shape=(1, 4, 4)), Flatten(), Dense(units=1), Sigmoid(), Output(loss="margin")))


def test_values_are_learned_without_an_accuracy() -> None:
    random = np.random.default_rng(0)
    series = random.random((200, 2, 8), np.float32)
    dataset = _made(series, np.ascontiguousarray(series.mean(axis=2)))
    layers = (Input(shape=(2, 8)), Flatten(), Dense(units=2), Output(loss="mean squared error"))
    events = _events(dataset, layers)
    judged = [event for event in events if isinstance(event, Evaluated)]
    assert judged[-1].loss < judged[0].loss < 1
    assert judged[-1].accuracy is None
    assert judged[-1].labels.size == judged[-1].confusion.size == 0
    assert all(event.accuracy is None for event in events if isinstance(event, StepDone))


def test_volumes_and_frames_are_learned() -> None:
    volumes = np.random.default_rng(0).integers(0, 256, (60, 1, 3, 5, 5), np.uint8)
    dataset = _made(volumes, np.ascontiguousarray(volumes[:, :, 0]))
    layers = (
        Input(shape=(1, 3, 5, 5)), Conv3d(out_channels=2, padding="same"), Flatten(), Dense(units=25), Sigmoid(),
        Output(loss="binary cross entropy"),
    )  # fmt: skip
    losses = [event.loss for event in _events(dataset, layers) if isinstance(event, StepDone)]
    assert 0 < losses[-1] < losses[0] < 1.5


def test_an_answer_of_another_size_or_loss_is_refused() -> None:
    dataset = _made(np.zeros((40, 1, 4, 4), np.uint8), np.zeros((40, 3), np.float32))
    with pytest.raises(TrainError, match="output is 2, but Made asks for 3"):
        _events(
            dataset, (Input(shape=(1, 4, 4)), Flatten(), Dense(units=2), Output(loss="mean absolute error"))
        )
    with pytest.raises(TrainError, match="cross entropy needs classes, but Made asks for values of 3"):
        _events(dataset, (Input(shape=(1, 4, 4)), Flatten(), Dense(units=3), Softmax()))


def test_large_samples_are_judged_a_few_at_a_time() -> None:
    assert samples_at_once((3, 32, 32), 500, 2_000_000) == 500
    assert samples_at_once((1, 19, 64, 64), 500, 2_000_000) == 25
    assert samples_at_once((3, 2000, 2000), 500, 2_000_000) == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ru_maxrss counts in KiB on Linux only")
def test_a_file_of_six_gigabytes_trains_without_being_loaded(tmp_path: Path) -> None:
    import resource

    (tmp_path / "3d-mnist").mkdir()
    with h5py.File(
        tmp_path / "3d-mnist" / "3d-mnist-luiz.h5", "w"
    ) as file:  # 5.9 GB of zeros that take no room
        for part, count in (("train", 60_000), ("test", 40)):
            file.create_dataset(f"{part}_x", (count, 16, 16, 16, 3), np.float64)
            file[f"{part}_y"] = np.arange(count) % 10
    dataset = load("3d-mnist", tmp_path)
    assert len(pickle.dumps(dataset)) < 1_000_000, "labels and a path travel, not the samples"
    recipe = Recipe(batch_size=32, steps=4)
    graph = chain(
        (Input(shape=(3, 16, 16, 16)), Conv3d(out_channels=2), Flatten(), Dense(units=10), Softmax())
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    events = list(train(graph, dataset, recipe, DataChoice("3d-mnist", validation=50), live=0))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert sum(isinstance(event, StepDone) for event in events) == 4
    assert grown < 500 * 1024


def test_the_thread_that_reads_ahead_ends_with_the_training() -> None:
    kept = Kept(np.zeros((400, 1, 4, 4), np.uint8))
    dataset = _made(kept, np.arange(400) % 2, ("a", "b"))
    graph = chain((Input(shape=(1, 4, 4)), Flatten(), Dense(units=2), Softmax()))
    events = train(graph, dataset, RECIPE, DataChoice("made", validation=10), live=0)
    for _ in range(2):
        next(event for event in events if isinstance(event, StepDone))
    assert any(thread.name.startswith("read ahead") for thread in threading.enumerate())
    events.close()  # type: ignore[attr-defined]
    assert not any(thread.name.startswith("read ahead") for thread in threading.enumerate())
