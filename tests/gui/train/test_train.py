"""The Train workspace on a real run: curves, mistakes, the pinned image, and words at every moment."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from cnnviz.events import Started
from cnnviz.model.recipe import OPTIMISERS
from cnnviz.ui.state import Record
from cnnviz.ui.train.workspace import TrainWorkspace
from cnnviz.ui.window import MainWindow
from tests.gui.rooms import CHOICE, RECIPE, STEPS, few_digits, idle, show, small_graph, wait


@pytest.fixture
def train(window: MainWindow) -> TrainWorkspace:
    window.show_workspace("train")
    QApplication.processEvents()
    page = window.pages.currentWidget()
    assert isinstance(page, TrainWorkspace)
    return page


def run(window: MainWindow) -> None:
    window.session.train()
    wait(lambda: idle(window.session))
    QApplication.processEvents()


def test_the_plan_is_drawn_once_its_length_is_known(train: TrainWorkspace) -> None:
    record = Record(1, small_graph(), RECIPE, few_digits())
    train.plots._show_plan(record)
    assert "plan" not in train.plots.rate.series
    record.started = Started(STEPS, 10, 160, 32, "cpu")
    train.plots._show_plan(record)
    assert len(train.plots.rate._curves["plan"].data) == STEPS


def words(widget: object) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel) if not label.isHidden())


def test_nothing_trained_yet(train: TrainWorkspace) -> None:
    assert train.bar.where.text() == "Not started"
    assert not train.nothing.isHidden()
    assert not train.bar.stop.isEnabled()
    assert train.bar.further.isHidden()
    assert "Nothing trained yet" in words(train.runs)


def test_after_the_run_the_bar_says_what_was_reached(window: MainWindow, train: TrainWorkspace) -> None:
    run(window)
    reached = window.session.training.record.latest("test").accuracy
    assert train.bar.where.text() == f"Finished · test {100 * reached:.1f} %"
    assert train.bar.bar.value() == train.bar.bar.maximum()
    wait(lambda: [e.reached.accuracy for e in train.runs.list.entries if e.reached] == [reached])
    assert f"Run 1 finished after {STEPS} steps" in window.status.text.text()
    assert not train.bar.further.isHidden()
    assert "fresh weights" in train.bar.run.toolTip()


def test_steps_are_counted_where_the_recipe_counts_them(window: MainWindow, train: TrainWorkspace) -> None:
    train.bar.batch.click()
    wait(lambda: window.session.training.state == "paused")
    wait(lambda: train.bar.where.text() == f"Step 1 / {STEPS} · epoch 0.10")
    assert train.bar.left.text() == "paused"


def test_epochs_are_counted_otherwise(window: MainWindow, train: TrainWorkspace) -> None:
    window.session.document.set_recipe(steps=0, epochs=2)
    train.bar.epoch.click()
    wait(lambda: window.session.training.state == "paused")
    wait(lambda: train.bar.where.text() == "Epoch 1 / 2 · batch 10 / 10")
    assert train.bar.share.text() == "50 %"
    window.session.train()
    wait(lambda: idle(window.session))
    assert window.session.training.record.last.step == 20


def test_curves_hold_every_step(window: MainWindow, train: TrainWorkspace) -> None:
    run(window)
    record = window.session.training.record
    curve = train.plots.loss._curves["train"].data  # the widget has no reading side
    assert list(curve.x) == list(record.steps)
    assert list(curve.y) == list(record.losses)


def test_earlier_runs_stay_for_comparison(window: MainWindow, train: TrainWorkspace) -> None:
    run(window)
    run(window)
    assert "run 1" in train.plots.loss._curves
    wait(lambda: train.runs.list.entries[-1].number == 1)


def test_cell_of_the_matrix_filters_the_images(window: MainWindow, train: TrainWorkspace) -> None:
    run(window)
    event = window.session.training.record.evaluations[-1]
    off = event.confusion - np.diag(np.diag(event.confusion))
    true, predicted = (int(at) for at in np.unravel_index(off.argmax(), off.shape))
    matrix = train.judged.matrix
    place = matrix.grid().cell_rect(true, predicted).center().toPoint()
    QTest.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=place)
    assert len(train.judged._shown) == off[true, predicted]
    assert train.judged.filter.text() == f"{true} → {predicted}"
    QTest.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=place)
    assert len(train.judged._shown) == off.sum()


def test_clicking_a_mistake_pins_it_and_a_double_click_looks_inside(
    window: MainWindow, train: TrainWorkspace
) -> None:
    run(window)
    gallery = train.judged.gallery
    place = gallery.cell_rect(0).center().toPoint()
    QTest.mouseClick(gallery.viewport(), Qt.MouseButton.LeftButton, pos=place)
    event = window.session.training.record.evaluations[-1]
    index = int(event.indices[train.judged._shown[0]])
    sample = window.session.material.sample
    assert np.array_equal(sample.image, window.session.material.dataset.test.sample(index))
    assert sample.title in train.pinned.text()
    wait(lambda: np.array_equal(window.session.looking.trace.activation("input"), sample.image))
    (now,) = train.watch._moments
    assert np.array_equal(now.image, sample.image)
    QTest.mouseDClick(gallery.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.workspace == "inspect"


def test_mistakes_are_those_of_the_data_that_were_trained_on(
    window: MainWindow, train: TrainWorkspace
) -> None:
    run(window)
    other = few_digits("other", tuple("abcdefghij"))
    window.session.material.set_dataset(replace(other, test=other.train))
    train.judged.gallery.clicked.emit(0)
    event = window.session.training.record.evaluations[-1]
    index = int(event.indices[train.judged._shown[0]])
    assert np.array_equal(window.session.material.sample.image, few_digits().test.sample(index))


def test_learning_rate_of_the_bar_reaches_the_run(window: MainWindow, train: TrainWorkspace) -> None:
    train.bar.batch.click()
    wait(lambda: window.session.training.state == "paused")
    edit = train.bar.rate.edit
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, "0.25")
    train.bar.batch.click()
    wait(lambda: len(window.session.training.record.steps) == 2)
    assert window.session.training.record.learning_rates[-1] == 0.25
    assert window.session.document.recipe.learning_rate == 0.25


def test_recipe_fields_change_the_document(window: MainWindow, train: TrainWorkspace) -> None:
    field = train.recipe.fields["batch_size"]
    field.edit.setFocus()
    field.edit.selectAll()
    QTest.keyClicks(field.edit, "20")
    assert window.session.document.recipe.batch_size == 20
    field.edit.selectAll()
    QTest.keyClicks(field.edit, "0")
    assert window.session.document.recipe.batch_size == 20
    assert "from 1 to" in field.error()


def test_every_field_shows_the_recipe_and_is_equally_wide(window: MainWindow, train: TrainWorkspace) -> None:
    fields = train.recipe.fields
    assert fields["seed"].edit.text() == str(RECIPE.seed)
    assert fields["weight_decay"].edit.text() == "0"
    assert fields["validation"].edit.text() == str(CHOICE.validation)
    assert len({field.width() for field in fields.values()}) == 1
    assert not fields["epochs"].isEnabled()


def test_keys_of_the_workspace(window: MainWindow, train: TrainWorkspace) -> None:
    window.activateWindow()
    wait(window.isActiveWindow)
    train.setFocus()
    QTest.keyClick(train, Qt.Key.Key_B)
    wait(lambda: window.session.training.state == "paused")
    QTest.keyClick(train, Qt.Key.Key_E)
    wait(lambda: len(window.session.training.record.steps) == 10)
    QTest.keyClick(train, Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier)
    wait(lambda: idle(window.session))
    assert train.bar.where.text() == "Stopped at step 10"


def test_keys_work_again_after_a_field_and_after_stop(window: MainWindow, train: TrainWorkspace) -> None:
    window.activateWindow()
    wait(window.isActiveWindow)
    edit = train.bar.rate.edit
    edit.setFocus()
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is train
    QTest.mouseClick(train.bar.batch, Qt.MouseButton.LeftButton)
    wait(lambda: window.session.training.state == "paused")
    QTest.mouseClick(train.bar.stop, Qt.MouseButton.LeftButton)
    wait(lambda: idle(window.session))
    assert QApplication.focusWidget() is train


def test_failed_run_says_so_in_the_bar(window: MainWindow, train: TrainWorkspace) -> None:
    window.session.document.set_recipe(optimiser="sgd", learning_rate=10.0, weight_decay=1.0, steps=400)
    run(window)
    assert train.bar.where.text().startswith("Failed at step")
    assert "no number any more" in window.status.text.text()
    assert train.bar.run.isEnabled()


def test_another_document_clears_what_is_shown(window: MainWindow, train: TrainWorkspace) -> None:
    run(window)
    show(window.session, small_graph("other"))
    QApplication.processEvents()
    assert train.bar.where.text() == "Not started"
    assert len(train.plots.loss._curves["train"].data) == 0
    assert train.judged.gallery.isHidden()
    assert train.watch.isHidden()
    wait(lambda: train.runs.list.entries[-1].number == 1)


def test_graph_can_be_edited_while_it_trains(window: MainWindow, train: TrainWorkspace) -> None:
    window.session.document.set_recipe(steps=100_000)
    window.session.train()
    wait(lambda: window.session.training.record.steps)
    graph = window.session.document.graph
    window.session.document.edit("Rename", graph.rename("conv1", "edges"))
    window.session.document.edit("Remove", window.session.document.graph.remove(["relu1"]))
    seen = len(window.session.training.record.steps)
    wait(lambda: len(window.session.training.record.steps) > seen + 5)
    assert window.session.training.record.failure is None


def test_panel_fills_the_plots_and_gives_the_room_back(train: TrainWorkspace) -> None:
    loss, *others = train.plots._panels
    loss.header_double_clicked.emit()
    assert all(panel.isHidden() for panel in others)
    QApplication.processEvents()
    assert loss.height() == train.plots.height()
    loss.header_double_clicked.emit()
    assert not any(panel.isHidden() for panel in others)


def test_subset_is_named_as_one(window: MainWindow, train: TrainWorkspace) -> None:
    run(window)
    event = window.session.training.record.latest("validation")
    train.judged.show_judgement(replace(event, whole=False), few_digits())
    assert "32 validation" in train.judged.left.findChildren(QLabel)[1].text()


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_momentum_can_be_set_where_it_is_used(
    window: MainWindow, train: TrainWorkspace, optimiser: str
) -> None:
    window.session.document.set_recipe(optimiser=optimiser)
    field = train.recipe.fields["momentum"]
    assert field.isEnabled() == (optimiser in ("momentum", "nesterov"))
    assert "only Momentum and Nesterov use it" in field.toolTip()


def test_plots_keep_their_room_in_a_smaller_window(window: MainWindow, train: TrainWorkspace) -> None:
    window.resize(1920, 1080)
    QApplication.processEvents()
    window.resize(1280, 800)
    QApplication.processEvents()
    assert train.plots.width() > 540
    assert train.judged.matrix.grid().rows == 0
    assert train.judged.left.width() >= 300


def test_side_panels_hide_and_come_back(train: TrainWorkspace) -> None:
    train.toggle_sides()
    assert not train.recipe.isVisible()
    train.toggle_sides()
    assert train.recipe.isVisible()


def test_before_the_first_judgement_nothing_is_cleared_again(
    train: TrainWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleared: list[bool] = []
    monkeypatch.setattr(train.judged.left, "clear", lambda: cleared.append(True))
    for _ in range(3):
        train.refresh()
    assert not cleared
    assert not train.judged.left.nothing.isHidden()


def test_the_words_of_the_bar_are_never_cut_and_do_not_move_while_they_shrink(train: TrainWorkspace) -> None:
    where = train.bar.where
    where.tell("Step 1,234,567 / 2,000,000 · epoch 12.34")
    wide = where.width()
    assert wide >= where.fontMetrics().horizontalAdvance(where.text())
    where.tell("Step 9 / 10")
    assert where.width() == wide
    where.tell(where.text(), fit=True)
    assert where.fontMetrics().horizontalAdvance(where.text()) <= where.width() < wide
