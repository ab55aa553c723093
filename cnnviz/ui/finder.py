"""Ctrl K: one field that finds every action, template and layer by a few letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from cnnviz.ui import icons, theme

WIDTH, HEIGHT = 520, 380
PLACE, DETAIL = int(Qt.ItemDataRole.UserRole), int(Qt.ItemDataRole.UserRole) + 1

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Finding:
    """One thing that can be found: what it is called, a word on the right, and what happens on Enter."""

    text: str
    detail: str
    icon: str
    do: Callable[[], object]


class Finder(QFrame):
    """A popup over the middle of the window; type, choose with the arrows, Enter does it, Esc closes."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        theme.set_role(self, role="card")
        self._findings: tuple[Finding, ...] = ()
        self.field = QLineEdit(placeholderText="Search everything that can be done here")
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        self.list = QListWidget()
        self.list.setIconSize(QSize(12, 12))
        self.list.setItemDelegate(_WithDetail(self.list))
        self.list.itemActivated.connect(lambda _item: self._do())
        self.list.itemClicked.connect(lambda _item: self._do())
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.hide()

    def open(self, findings: Sequence[Finding]) -> None:
        """Show the popup with these things to find."""
        self._findings = tuple(findings)
        self.field.clear()
        self._filter("")
        parent = self.parentWidget()
        assert parent is not None
        self.setGeometry((parent.width() - WIDTH) // 2, 64, WIDTH, min(HEIGHT, parent.height() - 96))
        self.show()
        self.raise_()
        self.field.setFocus()

    def shut(self) -> None:
        """Close the popup."""
        if self.isVisible():
            self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrows move in the list while the field keeps the focus."""
        if event.type() == QEvent.Type.FocusOut:
            self.shut()
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.shut()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._do()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            step = 1 if key == Qt.Key.Key_Down else -1
            self.list.setCurrentRow((self.list.currentRow() + step) % max(self.list.count(), 1))
        else:
            return False
        return True

    def _filter(self, text: str) -> None:
        self.list.clear()
        for finding in sorted(self._findings, key=lambda each: _rank(text, each.text)):
            if _rank(text, finding.text) > 2 and _rank(text, finding.detail) > 2:
                continue
            item = QListWidgetItem(icons.icon(finding.icon, "t3"), finding.text)
            item.setData(PLACE, self._findings.index(finding))
            item.setData(DETAIL, finding.detail)
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _do(self) -> None:
        item = self.list.currentItem()
        if item is None:
            return
        finding = self._findings[item.data(PLACE)]
        self.shut()
        finding.do()


class _WithDetail(QStyledItemDelegate):
    """Writes the word on the right behind the text of a row."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        super().paint(painter, option, index)
        painter.save()
        painter.setFont(theme.ui_font(11))
        painter.setPen(theme.color("t3"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(option.rect.adjusted(0, 0, -12, 0), right, index.data(DETAIL))
        painter.restore()


def _rank(typed: str, text: str) -> int:
    """Return 0 for a text that starts with what was typed, 1 for a word that does, 2 for anywhere, 3 for nowhere."""
    typed, text = typed.lower().strip(), text.lower()
    if text.startswith(typed):
        return 0
    if any(word.startswith(typed) for word in text.split()):
        return 1
    return 2 if typed in text else 3
