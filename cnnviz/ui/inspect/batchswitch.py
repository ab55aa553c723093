"""The switch of batch norm: its running statistics, or those of a batch, as while training."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.state.looking import COMPANIONS
from cnnviz.ui.widgets.chrome import Segmented, label

RUNNING, BATCH = "running statistics", f"a batch of {COMPANIONS + 1}"


class BatchSwitch(QWidget):
    """`wanted` carries whether the sample is to run among others; hidden where a network has no such statistics."""

    wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choice = Segmented([RUNNING, BATCH], name="statistics of batch norm")
        self.choice.setToolTip(
            "What batch norm divides by: counted over the training, or this very batch as in training"
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label("Normalised by", "secondary"))
        row.addWidget(self.choice)
        row.addStretch(1)
        self.choice.chosen.connect(lambda chosen: self.wanted.emit(chosen == BATCH))

    def show_frame(self, frame: Frame) -> None:
        """Show which statistics a value was made with."""
        self.setVisible(
            "running_mean" in frame.values.parameters.get(frame.owner, {}) or reads_statistics(frame)
        )
        self.choice.set_value(BATCH if frame.batch else RUNNING)


def reads_statistics(frame: Frame) -> bool:
    """Say whether a gradient comes through a layer that normalises by the batch."""
    return any(
        "running_mean" in frame.values.parameters.get(reading.node.partition(".")[0], {})
        for reading in frame.readings
    )


def example() -> QWidget:
    """The switch of a batch norm."""
    from cnnviz.ui.inspect import demo

    widget = BatchSwitch()
    widget.show_frame(demo.frame("batchnorm"))
    return widget


if __name__ == "__main__":
    from cnnviz.ui.widgets import demo as stage

    stage.run(example, (420, 40))
