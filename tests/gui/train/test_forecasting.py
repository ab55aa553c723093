"""From a training on a series to its forecast: one click."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cnnviz.data import load
from cnnviz.layers import Dense, Flatten, Input, Output
from cnnviz.model.files import Project
from cnnviz.model.graph import chain
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.ui.window import MainWindow
from tests.gui.rooms import idle, wait

ADDRESS = "two-sines:count=300"


def test_a_trained_series_is_continued_at_one_click(window: MainWindow) -> None:
    session = window.session
    session.change_settings(reduce_motion=True)
    session.material.wanted = ADDRESS
    session.material.set_dataset(load(ADDRESS))
    layers = (Input(shape=(2, 30)), Flatten(), Dense(units=2), Output(loss="mean squared error"))
    choice, recipe = DataChoice(source=ADDRESS, validation=20), Recipe(steps=4, batch_size=20)
    session.document.start(Project(chain(layers), choice, recipe))
    window.show_workspace("train")
    page = window.pages.currentWidget()
    forecast = page.judged.left.forecast
    assert forecast.isHidden()
    session.train()
    wait(lambda: idle(session) and forecast.isVisible())
    QTest.mouseClick(forecast, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    inspect = window.pages.currentWidget()
    assert window.workspace == "inspect"
    assert inspect.forecast.shown
    shown = inspect.forecast.page
    wait(lambda: shown.course is not None and shown.course.complete)
    assert session.looking.origin == "run 1, step 4"
    assert len(shown.course.line) == 50
