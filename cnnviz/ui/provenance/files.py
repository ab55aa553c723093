"""Stamps in files: where each format keeps one, and how it is read again without opening the rest.

PNG: a text chunk. SVG: <metadata>. GIF: the comment. CSV: a first line that begins with #. NPY: behind the numbers,
where numpy.load does not look.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from html import escape, unescape
from pathlib import Path

import numpy as np
from PIL import GifImagePlugin, Image, PngImagePlugin, UnidentifiedImageError

from cnnviz.errors import CnnvizError, FileError
from cnnviz.explain.trace import Array
from cnnviz.ui.provenance.stamp import KEYWORD, LARGEST, LOST, Stamp, parse

_METADATA = re.compile(rb'<metadata id="cnnviz">(.*?)</metadata>', re.DOTALL)
_SVG_HEAD = re.compile(rb"<svg[^>]*>")
_NPY_MARK = b"\n#cnnviz "
_CSV_MARK = "# cnnviz "
MOST_COLORS = 64
TABLE_ROWS = 50_000
"""Lines of a table that are made at once."""
HINT = "Take a picture that cnnviz has saved."


# -- writing ----------------------------------------------------------------------------------------------------------


def stamped_png(content: bytes, stamp: Stamp) -> bytes:
    """Return a PNG with the stamp in a text chunk."""
    image = Image.open(io.BytesIO(content), formats=("PNG",))
    about = PngImagePlugin.PngInfo()
    about.add_text("Title", stamp.in_words())
    about.add_text("Software", f"cnnviz {stamp.version}".strip())
    about.add_text(KEYWORD, stamp.to_json())
    buffer = io.BytesIO()
    image.save(buffer, "PNG", pnginfo=about)
    return buffer.getvalue()


def stamped_svg(content: bytes, stamp: Stamp) -> bytes:
    """Return an SVG with the stamp as metadata; its cells stay sharp however large it is drawn."""
    head = _SVG_HEAD.search(content)
    if head is None:
        raise FileError("the drawing is no SVG.", hint="Save it as a PNG instead.")
    note = f'\n<metadata id="cnnviz">{escape(stamp.to_json(), quote=False)}</metadata>'.encode()
    body = content[head.end() :].replace(b"<image ", b'<image style="image-rendering:pixelated" ')
    return content[: head.end()] + note + body


def film(frames: Sequence[Array], milliseconds: int, stamp: Stamp) -> bytes:
    """Return a GIF of frames (H, W, 3), uint8, that runs for ever; the colours of all frames are chosen together."""
    palette = _palette(frames)
    images = [Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    buffer = io.BytesIO()
    images[0].save(
        buffer,
        "GIF",
        save_all=True,
        append_images=images[1:],
        duration=[milliseconds] * (len(images) - 1) + [max(milliseconds, 1500)],
        loop=0,
        optimize=False,
        comment=stamp.to_json().encode("ascii"),
    )
    return buffer.getvalue()


def _palette(frames: Sequence[Array]) -> Image.Image:
    """Return the colours that some frames, from the first to the last, are best painted with."""
    chosen = [frames[at] for at in np.linspace(0, len(frames) - 1, min(len(frames), 4)).astype(int)]
    return Image.fromarray(np.concatenate(chosen)).quantize(MOST_COLORS, method=Image.Quantize.MEDIANCUT)


def table(array: Array, stamp: Stamp) -> Iterator[str]:
    """Yield a CSV piece by piece: the stamp, then one line per number, its indices first, all of float32's figures."""
    yield f"{_CSV_MARK}{stamp.to_json()}\n"
    names = [f"index{dimension}" for dimension in range(array.ndim)]
    yield ",".join([*names, "value"]) + "\n"
    flat = array.ravel()
    for start in range(0, flat.size, TABLE_ROWS):
        part = flat[start : start + TABLE_ROWS]
        places = np.stack(np.unravel_index(np.arange(start, start + part.size), array.shape), axis=1)
        lines = (
            f"{','.join(map(str, place))},{value!r}\n"
            for place, value in zip(places.tolist(), part.astype(np.float64).tolist(), strict=True)
        )
        yield "".join(lines)


def numbers_file(array: Array, stamp: Stamp) -> bytes:
    """Return an NPY file; the stamp stands behind the numbers."""
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(array), allow_pickle=False)
    return buffer.getvalue() + _NPY_MARK + stamp.to_json().encode("ascii") + b"\n"


# -- reading ----------------------------------------------------------------------------------------------------------


def stamp_in(path: Path) -> Stamp:
    """Return the stamp that a file carries; FileError where it can't be read, or has none. Nothing is executed."""
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise FileError(
            f"pictures end in {', '.join(_READERS)}.", where=path.name, hint="Take one that cnnviz has saved."
        )
    try:
        text = reader(path)
    except OSError as error:
        raise FileError(
            f"it can't be read ({error.strerror or error}).",
            where=path.name,
            hint="Take another file.",
        ) from None
    if not text:
        raise FileError(LOST, where=path.name, hint=HINT)
    return parse(text, path.name)


def has_stamp(path: Path) -> bool:
    """Say whether a file carries a stamp that can be read; any other picture is just a picture."""
    try:
        stamp_in(path)
    except CnnvizError:
        return False
    return True


def _of_png(path: Path) -> str:
    try:
        with Image.open(path, formats=("PNG",)) as image:  # the numbers of its pixels are not read
            found = image.info.get(KEYWORD, "")
    except (UnidentifiedImageError, ValueError, SyntaxError, Image.DecompressionBombError):
        return ""
    return str(found)


def _of_gif(path: Path) -> str:
    try:
        with Image.open(path, formats=("GIF",)) as image:
            assert isinstance(image, GifImagePlugin.GifImageFile)
            found = image.info.get("comment", b"")
    except (UnidentifiedImageError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        return ""
    return found.decode("ascii", "replace") if isinstance(found, bytes) else ""


def _of_svg(path: Path) -> str:
    found = _METADATA.search(_head(path))
    return unescape(found[1].decode("utf-8", "replace")) if found else ""


def _of_csv(path: Path) -> str:
    first = _head(path).split(b"\n", maxsplit=1)[0].decode("utf-8", "replace")
    return first.removeprefix(_CSV_MARK) if first.startswith(_CSV_MARK) else ""


def _of_npy(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(file.tell() - LARGEST, 0))
        _, mark, found = file.read(LARGEST).rpartition(_NPY_MARK)
    return found.decode("ascii", "replace").strip() if mark else ""


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST)


_READERS: dict[str, Callable[[Path], str]] = {
    ".png": _of_png,
    ".svg": _of_svg,
    ".gif": _of_gif,
    ".csv": _of_csv,
    ".npy": _of_npy,
}

__all__ = ["film", "numbers_file", "stamp_in", "stamped_png", "stamped_svg", "table"]
