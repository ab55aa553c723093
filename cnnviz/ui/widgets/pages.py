"""A stack of pages that takes no more room than the page in front needs."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QStackedWidget, QWidget


class Pages(QStackedWidget):
    """Pages of which only the one in front asks for room: Qt would make all as large as the largest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.currentChanged.connect(lambda _at: self.updateGeometry())

    def minimumSizeHint(self) -> QSize:
        front = self.currentWidget()
        return front.minimumSizeHint() if front is not None else super().minimumSizeHint()


def example() -> QWidget:
    """A small page in front of a large one."""
    from cnnviz.ui.widgets.chrome import EmptyState

    pages, large = Pages(), QWidget()
    large.setMinimumSize(800, 600)
    pages.addWidget(EmptyState("This one is small."))
    pages.addWidget(large)
    return pages


if __name__ == "__main__":
    from cnnviz.ui.widgets import demo

    demo.run(example)
