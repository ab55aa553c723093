"""The same place in both networks: maps A, B and A \u2212 B under one cursor, with both values."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout

from cnnviz.ui import numbers
from cnnviz.ui.inspect.answer import answers
from cnnviz.ui.inspect.frame import Frame, reach
from cnnviz.ui.inspect.picture import MapPicture
from cnnviz.ui.inspect.volumes import Cell, to_index
from cnnviz.ui.widgets.chrome import Elided, Panel, label, tool_button
from cnnviz.ui.widgets.legend import Legend

MINUS = "\u2212"
CHOOSER, BESIDE_CHOOSER = 72, 142
"""Pixels that the button with the name of B takes at least, and of what stands beside that name."""


class Differences(Panel):
    """`chosen` carries a place in A's array; `closed` that one network alone is wanted again."""

    chosen = Signal(object)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__(f"A {MINUS} B")
        self.menu = QMenu(self)
        self.chooser = QPushButton("B")
        self.chooser.setMenu(self.menu)
        self.chooser.setMinimumWidth(CHOOSER)
        self._rival = ""
        self.names = [Elided("", "secondary") for _ in range(3)]
        self.values = [label("", "mono") for _ in range(3)]
        self.first, self.second = MapPicture("map of A"), MapPicture("map of B")
        self.difference = MapPicture(f"A {MINUS} B")
        self.legend, self.answers = Legend(), label("", "secondary")
        self.answers.setWordWrap(True)
        self._frames: tuple[Frame, Frame] | None = None
        self._assemble()
        for picture in self.pictures:
            picture.hovered.connect(self._hover)
            picture.left.connect(lambda: self._hover(None))
            picture.clicked.connect(self._choose)

    @property
    def pictures(self) -> tuple[MapPicture, MapPicture, MapPicture]:
        """Return the three maps: A, B and their difference."""
        return self.first, self.second, self.difference

    def _assemble(self) -> None:
        self.add_to_header(self.chooser)
        self.add_to_header(tool_button("close", "One network alone again  C", self.closed.emit))
        both = QHBoxLayout()
        both.setSpacing(8)
        for at, picture in enumerate(self.pictures[:2]):
            column = QVBoxLayout()
            column.setSpacing(2)
            column.addLayout(self._caption(at))
            column.addWidget(picture, 1)
            both.addLayout(column, 1)
        self.body.addLayout(both, 3)
        self.body.addLayout(self._caption(2))
        self.body.addWidget(self.difference, 4)
        self.body.addWidget(self.legend)
        self.body.addWidget(self.answers)
        self.body.addStretch(1)

    def _caption(self, at: int) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.names[at], 1)
        row.addWidget(self.values[at])
        return row

    # -- what is shown ------------------------------------------------------------------------------------------

    def name_rival(self, name: str) -> None:
        """Say what B is, with as much of its name as there is room for; the tool tip has all of it."""
        self._rival = name
        self.chooser.setToolTip(f"Compared with: {name}")
        self._write_name()

    def _write_name(self) -> None:
        room, metrics = max(self.width() - BESIDE_CHOOSER, 0), self.chooser.fontMetrics()
        self.chooser.setText(metrics.elidedText(f"B: {self._rival}", Qt.TextElideMode.ElideRight, room))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._write_name()

    def show_frames(self, first: Frame, second: Frame) -> None:
        """Show the same place of both."""
        self._frames = first, second
        self.set_title(
            f"A {MINUS} B", first.node if first.node == second.node else f"{first.node}, {second.node}"
        )
        self.names[0].setText("A")
        self.names[1].setText("B")
        values = (first.explanation.engine, second.explanation.engine)
        self.values[0].setText(numbers.compact(values[0], 5))
        self.values[1].setText(numbers.compact(values[1], 5))
        size = max(reach(first.array), reach(second.array))
        for picture, frame in ((self.first, first), (self.second, second)):
            limits = frame.limits(frame.node, frame.array) if frame.is_picture(frame.node) else (-size, size)
            picture.show_map(
                frame.output, frame.cell[0], limits, depth=frame.cell[1], colormap=frame.colormap(frame.node)
            )
            picture.set_selected(frame.cell)
        self._show_difference(first, second)
        self.answers.setText(f"A: {_answer(first)}    B: {_answer(second)}")

    def _show_difference(self, first: Frame, second: Frame) -> None:
        same = first.array.shape == second.array.shape
        self.difference.setVisible(same)
        self.legend.setVisible(same)
        if not same:
            self.names[2].setText("No A \u2212 B: the arrays have other sizes")
            self.values[2].setText("")
            return
        maps = np.asarray(first.output - second.output)
        size = reach(maps)
        self.names[2].setText(f"A {MINUS} B")
        self.values[2].setText(
            numbers.fixed(first.explanation.engine - second.explanation.engine, 5, plus=True)
        )
        self.difference.show_map(maps, first.cell[0], (-size, size), depth=first.cell[1])
        self.difference.set_selected(first.cell)
        self.legend.set_scale(-size, size, f"A {MINUS} B, all maps")

    # -- pointing -----------------------------------------------------------------------------------------------

    def _hover(self, cell: Cell | None) -> None:
        for picture in self.pictures:
            picture.set_hovered(cell)

    def _choose(self, cell: Cell) -> None:
        if self._frames is not None:
            self.chosen.emit(to_index(cell, self._frames[0].array.ndim))


def _answer(frame: Frame) -> str:
    """Say what a network answers: `7, 99.8 %`."""
    found = answers(frame.values)
    if found is None:
        return "no classes"
    best = int(found[0].argmax())
    named = frame.classes[best] if len(frame.classes) == len(found[0]) else str(best)
    return f"{named}, {numbers.percent(float(found[0][best]), 1)}"
