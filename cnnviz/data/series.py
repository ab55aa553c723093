"""Time series cut into windows: two noisy sines, columns of a CSV file, and digits read row by row."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from cnnviz.data.banks import DIGITS_CHOICE, banks
from cnnviz.data.dataset import Dataset, Split
from cnnviz.data.source import DIGITS, Choice, Request, Source, counted
from cnnviz.errors import DataError

Floats = NDArray[np.float32]

WINDOW = Choice(
    "window", 30, "steps that are seen, one after the other, before the step to predict", lo=1, hi=4096
)
_TRAIN = 0.8  # of a series, from its beginning; the rest is to test with
_MOST_BYTES = 512 * 2**20
_FIRST_CHARACTERS = 2**16


def windows(series: Floats, window: int, where: str) -> Split:
    """Return every window of a series (steps, columns) as (columns, window), and the step that follows it."""
    if len(series) <= window:
        raise DataError(
            f"A window of {window} steps and the one after it don't fit into {len(series)} steps.",
            where=where,
            hint="Choose a smaller window, or a longer series.",
        )
    seen = sliding_window_view(series, window, axis=0)[:-1]
    return Split(np.ascontiguousarray(seen, np.float32), np.ascontiguousarray(series[window:], np.float32))


def two_sines(count: int, seed: int) -> Floats:
    """Return sin(0.06πt) + U(0, 1) beside 0.5·sin(0.05πt) + U(0, 1): periods of 33.3 and 40 steps; (count, 2)."""
    t = np.arange(count)
    noise = np.random.Generator(np.random.PCG64(seed)).random((count, 2))
    waves = np.stack([np.sin(0.06 * math.pi * t), 0.5 * np.sin(0.05 * math.pi * t)], axis=1)
    return (waves + noise).astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class Sines(Source):
    """Makes the two sines of any length."""

    def look(self, folders: tuple[Path, ...]) -> tuple[bool, str]:
        """They are always there."""
        return True, "built in"

    def load(self, request: Request) -> Dataset:
        """Make them, and cut them into windows."""
        series = two_sines(int(request.values["count"]), int(request.values["seed"]))
        train, test = _cut(series, int(request.values["window"]), request.address)
        origin = f"Two noisy sines, made by cnnviz: {counted(train, test, 'windows')}."
        return self.dataset(request, origin, train, test)


@dataclass(frozen=True, kw_only=True)
class CsvSeries(Source):
    """Reads columns of numbers from a CSV file, one row per step."""

    def look(self, folders: tuple[Path, ...]) -> tuple[bool, str]:
        """A path has to be named."""
        return False, "name a file"

    def load(self, request: Request) -> Dataset:
        """Read the columns that were chosen, by default all, and cut them into windows."""
        path = Path(str(request.values["path"])).expanduser()
        names, series = _read_csv(path, str(request.values["columns"]))
        if request.values["scale"] == "standard":
            known = series[: int(len(series) * _TRAIN)]
            series = (series - known.mean(axis=0)) / np.maximum(known.std(axis=0), 1e-6)
        train, test = _cut(series.astype(np.float32), int(request.values["window"]), str(path))
        origin = f"{', '.join(names)} of {path}: {counted(train, test, 'windows')}."
        return self.dataset(request, origin, train, test)


def _cut(series: Floats, window: int, where: str) -> tuple[Split, Split]:
    at = int(len(series) * _TRAIN)
    return windows(series[:at], window, where), windows(series[at:], window, where)


def columns_in(path: Path) -> list[str]:
    """Return the names of the columns of a CSV file, reading only its beginning; DataError where it is none."""
    text = _text(path, _FIRST_CHARACTERS)
    whole = text if len(text) < _FIRST_CHARACTERS else text[: text.rfind("\n")]
    return _headed(_table(whole, path))[0]


def _headed(rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """Return names of columns, made up where there is no line of them, and the rows below."""
    header = rows[0] if not all(_is_number(cell) for cell in rows[0]) else []
    names = [name.strip() for name in header] or [f"column {number}" for number in range(1, len(rows[0]) + 1)]
    return names, rows[1:] if header else rows


def _read_csv(path: Path, columns: str) -> tuple[list[str], NDArray[np.float64]]:
    """Return the names and values of columns; `columns` are names or numbers from 1, joined by +."""
    rows = _rows(path)
    names, body = _headed(rows)
    places = (
        [_column(each.strip(), names, path) for each in columns.split("+")] if columns else range(len(names))
    )
    values = np.empty((len(body), len(places)))
    for number, row in enumerate(body):
        for column, place in enumerate(places):
            cell = row[place] if place < len(row) else ""
            if not _is_number(cell):
                line = number + 1 + len(rows) - len(body)
                what = f"Line {line}, {names[place]}: {cell!r} is no number."
                raise DataError(what, where=str(path), hint="Choose the columns that hold numbers.")
            values[number, column] = float(cell)
    return [names[place] for place in places], values


def _rows(path: Path) -> list[list[str]]:
    return _table(_text(path), path)


def _text(path: Path, most: int = -1) -> str:
    """Return what is written in a file, at most so many characters of it."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise DataError("It is too large for a text.", where=str(path), hint="Save it as .npy.")
        with path.open(encoding="utf-8-sig") as file:
            return file.read(most)
    except OSError as error:
        what = f"It can't be read ({error.strerror or error})."
        raise DataError(what, where=str(path), hint="Check the path.") from error
    except UnicodeDecodeError as error:
        raise DataError("It is no text.", where=str(path), hint="Save it as CSV in UTF-8.") from error


