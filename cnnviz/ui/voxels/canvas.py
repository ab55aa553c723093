"""The volume in space: drag turns it, the wheel moves the slice, a click chooses a voxel."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QMouseEvent, QPainter, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from cnnviz.ui import theme
from cnnviz.ui.voxels import painting, projection
from cnnviz.ui.voxels.camera import DISTANCE, Camera, Projection
from cnnviz.ui.voxels.opengl import Renderer
from cnnviz.ui.voxels.painting import Box
from cnnviz.ui.voxels.scene import Look, Scene, pick
from cnnviz.ui.voxels.solid import Solid, Voxel
from cnnviz.ui.widgets.painted import ARROWS, Painted

TURN, STEP, NEARER = 0.5, 10.0, 1.15
"""Degrees per pixel of a drag, degrees per arrow key, zoom per notch of the wheel."""
CLICK = 4
"""Pixels that a click may move."""
FEW_FACES = 3000
"""Up to here QPainter is as fast as an OpenGL that is computed on the processor, and needs no start."""
NOTCH = 120


@lru_cache(maxsize=1)
def shared_renderer() -> Renderer | None:
    """Return the renderer of all canvases, made when first asked for; None where there is no OpenGL."""
    if QGuiApplication.platformName() in ("offscreen", "minimal"):
        return None
    return Renderer.make()


class VoxelCanvas(Painted):
    """`voxel_chosen` carries z, y, x; `sliced` the slice wanted; `turned` is emitted when the camera has moved.

    OpenGL draws where there is one, QPainter otherwise; `renderer` is None then.
    """

    voxel_chosen = Signal(object)
    sliced = Signal(int)
    turned = Signal()
    ground = "bg2"

    def __init__(self, parent: QWidget | None = None, name: str = "volume") -> None:
        super().__init__(parent, name)
        self.camera = Camera()
        self.renderer: Renderer | None = None
        self.projected = False
        """Whether the maximum along each line of sight is shown in place of cubes."""
        self._scene: Scene | None = None
        self._boxes: dict[str, Box | None] = {"field": None, "window": None, "cursor": None}
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self.setMinimumSize(160, 140)
        self.setToolTip(
            "Drag turns, right button or Shift moves, wheel slices, Ctrl and wheel zooms, a click chooses a voxel"
        )

    def sizeHint(self) -> QSize:
        return QSize(480, 380)

    # -- what is shown ------------------------------------------------------------------------------------------

    def set_solid(self, solid: Solid, look: Look) -> None:
        """Show another volume."""
        self._scene = Scene(solid, look)
        self.redraw()

    def set_look(self, **changes: float) -> None:
        """Change threshold, opacity or slice."""
        if self._scene is not None and self._scene.set_look(**changes):
            self.redraw()

    def set_camera(self, camera: Camera) -> None:
        """See it from elsewhere."""
        if camera != self.camera:
            self.camera = camera
            self.redraw()
            self.turned.emit()

    def set_box(self, which: str, box: Box | None) -> None:
        """Frame some voxels: the `cursor`, the `window` that is read, or the receptive `field`."""
        if self._boxes[which] != box:
            self._boxes[which] = box
            self.redraw()

    def boxes(self) -> dict[str, Box | None]:
        """Return what is framed now."""
        return dict(self._boxes)

    def projection_now(self) -> Projection:
        """Return how voxels become points of this widget."""
        shape = self._scene.solid.shape if self._scene is not None else (1, 1, 1)
        return Projection(self.camera, shape, self.width(), self.height())

    # -- painting -----------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.renderer is None:
            QTimer.singleShot(0, self, self._take_renderer)  # the first picture does not wait for OpenGL

    def _take_renderer(self) -> None:
        if self.isVisible():
            self.renderer = shared_renderer()

    def paint_base(self, painter: QPainter) -> None:
        scene = self._scene
        if scene is None:
            return
        seen = self.projection_now()
        if self.projected:
            self._paint_maximum(painter, scene, seen)
        else:
            self._paint_cubes(painter, scene, seen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painting.paint_box(painter, seen, painting.whole(scene.solid.shape), theme.color("line2"))
        for which, width, dashed in (("field", 1.0, True), ("window", 2.0, False), ("cursor", 2.0, False)):
            box = self._boxes[which]
            if box is not None:
                painting.paint_box(painter, seen, box, theme.color("cursor"), width, dashed=dashed)
        if scene.look.cuts and not self.projected:
            painting.name_plane(painter, seen, scene.look)
        painting.paint_gizmo(painter, seen)

    def _paint_cubes(self, painter: QPainter, scene: Scene, seen: Projection) -> None:
        faces, drawn = scene.faces(seen), None
        renderer = self.renderer
        if renderer is not None and (not renderer.software or len(faces) > FEW_FACES):
            ratio = self.devicePixelRatioF()
            drawn = renderer.draw(faces, seen, ratio, theme.color(self.ground))
        if drawn is None:
            painting.paint_faces(painter, faces, seen, scene.look)
            return
        painter.drawImage(QRectF(self.rect()), drawn)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        if scene.look.cuts:
            painting.paint_plane(painter, seen, scene.look)

    def _paint_maximum(self, painter: QPainter, scene: Scene, seen: Projection) -> None:
        ground = theme.color(self.ground)
        rgb = ground.red(), ground.green(), ground.blue()
        image = projection.picture(scene.solid, self.camera, rgb, scene.look.threshold)
        side = seen.scale * projection.REACH * DISTANCE / (DISTANCE - 0.25)
        right, down = seen.centre
        painter.drawImage(QRectF(right - side / 2, down - side / 2, side, side), image)

    # -- mouse --------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = self._last = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None or not event.buttons():
            return
        moved = event.position() - self._last
        self._last = event.position()
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.buttons() & Qt.MouseButton.LeftButton and not shifted:
            self.set_camera(self.camera.turned(moved.x() * TURN, moved.y() * TURN))
        else:
            side = min(self.width(), self.height())
            self.set_camera(self.camera.moved(moved.x() / side, moved.y() / side))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        still = pressed is not None and (event.position() - pressed).manhattanLength() <= CLICK
        if still and event.button() is Qt.MouseButton.LeftButton:
            voxel = self.voxel_at(event.position())
            if voxel is not None:
                self.voxel_chosen.emit(voxel)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / NOTCH
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.set_camera(self.camera.zoomed(NEARER**notches))
        elif notches:
            self._slice(1 if notches < 0 else -1)
        event.accept()

    def voxel_at(self, point: QPointF) -> Voxel | None:
        """Return the voxel that is seen at a point of the widget."""
        if self._scene is None or self.projected:
            return None
        seen = self.projection_now()
        return pick(self._scene.faces(seen), seen, point.x(), point.y())

    # -- keys ---------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        nearer = {Qt.Key.Key_Plus: NEARER, Qt.Key.Key_Equal: NEARER, Qt.Key.Key_Minus: 1 / NEARER}
        if key in ARROWS:
            down, right = ARROWS[key]
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.set_camera(self.camera.moved(right * 0.05, down * 0.05))
            else:
                self.set_camera(self.camera.turned(right * STEP, down * STEP))
        elif key in nearer:
            self.set_camera(self.camera.zoomed(nearer[key]))
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._slice(1 if key == Qt.Key.Key_PageDown else -1)
        elif key == Qt.Key.Key_Home:
            self.set_camera(Camera())
        else:
            super().keyPressEvent(event)

    def _slice(self, by: int) -> None:
        scene = self._scene
        if scene is not None:
            last = scene.solid.shape[scene.look.axis] - 1
            self.sliced.emit(min(max(scene.look.at + by, 0), last))
