"""Data sets that come as four IDX files: MNIST and those made in its image."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data import folders
from cnnviz.data.dataset import Dataset, Split
from cnnviz.data.folders import IdxFiles
from cnnviz.data.idx import read_idx
from cnnviz.data.source import DIGITS, Choice, Request, Source, counted
from cnnviz.errors import DataError

CLOTHES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
SIGNS = ("o お", "ki き", "su す", "tsu つ", "na な", "ha は", "ma ま", "ya や", "re れ", "wo を")
_MERGED = (*DIGITS, *ascii_uppercase, *"abdefghnqrt")
LETTERS = {
    "balanced": _MERGED,
    "byclass": (*DIGITS, *ascii_uppercase, *ascii_lowercase),
    "bymerge": _MERGED,
    "digits": DIGITS,
    "letters": tuple(ascii_uppercase),
    "mnist": DIGITS,
}
"""The classes of each split of EMNIST; letters that look alike in both cases are one class in those that merge."""
_ARCHIVE = "gzip.zip"


@dataclass(frozen=True, kw_only=True)
class IdxSource(Source):
    """Four IDX files in a folder of the set's name."""

    def look(self, folders_: tuple[Path, ...]) -> tuple[bool, str]:
        """Look for all four files."""
        files = folders.find(self.name, folders_)
        where = str(files.folder) if files else folders.describe_missing(self.name, folders_)
        return files is not None, where

    def load(self, request: Request) -> Dataset:
        """Read the four files."""
        files = folders.find(self.name, request.folders)
        if files is None:
            raise missing(self, folders.describe_missing(self.name, request.folders))
        train, test = (read_split(*pair, self.title, self.classes) for pair in _pairs(files))
        origin = f"{self.title}: {counted(train, test)} from {files.folder}."
        return self.dataset(request, origin, train, test)


@dataclass(frozen=True, kw_only=True)
class Emnist(Source):
    """Six ways to split the same handwriting, in files of their own or in the official archive; stored transposed."""

    def look(self, folders_: tuple[Path, ...]) -> tuple[bool, str]:
        """Look for the archive, or for the files of any split."""
        places = (self._place(split, folders_) for split in LETTERS)
        place = next((place for place in places if place), None)
        return place is not None, str(place or f"Looked for {_looked(self.name, folders_)}.")

    def load(self, request: Request) -> Dataset:
        """Read the four files of the split that was chosen."""
        name = str(request.values["split"])
        place = self._place(name, request.folders)
        if place is None:
            raise missing(self, f"Looked for {_looked(self.name, request.folders)}.")
        train, test = (_upright(self._read(place, name, part)) for part in ("train", "test"))
        origin = f"{self.title}, {name}: {counted(train, test)} from {place}."
        return self.dataset(request, origin, train, test, LETTERS[name])

    def _place(self, split: str, folders_: tuple[Path, ...]) -> Path | None:
        """Return the folder with the files of a split, or the archive that has them all."""
        for folder in (inner for each in folders_ for inner in _inner(self.name, each)):
            if all((folder / _file(split, *part)).is_file() for part in _PARTS):
                return folder
            if (folder / _ARCHIVE).is_file():
                return folder / _ARCHIVE
        return None

    def _read(self, place: Path, split: str, part: str) -> Split:
        names = [_file(split, part, kind) for kind in ("images-idx3", "labels-idx1")]
        if place.is_dir():
            images, labels, members = place / names[0], place / names[1], ["", ""]
        else:
            images, labels, members = place, place, [_member(place, name) for name in names]
        first = 1 if split == "letters" else 0  # the letters count from 1
        return read_split(images, labels, f"{self.title}, {split}", LETTERS[split], members, first)


_PARTS = [(part, kind) for part in ("train", "test") for kind in ("images-idx3", "labels-idx1")]


def _file(split: str, part: str, kind: str) -> str:
    return f"emnist-{split}-{part}-{kind}-ubyte.gz"


def _inner(name: str, folder: Path) -> tuple[Path, ...]:
    own = (folder,) if folder.name == name else ()
    return (*own, folder / name, folder / name / "gzip", folder / "EMNIST" / "raw")


