"""A Build workspace on a session whose engine is a stand-in: activations are drawn at random, in the right shapes."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from cnnviz.data import Dataset, Split
from cnnviz.explain.trace import Trace
from cnnviz.model.check import check
from cnnviz.model.graph import Graph
from cnnviz.settings import Settings
from cnnviz.ui import theme
from cnnviz.ui.build.workspace import BuildWorkspace
from cnnviz.ui.services import Services
from cnnviz.ui.state import Session
from tests.gui.rooms import shown


def fake_trace(graph: Graph, weights: object, image: np.ndarray, seed: int) -> Trace:
    activations = {}
    for row in check(graph).rows:
        rng = np.random.default_rng(zlib.crc32(row.name.encode()) + seed)
        activations[row.name] = rng.normal(size=row.shape or ()).astype(np.float32)
    return Trace(graph, activations, {})


def refuse(*_: object) -> object:
    raise AssertionError("the Build workspace never asks for this")


def fake_services() -> Services:
    return Services(
        attempt=lambda graph, weights, _seed, whatif: (whatif.graph(graph), weights or {}),
        trace=fake_trace, train=refuse, devices=lambda: ("cpu",), load_weights=refuse, save_weights=refuse,
        warm_up=lambda: None,
    )  # fmt: skip


def small_dataset() -> Dataset:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 255, (12, 1, 28, 28), dtype=np.uint8)
    split = Split(images, np.arange(12) % 10)
    return Dataset("noise", "Noise", "made for a test", tuple("0123456789"), split, split)


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))


@pytest.fixture
def session(qapp: QApplication) -> Iterator[Session]:
    if theme.current().name != "dark" or not qapp.styleSheet():
        theme.apply(qapp, "dark")
    found = Session(fake_services(), Settings())
    found.material.set_dataset(small_dataset())
    yield found
    found.document.forget_autosave()
    found.shut_down()
    qapp.clipboard().clear()  # the offscreen platform would free copied data once more when the process ends


@pytest.fixture
def workspace(session: Session) -> Iterator[BuildWorkspace]:
    yield from shown(BuildWorkspace(session), 1400, 860)


@pytest.fixture
def load(workspace: BuildWorkspace) -> Callable[[Graph], BuildWorkspace]:
    """Show a graph, at 100 %."""

    def show(graph: Graph) -> BuildWorkspace:
        workspace.session.document.edit("Test", graph)
        workspace.canvas.camera.set_zoom(1.0)
        workspace.canvas.centerOn(workspace.canvas.content.content_rect().center())
        QApplication.processEvents()
        return workspace

    return show
