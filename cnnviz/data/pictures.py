"""Folders of pictures: one folder per class, read while the network learns. Pillow reads the files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.dataset import Dataset, Split
from cnnviz.data.idxsets import missing
from cnnviz.data.source import Choice, Request, Source, counted
from cnnviz.data.split import hold_out
from cnnviz.data.stored import Places, Stored
from cnnviz.errors import DataError

ENDINGS = frozenset((".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm"))
_TRAIN_NAMES, _TEST_NAMES = ("train", "training"), ("test", "val", "validation")
_KEPT_BYTES = 512 * 2**20
_MOST_PIXELS = 200_000_000


class PictureFiles(Stored):
    """Picture k is a file, scaled and cut to a square of `size`; read when it is asked for, then kept if all fit."""

    def __init__(self, paths: tuple[Path, ...], size: int, channels: int) -> None:
        self._paths = paths
        self.shape, self.dtype = (len(paths), channels, size, size), np.dtype(np.uint8)
        self._kept: dict[int, NDArray[np.uint8]] = {}

    @property
    def identity(self) -> str:
        """Return the paths, and how the pictures are cut."""
        return f"{self.shape} {[str(path) for path in self._paths]}"

    def read(self, places: Places) -> NDArray[Any]:
        """Read these pictures; DataError names the one that can't be read."""
        found = np.empty((len(places), *self.shape[1:]), np.uint8)
        keep = self.size <= _KEPT_BYTES
        for picture, place in zip(found, places.tolist(), strict=True):
            kept = self._kept.get(place)
            picture[:] = read_picture(self._paths[place], *self.shape[1:3]) if kept is None else kept
            if keep and kept is None:
                self._kept[place] = picture.copy()
        return found

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_kept": {}}


def read_picture(path: Path, channels: int, size: int) -> NDArray[np.uint8]:
    """Return a picture as uint8 (channels, size, size): scaled by its shorter side, its middle cut out."""
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                raise DataError("The picture is too large.", where=str(path), hint="Make it smaller.")
            turned = ImageOps.exif_transpose(opened) or opened
            mode = "L" if channels == 1 else "RGB"
            cut = ImageOps.fit(turned.convert(mode), (size, size), Image.Resampling.BICUBIC)
            pixels = np.asarray(cut, np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(
            "The picture can't be read.", where=str(path), hint="Remove it, or save it anew."
        ) from error
    return pixels[None] if channels == 1 else np.ascontiguousarray(pixels.transpose(2, 0, 1))


def picture_set(source: Source, request: Request, folder: Path) -> Dataset:
    """Return the pictures in train/CLASS and test/CLASS below a folder, or in CLASS, of which a sixth is held out."""
    trains, tests = (_below(folder, names) for names in (_TRAIN_NAMES, _TEST_NAMES))
    classes = _classes(trains or folder)
    paths, labels = _listed(trains or folder, classes)
    size, channels = int(request.values["size"]), int(request.values["channels"])
    if trains and tests:
        test_paths, test_labels = _listed(tests, classes)
    else:
        kept, held = hold_out(len(paths), max(len(paths) // 6, 1), 0)
        test_paths, test_labels = [paths[place] for place in held], labels[held]
        paths, labels = [paths[place] for place in kept], labels[kept]
    train = Split(PictureFiles(tuple(paths), size, channels), labels)
    test = Split(PictureFiles(tuple(test_paths), size, channels), test_labels)
    origin = f"{source.title}: {counted(train, test, 'pictures')} of {len(classes)} classes from {folder}."
    return source.dataset(request, origin, train, test, classes)


def _below(folder: Path, names: tuple[str, ...]) -> Path | None:
    return next((folder / name for name in names if (folder / name).is_dir()), None)


def _classes(folder: Path) -> tuple[str, ...]:
    try:
        found = tuple(sorted(each.name for each in folder.iterdir() if each.is_dir() and each.name[0] != "."))
    except OSError as error:
        what = f"The folder can't be read ({error.strerror or error})."
        raise DataError(what, where=str(folder), hint="Check the path.") from error
    if not found:
        raise DataError(
            "There are no folders in it.",
            where=str(folder),
            hint="Put the pictures into one folder per class.",
        )
    return found


def _listed(folder: Path, classes: tuple[str, ...]) -> tuple[list[Path], NDArray[np.int64]]:
    """Return all pictures and their labels, in the order of names; DataError where a class has none."""
    paths, labels = [], []
    for label, name in enumerate(classes):
        of_class = sorted(path for path in (folder / name).rglob("*") if path.suffix.lower() in ENDINGS)
        if not of_class:
            raise DataError(
                f"There are no pictures in {name}.",
                where=str(folder),
                hint=f"Known are {', '.join(sorted(ENDINGS))}.",
            )
        paths += of_class
        labels += [label] * len(of_class)
    if len(paths) < 2:
        raise DataError("There is only one picture.", where=str(folder), hint="Give at least two.")
    return paths, np.array(labels, np.int64)


@dataclass(frozen=True, kw_only=True)
class OwnPictures(Source):
    """A folder of the user's own."""

    def look(self, folders: tuple[Path, ...]) -> tuple[bool, str]:
        """A path has to be named."""
        return False, "name a folder"

    def load(self, request: Request) -> Dataset:
        """List the pictures."""
        return picture_set(self, request, Path(str(request.values["path"])).expanduser())


@dataclass(frozen=True, kw_only=True)
class KnownPictures(Source):
    """A folder of the set's name in a data folder."""

    def look(self, folders: tuple[Path, ...]) -> tuple[bool, str]:
        """Look for the folder."""
        found = self._find(folders)
        where = " and ".join(str(folder / self.name / "train") for folder in folders)
        return found is not None, str(found or f"Looked for {where}.")

    def load(self, request: Request) -> Dataset:
        """List the pictures."""
        folder = self._find(request.folders)
        if folder is None:
            raise missing(self, self.look(request.folders)[1])
        return picture_set(self, request, folder)

    def _find(self, folders: tuple[Path, ...]) -> Path | None:
        places = (folder / self.name for folder in folders)
        return next((place for place in places if (place / "train").is_dir()), None)


_SIZE = Choice("size", 64, "height and width that pictures are scaled and cut to", lo=8, hi=512)
_CHANNELS = Choice("channels", 3, "3 for colour, 1 for grey", lo=1, hi=3)
SOURCES: tuple[Source, ...] = (
    KnownPictures(
        name="imagenet",
        title="ImageNet",
        sentence="1.3 million photographs of 1,000 kinds of things, in train/CLASS and val/CLASS.",
        licence="free for research; to be had from image-net.org",
        choices=(Choice("size", 224, _SIZE.help, lo=8, hi=512), _CHANNELS),
        stand_in="tinted:classes=1000,size={size},channels={channels}",
    ),
    OwnPictures(
        name="images",
        title="Folder of pictures",
        sentence="Your own pictures: one folder per class, or train and test with one folder per class in each.",
        licence="your own",
        choices=(Choice("path", "", "the folder", form="folder"), _SIZE, _CHANNELS),
    ),
)
