"""Two lists of the first screen: the data on this computer, and the files that were open lately."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnnviz.data import SourceStatus
from cnnviz.ui import icons, theme
from cnnviz.ui.widgets.chrome import Divider, Elided, Pill, button, label, tool_button

SHOWN = ("mnist", "fashion-mnist", "cifar-10", "moving-mnist", "strokes")


class DataShelf(QWidget):
    """Each data set with where it lies, or a button that fetches it."""

    download_wanted = Signal(str)
    folder_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        head = QHBoxLayout()
        head.addWidget(label("Data", "heading"))
        head.addStretch(1)
        folder = button("Choose folder…", "link", small=True)
        folder.clicked.connect(self.folder_wanted)
        head.addWidget(folder)
        self._column.addLayout(head)
        self._rows: list[QWidget] = []

    def show_status(self, found: Iterable[SourceStatus]) -> None:
        """Show the best known sets, those that are there first; the menu of the top bar lists all."""
        _clear(self._rows)
        known = [each for each in found if each.source.name in SHOWN]
        for status in sorted(known, key=lambda each: not each.found):
            row = _Row(
                "database", status.source.title, status.where if status.found else status.source.sentence
            )
            if status.found:
                row.add(Pill("ready", "ok"))
            elif status.source.download_bytes:
                row.add(self._fetch(status))
            self._rows.append(row)
            self._column.addWidget(row)

    def _fetch(self, status: SourceStatus) -> QWidget:
        size = (status.source.download_bytes or 0) / 1e6
        fetch = button(f"Download {size:.0f} MB", icon="download", small=True)
        fetch.setToolTip(f"{status.source.sentence} Licence: {status.source.licence}.")
        fetch.clicked.connect(lambda: self.download_wanted.emit(status.source.name))
        return fetch


class RecentShelf(QWidget):
    """Files that were open lately, and unsaved work of an earlier start; hidden while there is neither."""

    file_chosen = Signal(str)
    recovery_chosen = Signal(str)
    recovery_dropped = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(label("Recent", "heading"))
        self._rows: list[QWidget] = []

    def show_files(self, files: Iterable[str], unsaved: Iterable[tuple[Path, str]]) -> None:
        """Show existing recent files, and (autosave, title) pairs of unsaved work first."""
        _clear(self._rows)
        for path, title in unsaved:
            row = _Row("history", title, f"unsaved work, {_when(path)}")
            take = button("Recover", "primary", small=True)
            take.clicked.connect(lambda _=False, name=str(path): self.recovery_chosen.emit(name))
            drop = tool_button("close", "Forget this work")
            drop.clicked.connect(lambda _=False, name=str(path): self.recovery_dropped.emit(name))
            row.add(take)
            row.add(drop)
            self._add(row)
        for name in files:
            path = Path(name)
            if path.exists():
                row = _Row("file", path.stem, f"{path.parent} · {_when(path)}")
                take = button("Open", small=True)
                take.clicked.connect(lambda _=False, name=name: self.file_chosen.emit(name))
                row.add(take)
                self._add(row)
        self.setVisible(bool(self._rows))

    def _add(self, row: QWidget) -> None:
        self._rows.append(row)
        self._column.addWidget(row)


class _Row(QWidget):
    """A picture, a title over a detail, and room for a button at the right; a line below."""

    def __init__(self, icon: str, title: str, detail: str) -> None:
        super().__init__()
        picture = label()
        picture.setPixmap(icons.pixmap(icon, theme.current().t2))
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(Elided(title))
        words.addWidget(Elided(detail, "hint"))
        self._line = QHBoxLayout()
        self._line.setContentsMargins(0, 7, 0, 7)
        self._line.setSpacing(10)
        self._line.addWidget(picture)
        self._line.addLayout(words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._line)
        column.addWidget(Divider())

    def add(self, widget: QWidget) -> None:
        """Put a button or a pill at the right end."""
        self._line.addWidget(widget)


def _clear(rows: list[QWidget]) -> None:
    for row in rows:
        row.deleteLater()
    rows.clear()


def _when(path: Path) -> str:
    days = (dt.date.today() - dt.date.fromtimestamp(path.stat().st_mtime)).days
    return "today" if days <= 0 else "yesterday" if days == 1 else f"{days} days ago"
