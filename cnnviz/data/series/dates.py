"""Dates as people write them in tables: read in one format per column, in order and without gaps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise

import numpy as np

from cnnviz.data.timeline import Dates, usual_gap
from cnnviz.errors import DataError

_DAY = 86_400
_LONGER = 1.6
"""A step may take so many times as long as usual: months and years are not all of one length."""
_LONG_WEEKEND = 4 * _DAY
_ORDERS = ("%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y-%m", "%Y/%m", "%b %Y", "%d %b %Y")
_TIMES = ("", " %H:%M", " %H:%M:%S")
_EXAMPLE = "2026-03-31 or 2026-03-31 18:00"


def _by_format(text: str, form: str) -> datetime:
    return datetime.strptime(text, form).replace(tzinfo=UTC)


def _iso(text: str) -> datetime:
    if text.isdecimal():  # 20260331 is a date in ISO 8601, but in a table it is a number
        raise ValueError(text)
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


_READERS: tuple[Callable[[str], datetime], ...] = (
    _iso,
    *(partial(_by_format, form=order + time) for order in _ORDERS for time in _TIMES),
)


def is_date(text: str) -> bool:
    """Say whether a cell is a date in any of the known forms."""
    return any(_count(reader, [text]) for reader in _READERS)


def read_dates(cells: Sequence[str], lines: Sequence[int], name: str, where: str) -> Dates:
    """Return dates as datetime64[s], in the one form in which most cells can be read.

    `lines` are the lines of the cells in their file. DataError names the first line whose date can't be read, or does
    not come after the one before.
    """
    readable = [(_count(reader, cells), reader) for reader in _READERS]
    most = max(count for count, _ in readable)
    found = [_read(reader, cells) for count, reader in readable if count == most and most]
    orderly = next((dates for dates in found if most == len(cells) and _disorder(dates) is None), None)
    dates = orderly if orderly is not None else found[0] if found else []
    if most < len(cells):
        cell, line = cells[len(dates)], lines[len(dates)]
        what = (
            f"Line {line}, {name}: {cell!r} is no date."
            if cell
            else f"Line {line}, {name}: the date is missing."
        )
        raise DataError(what, where=where, hint=f"Write every date in the same way, such as {_EXAMPLE}.")
    wrong = _disorder(dates)
    if wrong is not None:
        what = f"Line {lines[wrong]}, {name}: {cells[wrong]} does not come after {cells[wrong - 1]}."
        raise DataError(what, where=where, hint="Sort the rows by date, each date once.")
    return np.array([int(date.timestamp()) for date in dates], np.int64).astype("datetime64[s]")


def refuse_gaps(dates: Dates, lines: Sequence[int], name: str, where: str) -> None:
    """Raise DataError where steps are missing; weekends and months of different length are none."""
    usual = usual_gap(dates)
    most = max(usual * _LONGER, _LONG_WEEKEND if usual == _DAY else 0)
    gaps = np.diff(dates).astype(np.int64)
    late = np.flatnonzero(gaps > most)
    if not late.size:
        return
    at = int(late[0]) + 1
    before, after = (
        str(dates[place].astype("datetime64[s]")).removesuffix("T00:00:00") for place in (at - 1, at)
    )
    missing = max(round(int(gaps[at - 1]) / usual) - 1, 1)
    what = (
        f"Line {lines[at]}, {name}: {missing:,} {'steps are' if missing > 1 else 'step is'} missing between"
    )
    raise DataError(
        f"{what} {before} and {after}.",
        where=where,
        hint="Fill the rows in, or choose gaps=join to pass over it.",
    )


def _count(reader: Callable[[str], datetime], cells: Sequence[str]) -> int:
    return len(_read(reader, cells))


def _read(reader: Callable[[str], datetime], cells: Sequence[str]) -> list[datetime]:
    """Return the dates up to the first cell that can't be read."""
    found: list[datetime] = []
    for cell in cells:
        try:
            found.append(reader(cell))
        except ValueError:
            break
    return found


def _disorder(dates: Sequence[datetime]) -> int | None:
    """Return the place of the first date that does not come after the one before."""
    return next((at for at, (one, other) in enumerate(pairwise(dates), 1) if other <= one), None)
