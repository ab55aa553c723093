"""Our own SVG icons, tinted at load: `icon("play")` follows the theme, `icon("play", "#FFFFFF")` does not.

The files say `currentColor`; layer pictograms ("layer-conv2d" ...) use it at opacity 0.3, 0.6 and 1.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt, QTemporaryDir
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from cnnviz.layers import LAYERS
from cnnviz.paths import resource
from cnnviz.ui import theme

_OPACITY = {QIcon.Mode.Disabled: 0.45}


def icon(name: str, color: str | QColor | None = None) -> QIcon:
    """The icon `name`; FileError if there is none.

    `color` is a colour, a token of the theme ("acc", which follows theme changes), or None for secondary text.
    """
    _source(name)
    return QIcon(_TintedEngine(name, color))


def pixmap(name: str, color: str | QColor | None = None, size: int = 16, dpr: float = 1.0) -> QPixmap:
    """The icon as a picture of `size` logical pixels, cached per colour and device-pixel ratio."""
    tint = _resolved(color or "t2")
    return _render(name, tint, QSize(size, size), dpr)


def layer_icon_name(kind: str) -> str:
    """The pictogram that a layer kind declares; folded groups and unknown kinds have one of their own."""
    if kind in LAYERS:
        return LAYERS[kind].icon
    return "layer-group" if kind == "group" else "layer-generic"


def layer_icon(kind: str, group: str) -> QIcon:
    """The pictogram of a layer kind in its group's colour."""
    return QIcon(_TintedEngine(layer_icon_name(kind), None, group))


def names() -> list[str]:
    """Every icon there is."""
    return sorted(path.stem for path in resource("icons").glob("*.svg"))


def tinted_file(name: str, color: str, margin: int = 0) -> Path:
    """A tinted copy on disk, for style sheets, `margin` sixteenths smaller; it lives as long as the process."""
    path = Path(_folder().filePath(f"{name}-{color.lstrip('#')}-{margin}.svg"))
    if not path.exists():
        box = f'viewBox="{-margin} {-margin} {16 + 2 * margin} {16 + 2 * margin}"'
        picture = _source(name).replace("currentColor", color).replace('viewBox="0 0 16 16"', box)
        path.write_text(picture, encoding="utf-8")
    return path


@lru_cache(maxsize=1)
def _folder() -> QTemporaryDir:
    return QTemporaryDir()


@lru_cache(maxsize=256)
def _source(name: str) -> str:
    return resource(f"icons/{name}.svg").read_text(encoding="utf-8")


def _render(name: str, color: QColor, size: QSize, dpr: float) -> QPixmap:
    key = f"icon:{name}:{color.name(QColor.NameFormat.HexArgb)}:{size.width()}x{size.height()}@{dpr:g}"
    found = QPixmap()
    if QPixmapCache.find(key, found):
        return found
    picture = QPixmap(size * dpr)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setOpacity(color.alphaF())
    _renderer(name, color.name()).render(painter, QRectF(0, 0, picture.width(), picture.height()))
    painter.end()
    picture.setDevicePixelRatio(dpr)
    QPixmapCache.insert(key, picture)
    return picture


def _renderer(name: str, color: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_source(name).replace("currentColor", color).encode()))


def _resolved(color: str | QColor) -> QColor:
    if isinstance(color, str) and not color.startswith("#"):
        return theme.color(color)
    return QColor(color)


class _TintedEngine(QIconEngine):
    """Asks for its colour at each painting, so a theme change needs no new icons."""

    def __init__(self, name: str, color: str | QColor | None, group: str | None = None) -> None:
        super().__init__()
        self._name, self._color, self._group = name, color, group

    def clone(self) -> QIconEngine:
        return _TintedEngine(self._name, self._color, self._group)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        device = painter.device()
        ratio = device.devicePixelRatioF() if device else 1.0
        painter.drawPixmap(rect, _render(self._name, self._tint(mode, state), rect.size(), ratio))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return _render(self._name, self._tint(mode, state), size, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        picture = QPixmap(_render(self._name, self._tint(mode, state), size, 1.0))
        picture.setDevicePixelRatio(1.0)
        return picture

    def actualSize(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QSize:
        return size

    def _tint(self, mode: QIcon.Mode, state: QIcon.State) -> QColor:
        if self._group is not None:
            tint = theme.group_color(self._group)
        elif self._color is not None:
            tint = _resolved(self._color)
        else:
            lively = mode in (QIcon.Mode.Active, QIcon.Mode.Selected) or state is QIcon.State.On
            tint = theme.color("t1" if lively else "t2")
        tint.setAlphaF(tint.alphaF() * _OPACITY.get(mode, 1.0))
        return tint
