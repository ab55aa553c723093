"""The user's own arrays: .npz, .npy with labels beside it, and .h5, with the arrays and axes that are chosen."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.dataset import Array, Dataset, Split
from cnnviz.data.mapped import Hdf5Array, InFile, NpyArray, open_hdf5
from cnnviz.data.source import Choice, Request, Source, counted
from cnnviz.data.split import hold_out
from cnnviz.data.stored import Part, Stored
from cnnviz.errors import DataError

_SAMPLES = ("x_train", "train_x", "X_train", "x", "X", "images", "samples", "data", "arr_0")
_LABELS = ("y_train", "train_y", "Y_train", "y", "Y", "labels", "targets", "arr_1")
_TEST = {"x_train": "x_test", "train_x": "test_x", "X_train": "X_test"}
_TEST_LABELS = {"y_train": "y_test", "train_y": "test_y", "Y_train": "Y_test"}
_IN_MEMORY = 256 * 2**20
LAYOUTS = ("first", "last", "none")
_AGAIN = "Check that it was copied or fetched whole."


def arrays_in(path: Path) -> dict[str, tuple[tuple[int, ...], str]]:
    """Return shape and type of every array in a file by name, reading no values; DataError where it is none."""
    if path.suffix == ".npy":
        found = NpyArray(path)
        return {"": (found.shape, str(found.dtype))}
    if path.suffix in (".h5", ".hdf5"):
        return _datasets(path)
    if path.suffix == ".npz":
        return {
            name: (array.shape, str(array.dtype)) for name, array in _unzipped(path, headers=True).items()
        }
    raise DataError(
        f"A {path.suffix or 'nameless'} file can't hold data here.",
        where=str(path),
        hint="Take .npz, .npy or .h5.",
    )


@dataclass(frozen=True, kw_only=True)
class OwnArrays(Source):
    """Arrays in a file of the user's own."""

    def look(self, folders: tuple[Path, ...]) -> tuple[bool, str]:
        """A path has to be named."""
        return False, "name a file"

    def load(self, request: Request) -> Dataset:
        """Take the arrays that are named, or those of the usual names; without ones to test with, hold some out."""
        path = Path(str(request.values["path"])).expanduser()
        try:
            return self._load(request, path)
        except DataError as error:  # what two arrays have wrong together is told of no file yet
            raise error if error.where else DataError(error.what, where=str(path), hint=error.hint) from error

    def _load(self, request: Request, path: Path) -> Dataset:
        chosen, names = request.values, arrays_in(path)
        samples_name = _named(str(chosen["samples"]), names, _SAMPLES, path, "samples")
        labels_name = _labels_name(chosen, names, path)
        layout = str(chosen["channels"])
        train = Split(_samples(path, samples_name, layout), _answers(path, labels_name, chosen))
        tests = _TEST.get(samples_name, ""), _TEST_LABELS.get(labels_name, "")
        if all(name and name in names for name in tests):
            test = Split(_samples(path, tests[0], layout), _answers(path, tests[1], chosen))
        else:
            train, test = _parted(train)
        highest = max(int(each.class_numbers.max(initial=-1)) for each in (train, test))
        classes = tuple(str(number) for number in range(highest + 1))
        origin = f"{path.name}: {counted(train, test, 'samples')} from {path}."
        return self.dataset(request, origin, train, test, classes)


def usual_name(names: Iterable[str], what: Literal["samples", "labels"]) -> str:
    """Return the name that samples or labels usually have, if it is among these; else an empty text."""
    known = set(names)
    return next((name for name in (_SAMPLES if what == "samples" else _LABELS) if name in known), "")


def _named(wanted: str, names: Mapping[str, Any], usual: tuple[str, ...], path: Path, what: str) -> str:
    if wanted or "" not in names:
        found = wanted or next((name for name in usual if name in names), None)
        if found in names and found is not None:
            return found
        told = f"no array {wanted!r}" if wanted else f"no array that looks like {what}"
        raise DataError(f"It has {told}.", where=str(path), hint=f"It has {', '.join(sorted(names))}.")
    return ""


def _labels_name(chosen: Mapping[str, Any], names: Mapping[str, Any], path: Path) -> str:
    """Return the name of the labels; a .npy file has them in another file, whose path is their name."""
    wanted = str(chosen["labels"])
    if "" not in names:
        return _named(wanted, names, _LABELS, path, "labels")
    if not wanted:
        raise DataError(
            "Its labels are not named.", where=str(path), hint="Name the .npy file that holds them: labels="
        )
    return wanted


def _samples(path: Path, name: str, layout: str) -> Array:
    """Return samples with their channels first, in memory where they are small."""
    if path.suffix == ".npz":
        return _shaped(_values(_unzipped(path)[name], path), layout, path)
    opened = _opened(path, name)
    axes = (0, opened.ndim - 1, *range(1, opened.ndim - 1)) if layout == "last" else ()
    found = _opened(path, name, axes)
    if found.size * found.dtype.itemsize <= _IN_MEMORY or layout == "none":
        return _shaped(found.whole(), "none" if layout == "none" else "first", path)
    return found


