"""Class names as small buttons that wrap, one of them pressed; many classes are a list to choose from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QLayout,
    QLayoutItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cnnviz.ui import theme
from cnnviz.ui.browse.places import ALL

MOST_CHIPS = 24
WIDEST = 150
GAP = 4


class Wrapping(QLayout):
    """Lays widgets out in lines, like words."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        sizes = [item.minimumSize() for item in self._items]
        return QSize(max((s.width() for s in sizes), default=0), max((s.height() for s in sizes), default=0))

    def _place(self, rect: QRect, *, move: bool) -> int:
        x, y, line = rect.x(), rect.y(), 0
        for item in self._items:
            size = item.sizeHint()
            if x > rect.x() and x + size.width() > rect.right() + 1:
                x, y, line = rect.x(), y + line + GAP, 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), size))
            x, line = x + size.width() + GAP, max(line, size.height())
        return y + line - rect.y()


class ClassChips(QWidget):
    """`chosen(label)`, −1 for all classes."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._box = QWidget()
        self._line = Wrapping(self._box)
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(lambda at: self.chosen.emit(at - 1))
        self.list = QComboBox()
        self.list.setAccessibleName("class")
        theme.set_role(self.list, small=True)
        self.list.activated.connect(lambda at: self.chosen.emit(at - 1))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._box)
        column.addWidget(self.list, 0, Qt.AlignmentFlag.AlignLeft)

    def set_names(self, names: Sequence[str]) -> None:
        """Offer these classes, none of them chosen."""
        if tuple(names) == self._names:
            return
        self._names = tuple(names)
        while (item := self._line.takeAt(0)) is not None:
            chip = item.widget()
            if isinstance(chip, QPushButton):
                self._group.removeButton(chip)
                chip.deleteLater()
        few = len(names) <= MOST_CHIPS
        for at, name in enumerate(("All classes", *names) if few and names else ()):
            self._add_chip(at, name)
        self.list.clear()
        self.list.addItems(["All classes", *names])
        self._box.setVisible(few)
        self.list.setVisible(not few)
        self.setVisible(bool(names))
        self.set_chosen(ALL)

    def set_chosen(self, label: int) -> None:
        """Press a chip; emits nothing."""
        self.list.setCurrentIndex(label + 1)
        chip = self._group.button(label + 1)
        if chip is not None:
            chip.setChecked(True)

    def chip(self, label: int) -> QPushButton:
        """The button of a class, −1 for all."""
        found = self._group.button(label + 1)
        assert isinstance(found, QPushButton)
        return found

    def _add_chip(self, at: int, name: str) -> None:
        chip = QPushButton()
        theme.set_role(chip, small=True)
        chip.setCheckable(True)
        chip.setMaximumWidth(WIDEST)
        shown = chip.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, WIDEST - 20)
        chip.setText(shown.replace("&", "&&"))
        chip.setToolTip(name if shown != name else "")
        chip.setAccessibleName(name)
        self._group.addButton(chip, at)
        self._line.addWidget(chip)


__all__ = ["ClassChips", "Wrapping"]
