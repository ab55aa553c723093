"""A window wired to the real engine, on a few dozen drawn digits: what the tests of the rooms share."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TypeVar

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from cnnviz import data, wiring
from cnnviz.data import Dataset, Split
from cnnviz.layers import Conv2d, Dense, Flatten, Input, MaxPool2d, ReLU, Softmax
from cnnviz.model.files import Project
from cnnviz.model.graph import Graph, chain
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.settings import Settings
from cnnviz.ui.services import Services
from cnnviz.ui.state import Session
from cnnviz.ui.window import MainWindow

Page = TypeVar("Page", bound=QWidget)
STEPS = 12
RECIPE = Recipe(batch_size=16, steps=STEPS, learning_rate=0.01, seed=3)
CHOICE = DataChoice(source="strokes", validation=32)


def few_digits(name: str = "strokes", classes: tuple[str, ...] = tuple("0123456789")) -> Dataset:
    """Return 192 training and 60 test images of drawn digits."""
    images, labels = data.stroke_digits(252, seed=1)
    shaped = images.reshape(-1, 1, 28, 28)
    train, test = Split(shaped[:192], labels[:192]), Split(shaped[192:], labels[192:])
    return Dataset(name, "Drawn digits", "252 digits, drawn for a test", classes, train, test)


def small_graph(title: str = "small") -> Graph:
    """Return a network that learns a little within seconds."""
    layers = (
        Input(), Conv2d(out_channels=4, kernel_size=(3, 3)), ReLU(), MaxPool2d(), MaxPool2d(), Flatten(),
        Dense(units=10), Softmax(),
    )  # fmt: skip
    return chain(layers, title)


@cache
def engine() -> Services:
    """Return the engine; its process trains for all tests, as importing torch anew for each would take seconds."""
    found = wiring.services()
    atexit.register(found.shut_down)
    return replace(found, shut_down=lambda: None)


def make_session(**settings: object) -> Session:
    """Return a session with the small network and its data in place."""
    session = Session(replace(engine()), Settings(**settings))  # a copy: tests put fakes into it
    show(session, small_graph())
    return session


def make_window(**settings: object) -> MainWindow:
    """Return a window with the small network and its data in place."""
    return MainWindow(make_session(**settings))


def dismiss(window: MainWindow) -> None:
    """Close a window and let Qt forget it at once."""
    window.session.document.forget_autosave()
    window.close()
    window.session.setParent(window)
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def show(session: Session, graph: Graph, recipe: Recipe = RECIPE, path: Path | None = None) -> None:
    """Open a document on the few digits."""
    session.material.wanted = "strokes"
    session.material.set_dataset(few_digits())
    session.document.start(Project(graph, CHOICE, recipe), path)


def wait(condition: Callable[[], object], seconds: float = 120.0) -> None:
    """Let the window work until a condition holds; fail where it never does. A busy machine may take a minute."""
    loop, left = QEventLoop(), [int(seconds * 100)]
    timer = QTimer()

    def look() -> None:
        left[0] -= 1
        if condition() or left[0] <= 0:
            loop.quit()

    timer.timeout.connect(look)
    timer.start(10)
    loop.exec()
    timer.stop()
    assert condition(), "waited in vain"


def idle(session: Session) -> bool:
    """Say whether no training runs."""
    return session.training.state == "idle"


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    """Say whether two sets of weights are equal to the bit."""
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


def shown(page: Page, width: int, height: int) -> Iterator[Page]:
    """Show a widget as long as a test uses it, then close it; for fixtures to yield from."""
    page.resize(width, height)
    page.show()
    QApplication.processEvents()
    yield page
    page.close()
    page.deleteLater()
    QApplication.processEvents()
