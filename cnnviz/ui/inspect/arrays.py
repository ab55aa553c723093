"""The arrays of one layer side by side: its output, and those inside it, such as the gates of an LSTM."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabBar, QWidget

from cnnviz.explain import split


class ArrayTabs(QTabBar):
    """One tab per array; hidden where there is the output alone. `chosen` carries `lstm1` or `lstm1.i`."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._arrays: tuple[str, ...] = ()
        self.setExpanding(False)
        self.setDrawBase(False)
        self.setUsesScrollButtons(True)
        self.setAccessibleName("arrays of the layer")
        self.currentChanged.connect(self._choose)

    def show_arrays(self, arrays: tuple[str, ...], current: str) -> None:
        """Offer other arrays; emits nothing."""
        self.blockSignals(True)
        if arrays != self._arrays:
            self._arrays = arrays
            while self.count():
                self.removeTab(0)
            for array in arrays:
                self.addTab(split(array)[1] or "output")
        self.setCurrentIndex(arrays.index(current))
        self.blockSignals(False)
        self.setVisible(len(arrays) > 1)

    def _choose(self, at: int) -> None:
        if 0 <= at < len(self._arrays):
            self.chosen.emit(self._arrays[at])
