"""What mosaic and gallery share: a painted area that scrolls down, and repaints only what is in view."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QAbstractScrollArea, QSizePolicy, QWidget


class Scrolled(QAbstractScrollArea):
    """A focusable area that tracks the mouse; subclasses say how high their content is and paint it."""

    def __init__(self, parent: QWidget | None = None, name: str = "") -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.viewport().setMouseTracking(True)

    def content_height(self) -> float:
        """The height of everything, in logical pixels."""
        raise NotImplementedError

    def line_height(self) -> float:
        """How far one step of the scroll bar goes."""
        raise NotImplementedError

    def pointer_left(self) -> None:
        """The mouse has left the area."""

    def top(self) -> int:
        """How far the content is scrolled."""
        return self.verticalScrollBar().value()

    def update_scroll(self) -> None:
        """Fit the scroll bar to the content; call it when the content has another height."""
        bar, room = self.verticalScrollBar(), self.viewport().height()
        bar.setPageStep(room)
        bar.setSingleStep(max(round(self.line_height()), 1))
        bar.setRange(0, max(round(self.content_height()) - room, 0))
        self.viewport().update()

    def reveal(self, rect: QRectF) -> None:
        """Scroll just far enough to show `rect` of the content."""
        bar = self.verticalScrollBar()
        lowest = round(rect.bottom()) + 4 - self.viewport().height()
        bar.setValue(min(max(bar.value(), lowest), round(rect.top()) - 4))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Leave:
            self.pointer_left()
        return super().viewportEvent(event)

    def resizeEvent(self, event: QEvent) -> None:
        self.update_scroll()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()  # the press was ours, so is its end

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setPixmap(self.viewport().grab())
        else:
            super().keyPressEvent(event)
