"""Files that are dropped on the window: projects and saved pictures are opened, networks and weights imported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from cnnviz.ui.provenance import SUFFIXES as PICTURES
from cnnviz.ui.state.pictures import ENDINGS

SUFFIXES = (".cnnviz", ".onnx", ".pt2", ".safetensors", ".py", *PICTURES, *ENDINGS)


class Dropping(QObject):
    """Lets a window take one file at a time; `take` is called with its path."""

    def __init__(self, window: QWidget, take: Callable[[Path], object]) -> None:
        super().__init__(window)
        self._take = take
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Accept files that can be opened; everything else goes its usual way."""
        if isinstance(event, QDropEvent):  # a QDragEnterEvent is one too
            path = file_of(event.mimeData())
            if path is None:
                return super().eventFilter(watched, event)
            event.acceptProposedAction()
            if not isinstance(event, QDragEnterEvent) and event.type() == QEvent.Type.Drop:
                self._take(path)
            return True
        return super().eventFilter(watched, event)


def file_of(data: QMimeData) -> Path | None:
    """Return the one file that is dragged, if cnnviz opens such files."""
    urls = data.urls()
    path = Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
    return path if path is not None and path.suffix.lower() in SUFFIXES else None
