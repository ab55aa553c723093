"""The first screen: templates on the left; drawing, data and recent files on the right. Nothing modal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from cnnviz import data
from cnnviz.events import Array
from cnnviz.explain.trace import Trace
from cnnviz.layers import LAYERS
from cnnviz.model.autosave import find_recoverable, forget
from cnnviz.templates import SECTIONS, TEMPLATES, Template, shipped_weights, template
from cnnviz.ui import icons, theme
from cnnviz.ui.services import Weights
from cnnviz.ui.start.draw import DrawPanel
from cnnviz.ui.start.gallery import ALL, TRAINED, Gallery
from cnnviz.ui.start.shelf import DataShelf, RecentShelf
from cnnviz.ui.state import Session
from cnnviz.ui.widgets.chrome import Divider, Segmented, button, label

SIDE = 536
SHOWN = "t10"
"""The template that answers on this page: it has shipped weights."""


@dataclass
class _Answerer:
    """The network behind the drawing pad, once its weights are loaded."""

    template: Template
    weights: Weights | None = None


class StartPage(QWidget):
    """`template_chosen(id, workspace)`, `file_wanted` (a dialog), `file_chosen(path)`, `empty_wanted`, `why(image)`."""

    template_chosen = Signal(str, str)
    file_wanted = Signal()
    file_chosen = Signal(str)
    recovery_chosen = Signal(str)
    empty_wanted = Signal()
    why = Signal(object)
    download_wanted = Signal(str)
    folder_wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._answerer = _Answerer(template(SHOWN))
        self._seed = 0
        self.gallery = Gallery()
        self.gallery.opened.connect(self.template_chosen)
        self.gallery.file_wanted.connect(self.file_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._left(), 1)
        row.addWidget(self._right())

    # -- layout -------------------------------------------------------------------------------------------------

    def _left(self) -> QWidget:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(32, 28, 32, 28)
        column.setSpacing(6)
        head = QHBoxLayout()
        title = label("Open something that works", "title")
        head.addWidget(title)
        head.addStretch(1)
        self.search = QLineEdit(placeholderText=f"Search {len(TEMPLATES)} systems", clearButtonEnabled=True)
        self.search.addAction(icons.icon("search", "t3"), QLineEdit.ActionPosition.LeadingPosition)
        self.search.setFixedWidth(200)
        self.search.textChanged.connect(self._narrow)
        self.empty = button("Empty canvas", icon="plus")
        self.empty.clicked.connect(self.empty_wanted)
        head.addWidget(self.search)
        head.addWidget(self.empty)
        column.addLayout(head)
        column.addWidget(
            label("Click one to step through it. Everything can be taken apart afterwards.", "secondary")
        )
        column.addSpacing(6)
        self.sections = Segmented((ALL, TRAINED, *SECTIONS), name="sections")
        self.sections.chosen.connect(self._narrow)
        column.addWidget(self.sections)
        column.addWidget(self.gallery)
        column.addStretch(1)
        return _scrolled(inside)

    def _narrow(self) -> None:
        self.gallery.narrow(self.search.text(), self.sections.value())

    def _right(self) -> QWidget:
        inside = QWidget()
        inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        theme.set_role(inside, role="panel")
        column = QVBoxLayout(inside)
        column.setContentsMargins(28, 28, 28, 20)
        column.setSpacing(16)
        self.draw = DrawPanel()
        self.draw.drawn.connect(self._ask)
        self.draw.example_wanted.connect(self.show_example)
        self.draw.why_clicked.connect(lambda: self.why.emit(self.draw.pad.image()[None]))
        self.shelf, self.recent = DataShelf(), RecentShelf()
        self.shelf.download_wanted.connect(self.download_wanted)
        self.shelf.folder_wanted.connect(self.folder_wanted)
        self.recent.file_chosen.connect(self.file_chosen)
        self.recent.recovery_chosen.connect(self.recovery_chosen)
        self.recent.recovery_dropped.connect(self._forget)
        for part in (self.draw, Divider(), self.shelf, self.recent):
            column.addWidget(part)
        column.addStretch(1)
        area = _scrolled(inside)
        area.setFixedWidth(SIDE)
        return area

    def showEvent(self, event: object) -> None:
        self.refresh()

    # -- what is shown ------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Look again which data and files are there."""
        self.shelf.show_status(self._session.material.status())
        unsaved = [(each.path, each.title) for each in find_recoverable()]
        self.recent.show_files(self._session.settings.recent, unsaved)

    def _forget(self, kept: str) -> None:
        forget(Path(kept))
        self.refresh()

    def warm(self) -> None:
        """Load the shipped weights in the background, then answer what is on the pad."""
        folder = shipped_weights(self._answerer.template)
        if folder is None:
            self.draw.caption.setText(
                "No trained network is shipped with this installation; random weights answer."
            )
            self._weights_loaded(None)
            return
        services = self._session.services
        self._session.asker.ask(
            "start weights",
            lambda: services.load_weights(folder),
            self._weights_loaded,
            self._session.tell_failure,
        )

    def _weights_loaded(self, weights: Weights | None) -> None:
        self._answerer.weights = weights
        self.show_example()

    def show_example(self) -> None:
        """Put another drawn digit on the pad."""
        self._seed += 1
        images, _labels = data.stroke_digits(1, seed=self._seed)
        self.draw.set_image(images[0].astype(np.float32) / 255)

    def _ask(self, image: Array) -> None:
        found, services = self._answerer, self._session.services
        graph, weights = found.template.graph, found.weights
        self._session.asker.ask(
            "start",
            lambda: services.trace(graph, weights, image, 0),
            self._answer,
            self._session.tell_failure,
        )

    def _answer(self, trace: Trace) -> None:
        self.draw.show_answer(trace)
        card = next(card for card in self.gallery.cards if card.template is self._answerer.template)
        card.set_pictures(_pictures(trace))


def _pictures(trace: Trace) -> list[tuple[Array, str]]:
    """Return the input and the strongest map of the first two pooling layers."""
    rows = trace.graph.summary().rows
    pools = [row.name for row in rows if LAYERS[row.kind].group == "Pooling" and len(row.shape or ()) == 3][
        :2
    ]
    maps = [trace.activation(name) for name in pools]
    strongest = [found[int(found.mean(axis=(1, 2)).argmax())] for found in maps]
    return [(trace.activation("input")[0], "grey"), *((each, "value") for each in strongest)]


def _scrolled(inside: QWidget) -> QScrollArea:
    area = QScrollArea(widgetResizable=True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inside)
    return area
