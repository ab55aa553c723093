"""Pictures from elsewhere become the sample: files that are dropped, and what the clipboard holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication, QImage

from cnnviz.data.foreign import as_sample, open_picture
from cnnviz.events import Array
from cnnviz.model.check import check

if TYPE_CHECKING:
    from cnnviz.ui.state.session import Session

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm")


def look_at_file(session: Session, path: Path) -> None:
    """Have the open network look at a picture file, read in a worker; tell why where that is impossible."""
    _look(session, lambda: open_picture(path), path.name)


def paste(session: Session) -> None:
    """Have the open network look at the picture in the clipboard; tell where there is none."""
    clipboard = QGuiApplication.clipboard()
    held: QMimeData | None = clipboard.mimeData()  # none where the clipboard is empty
    files = [url.toLocalFile() for url in held.urls() if url.isLocalFile()] if held is not None else []
    image = clipboard.image()
    if not image.isNull():
        pixels = pixels_of(image)
        _look(session, lambda: pixels, "pasted")
    elif len(files) == 1 and Path(files[0]).suffix.lower() in ENDINGS:
        look_at_file(session, Path(files[0]))
    else:
        session.notice.emit("info", "There is no picture in the clipboard.")


def pixels_of(image: QImage) -> Array:
    """Return a picture as uint8 (H, W, 3); what is transparent is white."""
    converted = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(converted.constBits(), np.uint8).reshape(image.height(), -1)
    colours = rows[:, : 4 * image.width()].reshape(image.height(), image.width(), 4).astype(np.float32)
    share = colours[..., 3:] / 255
    return np.asarray(np.round(colours[..., :3] * share + 255 * (1 - share)), np.uint8)


def _look(session: Session, read: object, title: str) -> None:
    report = check(session.document.graph)
    if not report.rows or not report.input:
        session.notice.emit("warning", "Open a network first: then it can look at a picture.")
        return
    shape = report.row(report.input).shape or ()
    assert callable(read)

    def show(sample: Array) -> None:
        session.material.draw(sample, title)
        session.go_to.emit("inspect")

    session.loader.ask("picture", lambda: as_sample(read(), shape), show, session.tell_failure)
