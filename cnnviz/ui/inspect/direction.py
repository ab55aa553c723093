"""Which way is looked at: the values, or the gradients of a loss; and the class that the loss is asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from cnnviz.explain.backward import Slopes
from cnnviz.ui import numbers
from cnnviz.ui.widgets.chrome import Segmented, label

FORWARD, BACKWARD = "Forward", "Backward"
AWAITED = "computing …"
SOON_MS = 250
"""How long gradients may take until the row says that they are on their way; those of small networks are there."""


class Direction(QWidget):
    """`turned` carries whether the way back is wanted, `supposed` the number of the class."""

    turned = Signal(bool)
    supposed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.way = Segmented([FORWARD, BACKWARD], name="values or gradients")
        self.way.setToolTip("The values, or how the loss changes with each of them  R")
        self.truth = QComboBox()
        self.truth.setToolTip("The class that the loss is asked for")
        self.truth.setAccessibleName("true class")
        self.truth.setFixedWidth(64)
        self.truth_name, self.loss = label("class", "secondary"), label("", "mono")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for part in (self.way, self.truth_name, self.truth, self.loss):
            row.addWidget(part)
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self._tell_waiting)
        self.way.chosen.connect(lambda way: self.turned.emit(way == BACKWARD))
        self.truth.activated.connect(self.supposed)
        self.show_slopes(None, ())

    def turn(self, backward: bool) -> None:
        """Show which way is wanted; where the gradients are not there at once, say that they are on their way."""
        self.way.set_value(BACKWARD if backward else FORWARD)
        self.loss.hide()
        self.loss.setText("")
        if backward:
            self._soon.start()
        else:
            self._soon.stop()

    def _tell_waiting(self) -> None:
        self.loss.setText(AWAITED)
        self.loss.setToolTip(
            "The network runs forward and back; the values stay until the gradients are there"
        )
        self.loss.show()

    def show_slopes(self, slopes: Slopes | None, classes: Sequence[str], *, backward: bool = False) -> None:
        """Show the loss and its class; without slopes, the values are looked at or the gradients are on their way."""
        self.way.set_value(BACKWARD if backward else FORWARD)
        if slopes is not None or not backward:
            self._soon.stop()
        truth = truth_of(slopes)
        for part in (self.truth_name, self.truth):
            part.setVisible(truth is not None)
        waiting = backward and self.loss.text() == AWAITED
        self.loss.setVisible(slopes is not None or waiting)
        if slopes is not None:
            self.loss.setText(f"L = {numbers.compact(slopes.loss, 4)}")
            self.loss.setToolTip(" + ".join(f"{end.weight:g} · {end.loss}" for end in slopes.ends))
        if truth is not None and slopes is not None:
            count = len(slopes.ends[0].target)
            names = list(classes) if len(classes) == count else [str(at) for at in range(count)]
            if [self.truth.itemText(at) for at in range(self.truth.count())] != names:
                self.truth.clear()
                self.truth.addItems(names)
            self.truth.setCurrentIndex(truth)
            self.truth.view().setMinimumWidth(self.truth.view().sizeHintForColumn(0) + 24)


def truth_of(slopes: Slopes | None) -> int | None:
    """Return the class that the first answer is compared with, where it is compared with one."""
    if slopes is None or slopes.ends[0].target.ndim != 1:
        return None
    target = slopes.ends[0].target
    single = len(target) > 1 and np.count_nonzero(target) == 1 and target.max() == 1
    return int(target.argmax()) if single else None


def example() -> QWidget:
    """Both, without a loss."""
    return Direction()


if __name__ == "__main__":
    from cnnviz.ui.widgets import demo as stage

    stage.run(example, (420, 50))
