"""An Inspect workspace on a session with the real engine, a small data set and random weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from cnnviz import wiring
from cnnviz.data import Dataset, Split
from cnnviz.data.strokes import stroke_digits
from cnnviz.model.files import Project
from cnnviz.model.graph import Graph
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.settings import Settings
from cnnviz.templates import template
from cnnviz.ui import theme
from cnnviz.ui.inspect.workspace import InspectWorkspace
from cnnviz.ui.state import Session
from tests.gui.rooms import shown


@pytest.fixture(scope="session")
def digits() -> Dataset:
    images, labels = stroke_digits(60, seed=3)
    split = Split(images, labels)
    return Dataset("strokes", "Drawn digits", "made for a test", tuple("0123456789"), split, split)


@pytest.fixture
def session(qapp: QApplication, digits: Dataset) -> Iterator[Session]:
    theme.apply(qapp, "dark")
    found = Session(wiring.services(), Settings())
    found.material.set_dataset(digits)
    yield found
    found.document.forget_autosave()
    found.shut_down()


@pytest.fixture
def workspace(session: Session) -> Iterator[InspectWorkspace]:
    yield from shown(InspectWorkspace(session), 1440, 860)


@pytest.fixture
def load(session: Session, workspace: InspectWorkspace, qtbot: object) -> Callable[[Graph], InspectWorkspace]:
    """Show a graph with random weights, on a sample of its own shape."""

    def show(graph: Graph) -> InspectWorkspace:
        shape = graph.summary().row(graph.summary().input).shape or ()
        session.document.start(Project(graph, DataChoice(), Recipe()))
        sample = session.material.sample
        if sample is None or sample.image.shape != shape:
            session.material.draw(np.random.default_rng(0).random(shape, dtype=np.float32))
        qtbot.waitUntil(  # type: ignore[attr-defined]
            lambda: workspace.frame is not None and workspace.frame.trace.graph == graph, timeout=30000
        )
        return workspace

    return show


@pytest.fixture
def lenet(load: Callable[[Graph], InspectWorkspace]) -> InspectWorkspace:
    """LeNet-5 at a value of its second convolution, near the map's corner."""
    found = load(template("t10").graph)
    found.steering.go("conv2", (3, 4, 5))
    return found
