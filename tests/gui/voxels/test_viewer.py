"""The viewer without OpenGL: it falls back to QPainter by itself, and mouse and keys do the same in every view."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from cnnviz.ui.voxels import VoxelViewer
from cnnviz.ui.voxels.camera import FRONT, Camera
from tests.gui.rooms import shown

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def viewer(qapp: QApplication) -> Iterator[VoxelViewer]:
    found = VoxelViewer()
    volume = np.zeros((3, 8, 8, 8), np.float32)
    volume[:, 2:6, 2:6, 2:6] = np.random.default_rng(0).random((3, 4, 4, 4)) * 0.7 + 0.3
    found.set_array(volume)
    yield from shown(found, 480, 520)


def turn_wheel(
    widget: QWidget, notches: int, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        widget.mapToGlobal(middle),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def colours(widget: QWidget) -> int:
    image = widget.grab().toImage()
    return len({image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)})


def test_without_opengl_the_cubes_are_painted(viewer: VoxelViewer) -> None:
    QApplication.processEvents()
    assert viewer.canvas.renderer is None
    viewer.set_threshold(0.95)
    few = colours(viewer.canvas)
    viewer.set_threshold(0.1)
    assert colours(viewer.canvas) > few + 30


def test_every_mode_shows_something_of_its_own(viewer: VoxelViewer) -> None:
    pictures = []
    for mode in ("Voxels", "Slices", "MIP"):
        QTest.mouseClick(viewer.mode.part(mode), Qt.MouseButton.LeftButton)
        pictures.append(viewer.shown.grab().toImage())
        assert colours(viewer.shown) > 15
    assert pictures[0] != pictures[2]


def test_dragging_turns_and_the_wheel_slices_or_zooms(viewer: VoxelViewer) -> None:
    canvas, before = viewer.canvas, viewer.canvas.camera
    middle = canvas.rect().center()
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(canvas, middle + QPoint(40, 10))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=middle + QPoint(40, 10))
    assert canvas.camera.yaw == pytest.approx(before.yaw + 20)
    assert canvas.camera.pitch == pytest.approx(before.pitch + 5)
    turn_wheel(canvas, -1)
    turn_wheel(canvas, -1)
    assert viewer.look.at == 2
    turn_wheel(canvas, 1, CTRL)
    assert canvas.camera.zoom > 1
    assert viewer.look.at == 2


def test_a_click_chooses_the_voxel_that_is_seen(viewer: VoxelViewer, qtbot: QtBot) -> None:
    viewer.set_camera(FRONT)
    seen = viewer.canvas.projection_now()
    right, down = seen.project(np.array([2, 3, 4])).tolist()
    with qtbot.waitSignal(viewer.voxel_chosen) as caught:
        QTest.mouseClick(viewer.canvas, Qt.MouseButton.LeftButton, pos=QPoint(round(right), round(down)))
    assert caught.args == [(2, 3, 4)]
    assert viewer.place == (2, 3, 4)
    assert viewer.look.at == 2


def test_slices_along_three_axes_follow_one_voxel(viewer: VoxelViewer, qtbot: QtBot) -> None:
    viewer.set_mode("Slices")
    viewer.set_place((3, 4, 5))
    across = viewer.cuts[1]
    rect = across.grid().cell_rect(6, 2)
    with qtbot.waitSignal(viewer.voxel_chosen) as caught:
        QTest.mouseClick(across, Qt.MouseButton.LeftButton, pos=rect.center().toPoint())
    assert caught.args == [(6, 4, 2)]
    QTest.keyClick(viewer.cuts[0], Qt.Key.Key_Down)
    assert viewer.place == (6, 5, 2)
    QTest.keyClick(viewer.cuts[0], Qt.Key.Key_PageUp)
    assert viewer.place == (5, 5, 2)
    assert viewer.look.at == 5


def test_the_strip_and_the_axis_move_the_slice(viewer: VoxelViewer, qtbot: QtBot) -> None:
    QTest.mouseClick(viewer.axis.part(2), Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(viewer.sliced) as caught:
        QTest.mouseClick(
            viewer.strip, Qt.MouseButton.LeftButton, pos=viewer.strip.rect_of(6).center().toPoint()
        )
    assert caught.args == [2, 6]
    assert viewer.look.at == 6
    QTest.keyClick(viewer.strip, Qt.Key.Key_Left)
    assert viewer.place == (0, 0, 5)


def test_keys_do_what_the_mouse_does(viewer: VoxelViewer) -> None:
    canvas = viewer.canvas
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Plus, Qt.Key.Key_PageDown):
        QTest.keyClick(canvas, key)
    assert canvas.camera.yaw == pytest.approx(Camera().yaw + 10)
    assert canvas.camera.zoom > 1
    assert viewer.look.at == 1
    QTest.keyClick(canvas, Qt.Key.Key_Home)
    assert canvas.camera == Camera()
    QTest.mouseClick(viewer.views["Front"], Qt.MouseButton.LeftButton)
    assert canvas.camera == FRONT


def test_what_is_no_volume_is_told_in_its_place(viewer: VoxelViewer) -> None:
    good = np.ones((1, 4, 4, 4), np.float32)
    viewer.set_array(np.full((1, 4, 4, 4), np.inf))
    assert viewer.shown is viewer.refusal
    assert "NaN or infinite" in viewer.refusal._sentence.text()
    viewer.set_place((1, 1, 1))
    viewer.set_array(good)
    assert viewer.shown is viewer.canvas
