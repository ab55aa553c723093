"""A CSV file as a table of text: its separator, the names of its columns, and numbers with the line they stand in."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.series.dates import is_date
from cnnviz.errors import DataError

_MOST_BYTES = 512 * 2**20
_FIRST_CHARACTERS = 2**16


@dataclass(frozen=True)
class Table:
    """Rows of text below the names of their columns; `lines` says where in the file each row begins."""

    path: Path
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    def cells(self, column: int) -> list[str]:
        """Return the text of a column; rows that are too short have none."""
        return [row[column].strip() if column < len(row) else "" for row in self.rows]

    def places(self, wanted: str) -> tuple[int, ...]:
        """Return the columns that are named, by names or numbers from 1, joined by +; DataError for another one."""
        return tuple(dict.fromkeys(self._place(each.strip()) for each in wanted.split("+")))

    def _place(self, wanted: str) -> int:
        if wanted in self.names:
            return self.names.index(wanted)
        if wanted.isdecimal() and 1 <= int(wanted) <= len(self.names):
            return int(wanted) - 1
        hint = f"It has {', '.join(self.names)}."
        raise DataError(f"It has no column {wanted!r}.", where=str(self.path), hint=hint)

    def numbers(self, column: int) -> NDArray[np.float64]:
        """Return the numbers of a column; DataError names the first line that has none."""
        cells, name = self.cells(column), self.names[column]
        if not any(cells):
            raise DataError(f"Column {name} is empty.", where=str(self.path), hint="Choose other columns.")
        found = np.empty(len(cells))
        for at, cell in enumerate(cells):
            if not is_number(cell):
                told = f"{cell!r} is no number" if cell else "the number is missing"
                hint = (
                    "Choose the columns that hold numbers."
                    if cell
                    else "Fill it in, or choose other columns."
                )
                raise DataError(f"Line {self.lines[at]}, {name}: {told}.", where=str(self.path), hint=hint)
            found[at] = float(cell)
        return found


def read_table(path: Path) -> Table:
    """Read a whole file; DataError where it can't be read or is no table."""
    return _table(_text(path), path)


def read_beginning(path: Path) -> Table:
    """Read the first lines of a file, to see which columns it has."""
    text = _text(path, _FIRST_CHARACTERS)
    return _table(text if len(text) < _FIRST_CHARACTERS else text[: text.rfind("\n")], path)


def is_number(cell: str) -> bool:
    """Say whether a cell is a finite number."""
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False


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


def _table(text: str, path: Path) -> Table:
    """Return the lines of a table that are not empty; its separator is guessed."""
    try:
        dialect: Any = csv.Sniffer().sniff(text[:4096], ",;\t ")
    except csv.Error:
        dialect = csv.excel
    reader = csv.reader(text.splitlines(), dialect)
    try:
        rows = ((reader.line_num, tuple(row)) for row in reader)
        found = [(line, row) for line, row in rows if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise DataError(f"It is no table ({error}).", where=str(path), hint="Save it as CSV.") from error
    if len(found) < 2:
        raise DataError("It has no rows of numbers.", where=str(path), hint="Give one row per step.")
    names, headed = _names(found[0][1])
    body = found[1:] if headed else found
    return Table(path, names, tuple(row for _, row in body), tuple(line for line, _ in body))


def _names(first: Sequence[str]) -> tuple[tuple[str, ...], bool]:
    """Return names of columns, made up where there is no line of them, and whether there is one."""
    if all(is_number(cell) or is_date(cell.strip()) for cell in first):
        return tuple(f"column {number}" for number in range(1, len(first) + 1)), False
    return tuple(name.strip() or f"column {at}" for at, name in enumerate(first, 1)), True
