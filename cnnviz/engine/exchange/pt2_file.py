"""A .pt2 archive of `torch.export.save`: a zip of JSON and raw numbers, read without unpickling anything.

Layout (torch.export.pt2_archive, torch 2.8 and later): `models/*.json` is the exported program,
`data/weights/*_config.json` says of every array its file, type, sizes and strides, `data/weights/weight_*` are bytes.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from cnnviz.engine.exchange.drawing import Array
from cnnviz.errors import FileError

LARGEST = 2**30
"""Bytes, unpacked."""
_AGAIN = "It is damaged; save it again with torch.export.save."
_DTYPES = {1: np.uint8, 2: np.int8, 3: np.int16, 4: np.int32, 5: np.int64, 6: np.float16, 7: np.float32, 8: np.float64,
           12: np.bool_, 13: np.uint16}  # fmt: skip
"""numpy's types by the numbers of torch's schema; 13 is bfloat16, the upper half of a float32."""
_BFLOAT16 = 13


@dataclass(frozen=True)
class Archive:
    """An exported program as JSON, and its arrays by name."""

    program: dict[str, Any]
    arrays: dict[str, Array]


def open_archive(path: Path) -> Archive:
    """Return what an archive holds; raise FileError where it is damaged, too large, or needs a pickle."""
    where = str(path)
    try:
        with zipfile.ZipFile(path) as found:
            return _read(found, where)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, UnicodeDecodeError) as error:
        raise FileError("it is no readable .pt2 archive.", where=where, hint=_AGAIN) from error
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError) as error:
        raise FileError(f"its content makes no sense ({error}).", where=where, hint=_AGAIN) from error


def _read(found: zipfile.ZipFile, where: str) -> Archive:
    names = found.namelist()
    if sum(info.file_size for info in found.infolist()) > LARGEST:
        raise FileError(
            f"it is larger than {LARGEST // 2**30} GB.", where=where, hint="Take a smaller network."
        )
    inside = {str(PurePosixPath(*PurePosixPath(name).parts[1:])): name for name in names}
    if any(name.endswith("serialized_state_dict.pt") for name in names):
        hint = "Save it again with torch 2.8 or newer."
        raise FileError(
            "it is of an older format whose weights are pickled, which could run code.",
            where=where,
            hint=hint,
        )
    if any(name.endswith("data.pkl") for name in names):
        raise FileError("it is a pickle, which could run code when opened.", where=where, hint=PICKLE_HINT)
    models = [name for name in inside if name.startswith("models/") and name.endswith(".json")]
    if "archive_format" not in inside or found.read(inside["archive_format"]) != b"pt2" or len(models) != 1:
        raise FileError("it is a zip file, but no archive of one exported program.", where=where, hint=_AGAIN)
    if "byteorder" in inside and found.read(inside["byteorder"]) != b"little":
        raise FileError(
            "its numbers are written big end first.", where=where, hint="Save it on another machine."
        )
    stem = PurePosixPath(models[0]).stem
    arrays: dict[str, Array] = {}
    for kind, config in (("weights", f"{stem}_weights_config"), ("constants", f"{stem}_constants_config")):
        name = inside.get(f"data/{kind}/{config}.json")
        entries = json.loads(found.read(name))["config"] if name else {}
        for key, entry in entries.items():
            if entry["use_pickle"]:
                text = f"its array {key!r} is pickled, which could run code."
                raise FileError(text, where=where, hint="Save it with ordinary tensors as weights.")
            raw = found.read(inside[f"data/{kind}/{entry['path_name']}"])
            arrays[key] = _array(key, raw, entry["tensor_meta"])
    return Archive(json.loads(found.read(inside[models[0]])), arrays)


PICKLE_HINT = (
    "Convert it where you trust it: safetensors.torch.save_file(torch.load(FILE), 'weights.safetensors')."
)


def _array(name: str, raw: bytes, meta: dict[str, Any]) -> Array:
    """Return an array from the bytes of its storage; strides and offset must lie within them."""
    kind = meta["dtype"]
    sizes, strides = ([entry["as_int"] for entry in meta[key]] for key in ("sizes", "strides"))
    offset = meta["storage_offset"]["as_int"]
    storage = np.frombuffer(raw, np.dtype(_DTYPES[kind]).newbyteorder("<"))
    last = offset + sum((n - 1) * step for n, step in zip(sizes, strides, strict=True))
    count = int(np.prod(sizes, dtype=object))
    if min([offset, 0, *strides, *(n - 1 for n in sizes)]) < min(offset, 0) or offset < 0:
        raise ValueError(f"array {name!r} has impossible sizes")
    if last >= storage.size or count > storage.size:
        raise ValueError(f"array {name!r} is cut short")
    steps = [step * storage.itemsize for step in strides]
    found: Array = np.lib.stride_tricks.as_strided(storage[offset:], sizes, steps).copy()
    if kind == _BFLOAT16:
        found = (found.astype(np.uint32) << 16).view(np.float32)
    return found.astype(np.float32) if found.dtype.kind == "f" else found
