"""The hand in a volume: points at a value of a 3D convolution, and turns the volume."""

from __future__ import annotations

from PySide6.QtCore import QPoint

from cnnviz.ui.demo.hand import Hand
from cnnviz.ui.inspect.workspace import InspectWorkspace
from cnnviz.ui.window import MainWindow


def look_into_volume(window: MainWindow, hand: Hand) -> None:
    """Open the 3D network in Inspect, explain a voxel, turn the volume, and wait for the answers at all angles."""
    window.open_template("t16", "inspect")
    looking = window.session.looking
    hand.wait_for(
        lambda: looking.settled and looking.trace and looking.trace.activation("input").ndim == 4,
        120,
        "the first trace of the 3D network",
    )
    page = window.pages.currentWidget()
    assert isinstance(page, InspectWorkspace)
    hand.wait_for(lambda: page.voxels.on, 30, "the volume")
    looking.point(node="conv1", map=4, position=(6, 9, 7))
    canvas = page.voxels.pane.viewer.canvas
    middle = QPoint(canvas.width() // 2, canvas.height() // 2)
    hand.drag(canvas, middle, canvas, middle + QPoint(24, 6))
    hand.wait_for(lambda: all(page.voxels.turning.strip.best()), 240, "the answers at all angles")
    hand.wait(500)
