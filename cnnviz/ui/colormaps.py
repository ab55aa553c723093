"""From numbers to colours: five maps, each with a dark and a light form.

Diverging maps are symmetric about zero, so zero is the colour of the canvas: nothing to see means nothing
there. A lookup table has 256 entries: 255 steps, whose middle (index 127) is exactly zero, and at index 255
the error colour, which marks NaN and infinity.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from cnnviz.ui import theme, tokens

STEPS = 255
NOT_FINITE = 255  # index of the error colour


@dataclass(frozen=True)
class Colormap:
    """The colour stops of one map, in equal steps from low to high."""

    dark: tuple[str, ...]
    light: tuple[str, ...]
    diverging: bool = False


def _stops(text: str) -> tuple[str, ...]:
    return tuple(text.split())


MAPS: dict[str, Colormap] = {
    "value": Colormap(
        _stops("#BDE3FF #5AA9F2 #2463AA #16324F #15181D #4A2C12 #A85A17 #F2953D #FFE0A8"),
        _stops("#0B3C73 #2471C8 #7FB4E6 #D3E5F5 #FAFAFA #FBE3C8 #F3AE68 #D9701A #7A3705"),
        diverging=True,
    ),
    "gradient": Colormap(
        _stops("#C9F2E4 #4CC3A5 #1E7F6B #123C36 #15181D #40204A #853F96 #C878D8 #F3D5F7"),
        _stops("#064D40 #169079 #79C7B6 #D2EDE6 #FAFAFA #F0DDF3 #CF97DA #9A45AB #4F1560"),
        diverging=True,
    ),
    "amount": Colormap(
        _stops("#14171C #1F2D50 #27567F #2F8793 #5BB68F #B5DB8B #FAF6C6"),
        _stops("#FBFAF0 #DCEBB0 #92CDA0 #4AA3A0 #2F7396 #2B467F #1B1F4B"),
    ),
    "gate": Colormap(
        _stops("#14171C #173A4A #1E6E7C #3FA9A0 #A6DCC0"),
        _stops("#F6F9F8 #BFE3DA #5FB5AC #1F7A85 #123E50"),
    ),
    "grey": Colormap(
        ("#000000", "#FFFFFF"), ("#000000", "#FFFFFF")
    ),  # a sample stays as it is in both themes
    "photo": Colormap(("#000000", "#FFFFFF"), ("#000000", "#FFFFFF")),  # one whose colours are its own
}


@lru_cache(maxsize=32)
def table(name: str, theme_name: str) -> NDArray[np.uint8]:
    """The lookup table of a map, uint8 of shape (256, 3); read-only."""
    stops = getattr(MAPS[name], theme_name)
    rgb = np.array([[int(stop[at : at + 2], 16) for at in (1, 3, 5)] for stop in stops], dtype=float)
    places = np.linspace(0, len(stops) - 1, STEPS)
    colors = np.stack([np.interp(places, np.arange(len(stops)), rgb[:, c]) for c in range(3)], axis=1)
    error = QColor(tokens.THEMES[theme_name].err)
    result = np.vstack([np.round(colors), [error.red(), error.green(), error.blue()]]).astype(np.uint8)
    result.setflags(write=False)
    return result


@lru_cache(maxsize=32)
def rgb32(name: str, theme_name: str) -> NDArray[np.uint32]:
    """The lookup table as 0xFFRRGGBB words, shape (256,): what QImage calls RGB32."""
    wide = table(name, theme_name).astype(np.uint32)
    words = np.uint32(0xFF000000) | wide[:, 0] << 16 | wide[:, 1] << 8 | wide[:, 2]
    result = words.astype(np.uint32)
    result.setflags(write=False)
    return result


@lru_cache(maxsize=32)
def _color_list(name: str, theme_name: str) -> list[int]:
    return [int(word) for word in rgb32(name, theme_name)]


def is_diverging(name: str) -> bool:
    """Whether the map has a zero in its middle."""
    return MAPS[name].diverging


def data_range(array: np.ndarray, name: str) -> tuple[float, float]:
    """The range that shows all finite values: symmetric about 0 for diverging maps, else from min(0, low)."""
    finite = array[np.isfinite(array)] if array.size else array
    if finite.size == 0:
        return (-1.0, 1.0) if is_diverging(name) else (0.0, 1.0)
    low, high = float(finite.min()), float(finite.max())
    if is_diverging(name):
        reach = max(abs(low), abs(high)) or 1.0
        return -reach, reach
    low = min(0.0, low)
    return (low, high) if high > low else (low, low + 1.0)


def indices(array: np.ndarray, low: float | np.ndarray, high: float | np.ndarray) -> NDArray[np.uint8]:
    """Table indices of `array`, same shape; low and high may be arrays that broadcast against it."""
    values = np.asarray(array, dtype=np.float32)
    spread = np.subtract(high, low, dtype=np.float32)
    scale = np.divide(STEPS - 1, spread, where=spread != 0, out=np.zeros_like(spread))
    finite = bool(np.isfinite(values.sum(dtype=np.float64)))
    steps = values if finite else np.where(np.isfinite(values), values, np.float32(0))
    steps = (steps - np.float32(low)) * scale
    np.add(steps, np.where(spread != 0, np.float32(0.5), np.float32(STEPS / 2)), out=steps)
    np.clip(steps, 0, STEPS - 1, out=steps)
    result = steps.astype(np.uint8)
    if not finite:
        result[~np.isfinite(values)] = NOT_FINITE
    return result


def to_pixels(
    array: np.ndarray, name: str, low: float | np.ndarray, high: float | np.ndarray
) -> NDArray[np.uint32]:
    """RGB32 words of `array` in the theme in force, same shape, contiguous."""
    return rgb32(name, theme.current().name)[indices(array, low, high)]


def to_image(array2d: np.ndarray, name: str, low: float, high: float) -> QImage:
    """An Indexed8 image of a (H, W) array; a theme change only needs `recolor`."""
    height, width = array2d.shape
    stride = -(-width // 4) * 4  # QImage lines are 32-bit aligned
    buffer = np.zeros((height, stride), dtype=np.uint8)
    buffer[:, :width] = indices(array2d, low, high)
    image = QImage(buffer.data, width, height, stride, QImage.Format.Format_Indexed8).copy()
    return recolor(image, name)


def recolor(image: QImage, name: str) -> QImage:
    """Give an Indexed8 image the colours of `name` in the theme in force; returns the same image."""
    image.setColorTable(_color_list(name, theme.current().name))
    return image


def to_picture(array: np.ndarray, name: str = "grey") -> QImage:
    """A stored picture: (H, W) in 0..1 as grey, (H, W, 3) in 0..1 as RGB."""
    if array.ndim == 2:
        return to_image(array, name, 0.0, 1.0)
    words = np.clip(np.nan_to_num(array) * 255 + 0.5, 0, 255).astype(np.uint32)
    pixels = np.ascontiguousarray(0xFF000000 | words[..., 0] << 16 | words[..., 1] << 8 | words[..., 2])
    return pixels_image(pixels).copy()


def pixels_image(pixels: NDArray[np.uint32]) -> QImage:
    """A view of contiguous (H, W) RGB32 words as an image: keep `pixels` alive as long as the image."""
    height, width = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)


def color_at(name: str, value: float, low: float, high: float) -> QColor:
    """The colour of one number."""
    index = int(indices(np.array([value]), low, high)[0])
    red, green, blue = (int(part) for part in table(name, theme.current().name)[index])
    return QColor(red, green, blue)
