"""Any picture as a sample: a photograph, a scan, a drawing from another program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.picture import to_input
from cnnviz.data.resample import resize
from cnnviz.errors import DataError

Floats = NDArray[np.float32]
MOST_PIXELS = 200_000_000
LIGHT = 0.5
"""Grey above which the rim of a picture counts as paper."""
INK = 0.35
"""How far ink must stand out from its paper; what is fainter is shadow."""


def open_picture(path: Path) -> NDArray[np.uint8]:
    """Return a picture file as uint8 (H, W, 3), turned as its camera says; DataError where it can't be read."""
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise DataError("The picture is too large.", where=str(path), hint="Make it smaller.")
            turned = ImageOps.exif_transpose(opened) or opened
            flat = Image.new("RGB", turned.size, "white")
            shown = turned.convert("RGBA")
            flat.paste(shown, mask=shown.getchannel("A"))
            return np.asarray(flat, np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(
            "The picture can't be read.", where=str(path), hint="Save it anew, as PNG or JPEG."
        ) from error


def as_sample(pixels: NDArray[Any], shape: tuple[int, ...]) -> Floats:
    """Return a picture, uint8 (H, W, 3), as a sample (C, H, W), float32 from 0 to 1, for a network that takes `shape`.

    Colours stay colours, the middle square is cut out. For grey samples dark ink on light paper becomes light ink on
    black, cut out and centred as in MNIST; a picture with a dark rim is taken as it is.
    """
    height, width = shape[-2:] if len(shape) > 2 else (28, 28)
    channels = shape[0] if len(shape) > 2 else 1
    found = np.asarray(pixels, np.float32) / np.float32(255)
    if channels == 3:
        return _fitted(found.transpose(2, 0, 1), height, width)
    grey = found @ np.array([0.299, 0.587, 0.114], np.float32)
    rim = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    paper = float(np.median(rim))
    if paper > LIGHT:
        ink = np.clip((paper - grey) / paper, 0, 1)
        top = float(ink.max())
        ink = np.where(ink > INK * top, ink, 0) if top > 0 else ink
        single = to_input(_small(ink), (1, height, width))
    else:
        single = _fitted(grey[None], height, width)
    return np.ascontiguousarray(np.repeat(single, channels, axis=0), np.float32)


def _fitted(planes: Floats, height: int, width: int) -> Floats:
    """Return planes (C, H, W) scaled until they fill a size, with what sticks out cut off on both sides."""
    rows, columns = planes.shape[1:]
    scale = max(height / rows, width / columns)
    across, down = max(width, round(columns * scale)), max(height, round(rows * scale))
    resized = np.clip(resize(planes, down, across), 0, 1)
    top, left = (down - height) // 2, (across - width) // 2
    return np.ascontiguousarray(resized[:, top : top + height, left : left + width], np.float32)


def _small(ink: Floats, most: int = 512) -> Floats:
    """Return a large scan no larger than it need be; every n-th pixel is enough for a stroke."""
    step = max(1, max(ink.shape) // most)
    return np.ascontiguousarray(ink[::step, ::step], np.float32)
