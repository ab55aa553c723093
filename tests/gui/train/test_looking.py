"""Looking while training: classes, calibration, layers and moments in the Train workspace, on one real run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cnnviz import wiring
from cnnviz.events import Census, Histogram
from cnnviz.explain.calibration import calibration
from cnnviz.settings import Settings
from cnnviz.ui.state import Session
from cnnviz.ui.state.judgings import recall
from cnnviz.ui.train.compared import difference
from cnnviz.ui.train.judging.spreads import BINS, QUANTITIES, rebinned, strips
from cnnviz.ui.train.workspace import TrainWorkspace
from cnnviz.ui.window import MainWindow
from tests.gui.rooms import RECIPE, dismiss, idle, show, small_graph, wait


@pytest.fixture
def window() -> Iterator[MainWindow]:
    """Return a window that trains in this very process: another one takes seconds to start."""
    services = replace(wiring.services(), train=wiring.train, make_ready=lambda: None, shut_down=lambda: None)
    found = MainWindow(Session(services, Settings()))
    found.show()
    yield found
    dismiss(found)


@pytest.fixture
def train(window: MainWindow) -> TrainWorkspace:
    show(window.session, small_graph(), replace(RECIPE, steps=30))
    window.show_workspace("train")
    QApplication.processEvents()
    page = window.pages.currentWidget()
    assert isinstance(page, TrainWorkspace)
    window.session.train()
    wait(lambda: idle(window.session), 60)
    wait(lambda: page.judged.judgings.entries)
    QApplication.processEvents()
    return page


def test_the_slider_goes_through_the_judgements_of_a_run(window: MainWindow, train: TrainWorkspace) -> None:
    left, judged = train.judged.left, window.session.training.record.evaluations
    assert [each.step for each in judged] == [10, 20, 30, 30]
    assert (left.slider.maximum(), left.slider.value()) == (3, 3)
    left.slider.setValue(0)
    assert np.array_equal(left.matrix._counts, judged[0].confusion)
    assert train.judged.judgings.chosen == 10
    assert left.moment.text() == "epoch 1"
    left.slider.setValue(3)
    assert train.judged.judgings.chosen is None
    assert np.array_equal(left.matrix._counts, judged[3].confusion)


def test_each_class_has_a_curve_and_a_bar_that_shows_its_mistakes(
    window: MainWindow, train: TrainWorkspace
) -> None:
    left, event = train.judged.left, window.session.training.record.evaluations[-1]
    left.of_classes.part("classes").click()
    curves = left.classes
    assert curves.shown == list(range(10))
    assert np.array_equal(curves._now, recall(event.confusion), equal_nan=True)
    assert curves._recalls.shape == (3, 10)
    assert not left.percent.isVisible()
    wrong = event.predicted != event.labels
    number = int(np.bincount(event.labels[wrong]).argmax())
    place = curves._row(curves.shown.index(number)).center()
    QTest.mouseClick(curves, Qt.MouseButton.LeftButton, pos=place.toPoint())
    assert train.judged.filter.text() == f"{number} → others"
    assert {int(event.labels[at]) for at in train.judged._shown} == {number}
    assert len(train.judged._shown) == (wrong & (event.labels == number)).sum()
    QTest.mouseClick(curves, Qt.MouseButton.LeftButton, pos=place.toPoint())
    assert len(train.judged._shown) == wrong.sum()
    assert curves.class_at(QPointF(2, 2)) is None


def test_calibration_is_that_of_the_shown_answers(window: MainWindow, train: TrainWorkspace) -> None:
    left, event = train.judged.left, window.session.training.record.evaluations[-1]
    left.of_classes.part("calibration").click()
    wanted = calibration(event.confidence, event.predicted == event.labels)
    assert left.diagram._found.error == wanted.error
    assert left.words.text().startswith(f"Calibration error {100 * wanted.error:.2f}"[:20])
    assert not left.grab().isNull()


def test_layers_are_seen_over_the_training(window: MainWindow, train: TrainWorkspace) -> None:
    layers, found = train.judged.layers, window.session.training.record.censuses
    assert found[0].step == 1
    train.judged.show_side("layers")
    for quantity in QUANTITIES:
        layers.choice.setCurrentIndex(layers.choice.findData(quantity))
        names = [strip.node for strip in layers.strips._strips]
        assert names == [node.name for node in small_graph() if node.name in getattr(found[-1], quantity)]
        assert names
        assert not layers.grab().isNull()
    asked: list[str] = []
    layers.layer_clicked.connect(asked.append)
    QTest.mouseClick(layers.strips.viewport(), Qt.MouseButton.LeftButton, pos=QPointF(10, 10).toPoint())
    assert asked == ["relu1"]


def test_only_what_is_on_the_screen_is_asked_for(window: MainWindow, train: TrainWorkspace) -> None:
    training = window.session.training
    assert training._looked_at == ("pictures",)
    train.judged.show_side("layers")
    assert training._looked_at == ("pictures", "census")
    window.show_workspace("build")
    assert training._looked_at == ()
    window.show_workspace("train")
    assert training._looked_at == ("pictures", "census")


def test_everything_follows_the_time_machine(window: MainWindow, train: TrainWorkspace) -> None:
    record, lookback = window.session.training.record, train.lookback
    wait(lambda: len(lookback.steps) >= 4)
    lookback.go(10)
    wait(lambda: train.watch.moments and train.watch.moments[-1].step == 10)
    assert np.array_equal(train.judged.matrix._counts, record.evaluations[0].confusion)
    counted = train.judged.countings.at(10)
    assert train.plots.gradients._ratios == dict(counted.ratios)
    lookback.go(None)
    assert train.judged.judgings.chosen is None
    assert train.plots.gradients._ratios == dict(record.gradients.ratios)


def test_two_moments_and_their_difference(window: MainWindow, train: TrainWorkspace) -> None:
    lookback = train.lookback
    wait(lambda: len(lookback.steps) >= 4)
    lookback.go(10)
    train.time.both.click()
    assert (lookback.other, lookback.step) == (10, 10) or lookback.step == lookback.steps[-1]
    lookback.go(20)
    wait(lambda: lookback.compared is not None)
    one, two, apart = train.compared.moments
    assert (one.step, two.step) == (10, 20)
    assert np.array_equal(apart.maps["relu1"], one.maps["relu1"] - two.maps["relu1"])
    assert np.array_equal(apart.kernels["conv1"], one.kernels["conv1"] - two.kernels["conv1"])
    assert difference(one, one).probabilities.any() == np.False_
    assert train.watch.isHidden()
    assert not train.compared.isHidden()
    assert not train.compared.grab().isNull()
    train.time.live.click()
    assert lookback.other is None
    assert train.compared.isHidden()


def test_a_histogram_in_other_bins_keeps_what_it_holds() -> None:
    found = Histogram(np.array([0.25, 0.75], np.float32), -1.0, 1.0)
    wide = rebinned(found, -2.0, 2.0)
    assert wide.sum() == pytest.approx(1.0)
    assert wide[: BINS // 4].sum() == 0.0
    assert wide[BINS // 4 : BINS // 2].sum() == pytest.approx(0.25)


def test_a_layer_that_hardly_moves_is_told() -> None:
    census = Census(1, 0.1, 4, {}, {}, {}, {}, {"slow": 1e-6, "well": 1e-3}, {"relu1": 0.75})
    slow, well = strips("updates", [census], {"slow": "Dense", "well": "Dense"}, None)
    assert (slow.healthy, well.healthy) == (False, True)
    assert well.line == pytest.approx([4 / 7])
    (silent,) = strips("silent", [census], {"relu1": "Activation"}, None)
    assert (silent.words, silent.healthy) == ("75 %", False)
    assert strips("updates", [], {}, None) == []
