"""The data sets a user can choose from: each declared once, looked for, and loaded by its address."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, replace
from pathlib import Path

from cnnviz.data import cifar, folders, idxsets, moving, own, pictures, series, tinted, voxelfiles, voxels
from cnnviz.data.address import Address, parse
from cnnviz.data.dataset import Dataset, Split
from cnnviz.data.digits import real_digits
from cnnviz.data.folders import Folder
from cnnviz.data.source import DIGITS, Choice, Request, Source, SourceStatus, counted
from cnnviz.data.strokes import stroke_digits
from cnnviz.errors import DataError, did_you_mean

STAND_IN = "strokes"
_STROKES_TRAIN, _STROKES_TEST = 12_000, 2_000


@dataclass(frozen=True, kw_only=True)
class SmallDigits(Source):
    """The real digits that come with scikit-learn."""

    def look(self, folders_: tuple[Path, ...]) -> tuple[bool, str]:
        """Look for scikit-learn, without importing it."""
        if importlib.util.find_spec("sklearn") is None:
            return False, "scikit-learn is not installed"
        return True, "scikit-learn"

    def load(self, request: Request) -> Dataset:
        """Scale them to 28×28."""
        train, test = real_digits()
        origin = f"Real handwritten digits from scikit-learn, 8×8 scaled to 28×28: {counted(train, test)}."
        return self.dataset(request, origin, train, test)


@dataclass(frozen=True, kw_only=True)
class DrawnDigits(Source):
    """Digits drawn by the app's own pen."""

    def look(self, folders_: tuple[Path, ...]) -> tuple[bool, str]:
        """They are always there."""
        return True, "built in"

    def load(self, request: Request) -> Dataset:
        """Draw them: the training images with one seed, the test images with the next."""
        count, seed = int(request.values["count"]), int(request.values["seed"])
        tests = max(10, min(_STROKES_TEST, count // 5))
        train, test = Split(*stroke_digits(count, seed=seed)), Split(*stroke_digits(tests, seed=seed + 1))
        origin = f"Digits drawn by cnnviz, not by people: {counted(train, test)}."
        return self.dataset(request, origin, train, test)


SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        *idxsets.SOURCES,
        *cifar.SOURCES,
        *voxelfiles.SOURCES,
        *moving.SOURCES[:1],
        SmallDigits(
            name="digits",
            title="8×8 digits",
            sentence="1,797 real handwritten digits, 8×8 scaled to 28×28, from scikit-learn (UCI).",
            licence="CC BY 4.0",
            classes=DIGITS,
        ),
        DrawnDigits(
            name="strokes",
            title="Drawn digits",
            sentence="Digits drawn by cnnviz's own pen, 28×28, any number of them.",
            licence="MIT",
            classes=DIGITS,
            choices=(
                Choice(
                    "count",
                    _STROKES_TRAIN,
                    "training images; a fifth as many to test with",
                    lo=1,
                    hi=1_000_000,
                ),
                Choice("seed", 0, "another seed draws other digits"),
            ),
        ),
        tinted.SOURCE,
        voxels.SOURCE,
        *moving.SOURCES[1:],
        *series.SOURCES,
        *pictures.SOURCES,
        own.SOURCE,
    )
}


def status(data_dir: Folder | None = None, setting: Folder | None = None) -> tuple[SourceStatus, ...]:
    """Say of every source whether it is there, without reading data; folders as in `data_folders`.

    Sources that have to be told a path are left out.
    """
    searched = folders.data_folders(data_dir, setting)
    return tuple(
        SourceStatus(source, *source.look(searched)) for source in SOURCES.values() if not source.asks
    )


def load(
    address: str, data_dir: Folder | None = None, count: int | None = None, setting: Folder | None = None
) -> Dataset:
    """Load a source by its address; `count` is the number of training images where that can be chosen.

    DataError for an unknown name, files that are missing or damaged, or a `data_dir` that does not exist.
    """
    found = parse(address)
    source = source_of(address)
    if count is not None:
        if all(choice.name != "count" for choice in source.choices):
            raise DataError(
                f"{source.title} has a fixed number of images.",
                where=found.name,
                hint="A count can be given for strokes only.",
            )
        found = Address(found.name, {**found.chosen, "count": str(count)})
    if data_dir is not None and not Path(data_dir).expanduser().is_dir():
        raise DataError(
            "There is no such folder.", where=str(data_dir), hint="Check the path of the data folder."
        )
    return source.load(source.request(found, folders.data_folders(data_dir, setting)))


def best(address: str, data_dir: Folder | None = None, setting: Folder | None = None) -> Dataset:
    """Load a source, or, where its files are missing, what stands in for it, whose origin then says so.

    Files that are there but damaged are a DataError: a stand-in would hide the damage. A `data_dir` that does
    not exist yet is no error here: a window opens with the stand-in and may download into that folder.
    """
    source = source_of(address)
    searched = folders.data_folders(data_dir, setting)
    request = source.request(parse(address), searched)
    if source.asks or source.look(searched)[0]:
        return source.load(request)
    stand_in = best(source.stand_in.format(**request.values), data_dir, setting)
    return replace(
        stand_in, origin=f"{source.title} was not found, so these stand in for it: {stand_in.origin}"
    )


def source_of(address: str) -> Source:
    """Return the source that an address names; DataError where there is none."""
    name = parse(address).name
    if name not in SOURCES:
        raise DataError(f"There is no data set {name!r}.", hint=did_you_mean(name, SOURCES))
    return SOURCES[name]


__all__ = ["SOURCES", "STAND_IN", "Source", "SourceStatus", "best", "load", "source_of", "status"]
