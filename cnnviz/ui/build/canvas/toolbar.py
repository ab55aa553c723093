"""The buttons in the corner of the canvas: fit, tidy, zoom; and the empty canvas's invitation."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from cnnviz.layers import LAYERS
from cnnviz.ui import icons, theme
from cnnviz.ui.build.canvas.canvas import Canvas
from cnnviz.ui.build.canvas.thumbnails import Thumbnails
from cnnviz.ui.widgets.chrome import button, label, tool_button

ZOOMS = (50, 75, 100, 150, 200)
GHOSTS = ("input", "conv2d", "maxpool2d", "dense")


class CanvasTools(QWidget):
    """Stays at the lower right corner."""

    tidy_pressed = Signal(str)
    """Carries `down` or `right`."""

    def __init__(self, canvas: Canvas, thumbnails: Thumbnails) -> None:
        super().__init__(canvas)
        self._canvas, self._thumbnails = canvas, thumbnails
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.fit = tool_button("fit", "Show everything (F)", canvas.fit, quiet=False)
        self.tidy = button("Auto-layout", small=True)
        self.tidy.setToolTip("Put all cards in order; one step to undo")
        ways = QMenu(self.tidy)
        ways.addAction("From top to bottom\tL", partial(self.tidy_pressed.emit, "down"))
        ways.addAction("From left to right\tShift+L", partial(self.tidy_pressed.emit, "right"))
        self.tidy.setMenu(ways)
        self.zoom = button("100 %", small=True)
        self.zoom.setMinimumWidth(58)
        menu = QMenu(self.zoom)
        for percent in ZOOMS:
            menu.addAction(f"{percent} %", partial(canvas.camera.set_zoom, percent / 100))
        self.zoom.setMenu(menu)
        self.pictures = tool_button("eye", "", thumbnails.switch, checkable=True, quiet=False)
        thumbnails.switched.connect(lambda _: self._show_pictures())
        canvas.document.described.connect(self._show_pictures)
        self._show_pictures()
        for widget in (self.pictures, self.fit, self.tidy, self.zoom):
            widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            row.addWidget(widget)
        canvas.camera.zoomed.connect(lambda zoom: self.zoom.setText(f"{zoom:.0%}".replace("%", " %")))
        canvas.resized.connect(self.place)
        self.title = label("", "secondary")
        self.title.setParent(canvas)
        self.title.move(12, 8)
        canvas.document.described.connect(self._show_title)
        self._show_title()
        self.place()

    def _show_pictures(self) -> None:
        """Say on the button whether the cards have pictures."""
        self.pictures.setChecked(self._thumbnails.on)
        tip = self._thumbnails.tip()
        self.pictures.setToolTip(tip)
        self.pictures.setAccessibleName(tip)

    def _show_title(self) -> None:
        """Say in the other corner what is on the canvas."""
        self.title.setText(self._canvas.document.graph.title if self._canvas.document.graph.nodes else "")
        self.title.adjustSize()

    def place(self) -> None:
        """Move to the corner."""
        self.adjustSize()
        self.move(self._canvas.width() - self.width() - 12, self._canvas.height() - self.height() - 10)


class Invitation(QWidget):
    """What an empty canvas says: the ghost of a small network, one sentence, one button. Drops go through it."""

    template_asked = Signal()

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.setFixedSize(420, 336)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout = QVBoxLayout(self)
        layout.addStretch(1)
        sentence = label("Drop a layer here, press / or start from a template", "secondary")
        sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(sentence)
        self.button = button("Open a template")
        self.button.setParent(canvas)
        self.button.clicked.connect(self.template_asked)
        canvas.resized.connect(self.place)
        self.place()

    def show_if(self, empty: bool) -> None:
        """Show it while the canvas is empty."""
        self.setVisible(empty)
        self.button.setVisible(empty)
        self.place()

    def place(self) -> None:
        """Stay in the middle."""
        left, top = (
            (self._canvas.width() - self.width()) // 2,
            (self._canvas.height() - self.height()) // 2 - 20,
        )
        self.move(left, top)
        self.button.adjustSize()
        self.button.move(left + (self.width() - self.button.width()) // 2, top + self.height() + 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(0.55)
        width, height, gap = 168, 44, 26
        left, top = (self.width() - width) / 2, 14.0
        for number, kind in enumerate(GHOSTS):
            y = top + number * (height + gap)
            self._paint_ghost(painter, kind, left, y, width, height)
            if number:
                painter.setPen(QPen(theme.color("wire"), 1.2, Qt.PenStyle.DashLine))
                painter.drawLine(int(self.width() / 2), int(y - gap + 1), int(self.width() / 2), int(y - 1))
        painter.end()

    @staticmethod
    def _paint_ghost(painter: QPainter, kind: str, x: float, y: float, width: float, height: float) -> None:
        cls = LAYERS[kind]
        pen = QPen(theme.color("line2"), 1)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(int(x), int(y), int(width), int(height), 6, 6)
        color = theme.group_color(cls.group)
        painter.fillRect(int(x), int(y + 5), 3, int(height - 10), color)
        painter.drawPixmap(
            int(x + 14), int(y + 14), icons.pixmap(icons.layer_icon_name(kind), color, 16, 1.0)
        )
        painter.setPen(theme.color("t2"))
        painter.setFont(theme.ui_font(12, 600))
        painter.drawText(int(x + 40), int(y + 27), cls.title)
