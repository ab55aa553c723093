"""The line at the bottom: the last message, long work with its progress and a way to cancel it, and a hint of keys."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from cnnviz.ui import theme
from cnnviz.ui.widgets.chrome import Elided, button, label

HEIGHT = 24
CALM_MS = 8000
"""Messages that are no errors make room for the resting text after this time; errors stay until there is another
message, or a training begins."""

_TONES = {"info": "ok", "warning": "warn", "error": "err"}


class StatusBar(QWidget):
    """Shows one message at a time; `cancelled` says that the user gave up the work that is shown."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        theme.set_role(self, role="panel")
        self._resting, self._severity = "", "info"
        self.dot = label("●")
        self.text = Elided("", "secondary")
        self.progress = QProgressBar()
        self.progress.setMaximumWidth(160)
        self.work = label("", "secondary")
        self.cancel = button("Cancel", "link", small=True)
        self.cancel.clicked.connect(self.cancelled)
        self.open_folder = button("Open folder", "link", small=True)
        self.open_folder.clicked.connect(self._open_folder)
        self._folder: Path | None = None
        self.hint = label("", "secondary")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(8)
        row.addWidget(self.dot)
        row.addWidget(self.text)
        row.addWidget(self.open_folder)
        row.addStretch(1)
        for widget in (self.work, self.progress, self.cancel, self.hint):
            row.addWidget(widget)
        self._calm = QTimer(self, singleShot=True, interval=CALM_MS)
        self._calm.timeout.connect(self._rest)
        theme.changed.connect(self._color)
        self.show_progress("", 0, 0)
        self._rest()

    def tell(self, severity: str, text: str, *, folder: Path | None = None) -> None:
        """Show a message; severity is `info`, `warning` or `error`. A folder can be opened from beside it."""
        self._severity = severity
        self.text.setText(text)
        self._offer(folder)
        self._color()
        if severity == "error":
            self._calm.stop()
        else:
            self._calm.start()

    def set_resting(self, text: str) -> None:
        """Set what is shown while there is nothing to tell."""
        self._resting = text
        if not self._calm.isActive() and self._severity != "error":
            self._rest()

    def forget_error(self) -> None:
        """Let an error go that what is done now has left behind."""
        if self._severity == "error":
            self._rest()

    def set_hint(self, text: str) -> None:
        """Show the keys that help here."""
        self.hint.setText(text)

    def show_progress(self, text: str, done: int, total: int) -> None:
        """Show long work; an empty text hides it, a total of 0 means that the end is not known."""
        for widget in (self.work, self.progress, self.cancel):
            widget.setVisible(bool(text))
        self.work.setText(text)
        self.progress.setRange(0, total)
        self.progress.setValue(done)

    def _offer(self, folder: Path | None) -> None:
        self._folder = folder
        self.open_folder.setVisible(folder is not None)

    def _open_folder(self) -> None:
        if self._folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))

    def _rest(self) -> None:
        self._offer(None)
        self._severity = "info"
        self.text.setText(self._resting)
        self._color()

    def _color(self) -> None:
        self.dot.setStyleSheet(f"color: {getattr(theme.current(), _TONES[self._severity])}; font-size: 9px;")
