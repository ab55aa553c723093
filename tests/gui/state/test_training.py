"""Runs of a session: states, what they leave behind, and that the window changes no number."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from cnnviz import data
from cnnviz.data import Dataset
from cnnviz.engine.train import train
from cnnviz.events import Evaluated, Snapshot, StepDone, Watched
from cnnviz.layers import Dense
from cnnviz.ui.state import Record, Session
from cnnviz.ui.state.training import MILESTONES
from tests.gui.rooms import CHOICE, RECIPE, STEPS, few_digits, idle, same, small_graph, wait


def run(session: Session, **how: object) -> Record:
    session.train(**how)
    wait(lambda: idle(session))
    record = session.training.record
    assert record is not None
    return record


def test_run_goes_from_idle_through_running_to_idle(session: Session) -> None:
    states: list[str] = []
    session.training.state_changed.connect(states.append)
    record = run(session)
    assert states == ["running", "idle"]
    assert list(record.steps) == list(range(1, STEPS + 1))
    assert record.outcome == "Finished"
    assert not session.training.active


def test_window_gives_the_numbers_of_the_engine(session: Session) -> None:
    record = run(session)
    events = list(train(small_graph(), few_digits(), RECIPE, CHOICE, live=0))
    steps = [event for event in events if isinstance(event, StepDone)]
    judged = [event for event in events if isinstance(event, Evaluated) and event.which == "test"]
    assert list(record.losses) == [step.loss for step in steps]
    assert list(record.accuracies) == [step.accuracy for step in steps]
    assert record.latest("test").loss == judged[-1].loss
    weights = next(event.weights for event in reversed(events) if isinstance(event, Snapshot))
    assert same(dict(session.looking.weights), dict(weights))


def test_pausing_and_single_batches_change_no_number(session: Session) -> None:
    session.train("batch")
    wait(lambda: session.training.state == "paused")
    record = session.training.record
    session.training.drain()
    assert list(record.steps) == [1]
    session.train("batch")
    wait(lambda: len(record.steps) == 2)
    session.train()
    wait(lambda: idle(session))
    paused = list(record.losses)
    assert list(run(session).losses) == paused


def test_epoch_ends_at_the_end_of_the_epoch(session: Session) -> None:
    session.train("epoch")
    wait(lambda: session.training.state == "paused")
    session.training.drain()
    record = session.training.record
    assert len(record.steps) == record.started.steps_per_epoch
    assert record.latest("validation").step == record.started.steps_per_epoch
    session.training.stop()
    wait(lambda: idle(session))
    assert record.outcome == "Stopped"


def test_learning_rate_changes_from_the_next_batch_on(session: Session) -> None:
    session.train("batch")
    wait(lambda: session.training.state == "paused")
    session.training.change("learning_rate", 0.5)
    session.train("batch")
    wait(lambda: len(session.training.record.steps) == 2)
    assert list(session.training.record.learning_rates) == [RECIPE.learning_rate, 0.5]
    session.training.stop()
    wait(lambda: idle(session))


def test_pinning_another_image_while_paused_shows_it(session: Session) -> None:
    session.training.look_at("pictures")
    session.train("batch")
    wait(lambda: session.training.state == "paused")
    session.material.pick(7)
    record, image = session.training.record, session.material.sample.image
    wait(lambda: record.watched is not None and np.array_equal(record.watched.image, image))
    assert record.watched.step == 1
    assert {each.step for each in record.milestones} <= {
        0,
        1,
    }  # a slow start is seen before the first batch, too
    session.training.stop()
    wait(lambda: idle(session))


def test_milestones_are_kept_once_each() -> None:
    record = Record(1, small_graph(), RECIPE, few_digits())
    image = np.zeros((1, 28, 28), np.float32)
    for step in (0, 10, 33, 40, 199, 201, 202, 1500):
        record.keep_picture(Watched(step, image, {}, np.ones(10, np.float32) / 10))
    assert [each.step for each in record.milestones] == [0, 33, 201, 1500]
    assert record.watched.step == 1500
    assert MILESTONES[0] == 0


def test_new_run_is_fresh_and_going_on_keeps_the_weights(session: Session) -> None:
    first = run(session)
    fresh = run(session)
    assert fresh.losses == first.losses
    further = run(session, go_on=True)
    assert np.mean(further.losses[:3]) < np.mean(first.losses[:3])
    assert [record.number for record in session.training.records] == [1, 2, 3]


def test_going_on_after_an_edit_keeps_what_fits(session: Session) -> None:
    run(session)
    kept = session.looking.weights["conv1.weight"]
    graph = session.document.graph.insert(
        next(e for e in session.document.graph.edges if e.target == "dense1"), Dense(units=30)
    )
    session.document.edit("Add a layer", graph)
    assert session.why_not_go_on() == ""
    session.document.set_recipe(steps=1, learning_rate=1e-8)
    run(session, go_on=True)
    assert np.allclose(session.looking.weights["conv1.weight"], kept, atol=1e-5)


def test_going_on_without_weights_says_why(session: Session, heard) -> None:
    session.train(go_on=True)
    assert heard.last == ("warning", "There are no trained weights yet.")
    assert idle(session)


def test_weights_reach_what_is_looked_at_also_under_a_new_name(session: Session) -> None:
    session.train("batch")
    wait(lambda: session.training.state == "paused")
    session.document.edit("Rename", session.document.graph.rename("conv1", "edges"))
    session.train()
    wait(lambda: idle(session))
    assert "edges.weight" in session.looking.weights
    assert session.looking.origin == f"run 1, step {STEPS}"
    wait(lambda: session.looking.trace_fits)


def test_exploding_loss_is_told_in_a_sentence(session: Session, heard) -> None:
    session.document.set_recipe(learning_rate=10.0, optimiser="sgd", weight_decay=1.0, steps=200)
    record = run(session)
    assert record.outcome == "Failed"
    (text,) = heard.of("error")
    assert "the loss is no number any more" in text
    assert "Lower the learning rate" in text
    session.document.set_recipe(learning_rate=0.01, weight_decay=0.0, steps=3)
    assert run(session).outcome == "Finished"


def test_data_that_does_not_fit_is_told(session: Session, heard) -> None:
    layer = session.document.graph.node("dense1").layer.replace(units=7)
    session.document.edit("Seven classes", session.document.graph.with_layer("dense1", layer))
    session.train()
    assert session.training.records == []
    assert heard.last[0] == "warning"
    assert "7, but" in heard.last[1]
    assert "has 10 classes" in heard.last[1]


def test_graph_with_an_error_does_not_start(session: Session, heard) -> None:
    session.document.edit("Remove", session.document.graph.remove(["input"]))
    session.train()
    assert idle(session)
    assert heard.last[0] == "warning"
    assert session.training.records == []


def test_training_before_the_data_are_there_says_so(session: Session, heard) -> None:
    session.material.dataset = None
    session.train()
    assert heard.last == ("warning", "The data set is still loading.")


def test_shutting_down_while_it_trains_ends_within_a_batch(session: Session) -> None:
    session.document.set_recipe(steps=100_000)
    session.train()
    wait(lambda: session.training.record.steps)
    begun = time.monotonic()
    session.training.shut_down()
    assert time.monotonic() - begun < 3
    assert idle(session)


@pytest.mark.parametrize("permit", ["run", "batch"])
def test_another_document_stops_the_run_and_takes_nothing_from_it(
    session: Session, heard, permit: str
) -> None:
    session.document.set_recipe(steps=100_000)
    session.train(permit)
    wait(lambda: session.training.record.steps)
    session.open_template("t1")
    assert session.training.record is None
    assert heard.last == ("warning", "The training was stopped, because another model was opened.")
    wait(lambda: idle(session))
    assert session.looking.weights is None
    assert len(session.training.records) == 1


def test_nothing_is_trained_on_the_old_data_while_others_load(session: Session) -> None:
    assert not session.why_not_train()
    session.material.want("two-sines")
    assert "still loading" in session.why_not_train()
    session.train()
    assert not session.training.records
    wait(lambda: session.material.dataset.name == "two-sines")
    assert "still loading" not in session.why_not_train()
    session.material.want("csv:path=/nowhere.csv")
    assert "still loading" in session.why_not_train()
    wait(lambda: "still loading" not in session.why_not_train())
    assert session.material.dataset.name == "two-sines"


def test_data_that_come_when_others_are_wanted_are_not_taken(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, gate, seen, load = threading.Event(), threading.Event(), list[str](), data.best

    def slow(source: str, *folders: Path | None) -> Dataset:
        begun.set()
        assert gate.wait(10)
        return load(source, *folders)

    monkeypatch.setattr(data, "best", slow)
    session.material.dataset_changed.connect(lambda: seen.append(session.material.dataset.name))
    session.material.want("two-sines")
    assert begun.wait(10)
    session.material.want("digits")
    gate.set()
    wait(lambda: seen)
    assert seen == ["digits"]
    assert "still loading" not in session.why_not_train()