def _looked(name: str, folders_: tuple[Path, ...]) -> str:
    return " and ".join(str(folder / name / _ARCHIVE) for folder in folders_)


def _member(archive: Path, name: str) -> str:
    """Return where in the archive a file lies; DataError where it does not."""
    import zipfile

    try:
        with zipfile.ZipFile(archive) as opened:
            found = [member for member in opened.namelist() if member.rpartition("/")[2] == name]
    except (zipfile.BadZipFile, OSError) as error:
        raise DataError(
            "This is no whole zip archive.", where=str(archive), hint="Delete the file and fetch it again."
        ) from error
    if not found:
        raise DataError(f"It has no {name}.", where=str(archive), hint="Take the official gzip.zip.")
    return found[0]


def _upright(split: Split) -> Split:
    """Return images whose rows and columns were stored the other way round."""
    assert isinstance(split.images, np.ndarray)
    return Split(np.ascontiguousarray(split.images.swapaxes(2, 3)), split.labels)


def _pairs(files: IdxFiles) -> tuple[tuple[Path, Path], ...]:
    return (files.train_images, files.train_labels), (files.test_images, files.test_labels)


def missing(source: Source, looked: str) -> DataError:
    """Return the error that says where a source was looked for, and what to do."""
    get = "Download it, or name" if source.download_bytes else "Name"
    return DataError(
        f"{source.title} was not found. {looked}",
        hint=f"{get} the folder that holds it (--data-dir, or {folders.VARIABLE}).",
    )


def read_split(
    images_path: Path,
    labels_path: Path,
    title: str,
    classes: tuple[str, ...],
    members: list[str] | None = None,
    first: int = 0,
) -> Split:
    """Read images and labels, which count from `first`; `members` are their names in a zip archive."""
    inner = members or ["", ""]
    images = _read(images_path, "images", 3, "(count, height, width)", inner[0])
    labels = _read(labels_path, "labels", 1, "(count,)", inner[1])
    where = inner[1] or str(labels_path)
    if len(images) != len(labels):
        raise DataError(
            f"It holds {len(labels):,} labels, but {inner[0] or images_path.name} holds {len(images):,} images.",
            where=where,
            hint="The two files don't belong together; fetch both again.",
        )
    if labels.max() >= len(classes) + first or labels.min() < first:
        wrong = labels.max() if labels.max() >= len(classes) + first else labels.min()
        raise DataError(
            f"It holds label {wrong}, but {title} has classes {first} to {len(classes) + first - 1}.",
            where=where,
            hint="This is another data set's file, or a damaged one; fetch it again.",
        )
    return Split(images[:, None], labels.astype(np.int64) - first)


def _read(path: Path, what: str, axes: int, form: str, member: str) -> NDArray[Any]:
    array = read_idx(path, member)
    if array.dtype != np.uint8 or array.ndim != axes or array.size == 0:
        raise DataError(
            f"It holds {array.dtype} values of shape {array.shape}.",
            where=member or str(path),
            hint=f"A file of {what} must hold uint8 values of shape {form}; fetch it again.",
        )
    return array


SOURCES: tuple[Source, ...] = (
    IdxSource(
        name="mnist",
        title="MNIST",
        sentence="70,000 handwritten digits, 28×28, by LeCun, Cortes and Burges.",
        licence="CC BY-SA 3.0",
        classes=DIGITS,
    ),
    IdxSource(
        name="fashion-mnist",
        title="Fashion-MNIST",
        sentence="70,000 pictures of clothes in 10 kinds, 28×28, by Zalando Research.",
        licence="MIT",
        classes=CLOTHES,
    ),
    IdxSource(
        name="kmnist",
        title="KMNIST",
        sentence="70,000 old Japanese signs in 10 kinds, 28×28, by ROIS-DS CODH.",
        licence="CC BY-SA 4.0",
        classes=SIGNS,
    ),
    Emnist(
        name="emnist",
        title="EMNIST",
        sentence="Up to 814,255 handwritten letters and digits, 28×28, by Cohen and others.",
        licence="public domain (NIST)",
        choices=(Choice("split", "balanced", "which of the six splits", tuple(LETTERS)),),
    ),
)
