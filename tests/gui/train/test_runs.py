"""The panel of runs and the time machine: what was trained stays, and can be looked at, compared and gone on with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from cnnviz.model.files import Project
from cnnviz.runs import Recorder, Run, Store, open_run, recorded
from cnnviz.runs.about import about_now
from cnnviz.ui.train.workspace import TrainWorkspace
from cnnviz.ui.window import MainWindow
from tests.gui.rooms import CHOICE, RECIPE, STEPS, few_digits, idle, same, small_graph, wait
from tests.unit.runs.runs import events, judged, step


def keep(number: int, title: str = "", **options: object) -> Run:
    """Write a run of the small network, as another window would."""
    store = Store()
    folder = store.new_folder("kept")
    made = Recorder(
        folder,
        about_now(number, title or f"net{number}", RECIPE),
        Project(small_graph(), CHOICE, RECIPE),
        few_digits(),
    )
    list(recorded(events(**options), made))
    return open_run(folder)


def run(window: MainWindow) -> None:
    window.session.train()
    wait(lambda: idle(window.session))
    QApplication.processEvents()


@pytest.fixture
def train(window: MainWindow) -> TrainWorkspace:
    window.show_workspace("train")
    QApplication.processEvents()
    page = window.pages.currentWidget()
    assert isinstance(page, TrainWorkspace)
    return page


def look(train: TrainWorkspace, count: int) -> None:
    """Let the panel see so many runs."""
    train._session.runs.look()
    wait(lambda: len(train.runs.list.entries) == count)


def names(train: TrainWorkspace) -> list[str]:
    return [entry.name for entry in train.runs.list.entries]


def words(widget: object) -> str:
    return " ".join(each.text() for each in widget.findChildren(QLabel) if not each.isHidden())


def test_training_in_the_window_is_kept(window: MainWindow, train: TrainWorkspace) -> None:
    run(window)
    record = window.session.training.record
    kept = open_run(record.path)
    assert kept.state == "finished"
    assert kept.steps["loss"].tolist() == list(record.losses)
    assert kept.about.number == record.number == 1
    assert kept.snapshot_steps == (0, 10, STEPS)
    assert same(kept.weights(STEPS), dict(window.session.looking.weights))


def test_a_run_that_can_not_be_kept_is_told_once_and_trains(
    window: MainWindow, train: TrainWorkspace, user_folder: Path
) -> None:
    told: list[tuple[str, str]] = []
    window.session.notice.connect(lambda *said: told.append(said))
    (user_folder / "data").mkdir(parents=True, exist_ok=True)
    (user_folder / "data" / "runs").write_text("in the way")
    run(window)
    warnings = [text for severity, text in told if severity == "warning"]
    assert len(warnings) == 1
    assert "The training goes on" in warnings[0]
    assert window.session.training.record.outcome == "Finished"
    wait(lambda: [entry.path for entry in train.runs.list.entries] == [None])


def test_runs_of_earlier_days_are_listed_filtered_and_sorted(
    window: MainWindow, train: TrainWorkspace
) -> None:
    keep(1, accuracies=(0.9,))
    keep(2, accuracies=(0.3,))
    look(train, 2)
    assert names(train) == ["net2", "net1"]
    train.runs.sort("Oldest first")
    assert names(train) == ["net1", "net2"]
    QTest.keyClicks(train.runs.filter, "#2")
    assert names(train) == ["net2"]
    train.runs.filter.setText("nothing like it")
    assert "No run matches" in words(train.runs)


def test_damaged_folders_are_named(window: MainWindow, train: TrainWorkspace) -> None:
    keep(1)
    bad = keep(2)
    (bad.path / "run.json").write_text("{")
    look(train, 1)
    wait(lambda: not train.runs.damaged.isHidden())
    assert bad.path.name in train.runs.damaged.text()
    assert "damaged" in train.runs.damaged.toolTip()


def test_an_earlier_run_shows_its_curves_and_its_answers(window: MainWindow, train: TrainWorkspace) -> None:
    kept = keep(1)
    look(train, 1)
    place = train.runs.list.place_of(0).center().toPoint()
    QTest.mouseClick(train.runs.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    wait(lambda: len(train.plots.loss._curves["train"].data) == 30)
    curve = train.plots.loss._curves["train"].data
    assert list(curve.y) == kept.steps["loss"].tolist()
    assert window.session.training.shown.outcome == "Finished"
    wait(lambda: train.judged.left.findChildren(QLabel)[1].text() == "4 test")
    assert window.session.training.shown.dataset is window.session.material.dataset
    window.session.training.choose(None)
    wait(lambda: len(train.plots.loss._curves["train"].data) == 0)


def test_without_its_data_the_answers_have_no_images_but_counts(
    window: MainWindow, train: TrainWorkspace
) -> None:
    kept = keep(1)
    look(train, 1)
    window.session.material.dataset = None
    window.session.runs.show(kept.key)
    wait(lambda: window.session.training.shown is not None)
    wait(lambda: "Choose the data set Drawn digits" in words(train.judged))
    assert train.judged.gallery.isHidden()


def test_a_tick_draws_a_run_and_two_are_compared(window: MainWindow, train: TrainWorkspace) -> None:
    keep(1)
    keep(2)
    look(train, 2)
    run(window)
    look(train, 3)
    assert "run 1" not in train.plots.loss.series
    for row in (1, 2):
        box = train.runs.list.box_of(row).center().toPoint()
        QTest.mouseClick(train.runs.list.viewport(), Qt.MouseButton.LeftButton, pos=box)
    assert {"run 1", "run 2"} <= set(train.plots.loss.series)
    own = train.runs.list.entries[0]
    window.session.runs.tick(own.key, False)
    wait(lambda: not train.runs.difference.isHidden())
    assert "#2 and #1" in words(train.runs.difference)
    assert "same recipe, data and network" in words(train.runs.difference)
    window.session.runs.tick(train.runs.list.entries[1].key, False)
    wait(train.runs.difference.isHidden)
    assert "run 2" not in train.plots.loss.series


def test_what_the_user_says_about_a_run_stays(window: MainWindow, train: TrainWorkspace) -> None:
    kept = keep(1)
    look(train, 1)
    window.session.runs.label(kept.key, name="good one", tags=("a", "b"), note="note", color="#123456")
    wait(lambda: names(train) == ["good one"])
    found = open_run(kept.path).labels
    assert (found.name, found.tags, found.note, found.color) == ("good one", ("a", "b"), "note", "#123456")
    train.runs.filter.setText("b note")
    assert names(train) == ["good one"]


def test_deleting_can_be_taken_back(window: MainWindow, train: TrainWorkspace) -> None:
    kept = keep(1)
    look(train, 1)
    window.session.runs.show(kept.key)
    wait(lambda: window.session.training.shown is not None)
    wait(lambda: train.runs.list.accessibleDescription().startswith("#1 net1"))
    QTest.keyClick(train.runs.list, Qt.Key.Key_Delete)
    wait(lambda: names(train) == [])
    assert window.session.training.shown is None
    assert not kept.path.exists()
    window.session.runs.restore()
    wait(lambda: names(train) == ["net1"])
    assert (kept.path / "steps.npy").exists()


def test_menu_of_a_run_offers_what_can_be_done(window: MainWindow, train: TrainWorkspace) -> None:
    kept = keep(1)
    look(train, 1)
    menu = train.runs.menu_of(kept.key)
    texts = [action.text().partition("\t")[0] for action in menu.actions() if action.text()]
    assert texts[:2] == ["Show", "Rename …"]
    assert {"Tags …", "Note …", "Colour", "Open the network", "Delete"} <= set(texts)
    assert all(action.isEnabled() for action in menu.actions())
    menu.deleteLater()


def test_a_run_elsewhere_is_followed_live(window: MainWindow, train: TrainWorkspace, tmp_path: Path) -> None:
    folder = tmp_path / "shared" / "run"
    made = Recorder(folder, about_now(9, "far", RECIPE), Project(small_graph(), CHOICE, RECIPE), few_digits())
    made.start()
    for event in list(events(30))[:5]:
        made.put(event)
    wait((folder / "journal.jsonl").exists)
    wait(lambda: len(open_run(folder).steps) == 4)
    window.session.runs.attach(folder)
    wait(lambda: window.session.training.shown is not None)
    assert len(window.session.training.shown.steps) == 4
    wait(lambda: names(train) == ["far"])
    for number in range(5, 9):
        made.put(step(number))
    made.put(judged(8))
    wait(lambda: len(window.session.training.shown.steps) == 8)
    wait(lambda: list(train.plots.loss._curves["train"].data.x) == list(range(1, 9)))
    made.close()


def test_time_machine_shows_the_image_as_it_was_and_comes_back(
    window: MainWindow, train: TrainWorkspace
) -> None:
    run(window)
    wait(lambda: train.lookback.steps == (0, 10, STEPS))
    assert train.time.line.isEnabled()
    QTest.mouseClick(
        train.time.line, Qt.MouseButton.LeftButton, pos=train.time.line.rect().topLeft() + _at(train, 10)
    )
    assert train.lookback.step == 10
    wait(lambda: train.lookback.moment is not None)
    assert train.watch.moments[-1].step == 10
    now = window.session.looking.trace.activation("conv1")
    assert not np.array_equal(train.lookback.moment.maps["conv1"], now)
    train.time.live.click()
    assert train.lookback.step is None
    assert train.watch.moments[-1].step == STEPS
    QTest.keyClick(train.time.line, Qt.Key.Key_Left)
    assert train.lookback.step == STEPS
    QTest.keyClick(train.time.line, Qt.Key.Key_Left)
    assert train.lookback.step == 10


def _at(train: TrainWorkspace, number: int):
    from PySide6.QtCore import QPoint

    return QPoint(round(train.time.line.x_of(number)), 32)


def test_looking_inside_and_restarting_take_the_weights_of_the_step(
    window: MainWindow, train: TrainWorkspace
) -> None:
    run(window)
    wait(lambda: train.lookback.steps)
    kept = open_run(window.session.training.record.path).weights(10)
    train.lookback.go(10)
    train.lookback.inspect()
    wait(lambda: window.workspace == "inspect")
    assert same(dict(window.session.looking.weights), kept)
    assert window.session.looking.origin == "run 1, step 10"
    window.show_workspace("train")
    window.session.document.set_recipe(steps=1, learning_rate=1e-8)
    train.lookback.restart()
    wait(lambda: len(window.session.training.records) == 2)
    wait(lambda: idle(window.session))
    again = open_run(window.session.training.record.path)
    assert again.about.parent == "#1, step 10"
    assert np.array_equal(again.weights(0)["conv1.weight"], kept["conv1.weight"])