def _table(text: str, path: Path) -> list[list[str]]:
    """Return the lines of a table that are not empty; its separator is guessed."""
    import csv

    try:
        dialect: Any = csv.Sniffer().sniff(text[:4096], ",;\t ")
    except csv.Error:
        dialect = csv.excel
    try:
        rows = [row for row in csv.reader(text.splitlines(), dialect) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise DataError(f"It is no table ({error}).", where=str(path), hint="Save it as CSV.") from error
    if len(rows) < 2:
        raise DataError("It has no rows of numbers.", where=str(path), hint="Give one row per step.")
    return rows


def _column(wanted: str, names: list[str], path: Path) -> int:
    if wanted in names:
        return names.index(wanted)
    if wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        return int(wanted) - 1
    raise DataError(f"It has no column {wanted!r}.", where=str(path), hint=f"It has {', '.join(names)}.")


def _is_number(cell: str) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False


@dataclass(frozen=True, kw_only=True)
class Rows(Source):
    """Shows digits as 28 rows, one after the other: 28 features at 28 moments."""

    def look(self, folders: tuple[Path, ...]) -> tuple[bool, str]:
        """They are always there."""
        return True, "built in"

    def load(self, request: Request) -> Dataset:
        """Take the digits, and let rows follow each other in time."""
        train_bank, test_bank, told = banks(str(request.values["digits"]), request.folders)
        train, test = (
            Split(np.ascontiguousarray(images.swapaxes(1, 2)), labels)
            for images, labels in (train_bank, test_bank)
        )
        origin = f"Rows, one after the other, of {told}: {counted(train, test, 'sequences')}."
        return self.dataset(request, origin, train, test)


_SEED = Choice("seed", 0, "another seed makes other noise")
SOURCES: tuple[Source, ...] = (
    Sines(
        name="two-sines",
        title="Two noisy sines",
        sentence="Two sines with noise; after 30 steps of both, the next one is to be predicted.",
        licence="MIT",
        choices=(WINDOW, Choice("count", 3_000, "steps", lo=100, hi=10_000_000), _SEED),
    ),
    Rows(
        name="digit-rows",
        title="Digits by rows",
        sentence="Digits as sequences: 28 rows of 28 numbers, one after the other.",
        licence="that of the digits",
        classes=DIGITS,
        choices=(DIGITS_CHOICE,),
    ),
    CsvSeries(
        name="csv",
        title="CSV time series",
        sentence="Columns of a CSV file as a time series; after a window, the next row is to be predicted.",
        licence="your own",
        choices=(
            Choice("path", "", "the file", form="file"),
            Choice("columns", "", "names or numbers from 1, joined by +; all where nothing is said"),
            WINDOW,
            Choice(
                "scale",
                "standard",
                "each column to mean 0 and deviation 1, or as it is",
                ("standard", "none"),
            ),
        ),
    ),
)
