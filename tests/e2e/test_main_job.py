"""The main job with real drags: palette → canvas → wires → train → inspect → explain → save → reopen → same logits."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from cnnviz.app import make_window
from cnnviz.events import StepDone
from cnnviz.explain import explain
from cnnviz.ui.demo.bench import Bench
from cnnviz.ui.demo.hand import Hand
from cnnviz.ui.window import MainWindow

STEPS = 50


@pytest.fixture
def window(qapp: object) -> Iterator[MainWindow]:
    window = make_window(theme="dark")
    window.resize(1440, 900)
    window.show()
    yield window
    window.close()
    window.deleteLater()


def test_main_job(window: MainWindow, tmp_path: Path) -> None:
    hand, session = Hand(window), window.session
    hand.wait(300)
    hand.click(window.start.empty)
    hand.wait(200)
    _build(window, hand)
    report = session.document.report
    assert not report.errors
    assert [row.kind for row in report.rows] == [
        "input", "conv2d", "relu", "maxpool2d", "flatten", "dense", "softmax",
    ]  # fmt: skip
    assert report.row("conv1").shape == (8, 26, 26)

    _train(window, hand)
    record = session.training.record
    assert record is not None
    assert list(record.steps) == list(range(1, STEPS + 1))
    assert np.mean(record.losses[-5:]) < np.mean(record.losses[:5])

    _ask_why(window, hand)
    _save_and_reopen(window, hand, tmp_path / "mine.cnnviz")


def _build(window: MainWindow, hand: Hand) -> None:
    bench = Bench(window, hand)
    names = [
        bench.drop("input", 0.2, 0.06),
        bench.drop("conv2d", 0.2, 0.30),
        bench.drop("maxpool2d", 0.2, 0.54),
    ]
    names += [bench.drop("flatten", 0.62, 0.06), bench.drop("dense", 0.62, 0.30)]
    for source, target in itertools.pairwise(names):
        bench.wire(source, target)
    bench.drop_on_wire("relu", "conv1", "pool1")
    bench.drop_on_card("softmax", "dense1")
    bench.select("conv1")
    bench.set_option("out_channels", "8")


def _train(window: MainWindow, hand: Hand) -> None:
    session, training = window.session, window.session.training
    hand.wait_for(lambda: session.material.dataset, 60, "the data set")
    hand.key(Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    page = window.pages.currentWidget()
    hand.click(page.recipe.fields["steps"].findChild(QLineEdit))
    hand.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    hand.type(str(STEPS))
    assert session.document.recipe.steps == STEPS
    hand.click(window.bar.primary)
    hand.wait_for(lambda: training.record and training.record.finished, 120, "the end of the training")
    hand.wait_for(lambda: session.looking.trained and session.looking.settled, 30, "the trained maps")


def _ask_why(window: MainWindow, hand: Hand) -> None:
    """Click into the output map of the convolution: the sum that is shown closes on the engine's value."""
    session = window.session
    hand.key(Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    session.looking.point(node="conv1", map=0, position=(0, 0))
    hand.wait(300)
    page = window.pages.currentWidget()
    before = session.looking.cursor
    hand.click(page.output.picture)
    assert session.looking.cursor != before, "a click on the map moves the cursor"
    cursor = session.looking.cursor
    found = explain(session.looking.trace, cursor.node, cursor.index)
    assert found.closes
    assert len(found.terms) == 3 * 3 + 1


def _save_and_reopen(window: MainWindow, hand: Hand, path: Path) -> None:
    session = window.session
    logits = session.looking.trace.activation("dense1")
    assert session.save_file(path)
    window.new()
    assert session.document.empty
    window.open_file(path)
    hand.wait_for(lambda: session.looking.trained and session.looking.settled, 60, "the reopened network")
    assert np.array_equal(session.looking.trace.activation("dense1"), logits)


def test_window_and_engine_train_alike(window: MainWindow) -> None:
    """The same seed gives the same numbers in the window and without one."""
    from cnnviz.engine import cores
    from cnnviz.engine.train import train

    hand, session = Hand(window), window.session
    window.open_template("t10", "train")
    session.document.set_recipe(steps=12, epochs=1, seed=3)
    hand.wait_for(lambda: session.material.dataset and session.material.sample, 60, "the data set")
    session.train()
    training = session.training
    hand.wait_for(lambda: training.record and training.record.finished, 120, "the end of the training")
    document = session.document
    dataset = session.material.dataset
    choice = document.data.fitted(len(dataset.train))  # as the command line does
    cores.use_all_cores()  # a thread takes over what another one, here the window's for traces, has set last
    events = train(document.graph, dataset, document.recipe, choice)
    assert list(training.record.losses) == [event.loss for event in events if isinstance(event, StepDone)]
