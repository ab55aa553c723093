"""Answers that are no classes, beside what the sample asks for: values, frames, reconstructions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from cnnviz.data import Dataset, load
from cnnviz.explain.trace import Trace
from cnnviz.layers import Conv2d, Conv3d, Dense, Flatten, Input, Output, Reshape, Softmax
from cnnviz.model.graph import Graph, chain
from cnnviz.ui.inspect.answer import ProbabilityPanel
from cnnviz.ui.inspect.outcome import outcome
from cnnviz.ui.state import Sample


def traced(graph: Graph, *, image: np.ndarray, answer: np.ndarray) -> Trace:
    """Return a trace in which only the sample and the answer are known."""
    report = graph.summary()
    found = {name: answer.astype(np.float32) for name in report.shapes}
    return Trace(graph, {**found, report.input: image}, {})


def series(address: str = "two-sines:count=300") -> tuple[Dataset, Sample]:
    dataset = load(address)
    return dataset, Sample(dataset.test.sample(2), -1, 2, "test sample #2", dataset.test.labels[2])


FORECAST = chain((Input(shape=(2, 30)), Flatten(), Dense(units=2), Output(loss="mean squared error")))


def test_the_next_step_of_a_series_is_told_in_its_units(qapp: QApplication) -> None:
    dataset, sample = series()
    line = dataset.timeline
    scaled = replace(dataset, timeline=replace(line, mean=line.mean + 10.0, scale=line.scale * 2.0))
    trace = traced(FORECAST, image=sample.image, answer=np.array([0.5, -1.0]))
    panel = ProbabilityPanel()
    panel.show_trace(trace, (), -1, sample, scaled)
    rows = panel.values.rows()
    assert [row[:2] for row in rows] == [("sine 1", "11.0000"), ("sine 2", "8.0000")]
    off = 2 * (np.array([0.5, -1.0]) - sample.answer)
    assert [float(row[3].replace("\u2212", "-")) for row in rows] == pytest.approx(off, abs=1e-4)
    assert panel._title.text() == "Predicted next step"
    assert panel._subtitle.text().startswith("root mean squared error")
    assert panel.compared.isHidden()
    assert not panel.values.grab().isNull()


def test_what_is_not_known_is_not_made_up(qapp: QApplication) -> None:
    dataset, sample = series()
    trace = traced(FORECAST, image=sample.image, answer=np.array([0.5, -1.0]))
    panel = ProbabilityPanel()
    panel.show_trace(trace, (), -1, replace(sample, answer=None), dataset)
    assert [len(row) for row in panel.values.rows()] == [2, 2]
    assert panel._subtitle.text() == "the true answer is not known"


@pytest.mark.parametrize(("predict", "frames"), [("10-10", 10), ("19-1", 1)])
def test_frames_are_compared_one_by_one(qapp: QApplication, predict: str, frames: int) -> None:
    dataset = load(f"moving-digits:digits=strokes,count=10,size=28,predict={predict}")
    sample = Sample(dataset.test.sample(0), -1, 0, "test", np.asarray(dataset.test.labels[0]))
    layer = Conv3d(out_channels=1, kernel_size=(1, 1, 1)) if frames > 1 else Reshape(target=(19, 28, 28))
    layers = (layer, *((Conv2d(1),) if frames == 1 else ()))
    graph = chain((Input(shape=dataset.shape), *layers, Output(loss="mean squared error")))
    truth = sample.answer.astype(np.float32) / 255
    missed = truth + 0.5
    found = outcome(traced(graph, image=sample.image, answer=missed), sample, dataset)
    assert found.title == ("Predicted frames" if frames > 1 else "Predicted frame")
    assert found.frame_errors == pytest.approx([0.25 * 28 * 28] * (frames if frames > 1 else 0))
    assert found.told == ("squared error 196 a frame" if frames > 1 else "squared error 196")
    panel = ProbabilityPanel()
    panel.show_trace(traced(graph, image=sample.image, answer=missed), (), -1, sample, dataset)
    names = [name for name, _ in panel.compared._pictures]
    assert names == ["true, frame 10" if frames > 1 else "true", "predicted", "difference"]
    assert not panel.compared.grab().isNull()


def test_a_reconstruction_is_compared_with_the_sample_and_classes_come_back(qapp: QApplication) -> None:
    image = np.random.default_rng(0).random((1, 6, 6), np.float32)
    output = Output("binary cross entropy", "sample")
    graph = chain((Input(shape=(1, 6, 6)), Conv2d(1, padding="same"), output))
    trace = traced(graph, image=image, answer=np.zeros((1, 6, 6)))
    found = outcome(trace, None, None)
    assert found.title == "Reconstruction"
    assert np.array_equal(found.truth, image)
    assert np.all(found.values == 0.5), "a loss of scores makes probabilities of them"
    panel = ProbabilityPanel()
    panel.show_trace(trace, (), -1)
    assert panel._room.isHidden()
    classes = chain((Input(shape=(1, 6, 6)), Flatten(), Dense(units=3), Softmax()))
    panel.show_trace(traced(classes, image=image, answer=np.array([0.2, 0.3, 0.5])), ("a", "b", "c"), 1)
    assert panel.compared.isHidden()
    assert not panel._room.isHidden()
    assert panel._title.text() == "Class probabilities"
