"""A video network by mouse and keys: let it run on its own, explain a gate's pixel, take a film home."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt

from cnnviz.app import make_window
from cnnviz.explain.video.forecast import FREE
from cnnviz.ui.demo.hand import Hand
from cnnviz.ui.inspect.workspace import InspectWorkspace
from cnnviz.ui.provenance.files import stamp_in
from cnnviz.ui.window import MainWindow

PATIENCE = 240.0


@pytest.fixture
def window(qapp: object) -> Iterator[MainWindow]:
    window = make_window(theme="dark")
    window.resize(1440, 900)
    window.show()
    yield window
    window.close()
    window.deleteLater()


def test_free_running_then_one_gate_then_a_film(window: MainWindow, tmp_path: Path) -> None:
    hand, looking = Hand(window), window.session.looking
    window.open_template("t20", "inspect")
    hand.wait_for(lambda: looking.settled, PATIENCE, "the trace of the first sequence")
    workspace = window.pages.currentWidget()
    assert isinstance(workspace, InspectWorkspace)
    hand.click(workspace.bar.video)
    page = workspace.video.page
    hand.click(page.stepper.mode.part(FREE))
    hand.wait_for(lambda: page.desk.forecast is not None, PATIENCE, "the predictions")
    assert (page.desk.start, page.desk.forecast.free.shape[1]) == (10, 19)  # frames 11 to 20 on its own
    hand.wait_for(lambda: not page.desk.awaits_free, PATIENCE, "the gates of the free run")
    film = page.stepper.film
    rect = film.rect_of(1, 15)
    hand.click(film, QPoint(round(rect.center().x()), round(rect.center().y())))
    assert (looking.cursor.node, page.column) == ("convlstm1.i", 15)
    assert page.cell.pill.text() == "all six close"
    hand.key(Qt.Key.Key_Right)
    assert page.column == 16
    path = tmp_path / "free.gif"
    workspace.video.save(path)
    hand.wait_for(path.exists, 60, "the film")
    with Image.open(path) as film_file:
        assert film_file.n_frames == 19
    assert stamp_in(path).node == "convlstm1.i"
