"""Event files as TensorBoard reads them: records with masked CRC-32C sums around protocol-buffer messages.

Formats: tensorflow/core/lib/io/record_writer.h, tensorflow/core/util/event.proto, framework/summary.proto.
"""

from __future__ import annotations

import math
import platform
import struct
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from cnnviz.errors import RunError
from cnnviz.runs.run import Run

_POLYNOMIAL = 0x82F63B78  # Castagnoli's, reflected
_MASK = 0xA282EAD8


def _table() -> tuple[int, ...]:
    found = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        found.append(value)
    return tuple(found)


_TABLE = _table()


def crc32c(content: bytes) -> int:
    """Return the CRC-32C (Castagnoli) of some bytes."""
    value = 0xFFFFFFFF
    for byte in content:
        value = (value >> 8) ^ _TABLE[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF


def record(content: bytes) -> bytes:
    """Return one record of an event file: length, its sum, content, its sum."""
    length = struct.pack("<Q", len(content))
    return length + _masked(length) + content + _masked(content)


def scalars(step: int, time: float, values: Mapping[str, float]) -> bytes:
    """Return the message of an event with numbers at a step; `time` in seconds since 1970."""
    entries = b"".join(
        _field(1, _field(1, tag.encode()) + _key(2, 5) + struct.pack("<f", value))
        for tag, value in values.items()
    )
    return _key(1, 1) + struct.pack("<d", time) + _key(2, 0) + _varint(step) + _field(5, entries)


def write_events(run: Run, folder: Path) -> Path:
    """Write steps and judgements of a run as one event file into a folder, and return it; raise RunError."""
    began = datetime.fromisoformat(run.about.created).timestamp() if run.about.created else 0.0
    path = folder / f"events.out.tfevents.{int(began):010d}.{platform.node() or 'cnnviz'}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(record(_key(1, 1) + struct.pack("<d", began) + _field(3, b"brain.Event:2")))
            for message in _messages(run, began):
                file.write(record(message))
    except OSError as error:
        what = f"the event file can't be written ({error.strerror or error})."
        raise RunError(what, where=str(path), hint="Choose another folder.") from error
    return path


def _messages(run: Run, began: float) -> Iterator[bytes]:
    for each in run.steps:
        values = {"train/loss": float(each["loss"]), "train/learning_rate": float(each["learning_rate"])}
        if not math.isnan(each["accuracy"]):
            values["train/accuracy"] = float(each["accuracy"])
        yield scalars(int(each["step"]), began + float(each["seconds"]), values)
    for judged in run.journal.judgements:
        values = {f"{judged.which}/loss": judged.loss}
        if judged.accuracy is not None:
            values[f"{judged.which}/accuracy"] = judged.accuracy
        yield scalars(judged.step, began + judged.seconds, values)


def _masked(content: bytes) -> bytes:
    crc = crc32c(content)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + _MASK) & 0xFFFFFFFF)


def _field(number: int, content: bytes) -> bytes:
    """Return a field of bytes, text or a message."""
    return _key(number, 2) + _varint(len(content)) + content


def _key(number: int, kind: int) -> bytes:
    return _varint(number << 3 | kind)


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)
