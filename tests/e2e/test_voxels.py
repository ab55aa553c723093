"""Volumes on a real screen: OpenGL draws what QPainter draws; from a drawn digit to an explained voxel."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage, QPainter

from cnnviz.app import make_window
from cnnviz.ui.demo.hand import Hand
from cnnviz.ui.inspect.workspace import InspectWorkspace
from cnnviz.ui.voxels.camera import Camera, Projection
from cnnviz.ui.voxels.canvas import shared_renderer
from cnnviz.ui.voxels.painting import paint_faces
from cnnviz.ui.voxels.scene import Look, Scene
from cnnviz.ui.voxels.solid import solid_of
from cnnviz.ui.window import MainWindow


def pixels(image: QImage) -> np.ndarray:
    found = image.convertToFormat(QImage.Format.Format_RGB32)
    words = np.frombuffer(found.constBits(), np.uint32).reshape(found.height(), found.width())
    return np.stack([words >> 16 & 255, words >> 8 & 255, words & 255], axis=-1).astype(float)


def test_opengl_draws_what_the_painter_draws(qapp: object) -> None:
    renderer = shared_renderer()
    if renderer is None:
        pytest.skip("this screen has no OpenGL: the painter is used")
    volume = np.zeros((3, 8, 8, 8), np.float32)
    volume[:, 2:6, 1:7, 2:6] = np.random.default_rng(0).random((3, 4, 6, 4)) * 0.6 + 0.4
    scene = Scene(solid_of(volume), Look(cuts=False))
    for camera in (Camera(), Camera(100, -40, 1.5, (0.1, 0.0))):
        projection = Projection(camera, (8, 8, 8), 320, 240)
        faces = scene.faces(projection)
        drawn = renderer.draw(faces, projection, 1.0, QColor("#101216"))
        assert drawn is not None
        painted = QImage(320, 240, QImage.Format.Format_RGB32)
        painted.fill(QColor("#101216"))
        painter = QPainter(painted)
        paint_faces(painter, faces, projection, scene.look)
        painter.end()
        difference = np.abs(pixels(drawn) - pixels(painted)).max(axis=-1)
        assert (pixels(painted).max(axis=-1) > 60).mean() > 0.08
        assert (difference > 48).mean() < 0.02


@pytest.fixture
def window(qapp: object) -> Iterator[MainWindow]:
    found = make_window(theme="dark")
    found.resize(1440, 900)
    found.show()
    yield found
    found.close()
    found.deleteLater()


def test_from_a_drawn_digit_to_an_explained_voxel(window: MainWindow) -> None:
    hand, session = Hand(window), window.session
    window.open_template("t16", "inspect")
    looking = session.looking
    hand.wait_for(
        lambda: looking.settled and looking.trace.activation("input").ndim == 4, 90, "T16's first trace"
    )
    page = window.pages.currentWidget()
    assert isinstance(page, InspectWorkspace)
    hand.wait_for(lambda: page.voxels.on, 30, "the volume")

    hand.click(page.side.sample.tabs.part("Draw"))
    hand.click(page.side.sample.clear)
    hand.draw(page.side.sample.pad, [(0.35, 0.2), (0.65, 0.2), (0.45, 0.8)])
    hand.wait_for(lambda: session.material.sample.index == -1 and looking.settled, 60, "the drawn digit")
    assert session.material.sample.image.shape == (3, 16, 16, 16)
    assert (session.material.sample.image.max(axis=0) > 0.2).sum() > 100

    looking.point(node="conv1", map=3, position=(8, 8, 8))
    hand.wait_for(lambda: page.frame.index == (3, 8, 8, 8), 30, "the value")
    hand.click(page.voxels.pane.which.part("Map"))
    canvas = page.voxels.pane.viewer.canvas
    hand.click(page.voxels.pane.viewer.views["Front"])
    drawn = page.voxels.pane.viewer.solid.occupied(0.15)
    z, y, x = next(tuple(map(int, at)) for at in np.argwhere(drawn) if at[0] == 8)
    right, down = canvas.projection_now().project(np.array([8, y, x])).tolist()
    hand.click(canvas, QPoint(round(right), round(down)))
    hand.wait_for(lambda: page.frame.index == (3, z, y, x), 30, "the voxel that was clicked")
    assert page.voxels.work.card.pill.text() == "closes"
    hand.click(page.voxels.pane.which.part("Input"))
    window_box = canvas.boxes()["window"]
    assert window_box == tuple((at - 1, at + 2) for at in (z, y, x))
    hand.wait(100)
