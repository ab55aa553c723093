"""A picture of a graph for papers and slides: the canvas in light colours, as SVG, PDF or PNG. Text stays text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from cnnviz.errors import FileError
from cnnviz.model.graph import Graph
from cnnviz.model.placing.layout import tidy
from cnnviz.paths import write_atomically
from cnnviz.ui import numbers, theme
from cnnviz.ui.build.canvas.scene import CanvasScene
from cnnviz.ui.build.cards.strips import Strip, recolor

FORMATS = (".svg", ".pdf", ".png")
MARGIN = 24.0
"""Scene pixels around the cards."""
SHARPNESS = 2.0
"""Pixels of a PNG for one scene pixel."""
MOST_PIXELS = 32_000_000
"""A larger PNG gets fewer pixels: few programs open it."""
_DOTS_PER_INCH = 96


class _Sheet(CanvasScene):
    """The canvas without its dots, on paper."""

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:  # type: ignore[override]
        """Leave the paper as it is."""


def save_figure(
    graph: Graph,
    path: Path,
    *,
    white: bool = True,
    order: numbers.AxisOrder = "pytorch",
    strips: Mapping[str, Strip] | None = None,
) -> None:
    """Draw a graph into a file, as its name ends (.svg, .pdf or .png); `strips` are maps to show on the cards.

    A graph whose cards all lie in one place is laid out first. Raise FileError where that is impossible.
    """
    if path.suffix.lower() not in FORMATS:
        raise FileError("pictures are .svg, .pdf or .png.", where=str(path), hint="Name the file that way.")
    if not graph.nodes:
        raise FileError("there is nothing to draw yet.", where=str(path), hint="Put a layer on the canvas.")
    with theme.painting("light"):
        sheet = _sheet(graph, order, strips or {})
        box = sheet.content_rect().adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)
        content = _WRITERS[path.suffix.lower()](sheet, box, white, graph.title)
        sheet.deleteLater()
    try:
        write_atomically(path, content)
    except OSError as error:
        what = f"it can't be written ({error.strerror or error})."
        raise FileError(what, where=str(path), hint="Choose another folder.") from error


def _sheet(graph: Graph, order: numbers.AxisOrder, strips: Mapping[str, Strip]) -> CanvasScene:
    sheet = _Sheet(lambda: order)
    placed = graph if len({node.position for node in graph}) > 1 or len(graph) == 1 else tidy(graph)
    sheet.sync(placed)
    for card in sheet.cards.values():
        card.keep_picture(False)  # a kept picture would be drawn as pixels
        card.mark(printed=True)
    copies = {name: _copied(found) for name, found in strips.items()}
    sheet.show_strips(copies)
    return sheet


def _copied(found: Strip) -> Strip:
    """Return maps in the colours of the theme in force; those of the canvas keep theirs."""
    copy = Strip(
        found.image.copy(), found.count, found.total, found.width, found.height, found.shape, found.values
    )
    recolor(copy)
    return copy


def _draw(sheet: CanvasScene, painter: QPainter, box: QRectF, white: bool) -> None:
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    target = QRectF(painter.viewport())
    if white:
        painter.fillRect(target, QColor("white"))
    sheet.render(painter, target, box, Qt.AspectRatioMode.KeepAspectRatio)
    painter.end()


def _svg(sheet: CanvasScene, box: QRectF, white: bool, title: str) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QSvgGenerator()
    writer.setOutputDevice(buffer)
    writer.setResolution(_DOTS_PER_INCH)
    writer.setSize(box.size().toSize())
    writer.setViewBox(QRectF(0, 0, box.width(), box.height()))
    writer.setTitle(title)
    _draw(sheet, QPainter(writer), box, white)
    # the name that Qt gives to an unknown interface font, as style sheets call it
    return bytes(buffer.data().data()).replace(b"Sans Serif", b"sans-serif")


def _pdf(sheet: CanvasScene, box: QRectF, white: bool, title: str) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(title)
    writer.setCreator("cnnviz")
    writer.setResolution(_DOTS_PER_INCH)
    points = QSizeF(box.width(), box.height()) * (72 / _DOTS_PER_INCH)
    writer.setPageSize(QPageSize(points, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch))
    writer.setPageMargins(QMarginsF())
    _draw(sheet, QPainter(writer), box, white)
    return bytes(buffer.data().data())


def _png(sheet: CanvasScene, box: QRectF, white: bool, title: str) -> bytes:
    scale = min(SHARPNESS, (MOST_PIXELS / (box.width() * box.height())) ** 0.5)
    image = QImage(
        QSize(round(box.width() * scale), round(box.height() * scale)),
        QImage.Format.Format_ARGB32_Premultiplied,
    )
    image.fill(Qt.GlobalColor.transparent)
    image.setText("Title", title)
    _draw(sheet, QPainter(image), box, white)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs ask for bytes, Qt for text
    return bytes(buffer.data().data())


_WRITERS = {".svg": _svg, ".pdf": _pdf, ".png": _png}
