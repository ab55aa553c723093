"""IDX files, as MNIST comes in: two zero bytes, a type, the number of axes, their lengths, the values.

All numbers are big-endian (http://yann.lecun.com/exdb/mnist). Whether a file is gzipped is read from its
first bytes, not from its name, because browsers like to unpack a download and keep the name.
"""

from __future__ import annotations

import contextlib
import gzip
import math
import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import DataError
from cnnviz.paths import write_atomically

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_CODES = {np.dtype(name).newbyteorder("="): code for code, name in _TYPES.items()}
_MAX_AXES = 8
_MAX_BYTES = 4 * 2**30
# Deflate can't shrink anything further than about 1,032 : 1, so a larger promise in a header is a lie.
_MAX_GZIP_RATIO = 1032
_AGAIN = "Delete the file and fetch it again."


def read_idx(path: str | os.PathLike[str], member: str = "") -> NDArray[Any]:
    """Return the array in a plain or gzipped IDX file, in native byte order, writable.

    `member` is the name of the file where `path` is a zip archive. DataError for everything a file can have
    wrong; memory is taken only after the header has been held against the size of the file.
    """
    import zipfile  # here, as the window does not wait for it

    path = Path(path)
    try:
        with _opened(path, member) as (stream, room):
            dtype, shape = _read_header(stream, path)
            return _read_values(stream, path, dtype, shape, room)
    except FileNotFoundError as error:
        raise _wrong(path, "There is no such file.", "Check the folder, or fetch the data.") from error
    except EOFError as error:
        raise _wrong(path, "The gzip data ends too early.") from error
    except (zlib.error, gzip.BadGzipFile) as error:
        raise _wrong(path, f"The gzip data is damaged ({error}).") from error
    except (zipfile.BadZipFile, KeyError) as error:
        raise _wrong(path, f"The zip archive is damaged ({error}).") from error
    except MemoryError as error:
        raise _wrong(path, "The values do not fit into memory.", "Close other programs.") from error
    except OSError as error:
        what = f"The file can't be read ({error.strerror or error})."
        raise _wrong(path, what, "Check its permissions.") from error


def _wrong(path: Path, what: str, hint: str = _AGAIN) -> DataError:
    """Return the error that names this file."""
    return DataError(what, where=str(path), hint=hint)


@contextlib.contextmanager
def _opened(path: Path, member: str) -> Iterator[tuple[BinaryIO, int]]:
    """Yield the unpacked stream and the most bytes it can hold."""
    with contextlib.ExitStack() as opened:
        if member:
            import zipfile

            archive = opened.enter_context(zipfile.ZipFile(path))
            file = cast(BinaryIO, opened.enter_context(archive.open(member)))
            size = archive.getinfo(member).file_size
        else:
            file = opened.enter_context(path.open("rb"))
            size = os.fstat(file.fileno()).st_size
        zipped = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        if not zipped:
            yield file, size
            return
        with gzip.GzipFile(fileobj=file) as unpacked:
            yield cast(BinaryIO, unpacked), size * _MAX_GZIP_RATIO


def _read_header(stream: BinaryIO, path: Path) -> tuple[np.dtype[Any], tuple[int, ...]]:
    magic = stream.read(4)
    if len(magic) < 4:
        raise _wrong(path, f"The file ends after {len(magic)} bytes; it has no header.")
    code, axes = magic[2], magic[3]
    if magic[:2] != b"\0\0" or code not in _TYPES or not 1 <= axes <= _MAX_AXES:
        page = " (a web page)" if magic.lstrip()[:1] == b"<" else ""
        raise _wrong(
            path,
            f"This is not an IDX file: it begins with {magic.hex(' ')}{page}.",
            f"An IDX file begins with 00 00, a type from 08 to 0e, and the number of axes. {_AGAIN}",
        )
    lengths = stream.read(4 * axes)
    if len(lengths) < 4 * axes:
        raise _wrong(path, "The file ends within its header.")
    return np.dtype(_TYPES[code]), struct.unpack(f">{axes}I", lengths)


def _read_values(
    stream: BinaryIO, path: Path, dtype: np.dtype[Any], shape: tuple[int, ...], room: int
) -> NDArray[Any]:
    promised = math.prod(shape) * dtype.itemsize
    sizes = f"{' × '.join(f'{length:,}' for length in shape)} values ({promised:,} bytes)"
    if promised > min(room, _MAX_BYTES):
        raise _wrong(path, f"The header promises {sizes}, more than the file can hold.")
    array = np.empty(shape, dtype)
    found = _fill(stream, array.reshape(-1).view(np.uint8).data)
    if found < promised:
        raise _wrong(path, f"The file ends after {found:,} bytes of values; its header promises {sizes}.")
    # Reading one byte further also makes gzip compare its checksum.
    if stream.read(1):
        raise _wrong(path, f"More bytes follow after the {sizes} that the header promises.")
    return array if dtype.isnative else array.byteswap(inplace=True).view(dtype.newbyteorder("="))


def _fill(stream: BinaryIO, room: memoryview) -> int:
    """Read until `room` is full or the stream ends; return the number of bytes read."""
    found = 0
    while found < len(room) and (count := stream.readinto(room[found:])):  # type: ignore[attr-defined]
        found += count
    return found


def write_idx(path: str | os.PathLike[str], array: NDArray[Any]) -> None:
    """Write an array as an IDX file, gzipped if the name ends in `.gz`; it appears whole or not at all."""
    path = Path(path)
    code = _CODES.get(array.dtype.newbyteorder("="))
    if code is None or not 1 <= array.ndim <= _MAX_AXES:
        raise _wrong(
            path,
            f"An IDX file can't hold {array.dtype} with {array.ndim} axes.",
            "Use uint8, int8, int16, int32, float32 or float64 with 1 to 8 axes.",
        )
    header = struct.pack(f">4B{array.ndim}I", 0, 0, code, array.ndim, *array.shape)
    values = array.astype(_TYPES[code]).tobytes()
    # No time stamp: the same array always gives the same file.
    content = gzip.compress(header + values, mtime=0) if path.suffix == ".gz" else header + values
    try:
        write_atomically(path, content)
    except OSError as error:
        what = f"The file can't be written ({error.strerror or error})."
        raise _wrong(path, what, "Check the folder and the free space.") from error
