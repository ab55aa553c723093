"""A network that names no classes trains in the window, and nothing shows an accuracy it does not have."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QLabel

from cnnviz.layers import Dense, Flatten, Input, Output, ReLU, Sigmoid
from cnnviz.model.graph import Graph, chain
from cnnviz.ui.train.workspace import TrainWorkspace
from cnnviz.ui.window import MainWindow
from tests.gui.rooms import idle, show, small_graph, wait


def autoencoder() -> Graph:
    """Return an autoencoder with a code of 16 numbers."""
    layers = (
        Input(), Flatten(), Dense(16), ReLU(), Dense(784), Sigmoid(), Output("mean squared error", "sample"),
    )  # fmt: skip
    return chain(layers, "autoencoder")


@pytest.fixture
def train(window: MainWindow) -> TrainWorkspace:
    show(window.session, autoencoder())
    window.show_workspace("train")
    QApplication.processEvents()
    page = window.pages.currentWidget()
    assert isinstance(page, TrainWorkspace)
    window.session.train()
    wait(lambda: idle(window.session))
    QApplication.processEvents()
    return page


def test_no_accuracy_is_made_up(window: MainWindow, train: TrainWorkspace) -> None:
    record = window.session.training.record
    assert record.failure is None
    judged = record.latest("test")
    assert judged.accuracy is None
    assert np.isnan(record.accuracies).all()
    assert train.bar.where.text().startswith("Finished · test loss 0.")
    assert "test loss 0." in window.status.text.text()
    words = " ".join(each.text() for each in train.findChildren(QLabel) if not each.isHidden())
    assert "mean squared error of the sample, log scale" in words
    assert "names no classes" in words
    assert f"loss {judged.loss:.4f}"[:9] in words
    assert train.plots.validation.isHidden()
    assert not train.plots.accuracy._curves["train"].data.x.size  # the widget has no reading side
    assert train.judged.matrix.isHidden()
    assert "true | predicted, largest first" in words
    assert "root mean squared error" in words


def test_the_views_of_classes_give_way_to_fitting_ones(window: MainWindow, train: TrainWorkspace) -> None:
    fit, left = window.session.training.record.latest("test").fit, train.judged.left
    assert not train.judged.gallery.isHidden()
    assert len(train.judged._shown) == len(fit.places)
    assert train.judged._shown[0] == fit.errors.argmax()
    assert left.view == "outputs"
    assert left.errors._errors.ravel() == pytest.approx(np.sqrt(fit.per_output.ravel()))
    left.of_values.part("scatter").click()
    assert left.scatter._counts.sum() == fit.values.size
    assert not left.grab().isNull()


def test_the_loss_falls_and_the_pinned_image_has_no_bars(window: MainWindow, train: TrainWorkspace) -> None:
    record = window.session.training.record
    assert record.losses[-1] < 0.8 * record.losses[0]
    assert record.watched.probabilities.size == 0
    (row,) = train.watch._rows  # the widget has no reading side
    assert row.node == "output"
    assert np.array_equal(row.maps[0], record.milestones[0].maps["output"].reshape(28, 28))
    assert not train.watch.grab().isNull()


def test_the_words_follow_the_document(window: MainWindow) -> None:
    window.show_workspace("train")
    page = window.pages.currentWidget()
    show(window.session, autoencoder())
    wait(lambda: "mean squared error of the sample" in page.recipe.loss.text())
    graph = autoencoder()
    show(window.session, graph.with_layer("output", Output("binary cross entropy", "sample", 0.5)))
    wait(lambda: page.recipe.loss.text() == "Loss: 0.5 · binary cross entropy of the sample.")


def test_before_a_judgement_stands_what_will_come(window: MainWindow) -> None:
    window.show_workspace("train")
    page = window.pages.currentWidget()
    left, switch = page.judged.left, page.judged.switch
    assert (left.view, switch.part("mistakes").text()) == ("confusion", "Mistakes")
    show(window.session, autoencoder())
    page.refresh()
    assert (left.view, switch.part("mistakes").text()) == ("outputs", "Errors")
    assert left.of_classes.isHidden()
    assert "fit worst" in page.judged.empty._sentence.text()
    show(window.session, small_graph())
    page.refresh()
    assert (left.view, switch.part("mistakes").text()) == ("confusion", "Mistakes")
    assert left.of_values.isHidden()
