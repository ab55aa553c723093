"""IDX files: what is written is read back, and every kind of damage is told in one sentence."""

from __future__ import annotations

import gzip
import os
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnnviz.data import read_idx, write_idx
from cnnviz.errors import DataError

_TYPES = st.sampled_from([np.uint8, np.int8, np.int16, np.int32, np.float32, np.float64])
_SHAPES = hnp.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=6)


@given(hnp.arrays(_TYPES, _SHAPES), st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_round_trip(tmp_path: Path, array: np.ndarray, zipped: bool) -> None:
    path = tmp_path / ("a.idx.gz" if zipped else "a.idx")
    write_idx(path, array)
    back = read_idx(path)
    assert back.dtype == array.dtype
    assert back.shape == array.shape
    assert back.tobytes() == array.tobytes()
    assert back.flags.writeable
    assert back.dtype.isnative


def test_bytes_are_the_official_ones(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_idx(path, np.array([[1, 2, 258]], np.int32))
    assert path.read_bytes() == bytes.fromhex("00000c02 00000001 00000003 00000001 00000002 00000102")


def test_gzip_is_known_by_its_content_not_its_name(tmp_path: Path) -> None:
    write_idx(tmp_path / "a.gz", np.arange(5, dtype=np.uint8))
    (tmp_path / "a.gz").rename(tmp_path / "a")
    write_idx(tmp_path / "b", np.arange(6, dtype=np.uint8))
    (tmp_path / "b").rename(tmp_path / "b.gz")
    assert len(read_idx(tmp_path / "a")) == 5
    assert len(read_idx(tmp_path / "b.gz")) == 6


def _content() -> bytes:
    return struct.pack(">4B2I", 0, 0, 8, 2, 3, 4) + bytes(range(12))


_DAMAGE = {
    "empty": (b"", "ends after 0 bytes; it has no header"),
    "half a magic": (b"\0\0", "ends after 2 bytes"),
    "half a header": (_content()[:9], "ends within its header"),
    "too short": (
        _content()[:-1],
        r"promises 3 × 4 values \(12 bytes\), more than|ends after 11 bytes of values",
    ),
    "too long": (_content() + b"!", "More bytes follow after the 3 × 4 values"),
    "wrong magic": (b"PK\3\4" + _content(), "not an IDX file: it begins with 50 4b 03 04"),
    "a web page": (b"<!DOCTYPE html>", r"begins with 3c 21 44 4f \(a web page\)"),
    "unknown type": (b"\0\0\x0a\1\0\0\0\0", "begins with 00 00 0a 01"),
    "no axes": (b"\0\0\x08\0", "begins with 00 00 08 00"),
    "many axes": (b"\0\0\x08\xff" + bytes(2000), "begins with 00 00 08 ff"),
}


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("damage", _DAMAGE)
def test_damage_is_named(tmp_path: Path, damage: str, zipped: bool) -> None:
    content, message = _DAMAGE[damage]
    path = tmp_path / "broken-idx3-ubyte"
    path.write_bytes(gzip.compress(content) if zipped else content)
    with pytest.raises(DataError, match=message) as caught:
        read_idx(path)
    assert caught.value.where == str(path)
    assert "fetch it again" in caught.value.hint


@pytest.mark.parametrize("cut", [1, 8, 9, 30])
def test_truncated_gzip(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "a.gz"
    write_idx(path, np.random.default_rng(0).integers(0, 256, (9, 9), np.uint8))
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(DataError, match="The gzip data ends too early"):
        read_idx(path)


@given(st.integers(0, 150), st.integers(1, 255))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_flipped_byte_never_passes_unnoticed(tmp_path: Path, place: int, flip: int) -> None:
    path = tmp_path / "a.gz"
    array = np.random.default_rng(0).integers(0, 256, (12, 12), np.uint8)
    write_idx(path, array)
    content = bytearray(path.read_bytes())
    content[place] ^= flip
    path.write_bytes(content)
    try:
        found = read_idx(path)
    except DataError:
        return
    # Some bytes of the gzip header (time, system) mean nothing; the values must then be untouched.
    assert place < 10
    assert (found == array).all()


@pytest.mark.parametrize("zipped", [False, True])
def test_a_lying_header_takes_no_memory(tmp_path: Path, zipped: bool) -> None:
    header = struct.pack(">4B3I", 0, 0, 8, 3, 60_000, 2800, 2800)
    path = tmp_path / "a"
    path.write_bytes(gzip.compress(header) if zipped else header)
    tracemalloc.start()
    with pytest.raises(DataError, match="more than the file can hold"):
        read_idx(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_too_little_memory_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_idx(tmp_path / "a", np.arange(3, dtype=np.uint8))

    def too_little(*_arguments: object) -> None:
        raise MemoryError

    monkeypatch.setattr(np, "empty", too_little)
    with pytest.raises(DataError, match="The values do not fit into memory"):
        read_idx(tmp_path / "a")


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no such file"):
        read_idx(tmp_path / "nothing")
    with pytest.raises(DataError, match="can't be read"):
        read_idx(tmp_path)


@pytest.mark.parametrize("array", [np.zeros(3, np.int64), np.array(1, np.uint8), np.zeros(2, bool)])
def test_what_idx_cannot_hold_is_refused(tmp_path: Path, array: np.ndarray) -> None:
    with pytest.raises(DataError, match="An IDX file can't hold"):
        write_idx(tmp_path / "a", array)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    write_idx(path, np.arange(3, dtype=np.uint8))

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match="No space left on device"):
        write_idx(path, np.arange(9, dtype=np.uint8))
    assert (read_idx(path) == np.arange(3)).all()
    assert list(tmp_path.iterdir()) == [path]
