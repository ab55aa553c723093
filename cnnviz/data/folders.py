"""Where data sets lie: a data folder holds one folder per set, such as `mnist` with its four IDX files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cnnviz import paths

VARIABLE = "CNNVIZ_DATA"

Folder = str | os.PathLike[str]

# What each of the four files is called officially, before `.gz`.
PARTS = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}
# torchvision keeps the same files under its own folder names.
_FOLDERS = {
    "mnist": ("mnist", "MNIST/raw"),
    "fashion-mnist": ("fashion-mnist", "FashionMNIST/raw"),
    "kmnist": ("kmnist", "KMNIST/raw"),
}


@dataclass(frozen=True)
class IdxFiles:
    """The four files of one data set, all of them there."""

    folder: Path
    train_images: Path
    train_labels: Path
    test_images: Path
    test_labels: Path


def data_folders(data_dir: Folder | None = None, setting: Folder | None = None) -> tuple[Path, ...]:
    """Return the folders to look in, first one first.

    These are an explicit folder, the environment variable CNNVIZ_DATA, the folder in the settings, and the
    user's own data folder.
    """
    given = (data_dir, os.environ.get(VARIABLE), setting, paths.user_data() / "data")
    folders = (Path(folder).expanduser() for folder in given if folder)
    return tuple(dict.fromkeys(folders))


def find(name: str, folders: tuple[Path, ...]) -> IdxFiles | None:
    """Return the first complete set of four files of data set `name`, or None."""
    for folder in _set_folders(name, folders):
        found = {part: _spelled(folder, official) for part, official in PARTS.items()}
        if all(found.values()):
            return IdxFiles(folder, **{part: path for part, path in found.items() if path})
    return None


def describe_missing(name: str, folders: tuple[Path, ...]) -> str:
    """Say in one sentence what was looked for where, naming the files that lack where some are there."""
    for folder in _set_folders(name, folders):
        missing = [f"{official}.gz" for official in PARTS.values() if _spelled(folder, official) is None]
        if len(missing) < len(PARTS):
            return f"{folder} lacks {', '.join(missing)}."
    return f"Looked for {' and '.join(str(folder / _FOLDERS[name][0]) for folder in folders)}."


def _set_folders(name: str, folders: tuple[Path, ...]) -> Iterator[Path]:
    """Yield the places where set `name` may lie; a data folder that is the set's own folder counts too."""
    for folder in folders:
        if folder.name == name:
            yield folder
        for inner in _FOLDERS[name]:
            yield folder / inner


def _spelled(folder: Path, official: str) -> Path | None:
    """Return the file under its official name or a usual variation; the gzipped official one wins."""
    dotted = official.replace("-idx", ".idx")
    for name in (f"{official}.gz", official, f"{dotted}.gz", dotted):
        # Path.is_file would raise where the folder may not be entered.
        if os.path.isfile(folder / name):  # noqa: PTH113
            return folder / name
    return None
