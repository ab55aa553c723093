"""The queue of trainings: it runs them in turn, survives a restart, and leaves the open network alone."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QComboBox

from cnnviz.model.sweep import Job
from cnnviz.runs import open_run
from cnnviz.ui.state.queueing import Queueing
from cnnviz.ui.train.queue.ensembledialog import EnsembleDialog
from cnnviz.ui.train.workspace import TrainWorkspace
from cnnviz.ui.window import MainWindow
from tests.gui.rooms import idle, wait


@pytest.fixture
def train(window: MainWindow) -> TrainWorkspace:
    window.show_workspace("train")
    window.session.document.set_recipe(steps=3)
    QApplication.processEvents()
    page = window.pages.currentWidget()
    assert isinstance(page, TrainWorkspace)
    return page


def held(train: TrainWorkspace, rates: tuple[float, ...]) -> Queueing:
    """Queue a few trainings that wait."""
    queueing, document = train.runs.queue.queueing, train._session.document
    task = train._session.task()

    def lay_down() -> None:
        jobs = []
        for rate in rates:
            document.set_recipe(learning_rate=rate)
            jobs.append(Job(document.recipe, task.choice, {"learning_rate": rate}))
        queueing.queue.add(task.graph, jobs, tags=("sweep",))

    lay_down()
    queueing.look()
    wait(lambda: len(queueing.jobs) == len(rates))
    return queueing


def words(queueing: Queueing) -> list[str]:
    return [job.words for job in queueing.jobs]


def test_a_sweep_is_trained_in_turn_and_tagged(window: MainWindow, train: TrainWorkspace) -> None:
    session = window.session
    dialog = train.runs.queue.open_dialog(folds=False)
    ((names, values),) = dialog.axes
    assert isinstance(names, QComboBox)
    values.setText("0.1, 0.01")
    dialog.add_axis()
    names, values = dialog.axes[1]
    names.setCurrentIndex(names.findData("optimiser"))
    values.setText("sgd")
    assert dialog.queue.text() == "Queue 2 trainings"
    values.setText("nonsense")
    assert "no optimiser 'nonsense'" in dialog.told.text()
    assert not dialog.queue.isEnabled()
    values.setText("sgd")
    weights, origin = session.looking.weights, session.looking.origin
    dialog.queue.click()
    wait(lambda: len(session.training.records) == 2)
    wait(lambda: idle(session) and not train.runs.queue.queueing.jobs)
    found = [open_run(record.path) for record in session.training.records]
    assert [run.about.recipe["learning_rate"] for run in found] == [0.1, 0.01]
    assert [run.state for run in found] == ["finished", "finished"]
    assert found[0].labels.tags == ("sweep small", "learning rate 0.1", "optimiser sgd")
    assert (session.looking.weights, session.looking.origin) == (weights, origin)
    assert train.runs.queue.panel.isHidden()


def test_folds_become_one_job_each(window: MainWindow, train: TrainWorkspace) -> None:
    dialog = train.runs.queue.open_dialog(folds=True)
    assert dialog.queue.text() == "Queue 5 trainings"
    jobs = dialog.jobs(window.session.task())
    assert [(job.choice.folds, job.choice.fold) for job in jobs] == [(5, n) for n in range(5)]
    dialog.folds.setValue(1)
    assert not dialog.queue.isEnabled()
    dialog.reject()


def test_jobs_are_moved_cancelled_and_survive_a_restart(window: MainWindow, train: TrainWorkspace) -> None:
    queueing = held(train, (0.1, 0.2, 0.3))
    train.runs.queue.jobs.asked.emit(2, "earlier")
    wait(lambda: words(queueing) == ["learning rate 0.1", "learning rate 0.3", "learning rate 0.2"])
    gone = queueing.jobs[0].folder
    train.runs.queue.jobs.asked.emit(0, "cancel")
    wait(lambda: words(queueing) == ["learning rate 0.3", "learning rate 0.2"])
    assert not gone.exists()
    again = Queueing(window.session)  # as the next start reads it
    wait(lambda: words(again) == words(queueing))
    assert not again.running
    again.setParent(None)
    again.deleteLater()
    assert not train.runs.queue.panel.isHidden()
    assert idle(window.session)


def test_an_interrupted_job_is_gone_on_with_by_the_next_window(
    window: MainWindow, train: TrainWorkspace
) -> None:
    session = window.session
    session.document.set_recipe(steps=30)
    queueing = held(train, (0.1, 0.2))
    pausing = session.training.state_changed.connect(lambda _state: session.training.pause())
    train.runs.queue.hold.click()
    wait(lambda: session.training.state == "paused")
    session.training.disconnect(pausing)
    for step in (1, 2, 3):  # a step at a time: left alone, both jobs may be over between two looks
        session.training.resume("batch")
        wait(
            lambda step=step: (
                len(session.training.records[-1].steps) == step and session.training.state == "paused"
            )
        )
    first = session.training.records[0]
    session.training._job.stop()  # as the end of the program does
    session.training._end()
    queueing.running = False
    assert open_run(first.path).can_go_on
    queueing.look()
    wait(lambda: len(queueing.jobs) == 2)
    queueing.start()
    wait(lambda: idle(session) and not queueing.jobs)
    run = open_run(first.path)
    assert run.state == "finished"
    assert run.steps["step"].tolist() == list(range(1, 31))
    assert len({each.path for each in session.training.records}) == 2


def test_stopping_a_queued_run_holds_the_queue(window: MainWindow, train: TrainWorkspace) -> None:
    session = window.session
    session.document.set_recipe(steps=100_000)
    queueing = held(train, (0.1, 0.2))
    queueing.start()
    wait(lambda: session.training.active and len(session.training.records[-1].steps) > 2)
    session.open_template("t1")  # another network may be opened meanwhile
    assert session.training.state == "running"
    assert session.training.record is session.training.records[-1]
    session.training.stop()
    wait(lambda: idle(session))
    wait(lambda: words(queueing) == ["learning rate 0.2"])
    assert not queueing.running


def test_a_run_that_is_started_while_a_job_is_laid_out_goes_first(
    window: MainWindow, train: TrainWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, queueing = window.session, held(train, (0.1,))
    start = queueing._start

    def be_quicker(*arguments: object) -> None:
        monkeypatch.setattr(queueing, "_start", start)
        session.train()
        start(*arguments)

    monkeypatch.setattr(queueing, "_start", be_quicker)
    queueing.start()
    wait(lambda: len(session.training.records) == 2 and idle(session) and not queueing.jobs)
    assert [record.queued for record in session.training.records] == [False, True]
    assert [record.outcome for record in session.training.records] == ["Finished", "Finished"]


def test_ticked_runs_answer_together(window: MainWindow, train: TrainWorkspace) -> None:
    session = window.session
    for seed in (1, 2):
        session.document.set_recipe(seed=seed, steps=12)
        session.train()
        wait(lambda: idle(session))
    session.runs.look()
    wait(lambda: len(train.runs.queue.ticked()) == 2)
    assert train.runs.queue.together.text() == "Ensemble of 2 ticked runs"
    train.runs.queue.together.click()
    wait(lambda: window.findChild(EnsembleDialog) is not None)
    dialog = window.findChild(EnsembleDialog)
    wait(lambda: len(dialog.found) == 3)
    alone = sorted(record.latest("test").accuracy for record in session.training.records)
    assert sorted(each.accuracy for each in dialog.found[:2]) == alone
    together = dialog.found[2]
    assert together.confusion.trace() / together.confusion.sum() == pytest.approx(together.accuracy)
    assert dialog.cell(2, 1).endswith("%")
    dialog.reject()
