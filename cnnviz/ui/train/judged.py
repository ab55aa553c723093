"""How good it is: the confusion matrix, and the images that were judged wrongly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QSplitter, QWidget

from cnnviz.data import Dataset, Split
from cnnviz.events import Evaluated
from cnnviz.ui import numbers
from cnnviz.ui.state import Session
from cnnviz.ui.train.pictures import flat
from cnnviz.ui.widgets.chrome import EmptyState, Panel, Pill
from cnnviz.ui.widgets.confusion import ConfusionMatrix
from cnnviz.ui.widgets.gallery import Caption, Gallery

MOST_SHOWN = 240
MATRIX_WIDTH = 350
LATER_MS = 45
"""While a training runs, the images follow the matrix in a turn of their own, so that the mouse waits less."""


class Judged(QSplitter):
    """A click on a cell of the matrix shows its images; a double click on an image opens it in Inspect."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._session = session
        self._event: Evaluated | None = None
        self._dataset: Dataset | None = None
        self._missing = ""
        self._shown: list[int] = []
        self._fill_later = QTimer(self, singleShot=True, interval=LATER_MS)
        self._fill_later.timeout.connect(self._fill)
        self.matrix, self.gallery = ConfusionMatrix(), Gallery(name="mistakes")
        self.matrix.cell_clicked.connect(self._choose_cell)
        self.gallery.setToolTip("Click to pin an image, double-click to look inside")
        self.gallery.clicked.connect(self._pin)
        self.gallery.double_clicked.connect(self._open)
        self.left = Panel("Confusion", "")
        self.left.add_to_header(self.matrix.switch())
        self.left.body.addWidget(self.matrix)
        self.right = Panel("Mistakes", "most confident first")
        self.wrong, self.filter = Pill("", "err"), Pill("", "cursor")
        self.right.add_to_header(self.wrong)
        self.right.add_to_header(self.filter)
        self.empty = EmptyState("Mistakes appear here after the first judgement on validation images.")
        self.right.body.addWidget(self.empty)
        self.right.body.addWidget(self.gallery)
        for panel in (self.left, self.right):
            self.addWidget(panel)
        self.left.setMinimumWidth(MATRIX_WIDTH - 40)
        self.setStretchFactor(1, 1)
        self.setSizes([MATRIX_WIDTH, 2 * MATRIX_WIDTH])
        self.clear()

    def clear(self) -> None:
        """Show that nothing has been judged yet."""
        self._event, self._dataset, self._shown = None, None, []
        self.matrix.set_selected(None)
        self.left.set_title("Confusion", "")
        self.empty.set_sentence("Mistakes appear here after the first judgement on validation images.")
        self.empty.show()
        self.matrix.set_counts(np.zeros((0, 0), np.int64))
        for part in (self.gallery, self.wrong, self.filter):
            part.hide()

    def show_judgement(
        self, event: Evaluated, dataset: Dataset | None, classes: Sequence[str] = (), data: str = ""
    ) -> None:
        """Show a judgement on images of a data set: counts, and the wrong images behind them.

        Where the data set is not loaded, `classes` names its classes and `data` itself.
        """
        if event is self._event and dataset is self._dataset:
            return
        self._event, self._dataset, self._missing = event, dataset, data
        self.matrix.set_counts(event.confusion, classes if dataset is None else dataset.classes)
        images = f"{numbers.count(len(event.indices))} {event.which} images"
        self.left.set_title("Confusion", images if event.whole else f"a fixed {images}")
        if self._session.training.state == "running":
            self._fill_later.start()
        else:
            self._fill()

    def _choose_cell(self, true: int, predicted: int) -> None:
        if self.filter.isVisible() and self.filter.property("cell") == (true, predicted):
            self.matrix.set_selected(None)
        self._fill()

    def _fill(self) -> None:
        """Fill the gallery with the mistakes, or with the images of the selected cell."""
        event, dataset = self._event, self._dataset
        if event is None:
            return
        if event.accuracy is None:
            self._say_no_images("This network names no classes, so there are no mistakes to show.")
            return
        if dataset is None:
            self._say_no_images(
                f"Choose the data set {self._missing} above to see the images that were judged."
            )
            return
        wrong = event.predicted != event.labels
        cell = self.matrix.selected
        chosen = wrong if cell is None else (event.labels == cell[0]) & (event.predicted == cell[1])
        places = np.flatnonzero(chosen)
        places = places[np.argsort(-event.confidence[places], kind="stable")][:MOST_SHOWN]
        self._shown = [int(place) for place in places]
        split = self._split(dataset, event)
        images = [flat(split.sample(int(event.indices[place]))) for place in self._shown]
        names = dataset.classes
        captions = [
            Caption(names[event.labels[p]], names[event.predicted[p]], float(event.confidence[p]))
            for p in self._shown
        ]
        self.gallery.set_images(images, captions)
        self._describe(int(wrong.sum()), len(wrong), cell, names)

    def _say_no_images(self, why: str) -> None:
        """Say why there are no mistakes to show, such as a network that names no classes."""
        self._shown = []
        self.empty.set_sentence(why)
        self.empty.show()
        for part in (self.gallery, self.wrong, self.filter):
            part.hide()

    def _describe(self, wrong: int, of: int, cell: tuple[int, int] | None, names: Sequence[str]) -> None:
        self.wrong.setText(f"{numbers.count(wrong)} of {numbers.count(of)}")
        self.wrong.show()
        self.filter.setVisible(cell is not None)
        self.filter.setProperty("cell", cell)
        self.filter.setText(f"{names[cell[0]]} → {names[cell[1]]}" if cell else "")
        self.filter.setToolTip("Click the cell again to see all mistakes")
        self.empty.setVisible(not self._shown)
        self.empty.set_sentence("No image in this cell." if cell else "No mistake at all on these images.")
        self.gallery.setVisible(bool(self._shown))

    def _pin(self, index: int) -> None:
        """Look at the image everywhere, and pin it to the running training."""
        event, dataset = self._event, self._dataset
        if event is None or dataset is None:
            return
        place = self._shown[index]
        where, label = int(event.indices[place]), int(event.labels[place])
        self.gallery.set_selected(index)
        if event.which == "test" and dataset is self._session.material.dataset:
            self._session.material.pick(where)
        else:
            kind = "test" if event.which == "test" else "training"
            title = f"{kind} image #{where}, label {dataset.classes[label]}"
            self._session.material.pick_image(self._split(dataset, event).sample(where), label, title)

    def _open(self, index: int) -> None:
        self._pin(index)
        self._session.go_to.emit("inspect")

    def _split(self, dataset: Dataset, event: Evaluated) -> Split:
        return dataset.test if event.which == "test" else dataset.train
