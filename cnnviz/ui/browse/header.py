"""The line above the browser: which data these are, of what shape, from where; and what can be done if they are not."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnnviz.data import SOURCES, Dataset, parse
from cnnviz.events import Failed
from cnnviz.ui import numbers, theme
from cnnviz.ui.state import Session
from cnnviz.ui.widgets.chrome import Elided, Pill, button, label


class Header(QWidget):
    """`download_wanted(source)`, `folder_wanted` (another one), `folder_opened` and `left` are for the window."""

    download_wanted = Signal(str)
    folder_wanted = Signal()
    folder_opened = Signal()
    left = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._failure, self._loading = "", ""
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        theme.set_role(self, role="panel")
        self.title, self.facts = label("", "project"), Elided("", "secondary")
        self.origin = Elided("", "hint")
        self.stands_in = Pill("stand-in", "warn")
        self.download, self.choose = (
            button("", "", "download", small=True),
            button("Choose folder…", small=True),
        )
        self.folder = button("Data folder", icon="folder", small=True)
        self.back = button("Back", icon="arrow-left", small=True)
        self.back.setToolTip("Back to where you were  Esc")
        self.download.clicked.connect(lambda: self.download_wanted.emit(self._wanted()))
        self.choose.clicked.connect(self.folder_wanted)
        self.folder.clicked.connect(self.folder_opened)
        self.back.clicked.connect(self.left)
        self._assemble()
        session.material.failed.connect(self._tell_failure)
        session.material.loading.connect(self._tell_loading)
        session.material.dataset_changed.connect(self._tell_loaded)

    def _assemble(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(1)
        first = QHBoxLayout()
        first.setSpacing(12)
        first.addWidget(self.title)
        first.addWidget(self.stands_in)
        first.addWidget(self.facts, 1)
        words.addLayout(first)
        words.addWidget(self.origin)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(8)
        row.addLayout(words, 1)
        for part in (self.download, self.choose, self.folder, self.back):
            row.addWidget(part)

    def refresh(self) -> None:
        """Describe the data of the session."""
        dataset, wanted = self._session.material.dataset, self._wanted()
        shown = parse(dataset.name).name if dataset is not None else ""
        missing = bool(shown and wanted) and shown != wanted and not self._loading and not self._failure
        source = SOURCES.get(wanted)
        size = source.download_bytes if source is not None else None
        self.title.setText(dataset.title if dataset is not None else "Data")
        self.facts.setText(facts(dataset) if dataset is not None else "")
        loading = (
            f"Loading {source.title if source is not None else self._loading} …" if self._loading else ""
        )
        self.origin.setText(self._failure or loading or (dataset.origin if dataset is not None else ""))
        theme.set_role(self.origin, role="error" if self._failure else "hint")
        self.stands_in.setVisible(missing)
        self.choose.setVisible(missing)
        self.download.setVisible(missing and size is not None)
        self.download.setText(f"Download {source.title if source else ''} ({(size or 0) / 1e6:.0f} MB)")
        self.folder.setToolTip(f"Open {self._session.download_folder()}")

    def _wanted(self) -> str:
        wanted = self._session.material.wanted
        return parse(wanted).name if wanted else ""

    def _tell_failure(self, failure: Failed) -> None:
        self._failure, self._loading = failure.message, ""
        self.refresh()

    def _tell_loading(self, address: str) -> None:
        self._failure, self._loading = "", address
        self.refresh()

    def _tell_loaded(self) -> None:
        self._loading = ""
        self.refresh()


def facts(dataset: Dataset) -> str:
    """Return how many samples of which shape and type there are, and what they should give."""
    counts = f"{numbers.count(len(dataset.train))} training and {numbers.count(len(dataset.test))} test"
    shape = f"{numbers.shape(dataset.shape)}, {dataset.train.images.dtype}"
    found = f"{counts} {dataset.noun}s of {shape}"
    if dataset.answers == "labels":
        return f"{found} · {len(dataset.classes)} classes"
    shape = numbers.shape(dataset.answer_shape)
    wanted = f"frames of {shape}" if dataset.answers == "frames" else f"{shape} values"
    return f"{found} · {wanted} to predict"
