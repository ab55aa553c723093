"""Weights as one small HDF5 file: bits beside those of another moment, shuffled and deflated, to the bit.

    attributes   format, step, base (the step that it tells the difference to; −1 where it tells all), layout
    uint32 …     the bits of all arrays of that width in the order of the layout, XOR those of the base; HDF5's own
                 shuffle and deflate filters, so that any HDF5 program reads them

Most weights keep their sign and exponent from one moment to the next, so the upper bytes of the difference are zero.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.layers import Shape

FORMAT = "cnnviz snapshot 1"
LARGEST_DEFLATED = 64 * 2**20
"""Bytes; deflating more than that keeps a core busy for seconds, and saves a third."""

_LEVEL = 1
_END = b"cnnviz crc32 "
"""Behind what HDF5 knows of: a damaged file is found out before HDF5 reads it."""

Weights = Mapping[str, NDArray[Any]]
Words = dict[str, NDArray[Any]]
"""Unsigned integers by their type, such as `uint32`."""


@dataclass(frozen=True)
class Packed:
    """The bits of all arrays one behind the other, and where each array lies: name, dtype, shape, first word."""

    layout: tuple[tuple[str, str, Shape, int], ...]
    words: Words

    def weights(self) -> dict[str, NDArray[Any]]:
        """Return the arrays, in their order; raise ValueError where they don't fit."""
        found = {}
        for name, kind, shape, first in self.layout:
            dtype, count = np.dtype(kind), int(np.prod(shape, dtype=np.int64))
            if dtype.kind not in "fiub" or first < 0 or count < 0:
                raise ValueError(f"{name} is of no known type")
            own = self.words[_word(dtype)][first : first + count]
            found[name] = own.view(dtype).reshape(shape)
        return found

    def beside(self, base: Packed) -> Packed:
        """Return the difference to another moment, and from a difference that moment; raise ValueError."""
        if self.layout != base.layout:
            raise ValueError("it belongs to another network")
        return Packed(self.layout, {name: words ^ base.words[name] for name, words in self.words.items()})


def pack(weights: Weights) -> Packed:
    """Return the bits of arrays."""
    layout, parts, used = [], dict[str, list[NDArray[Any]]](), dict[str, int]()
    for name, value in weights.items():
        array = np.ascontiguousarray(value)
        word = _word(array.dtype)
        layout.append((name, array.dtype.str, tuple(value.shape), used.get(word, 0)))
        parts.setdefault(word, []).append(array.reshape(-1).view(word))
        used[word] = used.get(word, 0) + array.size
    return Packed(tuple(layout), {word: np.concatenate(each) for word, each in parts.items()})


def to_bytes(packed: Packed, step: int, base: int = -1) -> bytes:
    """Return the file of a moment, or of its difference to the moment `base`."""
    import h5py

    with h5py.File(f"step {step}", "w", driver="core", backing_store=False) as file:
        file.attrs["format"], file.attrs["step"], file.attrs["base"] = FORMAT, step, base
        file.attrs.create("layout", np.frombuffer(json.dumps(packed.layout).encode(), np.uint8))
        for name, words in packed.words.items():
            _write(file, name, words)
        file.flush()
        content: bytes = file.id.get_file_image()
    return content + _END + zlib.crc32(content).to_bytes(4, "little")


def from_bytes(content: bytes) -> tuple[Packed, int]:
    """Return what a file holds, and the step that it is the difference to, or −1; raise ValueError."""
    import h5py

    whole, end = content[: -len(_END) - 4], content[-len(_END) - 4 :]
    if end != _END + zlib.crc32(whole).to_bytes(4, "little"):
        raise ValueError("its checksum does not fit")
    with h5py.File(h5py.h5f.open_file_image(whole)) as file:
        if file.attrs.get("format") != FORMAT:
            raise ValueError("it is of a newer format")
        told = json.loads(bytes(file.attrs["layout"]))
        layout = tuple((name, kind, tuple(shape), first) for name, kind, shape, first in told)
        words = {name: _read(file[name]) for name in file}
        return Packed(layout, words), int(file.attrs["base"])


def _write(file: Any, name: str, words: NDArray[Any]) -> None:
    """Write words as one chunk; Python deflates them, as that lets other threads work meanwhile."""
    if not words.size or words.nbytes > LARGEST_DEFLATED:
        file.create_dataset(name, data=words)
        return
    made = file.create_dataset(
        name, words.shape, words.dtype, chunks=words.shape, shuffle=True, compression="gzip",
        compression_opts=_LEVEL,
    )  # fmt: skip
    shuffled = words.view(np.uint8).reshape(-1, words.itemsize).T.tobytes()
    made.id.write_direct_chunk((0,), zlib.compress(shuffled, _LEVEL))


def _read(entry: Any) -> NDArray[Any]:
    if entry.chunks is None:
        found: NDArray[Any] = entry[()]
        return found
    _mask, content = entry.id.read_direct_chunk((0,))
    shuffled = np.frombuffer(zlib.decompress(content), np.uint8).reshape(entry.dtype.itemsize, -1)
    return np.ascontiguousarray(shuffled.T).reshape(-1).view(entry.dtype)


def _word(dtype: np.dtype[Any]) -> str:
    return f"uint{8 * dtype.itemsize}"
