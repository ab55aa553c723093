"""The sheet that a network lies on: a view that zooms, glides and shows the marks of a gesture. It edits nothing."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from cnnviz.ui.build.canvas.camera import STEP, Camera
from cnnviz.ui.build.canvas.overlay import Guide, Overlay
from cnnviz.ui.build.canvas.places import Flow, Place
from cnnviz.ui.build.canvas.scene import CanvasScene
from cnnviz.ui.build.gestures.dragging import Ghostly
from cnnviz.ui.build.wording import axis_order
from cnnviz.ui.state import Session
from cnnviz.ui.widgets.chrome import Pill

SETTLED_MS = 80
"""A window that is being resized is left alone until its size stays for so long."""


class Sheet(QGraphicsView):
    """`moved` and `resized` follow what is seen of the scene."""

    resized = Signal()
    moved = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.content = CanvasScene(lambda: axis_order(session), self)
        self.setScene(self.content)
        self.camera = Camera(self)
        self.camera.zoomed.connect(self.content.show_from)
        self.overlay = Overlay()
        self.pointer = QPointF()
        self._hint = Pill("", parent=self)
        self._hint.hide()
        self._fit_later = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._fit_later.timeout.connect(self._stay_fitted)
        self._set_up()

    def _set_up(self) -> None:
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    # -- what gestures show -------------------------------------------------------------------------------------

    def show_band(self, band: QRectF | None) -> None:
        """Show the frame of a rubber band."""
        self.overlay.band = band
        self.viewport().update()

    def show_thread(self, ends: tuple[QPointF, QPointF, Flow] | None) -> None:
        """Show the wire that is being pulled, from an output to an input."""
        self.overlay.thread = ends
        self.viewport().update()

    def show_ghost(self, layer: Ghostly | None, place: Place, *, on_card: bool = False) -> None:
        """Show where a dropped card would lie."""
        self.overlay.ghost = (layer, place) if layer is not None and not on_card else None
        self.viewport().update()

    def show_guides(self, guides: tuple[Guide, ...]) -> None:
        """Show with which other cards the dragged ones are in line."""
        if guides != self.overlay.guides:
            self.overlay.guides = guides
            self.viewport().update()

    def show_cut(self, path: tuple[QPointF, ...]) -> None:
        """Show where the knife went."""
        self.overlay.cut = path
        self.viewport().update()

    def show_hint(self, text: str, bad: bool = False) -> None:
        """Say something beside the mouse; an empty text ends it."""
        self._hint.setVisible(bool(text))
        if text:
            self._hint.setText(text)
            self._hint.set_tone("err" if bad else "cursor")
            self._hint.adjustSize()
            place = self.mapFromScene(self.pointer) + QPoint(16, 16)
            room = self.size() - self._hint.size()
            self._hint.move(min(place.x(), room.width() - 4), min(place.y(), room.height() - 4))

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        self.overlay.paint(painter)

    # -- what is seen -------------------------------------------------------------------------------------------

    def shift(self, offset: QPointF) -> None:
        """Move what is shown by an offset in scene pixels."""
        self.camera.shift(offset)

    def fit(self, names: tuple[str, ...] = (), *, glide: bool = False) -> None:
        """Show all cards, or the cards of some nodes; gliding there where the user likes motion."""
        self.camera.fit(self.content.content_rect(names), largest=1.0, glide=self._may(glide))

    def reveal(self, names: tuple[str, ...], *, glide: bool = False) -> None:
        """Bring the cards of some nodes into sight."""
        self.camera.reveal(self.content.content_rect(names), glide=self._may(glide))

    def _may(self, glide: bool) -> bool:
        return glide and self.isVisible() and not self.session.settings.reduce_motion

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / 120
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.shift(QPointF(60 * notches / self.camera.zoom, 0))
        elif notches:
            self.camera.zoom_by(STEP**notches, event.position().toPoint())
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self.camera.fitted(self.content.content_rect(), event.oldSize()) or self._fit_later.isActive():
            self._fit_later.start()
        super().resizeEvent(event)
        self.resized.emit()

    def _stay_fitted(self) -> None:
        """Show the whole network in the new size, too; where it is small and still seen, it stays where it is."""
        if self.camera.zoom < 1 or not self.camera.sees(self.content.content_rect()):
            self.fit()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self.moved.emit()
