"""The user's own series: columns of a CSV file, one row per step, with a column of dates where there is one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.dataset import Dataset
from cnnviz.data.series.cutting import TRAIN_SHARE, WINDOW, cut
from cnnviz.data.series.dates import is_date, read_dates, refuse_gaps
from cnnviz.data.series.table import Table, is_number, read_beginning, read_table
from cnnviz.data.source import Choice, Request, Source, counted
from cnnviz.data.timeline import Dates, Timeline
from cnnviz.errors import DataError

NO_DATES = "none"
_JOINED = "names or numbers from 1 joined by +"


@dataclass(frozen=True, kw_only=True)
class CsvSeries(Source):
    """Reads columns of numbers from a CSV file, one row per step."""

    def look(self, folders: tuple[Path, ...]) -> tuple[bool, str]:
        """A path has to be named."""
        return False, "name a file"

    def load(self, request: Request) -> Dataset:
        """Read the columns that were chosen, by default all numbers, and cut them into windows."""
        path = Path(str(request.values["path"])).expanduser()
        timeline = read_timeline(path, {name: str(value) for name, value in request.values.items()})
        train, test = cut(timeline, int(request.values["window"]), str(path))
        names = ", ".join(timeline.names)
        scaled = ", each scaled to mean 0 and deviation 1" if timeline.scaled else ""
        origin = f"{names} of {path}{scaled}: {counted(train, test, 'windows')}."
        return self.dataset(request, origin, train, test, timeline=timeline)


def columns_in(path: Path) -> tuple[list[str], str]:
    """Return the names of a file's columns, and that of its dates or an empty text, from its beginning; DataError."""
    table = read_beginning(path)
    dated = _dated_column(table)
    return list(table.names), table.names[dated] if dated is not None else ""


def read_timeline(path: Path, chosen: dict[str, str]) -> Timeline:
    """Read the series that is chosen (`columns`, `predict`, `dates`, `gaps`, `scale`); DataError with the line."""
    table = read_table(path)
    dated = _dated(table, chosen["dates"])
    dates = _dates(table, dated, chosen["gaps"]) if dated is not None else None
    read, predicted = _places(table, chosen, dated)
    values = np.stack([table.numbers(place) for place in read], axis=1)
    train_steps = int(len(values) * TRAIN_SHARE)
    names = tuple(table.names[place] for place in read)
    _refuse_constants(values[:train_steps], names, str(path))
    mean, scale = np.zeros(len(read)), np.ones(len(read))
    if chosen["scale"] == "standard" and train_steps:
        known = values[:train_steps]
        mean, scale = known.mean(axis=0), np.where(known.std(axis=0) > 0, known.std(axis=0), 1.0)
    seen = ((values - mean) / scale).astype(np.float32)
    return Timeline(
        names, seen, tuple(read.index(each) for each in predicted), train_steps, mean, scale, dates
    )


def _places(
    table: Table, chosen: dict[str, str], dated: int | None
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the columns to read, and those of them to predict: all where nothing is said."""
    if chosen["columns"]:
        read = table.places(chosen["columns"])
    else:
        read = tuple(place for place in range(len(table.names)) if place != dated)
    predicted = table.places(chosen["predict"]) if chosen["predict"] else read
    read = read + tuple(place for place in predicted if place not in read)
    if not read:
        raise DataError(
            "It has no column of numbers.", where=str(table.path), hint="Add one beside the dates."
        )
    return read, predicted


def _dated(table: Table, wanted: str) -> int | None:
    """Return the column of dates: the one that is named, else the first that looks like one."""
    if wanted == NO_DATES:
        return None
    return table.places(wanted)[0] if wanted else _dated_column(table)


def _dated_column(table: Table) -> int | None:
    first = [table.cells(place)[0] for place in range(len(table.names))]
    return next((at for at, cell in enumerate(first) if not is_number(cell) and is_date(cell)), None)


def _dates(table: Table, column: int, gaps: str) -> Dates:
    name, where = table.names[column], str(table.path)
    dates = read_dates(table.cells(column), table.lines, name, where)
    if gaps == "refuse":
        refuse_gaps(dates, table.lines, name, where)
    return dates


def _refuse_constants(values: NDArray[np.float64], names: tuple[str, ...], where: str) -> None:
    """Raise DataError for a column that always holds the same number: there is nothing to learn from it."""
    for name, column in zip(names, values.T, strict=True):
        if len(column) > 1 and (column == column[0]).all():
            what = f"Column {name} is {column[0]:g} in all {len(column):,} steps to train with."
            raise DataError(what, where=where, hint="Leave it out: choose the other columns.")


CSV = CsvSeries(
    name="csv",
    title="CSV time series",
    sentence="Columns of a CSV file as a time series; after a window, the next row is to be predicted.",
    licence="your own",
    choices=(
        Choice("path", "", "the file", form="file"),
        Choice("columns", "", f"columns to read, {_JOINED}; all where nothing is said", form="columns"),
        Choice("predict", "", f"columns to predict, {_JOINED}; all that are read by default", form="columns"),
        Choice("dates", "", f"the column of dates, or {NO_DATES}; found by itself", form="columns"),
        WINDOW,
        Choice(
            "scale", "standard", "each column to mean 0 and deviation 1, or as it is", ("standard", "none")
        ),
        Choice(
            "gaps",
            "refuse",
            "where dates are missing: refuse the file, or join what is there",
            ("refuse", "join"),
        ),
    ),
)
