"""The options of a layer: one declaration gives the form, the check, the JSON and the help."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Literal

from cnnviz.errors import OptionError

Form = Literal["integer", "number", "switch", "choice", "size", "padding", "shape"]
PADDINGS = ("valid", "same")


@dataclass(frozen=True)
class Option:
    """What may be written into one field of a layer.

    `lo` and `hi` are inclusive and hold for every entry of a size; `length` is the number of entries
    (None: free, as for an input shape).
    """

    name: str
    label: str
    help: str
    form: Form
    default: Any
    lo: float | None = None
    hi: float | None = None
    choices: tuple[str, ...] = ()
    length: int | None = None

    def parse(self, value: object) -> Any:
        """Return the value in its canonical type, or raise OptionError saying what is allowed."""
        return _PARSERS[self.form](self, value)

    def allowed(self) -> str:
        """Say in words what may be written here."""
        if self.form == "switch":
            return "yes or no"
        if self.form == "choice":
            return "one of " + ", ".join(self.choices)
        if self.form == "padding":
            return f"valid, same, or {self._numbers()}"
        return self._numbers()

    def _numbers(self) -> str:
        noun = "a number" if self.form == "number" else "a whole number"
        if self.form in ("size", "padding", "shape"):
            noun = f"{self.length} whole numbers" if self.length else "whole numbers"
        bounds = f" from {_plain(self.lo)} to {_plain(self.hi)}" if self.hi is not None else ""
        return noun + bounds

    def refuse(self, value: object) -> OptionError:
        """Return the error that says what arrived and what is allowed."""
        return OptionError(f"{self.label} can't be {value!r}.", hint=f"It takes {self.allowed()}.")

    def inside(self, number: float) -> bool:
        """Say whether a number lies within the bounds."""
        return (self.lo is None or number >= self.lo) and (self.hi is None or number <= self.hi)


def opt(
    default: Any,
    *,
    help: str,
    label: str = "",
    lo: float | None = None,
    hi: float | None = None,
    choices: tuple[str, ...] = (),
    form: Form | None = None,
    length: int | None = None,
) -> Any:
    """Declare a dataclass field of a layer together with its bounds and its help."""
    found = form or _form_of(default, choices)
    size = length if length is not None else (len(default) if found == "size" else None)
    meta = {
        "help": help,
        "label": label,
        "form": found,
        "lo": lo,
        "hi": hi,
        "choices": choices,
        "length": size,
    }
    return dataclasses.field(default=default, metadata={"option": meta})


def options_of(cls: type) -> tuple[Option, ...]:
    """Return the declared options of a layer class, in the order they are written."""
    found = []
    for item in dataclasses.fields(cls):
        meta = dict(item.metadata["option"])
        meta["label"] = meta["label"] or item.name.replace("_", " ").capitalize()
        found.append(Option(name=item.name, default=item.default, **meta))
    return tuple(found)


def _form_of(default: object, choices: tuple[str, ...]) -> Form:
    if choices:
        return "choice"
    if isinstance(default, bool):
        return "switch"
    if isinstance(default, int):
        return "integer"
    return "size" if isinstance(default, tuple) else "number"


def _plain(number: float | None) -> str:
    return "any" if number is None else f"{number:g}"


def _whole(option: Option, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not option.inside(value):
        raise option.refuse(value)
    return value


def _number(option: Option, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise option.refuse(value)
    if not option.inside(value):
        raise option.refuse(value)
    return float(value)


def _switch(option: Option, value: object) -> bool:
    if not isinstance(value, bool):
        raise option.refuse(value)
    return value


def _choice(option: Option, value: object) -> str:
    if not isinstance(value, str) or value not in option.choices:
        raise option.refuse(value)
    return value


def _sizes(option: Option, value: object) -> tuple[int, ...]:
    if isinstance(value, int) and not isinstance(value, bool) and option.length:
        value = (value,) * option.length
    if not isinstance(value, (tuple, list)) or (option.length and len(value) != option.length):
        raise option.refuse(value)
    if not 1 <= len(value) <= 4:
        raise option.refuse(value)
    return tuple(_whole(option, entry) for entry in value)


def _padding(option: Option, value: object) -> str | tuple[int, ...]:
    if isinstance(value, str):
        if value not in PADDINGS:
            raise option.refuse(value)
        return value
    return _sizes(option, value)


_PARSERS = {
    "integer": _whole,
    "number": _number,
    "switch": _switch,
    "choice": _choice,
    "size": _sizes,
    "padding": _padding,
    "shape": _sizes,
}
