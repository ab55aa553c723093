"""Draws the faces with OpenGL, through Qt's own bindings, into a picture that a widget paints.

An off-screen framebuffer in place of a QOpenGLWidget: the window stays as it is (Qt would make it anew, and put all of
it together by OpenGL), pictures can be saved, and without a context the same widget goes on with QPainter.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtGui import (
    QColor,
    QImage,
    QMatrix4x4,
    QOffscreenSurface,
    QOpenGLContext,
    QSurfaceFormat,
)
from PySide6.QtOpenGL import (
    QOpenGLBuffer,
    QOpenGLFramebufferObject,
    QOpenGLFramebufferObjectFormat,
    QOpenGLShader,
    QOpenGLShaderProgram,
)
from shiboken6 import VoidPtr

from cnnviz.ui.voxels.camera import Projection
from cnnviz.ui.voxels.faces import Faces, corners
from cnnviz.ui.voxels.scene import back_to_front

_COLOUR_BUFFER, _BLEND, _MULTISAMPLE = 0x4000, 0x0BE2, 0x809D
_SOURCE_ALPHA, _ONE, _REST = 0x0302, 1, 0x0303
_TRIANGLES, _UNSIGNED_INT, _FLOAT, _UNSIGNED_BYTE = 0x0004, 0x1405, 0x1406, 0x1401
_RENDERER = 0x1F01
_SOFTWARE = ("llvmpipe", "softpipe", "swrast", "swiftshader")
SAMPLES = 4
_VERTEX = np.dtype([("place", "<f4", 3), ("corner", "<f4", 2), ("colour", "u1", 4)])
_VERTEX_SHADER = """
attribute vec3 place; attribute vec2 corner; attribute vec4 colour;
uniform mat4 matrix;
varying vec2 at; varying vec4 ink;
void main() { at = corner; ink = colour; gl_Position = matrix * vec4(place, 1.0); }
"""
_FRAGMENT_SHADER = """
varying vec2 at; varying vec4 ink;
uniform float edge;
void main() {
    vec2 near = min(at, 1.0 - at);
    float dark = min(near.x, near.y) < edge ? 0.72 : 1.0;
    gl_FragColor = vec4(ink.rgb * dark, ink.a);
}
"""


class Renderer:
    """Owns a context with one mesh. `name` is what draws; `software` says that it is the processor after all.

    `make` returns None where no context can be had.
    """

    def __init__(self, context: QOpenGLContext, surface: QOffscreenSurface) -> None:
        self._context, self._surface = context, surface
        self._functions = context.functions()
        self.name = str(self._functions.glGetString(_RENDERER))
        self.software = any(each in self.name.lower() for each in _SOFTWARE)
        self._program = QOpenGLShaderProgram()
        self._vertices = QOpenGLBuffer(QOpenGLBuffer.Type.VertexBuffer)
        self._order = QOpenGLBuffer(QOpenGLBuffer.Type.IndexBuffer)
        self._frame: QOpenGLFramebufferObject | None = None
        self._faces: Faces | None = None

    @classmethod
    def make(cls) -> Renderer | None:
        """Return a renderer, or None where there is no OpenGL or its shaders can't be built."""
        form = QSurfaceFormat()
        form.setVersion(2, 1)
        context, surface = QOpenGLContext(), QOffscreenSurface()
        context.setFormat(form)
        surface.setFormat(form)
        surface.create()
        if not context.create() or not surface.isValid() or not context.makeCurrent(surface):
            return None
        made = cls(context, surface)
        ready = made._build()
        context.doneCurrent()
        return made if ready else None

    def _build(self) -> bool:
        program, stages = self._program, QOpenGLShader.ShaderTypeBit
        shaders = ((stages.Vertex, _VERTEX_SHADER), (stages.Fragment, _FRAGMENT_SHADER))
        built = all(program.addShaderFromSourceCode(stage, text) for stage, text in shaders)
        return built and program.link() and self._vertices.create() and self._order.create()

    def draw(self, faces: Faces, projection: Projection, scale: float, ground: QColor) -> QImage | None:
        """Return the faces as a picture of the projection's size × `scale`; None where the context was lost."""
        if not self._context.makeCurrent(self._surface):
            return None
        size = QSize(round(projection.width * scale), round(projection.height * scale))
        frame = self._bind(size)
        functions = self._functions
        functions.glViewport(0, 0, size.width(), size.height())
        functions.glClearColor(ground.redF(), ground.greenF(), ground.blueF(), 1.0)
        functions.glClear(_COLOUR_BUFFER)
        functions.glEnable(_BLEND)
        functions.glBlendFuncSeparate(_SOURCE_ALPHA, _REST, _ONE, _REST)
        if faces is not self._faces:
            self._upload(faces, projection)
        order = back_to_front(faces, projection)
        if order.size:
            self._draw_faces(order, projection, scale)
        image = frame.toImage()
        frame.release()
        self._context.doneCurrent()
        return image

    def _bind(self, size: QSize) -> QOpenGLFramebufferObject:
        if self._frame is None or self._frame.size() != size:
            form = QOpenGLFramebufferObjectFormat()
            form.setSamples(0 if self.software else SAMPLES)
            self._frame = QOpenGLFramebufferObject(size, form)
        self._frame.bind()
        return self._frame

    def _upload(self, faces: Faces, projection: Projection) -> None:
        """Hand the mesh over: it stays while the camera moves."""
        mesh = np.empty((len(faces), 4), _VERTEX)
        mesh["place"] = projection.placed(corners(faces.cells, faces.directions))
        mesh["corner"] = np.array([(0, 0), (0, 1), (1, 1), (1, 0)], np.float32)
        mesh["colour"] = faces.colours[:, None]
        self._vertices.bind()
        self._vertices.allocate(mesh.tobytes(), mesh.nbytes)
        self._vertices.release()
        self._faces = faces

    def _draw_faces(self, order: np.ndarray, projection: Projection, scale: float) -> None:
        """Draw two triangles for each face, in this order."""
        program = self._program
        corner = np.array([0, 1, 2, 0, 2, 3], np.uint32)
        indices = (order[:, None].astype(np.uint32) * 4 + corner).ravel()
        program.bind()
        program.setUniformValue(
            program.uniformLocation("matrix"), QMatrix4x4(projection.matrix().ravel().tolist())
        )
        program.setUniformValue1f(
            program.uniformLocation("edge"), 0.6 * max(projection_edge(projection) / scale, 0.02)
        )
        self._vertices.bind()
        for name, kind, offset, count in (
            ("place", _FLOAT, 0, 3),
            ("corner", _FLOAT, 12, 2),
            ("colour", _UNSIGNED_BYTE, 20, 4),
        ):
            place = program.attributeLocation(name)
            program.enableAttributeArray(place)
            program.setAttributeBuffer(place, kind, offset, count, _VERTEX.itemsize)
        self._order.bind()
        self._order.allocate(indices.tobytes(), indices.nbytes)
        # the stubs want an int, but Qt takes only a pointer: here an offset into the bound buffer
        start: Any = VoidPtr(0)
        self._functions.glDrawElements(_TRIANGLES, len(indices), _UNSIGNED_INT, start)
        self._order.release()
        self._vertices.release()
        program.release()


def projection_edge(projection: Projection) -> float:
    """Return which share of a cube's side is one pixel."""
    return max(projection.shape) / max(projection.scale, 1.0)
