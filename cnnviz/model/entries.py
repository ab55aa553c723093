"""The entries of a JSON file, checked one by one while they are read; every error says where and what to do."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cnnviz.errors import CnnvizError, FileError, did_you_mean

FARTHEST = 1e7
"""Scene pixels; beyond this a canvas can't draw exactly."""
LONGEST_TITLE = 200
LONGEST_ERROR = 200

_WORDS: Mapping[type, str] = {dict: "an object", list: "a list", str: "a text", int: "a whole number"}


@dataclass(frozen=True)
class Place:
    """Where in which file, for errors: `net.cnnviz, node 3 (conv2)`."""

    file: str
    within: tuple[str, ...] = ()

    def inside(self, part: str) -> Place:
        """Return a place farther in."""
        return Place(self.file, (*self.within, part))

    def error(self, what: str, hint: str) -> FileError:
        """Return the error that says what is wrong here, and what to do."""
        if len(what) > LONGEST_ERROR:  # it repeats what stands in the file
            what = f"{what[:LONGEST_ERROR]} …"
        return FileError(what, where=", ".join((self.file, *self.within)), hint=hint)

    def again(self, error: CnnvizError, hint: str = "Correct it in a text editor.") -> FileError:
        """Return an error of a layer, graph or recipe as one of this place."""
        return self.error(error.what, error.hint or hint)

    def expect_only(self, values: Mapping[str, Any], known: Iterable[str]) -> None:
        """Refuse an entry that has no meaning here: dropping it silently might lose work."""
        names = tuple(known)
        for name in values:
            if name not in names:
                raise self.error(f"there is an unknown entry {name!r}.", did_you_mean(name, names))

    def text(self, values: Mapping[str, Any], name: str, default: str | None = None) -> str:
        """Return an entry that is a text."""
        found: str = self._entry(values, name, str, default)
        return found

    def whole(self, values: Mapping[str, Any], name: str, default: int | None = None) -> int:
        """Return an entry that is a whole number."""
        found: int = self._entry(values, name, int, default)
        return found

    def objects(self, values: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
        """Return an entry that is a list of objects."""
        found: list[dict[str, Any]] = self._entry(values, name, list)
        for number, each in enumerate(found):
            self.inside(f"{name} {number + 1}").expect(each, dict)
        return found

    def entries(self, values: Mapping[str, Any], name: str) -> dict[str, Any]:
        """Return an entry that is an object; a missing one is empty."""
        found: dict[str, Any] = self._entry(values, name, dict, {})
        return found

    def flag(self, values: Mapping[str, Any], name: str, default: bool) -> bool:
        """Return an entry that is true or false."""
        found = values.get(name, default)
        if not isinstance(found, bool):
            raise self.inside(name).error(
                f"true or false belongs here, not {shortened(found)}.", "Correct the entry."
            )
        return found

    def title(self, values: Mapping[str, Any], name: str, default: str) -> str:
        """Return an entry that is one line of text."""
        found = self.text(values, name, default)
        problem = problem_of_title(found)
        if problem:
            raise self.inside(name).error(problem, f"Use up to {LONGEST_TITLE} characters.")
        return found

    def pair(self, values: Mapping[str, Any], name: str, what: str = "place") -> tuple[float, float]:
        """Return an entry that is two numbers on the canvas; a missing one is the origin."""
        found = values.get(name, [0, 0])
        fits = isinstance(found, list) and len(found) == 2 and all(_is_number(entry) for entry in found)
        if not fits:
            raise self.inside(name).error(
                f"{shortened(found)} is no {what}.", f"Write two numbers between ±{FARTHEST:,.0f}."
            )
        return float(found[0]), float(found[1])

    def expect(self, value: object, kind: type) -> None:
        """Refuse a value of another type."""
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.error(f"{_WORDS[kind]} belongs here, not {shortened(value)}.", "Correct the entry.")

    def _entry(self, values: Mapping[str, Any], name: str, kind: type, default: Any = None) -> Any:
        if name not in values and default is not None:
            return default
        if name not in values:
            raise self.error(f"the entry {name!r} is missing.", "Take a complete copy from a backup.")
        self.inside(name).expect(values[name], kind)
        return values[name]


def problem_of_title(text: str) -> str:
    """Return why a text can't be a title, or an empty text where it can."""
    fits = len(text) <= LONGEST_TITLE and text.isprintable()
    return "" if fits else "the title is too long or has control characters."


def shortened(value: object) -> str:
    """Return how a value reads, cut where it is long."""
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:36]}…{text[-1]}"


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return math.isfinite(value) and abs(value) <= FARTHEST
