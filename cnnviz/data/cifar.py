"""CIFAR-10 and CIFAR-100 in their official forms: python or binary batches, in the archive or unpacked.

https://www.cs.toronto.edu/~kriz/cifar.html. The python batches are pickled; see `opcodes` for how they are read.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.dataset import Dataset, Images, Labels, Split
from cnnviz.data.idxsets import missing
from cnnviz.data.source import Choice, Request, Source, counted
from cnnviz.errors import DataError

_PIXELS = 3 * 32 * 32
_AGAIN = "Delete the file and fetch it again."
_MOST_BYTES = 2**30

Content = dict[str, bytes]
Batch = tuple[Images, Labels]


@dataclass(frozen=True)
class _Form:
    """One of the two official forms: where it lies unpacked and packed, its files, and how a batch is read."""

    folder: str
    archive: str
    train: tuple[str, ...]
    test: str
    read: Callable[[bytes, str, str], Batch]

    @property
    def files(self) -> tuple[str, ...]:
        return (*self.train, self.test)


@dataclass(frozen=True, kw_only=True)
class Cifar(Source):
    """Colour pictures of 32×32 in batches; `forms` are tried in turn."""

    forms: tuple[_Form, ...] = ()

    def look(self, folders: tuple[Path, ...]) -> tuple[bool, str]:
        """Look for an archive or an unpacked folder, in a data folder or in one of the set's name below."""
        found = self._find(folders)
        if found:
            return True, str(found[1])
        return False, f"Looked for {self.forms[0].archive} in {' and '.join(map(str, folders))}."

    def load(self, request: Request) -> Dataset:
        """Read all batches."""
        found = self._find(request.folders)
        if found is None:
            raise missing(self, self.look(request.folders)[1])
        form, place = found
        names = str(request.values.get("labels", ""))
        content = _content(place, set(form.files))
        train = _joined(
            [form.read(_wanted(content, name, place), f"{place}/{name}", names) for name in form.train]
        )
        test = _joined([form.read(_wanted(content, form.test, place), f"{place}/{form.test}", names)])
        classes = self.classes if names != "coarse" else COARSE
        for split in (train, test):
            _require_classes(split, classes, place)
        return self.dataset(
            request, f"{self.title}: {counted(train, test)} from {place}.", train, test, classes
        )

    def _find(self, folders: tuple[Path, ...]) -> tuple[_Form, Path] | None:
        """Return the first form that is there: unpacked folders before archives, which take seconds to unpack."""
        bases = [base for folder in folders for base in (folder, folder / self.name)]
        for form in self.forms:
            for base in bases:
                for place in (base / form.folder, base):
                    if all((place / name).is_file() for name in form.files):
                        return form, place
        for form in self.forms:
            for base in bases:
                if (base / form.archive).is_file():
                    return form, base / form.archive
        return None


def _content(place: Path, wanted: set[str]) -> Content:
    """Return the files of these names in a folder or an archive."""
    import tarfile

    try:
        if place.is_dir():
            return {name: (place / name).read_bytes() for name in wanted if (place / name).is_file()}
        return _unpacked(place, wanted)
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise DataError("The archive is damaged.", where=str(place), hint=_AGAIN) from error
    except OSError as error:
        what = f"It can't be read ({error.strerror or error})."
        raise DataError(what, where=str(place), hint=_AGAIN) from error


def _unpacked(place: Path, wanted: set[str]) -> Content:
    import tarfile  # here, as the window does not wait for it

    found: Content = {}
    with tarfile.open(place) as archive:
        for member in archive:
            name = PurePosixPath(member.name).name
            stream = archive.extractfile(member) if name in wanted and member.isfile() else None
            if stream is not None and member.size <= _MOST_BYTES:
                found[name] = stream.read()
    return found


def _wanted(content: Content, name: str, place: Path) -> bytes:
    if name not in content:
        raise DataError(f"It has no {name}.", where=str(place), hint="Take the official archive, whole.")
    return content[name]