def _opened(path: Path, name: str, axes: tuple[int, ...] = ()) -> InFile:
    return NpyArray(path, axes=axes) if path.suffix == ".npy" else Hdf5Array(path, name, axes)


def _shaped(array: NDArray[Any], layout: str, path: Path) -> NDArray[Any]:
    if layout == "last":
        array = np.moveaxis(array, -1, 1)
    elif layout == "none":
        array = array[:, None]
    if not 2 <= array.ndim <= 5 or array.size == 0:
        raise DataError(
            f"Samples of shape {array.shape[1:]} can't be learned.",
            where=str(path),
            hint="Choose where the channels are: first, last or none.",
        )
    return np.ascontiguousarray(array)


def _answers(path: Path, name: str, chosen: Mapping[str, Any]) -> NDArray[Any]:
    """Return class numbers (N,), or values (N, K) where they are asked for or are no whole numbers."""
    if path.suffix == ".npy":
        found = NpyArray(Path(name).expanduser()).whole()
    else:
        found = (
            _values(_unzipped(path)[name], path) if path.suffix == ".npz" else Hdf5Array(path, name).whole()
        )
    if chosen["answers"] == "values" or (chosen["answers"] == "auto" and not _are_classes(found)):
        return found.reshape(len(found), -1).astype(np.float32)
    if not _are_classes(found):
        raise DataError(f"{name} holds no class numbers.", where=str(path), hint="Choose answers=values.")
    return found.reshape(len(found)).astype(np.int64)


def _are_classes(values: NDArray[Any]) -> bool:
    """Whether these are whole numbers from 0 that can name classes."""
    flat = values.size == len(values)
    return (
        flat
        and bool((values == np.floor(values)).all())
        and bool(values.min() >= 0)
        and bool(values.max() < 10_000)
    )


def _values(array: NDArray[Any], path: Path) -> NDArray[Any]:
    if array.dtype.kind not in "uifb":
        raise DataError(f"It holds {array.dtype}, no numbers.", where=str(path), hint="Choose another array.")
    return array if array.dtype == np.uint8 else array.astype(np.float32)


def _parted(split: Split) -> tuple[Split, Split]:
    """Hold a sixth out to test with, always the same."""
    kept, held = hold_out(len(split), max(len(split) // 6, 1), 0)
    train, test = (Split(_at(split.images, part), _at(split.labels, part)) for part in (kept, held))
    return train, test


def _at(array: Array, places: NDArray[np.int64]) -> Array:
    return Part(array, places) if isinstance(array, Stored) else array[places]


def _unzipped(path: Path, *, headers: bool = False) -> dict[str, NDArray[Any]]:
    """Return the arrays of an .npz file; nothing pickled is read. With `headers` empty ones of their shape and type."""
    import zipfile

    try:
        # opened here, because np.load would leave a broken file open
        with path.open("rb") as file, np.load(file, allow_pickle=False) as opened:
            return {name: _header(opened, name) if headers else opened[name] for name in opened.files}
    except FileNotFoundError as error:
        raise DataError("There is no such file.", where=str(path), hint="Check the path.") from error
    except (
        OSError,
        ValueError,
        EOFError,
        SyntaxError,
        zlib.error,
        zipfile.BadZipFile,
        AttributeError,
    ) as error:
        raise DataError("This is no whole .npz file of numbers.", where=str(path), hint=_AGAIN) from error


def _header(opened: Any, name: str) -> NDArray[Any]:
    """Return an array of the right shape and type that takes no memory."""
    with opened.zip.open(f"{name}.npy") as stream:
        version = np.lib.format.read_magic(stream)
        read = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        shape, _order, dtype = read(stream)
    if dtype.hasobject:
        raise ValueError("objects")
    return np.broadcast_to(np.zeros((), dtype), shape)


def _datasets(path: Path) -> dict[str, tuple[tuple[int, ...], str]]:
    found: dict[str, tuple[tuple[int, ...], str]] = {}

    def take(name: str, item: Any) -> None:
        if hasattr(item, "dtype") and getattr(item, "shape", None):
            found[name] = tuple(item.shape), str(item.dtype)

    with open_hdf5(path) as opened:
        try:
            opened.visititems(take)
        except (OSError, RuntimeError, KeyError) as error:
            raise DataError("The HDF5 file is damaged.", where=str(path), hint=_AGAIN) from error
    return found


SOURCE = OwnArrays(
    name="file",
    title="File of arrays",
    sentence="Your own arrays: .npz, .npy with the labels in another .npy, or .h5.",
    licence="your own",
    choices=(
        Choice("path", "", "the file", form="file"),
        Choice("samples", "", "name of the array of samples; a usual one is found by itself", form="array"),
        Choice("labels", "", "name of the array of labels, for .npy the path of their file", form="array"),
        Choice("channels", "first", "which axis of a sample has the channels", LAYOUTS),
        Choice("answers", "auto", "class numbers, or values to predict", ("auto", "classes", "values")),
    ),
)
