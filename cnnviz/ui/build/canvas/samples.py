"""The image on the input's card: previous, next, any, or drawn by hand."""

from __future__ import annotations

import random

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from cnnviz.data import to_input
from cnnviz.ui import colormaps, theme
from cnnviz.ui.build.canvas.canvas import Canvas
from cnnviz.ui.build.cards.card import SampleView
from cnnviz.ui.build.wording import capitalised
from cnnviz.ui.state.material import Sample
from cnnviz.ui.widgets.chrome import button, label, tool_button
from cnnviz.ui.widgets.digitpad import DigitPad

RGB = 3


def sample_view(sample: Sample | None) -> SampleView | None:
    """Return the picture of a sample (C, H, W), grey or RGB, and its title; None where it can't be shown so."""
    if sample is None or sample.image.ndim != 3:
        return None
    image = sample.image
    picture = np.moveaxis(image, 0, -1) if image.shape[0] == RGB else image[0]
    return SampleView(colormaps.to_picture(np.ascontiguousarray(picture), "grey"), capitalised(sample.title))


class SampleButtons:
    """Does what the buttons of the input's card say."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._material = canvas.session.material
        self.pad = DrawPanel(canvas)

    def press(self, name: str) -> None:
        """One of `chevron-left`, `chevron-right`, `dice` and `pencil` was pressed."""
        at = self._material.sample.index if self._material.sample is not None else 0
        dataset = self._material.dataset
        if name == "pencil":
            self.pad.open()
        elif dataset is not None:
            steps = {"chevron-left": at - 1, "chevron-right": at + 1}
            self._material.pick(steps.get(name, random.randrange(len(dataset.test))))


class DrawPanel(QFrame):
    """A pad beside the input's card; every stroke goes through the network."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        theme.set_role(self, role="card")
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 10)
        row = QHBoxLayout()
        row.addWidget(label("Draw a digit", "heading"), 1)
        row.addWidget(tool_button("close", "Close", self.hide))
        column.addLayout(row)
        self.pad = DigitPad()
        self.pad.setFixedSize(28 * 6, 28 * 6)
        column.addWidget(self.pad, 0, Qt.AlignmentFlag.AlignHCenter)
        clear = button("Clear", small=True)
        clear.clicked.connect(self.pad.clear)
        column.addWidget(clear, 0, Qt.AlignmentFlag.AlignLeft)
        self.pad.changed.connect(self._take)
        self.hide()

    def open(self) -> None:
        """Open beside the input's card."""
        content = self._canvas.content
        heads = [name for name, face in content.faces.cards.items() if face.takes_sample]
        if not heads:
            return
        box = self._canvas.mapFromScene(content.content_rect((heads[0],))).boundingRect()
        self.adjustSize()
        x = min(box.right() + 12, self._canvas.width() - self.width() - 8)
        y = min(max(box.top(), 8), self._canvas.height() - self.height() - 8)
        self.move(QPoint(x, y))
        self.show()
        self.raise_()

    def _take(self, image: np.ndarray) -> None:
        report = self._canvas.document.report
        shape = report.row(report.input).shape if report.input else None
        if shape is not None and len(shape) == 3:
            self._canvas.session.material.draw(to_input(image, shape))