def _read_python(content: bytes, where: str, names: str) -> Batch:
    """A pickled dictionary: `data` uint8 (N, 3072), red, green, blue one after the other, and a list of labels."""
    from cnnviz.data.opcodes import read_plain_pickle

    batch = read_plain_pickle(content, where)
    labels = batch.get(f"{names}_labels" if names else "labels")
    data = batch.get("data")
    if not isinstance(data, np.ndarray) or data.dtype != np.uint8 or data.shape[1:] != (_PIXELS,):
        raise DataError("It holds no uint8 array `data` of rows of 3,072.", where=where, hint=_AGAIN)
    if not isinstance(labels, list) or not all(isinstance(each, int) for each in labels):
        raise DataError("It holds no list of labels.", where=where, hint=_AGAIN)
    if len(labels) != len(data):
        raise DataError(
            f"It holds {len(data):,} images but {len(labels):,} labels.", where=where, hint=_AGAIN
        )
    return data.reshape(-1, 3, 32, 32), np.array(labels, np.int64)


def _read_binary(content: bytes, where: str, names: str) -> Batch:
    """One row per image: a byte for each kind of label (coarse, then fine, in CIFAR-100), then 3,072 of pixels."""
    before = 2 if names else 1
    rows = np.frombuffer(content, np.uint8)
    if not len(rows) or len(rows) % (before + _PIXELS):
        what = f"It holds {len(rows):,} bytes, no multiple of {before + _PIXELS:,}."
        raise DataError(what, where=where, hint=_AGAIN)
    table = rows.reshape(-1, before + _PIXELS)
    return table[:, before:].reshape(-1, 3, 32, 32).copy(), table[:, int(names == "fine")].astype(np.int64)


def _joined(batches: list[Batch]) -> Split:
    if len(batches) == 1:
        return Split(*batches[0])
    parts: list[list[NDArray[Any]]] = [list(part) for part in zip(*batches, strict=True)]
    return Split(np.concatenate(parts[0]), np.concatenate(parts[1]))


def _require_classes(split: Split, classes: tuple[str, ...], place: Path) -> None:
    wrong = split.class_numbers[(split.class_numbers < 0) | (split.class_numbers >= len(classes))]
    if len(wrong):
        raise DataError(f"It holds label {wrong[0]}.", where=str(place), hint=_AGAIN)


KINDS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
COARSE = (
    "aquatic mammals", "fish", "flowers", "food containers", "fruit and vegetables",
    "household electrical devices", "household furniture", "insects", "large carnivores",
    "large man-made outdoor things", "large natural outdoor scenes", "large omnivores and herbivores",
    "medium-sized mammals", "non-insect invertebrates", "people", "reptiles", "small mammals", "trees",
    "vehicles 1", "vehicles 2",
)  # fmt: skip
_FINE_WORDS = (
    "apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly "
    "camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup "
    "dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower "
    "leopard lion lizard lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid "
    "otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray "
    "road rocket rose sea seal shark shrew skunk skyscraper snail snake spider squirrel streetcar "
    "sunflower sweet_pepper table tank telephone television tiger tractor train trout tulip turtle "
    "wardrobe whale willow_tree wolf woman worm "
)
FINE = tuple(name.replace("_", " ") for name in _FINE_WORDS.split())
_FIVE = tuple(f"data_batch_{number}" for number in range(1, 6))

SOURCES: tuple[Source, ...] = (
    Cifar(
        name="cifar-10",
        title="CIFAR-10",
        sentence="60,000 colour pictures of 10 kinds of things, 32×32, by Krizhevsky, Nair and Hinton.",
        licence="free for research",
        classes=KINDS,
        stand_in="tinted",
        forms=(
            _Form("cifar-10-batches-py", "cifar-10-python.tar.gz", _FIVE, "test_batch", _read_python),
            _Form(
                "cifar-10-batches-bin",
                "cifar-10-binary.tar.gz",
                tuple(f"{name}.bin" for name in _FIVE),
                "test_batch.bin",
                _read_binary,
            ),
        ),
    ),
    Cifar(
        name="cifar-100",
        title="CIFAR-100",
        sentence="60,000 colour pictures of 100 kinds of things, 32×32, by Krizhevsky, Nair and Hinton.",
        licence="free for research",
        classes=FINE,
        choices=(Choice("labels", "fine", "100 classes, or 20 that gather them", ("fine", "coarse")),),
        stand_in="tinted:classes=100",
        forms=(
            _Form("cifar-100-python", "cifar-100-python.tar.gz", ("train",), "test", _read_python),
            _Form("cifar-100-binary", "cifar-100-binary.tar.gz", ("train.bin",), "test.bin", _read_binary),
        ),
    ),
)
