"""The trail: where the cursor came from, place by place, and where it has gone back from. A click returns there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from cnnviz.explain.explanation import place
from cnnviz.ui import theme
from cnnviz.ui.inspect.path import Place
from cnnviz.ui.widgets.chrome import button, label

HEIGHT = 30
CHEVRON, EARLIER = "\u203a", "…"
ROOM = 12


class Trail(QWidget):
    """`chosen` carries how many steps to go: −2 is the place before the last one, 1 one of those gone back from.

    Hidden as long as nothing was walked.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        theme.set_role(self, role="panel")
        self.chips: list[QPushButton] = []
        self._signs: list[QWidget] = []
        self._steps: list[int] = []
        self._places: tuple[Sequence[Place], Place, Sequence[Place]] = ((), ("", ()), ())
        self.dots = label(EARLIER, "hint")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 2, 12, 2)
        self._row.setSpacing(4)
        self._row.addWidget(label("Walked", "secondary"))
        self._row.addWidget(self.dots)
        self._row.addStretch(1)
        self.setVisible(False)

    def show_places(self, before: Sequence[Place], here: Place, after: Sequence[Place]) -> None:
        """Show the places on the way here, and those that were gone back from (the nearest first)."""
        self._places = before, here, after
        self.setVisible(bool(before) or bool(after))
        if self.isVisible():
            self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        """Show as many places as there is room for, those around the cursor first."""
        before, here, after = self._places
        names = [*before, here, *after]
        own, room = len(before), self.width() - 110
        shown: list[int] = []
        for at in sorted(range(len(names)), key=lambda at: (abs(at - own), at)):
            room -= self.fontMetrics().horizontalAdvance(_text(names[at])) + 24 + ROOM
            if room < 0 and shown:
                break
            shown.append(at)
        shown.sort()
        self.dots.setVisible(bool(shown) and shown[0] > 0)
        while len(self.chips) < len(shown):
            self._add_chip()
        self._steps = [at - own for at in shown]
        for number, chip in enumerate(self.chips):
            chip.setVisible(number < len(shown))
            self._signs[number].setVisible(0 < number < len(shown))
            if number < len(shown):
                step = self._steps[number]
                chip.setText(_text(names[shown[number]]))
                chip.setEnabled(step != 0)
                chip.setToolTip(
                    "You are here" if step == 0 else f"{abs(step)} back" if step < 0 else f"{step} on"
                )
        self.setAccessibleName(f"trail: {', '.join(_text(names[at]) for at in shown)}")

    def _add_chip(self) -> None:
        number, chip, sign = len(self.chips), button("", small=True), label(CHEVRON, "hint")
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        chip.clicked.connect(lambda: self.chosen.emit(self._steps[number]))
        for part in (sign, chip):
            self._row.insertWidget(self._row.count() - 1, part)
        self.chips.append(chip)
        self._signs.append(sign)

    def texts(self) -> list[str]:
        """Return the places that are shown, the cursor's among them."""
        return [chip.text() for chip in self.chips if not chip.isHidden()]


def _text(spot: Place) -> str:
    return f"{spot[0]}{place(spot[1])}"


def example() -> QWidget:
    """Three steps back from the answer."""
    widget = Trail()
    widget.show_places([("dense1", (7,)), ("pool2", (3, 2, 1))], ("conv2", (3, 4, 2)), [("conv1", (0, 9, 8))])
    return widget


if __name__ == "__main__":
    from cnnviz.ui.widgets import demo as stage

    stage.run(example, (640, 34))
