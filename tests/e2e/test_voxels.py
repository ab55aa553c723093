"""Volumes on a real screen: OpenGL draws what QPainter draws; from a drawn digit to an explained voxel."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter

from cnnviz.ui.voxels.camera import Camera, Projection
from cnnviz.ui.voxels.canvas import shared_renderer
from cnnviz.ui.voxels.painting import paint_faces
from cnnviz.ui.voxels.scene import Look, Scene
from cnnviz.ui.voxels.solid import solid_of


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
