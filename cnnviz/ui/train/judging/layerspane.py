"""The layers of a run over its training: what is to be seen of them is chosen here."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from cnnviz.ui.state import Session
from cnnviz.ui.state.countings import Countings
from cnnviz.ui.train.judging.layerstrips import LayerStrips
from cnnviz.ui.train.judging.spreads import EXPLAINED, QUANTITIES, strips
from cnnviz.ui.widgets.chrome import Elided, EmptyState

LATER_MS = 500
"""While a training runs, it is painted at most so often."""
NOTHING = "Train, and see here how weights, gradients and activations of each layer are spread."
NOT_COUNTED = "The layers of this run were not counted while it trained."
NONE_OF_THESE = "No layer of this network has any."


class LayersPane(QWidget):
    """`layer_clicked(node)` comes from the strips; `step` is looked at, None is now."""

    layer_clicked = Signal(str)

    def __init__(self, session: Session, countings: Countings) -> None:
        super().__init__()
        self._session, self._countings = session, countings
        self._shown: tuple[object, ...] = ()
        self.step: int | None = None
        self.choice = QComboBox()
        self.choice.setAccessibleName("what is shown of each layer")
        for key, text in QUANTITIES.items():
            self.choice.addItem(text, key)
        self.strips, self.words, self.empty = LayerStrips(), Elided("", "hint"), EmptyState(NOTHING)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.choice)
        row.addWidget(self.words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self.strips, 1)
        column.addWidget(self.empty, 1)
        self._later = QTimer(self, singleShot=True, interval=LATER_MS)
        self._later.timeout.connect(self._show)
        self.choice.currentIndexChanged.connect(lambda _place: self._show())
        self.strips.clicked.connect(self.layer_clicked)
        countings.changed.connect(self.refresh)
        session.training.counted.connect(self.refresh)

    @property
    def quantity(self) -> str:
        """Return what is shown of each layer, as the census calls it."""
        return str(self.choice.currentData())

    def look_at(self, step: int | None) -> None:
        """Mark the census of a step; None is now."""
        self.step = step
        if self.isVisible():
            self._show()

    def refresh(self) -> None:
        """Show what is new, soon; nothing happens while the pane is hidden."""
        if not self.isVisible():
            return
        self._countings.refresh()
        if self._session.training.live:
            if not self._later.isActive():
                self._later.start()
        else:
            self._show()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._countings.refresh()
        self._show()

    def _show(self) -> None:
        record, found = self._session.training.shown, self._countings.found
        at = self._countings.at(self.step)
        look = (id(record), len(found), found[-1].step if found else -1, at.step if at else -1, self.quantity)
        if look == self._shown:
            return
        self._shown = look
        groups = {node.name: node.layer.group for node in record.graph} if record is not None else {}
        shown = strips(self.quantity, found, groups, at)
        steps = [each.step for each in found]
        place = steps.index(at.step) if at is not None and self.step is not None else None
        self.strips.show_strips(shown, steps, place)
        self.strips.setVisible(bool(shown))
        self.empty.setVisible(not shown)
        self.empty.set_sentence(NONE_OF_THESE if found else NOT_COUNTED if record is not None else NOTHING)
        self.words.setText(EXPLAINED[self.quantity] if shown else "")
