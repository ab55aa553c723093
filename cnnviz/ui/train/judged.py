"""How good it is: the confusion matrix and its kin; beside them the samples judged wrongly, or the layers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from cnnviz.data import Dataset, Split
from cnnviz.events import Evaluated
from cnnviz.ui import numbers
from cnnviz.ui.state import Session
from cnnviz.ui.state.countings import Countings
from cnnviz.ui.state.judgings import Judgings
from cnnviz.ui.train.judging.howgood import HowGood
from cnnviz.ui.train.judging.layerspane import LayersPane
from cnnviz.ui.train.judging.misfits import misfits
from cnnviz.ui.train.pictures import flat
from cnnviz.ui.widgets.chrome import EmptyState, Panel, Pill, Segmented
from cnnviz.ui.widgets.gallery import Caption, Gallery

MOST_SHOWN = 240
MATRIX_WIDTH = 350
LATER_MS = 45
"""While a training runs, the images follow the matrix in a turn of their own, so that the mouse waits less."""
NOTHING = "Mistakes appear here after the first judgement."
NOTHING_OF_VALUES = "The samples that fit worst appear here after the first judgement."


class Judged(QSplitter):
    """A click on a cell of the matrix shows its images; a double click on an image opens it in Inspect.

    `looked_at_changed` says that the layers are seen, or no longer.
    """

    looked_at_changed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._session = session
        self._event: Evaluated | None = None
        self._dataset: Dataset | None = None
        self._missing = ""
        self._cleared: bool | None = None
        self._class: int | None = None
        self._shown: list[int] = []
        self._words = ""
        self._fill_later = QTimer(self, singleShot=True, interval=LATER_MS)
        self._fill_later.timeout.connect(self._fill)
        self.judgings, self.countings = Judgings(session, self), Countings(session, self)
        self.left = HowGood(self.judgings)
        self.matrix, self.gallery = self.left.matrix, Gallery(name="mistakes")
        self.layers = LayersPane(session, self.countings)
        self.right = Panel("", "")
        self.switch = Segmented([("mistakes", "Mistakes"), ("layers", "Layers")], name="mistakes or layers")
        self.wrong, self.filter = Pill("", "err"), Pill("", "cursor")
        self.empty = EmptyState(NOTHING)
        self._assemble()
        self.matrix.cell_clicked.connect(self._choose_cell)
        self.left.class_clicked.connect(self._choose_class)
        self.gallery.setToolTip("Click to pin a sample, double-click to look inside")
        self.gallery.clicked.connect(self._pin)
        self.gallery.double_clicked.connect(self._open)
        self.switch.chosen.connect(lambda _side: self._turn_over())
        self.clear()

    def _assemble(self) -> None:
        self.right.lead_header(self.switch)
        self.right.add_to_header(self.wrong)
        self.right.add_to_header(self.filter)
        self._mistakes = QWidget()
        column = QVBoxLayout(self._mistakes)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.empty)
        column.addWidget(self.gallery)
        self._sides = QStackedWidget()
        self._sides.addWidget(self._mistakes)
        self._sides.addWidget(self.layers)
        self.right.body.addWidget(self._sides)
        for panel in (self.left, self.right):
            self.addWidget(panel)
        self.left.setMinimumWidth(MATRIX_WIDTH - 10)
        self.setStretchFactor(0, 2)
        self.setStretchFactor(1, 3)
        self.setSizes([2 * MATRIX_WIDTH, 3 * MATRIX_WIDTH])

    @property
    def shows_layers(self) -> bool:
        """Say whether the layers are in front."""
        return bool(self.switch.value() == "layers")

    def show_side(self, side: str) -> None:
        """Bring `mistakes` or `layers` to the front."""
        self.switch.set_value(side)
        self._turn_over()

    def _turn_over(self) -> None:
        self._sides.setCurrentWidget(self.layers if self.shows_layers else self._mistakes)
        self._say_what()
        self.looked_at_changed.emit()

    def clear(self, *, classes: bool = True) -> None:
        """Show that nothing has been judged yet, and whether classes or values will be.

        What shows this already is not painted again.
        """
        if self._cleared is classes:
            return
        self._cleared = classes
        self._event, self._dataset, self._shown, self._class = None, None, [], None
        self.left.clear(classes=classes)
        self.left.forecast.hide()
        self._say_no_images(NOTHING if classes else NOTHING_OF_VALUES)
        if not classes:
            self.switch.part("mistakes").setText("Errors")

    def show_judgement(
        self, event: Evaluated, dataset: Dataset | None, classes: Sequence[str] = (), data: str = ""
    ) -> None:
        """Show a judgement on images of a data set: counts, and the wrong images behind them.

        Where the data set is not loaded, `classes` names its classes and `data` itself.
        """
        if event is self._event and dataset is self._dataset:
            return
        self._event, self._dataset, self._missing, self._cleared = event, dataset, data, None
        self.left.show_judgement(event, classes if dataset is None else dataset.classes)
        self.left.forecast.setVisible(dataset is not None and dataset.timeline is not None)
        if self._session.training.state == "running":
            self._fill_later.start()
        else:
            self._fill()

    def _choose_cell(self, true: int, predicted: int) -> None:
        self._class = None
        self.left.classes.set_selected(None)
        if self.filter.isVisible() and self.filter.property("cell") == (true, predicted):
            self.matrix.set_selected(None)
        self._show_images()

    def _choose_class(self, number: int) -> None:
        self._class = self.left.classes.selected
        self.matrix.set_selected(None)
        self._show_images()

    def _show_images(self) -> None:
        self.show_side("mistakes")
        self._fill()

    # -- the gallery --------------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        """Fill the gallery with the mistakes, or with the images of the selected cell or class."""
        event, dataset = self._event, self._dataset
        if event is None:
            return
        if event.accuracy is None and event.fit is None:
            self._say_no_images("This network names no classes, so there are no mistakes to show.")
        elif dataset is None:
            self._say_no_images(
                f"Choose the data set {self._missing} above to see the samples that were judged."
            )
        elif event.fit is not None:
            self._fill_with_errors(event, dataset)
        else:
            self._fill_with_mistakes(event, dataset)

    def _fill_with_mistakes(self, event: Evaluated, dataset: Dataset) -> None:
        wrong, cell = event.predicted != event.labels, self.matrix.selected
        chosen = wrong if cell is None else (event.labels == cell[0]) & (event.predicted == cell[1])
        if self._class is not None:
            chosen = wrong & (event.labels == self._class)
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

    def _fill_with_errors(self, event: Evaluated, dataset: Dataset) -> None:
        """Show the samples whose answers are furthest off: values in words, pictures and frames side by side."""
        assert event.fit is not None
        found = misfits(event, event.fit, self._split(dataset, event), dataset)
        self._shown, self._words = list(found.places), found.words
        self.gallery.set_images(found.pictures, found.captions, found.size)
        self.switch.part("mistakes").setText("Errors")
        for pill in (self.wrong, self.filter):
            pill.setText("")
        self.empty.hide()
        self.gallery.show()
        self._say_what()

    def _say_what(self) -> None:
        """Say what the images are, and in which order."""
        event = self._event
        if self.shows_layers:
            self.right.set_title("", "over the training")
        elif event is not None and event.fit is not None:
            self.right.set_title("", f"{self._words}, largest first" if self._words else "largest first")
        else:
            self.right.set_title("", "most confident first" if self._shown else "")
        for pill in (self.wrong, self.filter):
            pill.setVisible(bool(pill.text()) and not self.shows_layers)

    def _say_no_images(self, why: str) -> None:
        """Say why there are no mistakes to show, such as a network that names no classes."""
        self._shown = []
        self.switch.part("mistakes").setText("Mistakes")
        self.empty.set_sentence(why)
        self.empty.show()
        for pill in (self.wrong, self.filter):
            pill.setText("")
        self.gallery.hide()
        self._say_what()

    def _describe(self, wrong: int, of: int, cell: tuple[int, int] | None, names: Sequence[str]) -> None:
        self.switch.part("mistakes").setText("Mistakes")
        self.wrong.setText(f"{numbers.count(wrong)} of {numbers.count(of)}")
        self.filter.setProperty("cell", cell)
        text = f"{names[cell[0]]} → {names[cell[1]]}" if cell else ""
        self.filter.setText(text if self._class is None else f"{names[self._class]} → others")
        self.filter.setToolTip("Click the cell, or the bar, again to see all mistakes")
        self.empty.setVisible(not self._shown)
        self.empty.set_sentence("No sample in this cell." if cell else "No mistake at all on these samples.")
        self.gallery.setVisible(bool(self._shown))
        self._say_what()

    def _pin(self, index: int) -> None:
        """Look at the image everywhere, and pin it to the running training."""
        event, dataset = self._event, self._dataset
        if event is None or dataset is None:
            return
        place = self._shown[index]
        where = int(event.indices[place])
        self.gallery.set_selected(index)
        if event.which == "test" and dataset is self._session.material.dataset:
            self._session.material.pick(where)
            return
        kind = "test" if event.which == "test" else "training"
        label = int(event.labels[place]) if event.fit is None else -1
        named = f", label {dataset.classes[label]}" if label >= 0 else ""
        sample = self._split(dataset, event).sample(where)
        self._session.material.pick_image(sample, label, f"{kind} {dataset.noun} #{where}{named}")

    def _open(self, index: int) -> None:
        self._pin(index)
        self._session.go_to.emit("inspect")

    def _split(self, dataset: Dataset, event: Evaluated) -> Split:
        return dataset.test if event.which == "test" else dataset.train
