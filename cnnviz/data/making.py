"""Writing a data set into one file, piece by piece: made data that are wanted again, or an open form of any other."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.dataset import Array, Dataset
from cnnviz.errors import DataError
from cnnviz.events import Progress

_CHUNK = 250  # samples at once


@dataclass(frozen=True)
class Layout:
    """What the four arrays of a file are called, and whether the channels come last in the samples."""

    keys: tuple[str, str, str, str] = ("x_train", "y_train", "x_test", "y_test")
    channels_last: bool = False


LUIZ = Layout(("train_x", "train_y", "test_x", "test_y"), channels_last=True)
"""That of `3d-mnist-luiz.h5`; the values here are bytes, where those of the notes' file are float64."""


def write(dataset: Dataset, path: Path, layout: Layout | None = None) -> Generator[Progress, None, None]:
    """Write samples and answers into an .h5 file, which appears whole or not at all; yield how far it is.

    Close the generator to stop. DataError where the file can't be written.
    """
    import h5py  # imported here because it takes 0.2 s

    if path.suffix not in (".h5", ".hdf5"):
        raise DataError("Data are written as HDF5.", where=str(path), hint="Let the name end in .h5.")
    parts = (dataset.train.images, dataset.train.labels, dataset.test.images, dataset.test.labels)
    total = sum(len(part) for part in parts)
    unfinished = path.with_name(f".{path.name}.part")
    done = 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with h5py.File(unfinished, "w") as file:
            for key, part in zip((layout or Layout()).keys, parts, strict=True):
                last = bool(layout and layout.channels_last) and part.ndim > 2
                for count in _filled(file, key, part, last):
                    yield Progress(f"Writing {path.name}", done + count, total)
                done += len(part)
            file.attrs["origin"] = dataset.origin
        unfinished.replace(path)
    except OSError as error:
        raise DataError(
            f"The file can't be written ({error.strerror or error}).",
            where=str(path),
            hint="Free some space, or name another folder.",
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    yield Progress(f"Writing {path.name}", total, total)


def _filled(file: Any, key: str, part: Array, channels_last: bool) -> Generator[int, None, None]:
    """Write one array, yielding how many samples of it are there."""
    shape = _last(np.empty((1, *part.shape[1:]), np.uint8)).shape[1:] if channels_last else part.shape[1:]
    kept = file.create_dataset(key, (len(part), *shape), part.dtype)
    for at in range(0, len(part), _CHUNK):
        piece = part[at : at + _CHUNK]
        kept[at : at + len(piece)] = _last(piece) if channels_last else piece
        yield at + len(piece)


def _last(samples: NDArray[Any]) -> NDArray[Any]:
    return np.moveaxis(samples, 1, -1)
