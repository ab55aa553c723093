"""A small matrix typed as text: rows of numbers, such as `-1 0 1; -2 0 2; -1 0 1`."""

from __future__ import annotations

import re
from collections.abc import Callable

Matrix = tuple[tuple[float, ...], ...]

MOST = 15
"""Rows and columns at most."""
_NUMBER = re.compile(
    r"([+-]?(?:\d{1,9}(?:\.\d{0,15})?|\.\d{1,15})(?:e[+-]?\d{1,2})?)(?:/(\d{1,9}))?", re.IGNORECASE
)


class MatrixError(ValueError):
    """The text is no matrix; the message says where."""


def matrix(text: str) -> Matrix:
    """Return the numbers of a text that `tidied` has written."""
    return tuple(tuple(_value(word) for word in row.split()) for row in text.split(";"))


def tidied(text: str, inside: Callable[[float], bool]) -> str:
    """Return a text with its rows split by `; ` and its numbers by blanks, or raise MatrixError.

    Rows may also be split by line breaks, numbers by commas, and a number may be a fraction such as 1/9; `inside` says
    which numbers may be.
    """
    plain = text.replace("\N{MINUS SIGN}", "-").replace("[", " ").replace("]", " ")
    rows = [row.replace(",", " ").split() for row in re.split(r"[;\n]", plain)]
    rows = [row for row in rows if row]
    if not rows:
        raise MatrixError("there is no number in it.")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise MatrixError(f"row {number} has {_count(len(row))}, row 1 has {_count(len(rows[0]))}.")
        for word in row:
            if not inside(_value(word)):
                raise MatrixError(f"{word} in row {number} is out of bounds.")
    if max(len(rows), len(rows[0])) > MOST:
        raise MatrixError(f"it is {len(rows)}×{len(rows[0])}; {MOST}×{MOST} is the most.")
    return "; ".join(" ".join(row) for row in rows)


def _value(word: str) -> float:
    found = _NUMBER.fullmatch(word)
    if found is None or (found[2] and int(found[2]) == 0):
        raise MatrixError(f"{word} is not a number.")
    return float(found[1]) / int(found[2] or 1)


def _count(entries: int) -> str:
    return f"{entries} number" + ("s" if entries != 1 else "")
