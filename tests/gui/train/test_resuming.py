"""A run that was interrupted goes on in the window, bit for bit; a fork takes the optimiser where it was kept."""

from __future__ import annotations

import os
import signal
import time

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cnnviz.engine.train import train as train_here
from cnnviz.events import Snapshot, StepDone
from cnnviz.model.files import Project
from cnnviz.runs import Recorder, Run, open_run
from cnnviz.runs.about import about_now
from cnnviz.runs.moments import moment_steps
from cnnviz.runs.names import CHECKPOINT_NAME
from cnnviz.runs.ownership import Ownership
from cnnviz.ui.train.workspace import TrainWorkspace
from cnnviz.ui.window import MainWindow
from tests.gui.rooms import CHOICE, RECIPE, few_digits, idle, same, small_graph, wait

STEPS = 40
SETTLE_SECONDS = 0.5


@pytest.fixture
def train(window: MainWindow) -> TrainWorkspace:
    window.show_workspace("train")
    window.session.document.set_recipe(steps=STEPS)
    QApplication.processEvents()
    page = window.pages.currentWidget()
    assert isinstance(page, TrainWorkspace)
    return page


def uninterrupted(window: MainWindow) -> tuple[list[float], dict[str, np.ndarray]]:
    """Return losses and last weights of the run as the engine does it in one go."""
    events = list(train_here(small_graph(), few_digits(), window.session.document.recipe, CHOICE, live=0))
    losses = [event.loss for event in events if isinstance(event, StepDone)]
    return losses, dict([event.weights for event in events if isinstance(event, Snapshot)][-1])


def begin(window: MainWindow, until: int) -> Run:
    """Train for some steps, then pause."""
    session = window.session
    session.train("batch")
    for step in range(1, until + 1):
        wait(lambda: session.training.state == "paused")
        session.training.drain()
        wait(lambda step=step: len(session.training.record.steps) == step)
        if step < until:
            session.train("batch")
    return open_run(session.training.record.path)


def click_resume(train: TrainWorkspace, row: int = 0) -> None:
    wait(lambda: train.runs.list.entries and train.runs.list.entries[row].can_go_on)
    end = time.monotonic() + SETTLE_SECONDS  # the list lays itself out anew when a run ends
    wait(lambda: time.monotonic() > end)
    place = train.runs.list.resume_place(row).center().toPoint()
    QTest.mouseClick(train.runs.list.viewport(), Qt.MouseButton.LeftButton, pos=place)


def goes_on_exactly(window: MainWindow, run: Run) -> None:
    losses, weights = uninterrupted(window)
    wait(lambda: window.session.training.active)
    wait(lambda: idle(window.session))
    QApplication.processEvents()
    record = window.session.training.record
    assert record.path == run.path
    assert list(record.steps) == list(range(1, STEPS + 1))
    assert list(record.losses) == losses
    assert len(record.seconds) == STEPS
    assert (np.diff(record.seconds) >= 0).all()
    found = open_run(run.path)
    assert found.steps["loss"].tolist() == losses
    assert found.state == "finished"
    assert same(found.weights(STEPS), weights)
    assert same(dict(window.session.looking.weights), weights)


def test_a_stopped_run_goes_on(window: MainWindow, train: TrainWorkspace) -> None:
    run = begin(window, 7)
    window.session.training.stop()
    wait(lambda: idle(window.session))
    click_resume(train)
    goes_on_exactly(window, run)
    assert [entry.number for entry in train.runs.list.entries] == [1]
    wait(lambda: not train.runs.list.entries[0].can_go_on)


def test_a_run_whose_process_was_killed_goes_on_from_its_checkpoint(
    window: MainWindow, train: TrainWorkspace
) -> None:
    run = begin(window, 13)
    wait(run.checkpoint.exists)  # of the end of the first epoch, 10 steps
    os.kill(window.session.services.train.__self__._process.pid, signal.SIGKILL)
    wait(lambda: idle(window.session))
    assert window.session.training.record.outcome == "Failed"
    click_resume(train)
    goes_on_exactly(window, run)


def test_a_run_of_an_earlier_window_goes_on_with_its_own_network(
    window: MainWindow, train: TrainWorkspace
) -> None:
    recipe = window.session.document.recipe
    store = window.session.runs.store
    folder = store.new_folder("earlier")
    recorder = Recorder(
        folder, about_now(4, "small", recipe), Project(small_graph(), CHOICE, recipe), few_digits()
    )
    recorder.open()
    recorder.start()
    for event in train_here(
        small_graph(), few_digits(), recipe, CHOICE, live=0, checkpoints=folder / CHECKPOINT_NAME
    ):
        recorder.put(event)
        if isinstance(event, StepDone) and event.step == 12:
            break
    recorder.close()
    run = open_run(folder)
    assert run.state == "interrupted"
    window.session.runs.look()
    window.session.document.edit("Remove", window.session.document.graph.remove(["relu1"]))
    click_resume(train)
    goes_on_exactly(window, run)
    assert "relu1" in window.session.document.graph
    assert window.session.training.record.number == 4


def test_a_run_that_another_process_writes_is_left_alone(window: MainWindow, train: TrainWorkspace) -> None:
    run = begin(window, 3)
    window.session.training.stop()
    wait(lambda: idle(window.session))
    wait(lambda: any(each.can_go_on for each in train.runs.list.entries))
    told: list[tuple[str, str]] = []
    window.session.notice.connect(lambda *said: told.append(said))
    other = Ownership(run.path)
    before = {each: each.read_bytes() for each in run.path.iterdir() if each.is_file()}
    click_resume(train)
    wait(lambda: any("another process writes this run" in text for _, text in told))
    wait(lambda: idle(window.session))
    assert {each: each.read_bytes() for each in before} == before
    other.release()


def test_restarting_takes_the_optimiser_where_it_was_kept(window: MainWindow, train: TrainWorkspace) -> None:
    session, told = window.session, []
    session.notice.connect(lambda *said: told.append(said[1]))
    begin(window, 7)
    session.training.stop()
    wait(lambda: idle(session))
    first = session.training.record.path
    assert moment_steps(first) == (7,)
    wait(lambda: 7 in train.lookback.steps)
    session.document.set_recipe(steps=1)
    train.lookback.go(7)
    assert train.time.restart.toolTip().endswith("from the weights and optimiser")
    train.lookback.restart()
    wait(lambda: len(session.training.records) == 2)
    wait(lambda: idle(session))
    assert "The optimiser goes on from its state at step 7." in told
    session.training.choose(session.training.records[0])
    wait(lambda: 7 in train.lookback.steps)
    train.lookback.go(0)
    assert "the optimiser starts anew" in train.time.restart.toolTip()
    train.lookback.restart()
    wait(lambda: len(session.training.records) == 3)
    wait(lambda: idle(session))
    assert any(text.startswith("The optimiser starts anew") for text in told)
    assert RECIPE.optimiser == "adam"
