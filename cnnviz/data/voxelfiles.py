"""3D-MNIST in the two HDF5 files that go by that name; both are read piece by piece, the larger has 6.9 GB."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.dataset import Array, Dataset, Split
from cnnviz.data.idxsets import missing
from cnnviz.data.mapped import Hdf5Array
from cnnviz.data.source import DIGITS, Request, Source, counted
from cnnviz.data.stored import Places, Stored
from cnnviz.errors import DataError

SIDE = 16


class Cubes(Stored):
    """Rows of 4,096 values of a file, seen as (1, 16, 16, 16)."""

    def __init__(self, rows: Hdf5Array) -> None:
        if rows.shape[1:] != (SIDE**3,):
            raise DataError(
                f"{rows.key} has shape {rows.shape}.",
                where=str(rows.path),
                hint="It should be (count, 4096).",
            )
        self._rows = rows
        self.shape, self.dtype = (len(rows), 1, SIDE, SIDE, SIDE), rows.dtype

    @property
    def identity(self) -> str:
        """Return that of the file."""
        return self._rows.identity

    def read(self, places: Places) -> NDArray[Any]:
        """Read these rows."""
        return self._rows.read(places).reshape(len(places), *self.shape[1:])


@dataclass(frozen=True, kw_only=True)
class VoxelFile(Source):
    """One HDF5 file with two arrays of samples and two of labels. `keys` are the names of all four."""

    file: str
    keys: tuple[str, str, str, str]

    def look(self, folders: tuple[Path, ...]) -> tuple[bool, str]:
        """Look for the file in a data folder, or in one of the set's name below."""
        found = self._find(folders)
        where = " and ".join(str(folder / self.name / self.file) for folder in folders)
        return found is not None, str(found or f"Looked for {where}.")

    def load(self, request: Request) -> Dataset:
        """Open the file, and read the labels."""
        path = self._find(request.folders)
        if path is None:
            raise missing(self, self.look(request.folders)[1])
        train = Split(_samples(path, self.keys[0]), _labels(path, self.keys[1]))
        test = Split(_samples(path, self.keys[2]), _labels(path, self.keys[3]))
        origin = f"{self.title}: {counted(train, test, 'samples')} from {path}."
        return self.dataset(request, origin, train, test)

    def _find(self, folders: tuple[Path, ...]) -> Path | None:
        places = (
            inner / self.file
            for folder in folders
            for inner in (folder, folder / self.name, folder / "3d-mnist")
        )
        return next((path for path in places if path.is_file()), None)


def _samples(path: Path, key: str) -> Array:
    rows = Hdf5Array(path, key)
    if rows.ndim == 2:
        return Cubes(rows)
    if rows.ndim == 5 and rows.shape[-1] in (1, 3):
        return Hdf5Array(path, key, axes=(0, 4, 1, 2, 3))
    raise DataError(
        f"{key} has shape {rows.shape}.", where=str(path), hint="It should be (count, 16, 16, 16, 3)."
    )


def _labels(path: Path, key: str) -> NDArray[np.int64]:
    found = Hdf5Array(path, key).whole()
    found = found.argmax(axis=1) if found.ndim == 2 and found.shape[1] > 1 else found.reshape(len(found))
    return found.astype(np.int64)


SOURCES: tuple[Source, ...] = (
    VoxelFile(
        name="3d-mnist",
        title="3D-MNIST",
        sentence="70,000 digits of 16×16×16 coloured voxels, made from MNIST.",
        licence="CC BY-SA 3.0 (MNIST)",
        classes=DIGITS,
        stand_in="voxels",
        file="3d-mnist-luiz.h5",
        keys=("train_x", "train_y", "test_x", "test_y"),
    ),
    VoxelFile(
        name="3d-mnist-points",
        title="3D-MNIST, points",
        sentence="12,000 digits of 16×16×16 voxels, made from point clouds, by de la Iglesia Castro.",
        licence="CC BY-SA 4.0",
        classes=DIGITS,
        stand_in="voxels:channels=1",
        file="full_dataset_vectors.h5",
        keys=("X_train", "y_train", "X_test", "y_test"),
    ),
)
