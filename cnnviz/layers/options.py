"""The options of a layer: one declaration gives the form, the check, the JSON and the help."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from cnnviz.errors import OptionError
from cnnviz.layers.matrix import MatrixError, tidied

Form = Literal[
    "integer",
    "number",
    "switch",
    "choice",
    "size",
    "padding",
    "shape",
    "target",
    "kernel",
    "layer",
    "rising",
    "names",
]
PADDINGS = ("valid", "same")
REST = "rest"
"""How the form and the card write −1 in a target shape."""

_WORDS: dict[int, dict[str, str]] = {
    1: {"sizes": "size", "ways": "", "thing": "sequence"},
    2: {"sizes": "height and width", "ways": " down and right", "thing": "image"},
    3: {"sizes": "depth, height and width", "ways": "", "thing": "volume"},
}
"""What stands in for {sizes}, {ways} and {thing} in the help of an option with one number per dimension."""


_ALLOWED = {
    "switch": "yes or no",
    "layer": "a layer with one input, as a kind and its options",
    "names": "names, such as conv1, fc",
}


@dataclass(frozen=True)
class Option:
    """What may be written into one field of a layer.

    `lo` and `hi` are inclusive and hold for every entry of a size; `length` is the number of entries
    (None: free, as for an input shape). A `target` is a shape in which one entry may be −1, the rest; a `kernel` is a
    matrix as text; `rising` is any count of whole numbers, each larger than the one before.
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
        if self.form in _ALLOWED:
            return _ALLOWED[self.form]
        if self.form == "choice":
            return "one of " + ", ".join(self.choices)
        if self.form == "rising":
            return f"whole numbers from {_plain(self.lo)} on, each larger than the one before"
        if self.form == "padding":
            return f"valid, same, or {self._numbers()}"
        if self.form == "target":
            return f"{self._numbers()}, one of which may be {REST}"
        if self.form == "kernel":
            return (
                f"rows of numbers from {_plain(self.lo)} to {_plain(self.hi)}, such as 0 1 0; 1 -4 1; 0 1 0"
            )
        return self._numbers()

    def _numbers(self) -> str:
        noun = "a number" if self.form == "number" else "a whole number"
        if self.form in ("size", "padding", "shape", "target"):
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
    length: int | Literal["each"] | None = None,
) -> Any:
    """Declare a dataclass field of a layer together with its bounds and its help.

    With the length "each", it has one number per dimension of the kind (its `spatial`), every one the default; {sizes},
    {ways} and {thing} in the help are then said for that many dimensions.
    """
    found = form or ("size" if length == "each" else _form_of(default, choices))
    if length is None and found == "size":
        length = len(default)
    meta = {
        "help": help,
        "label": label,
        "form": found,
        "lo": lo,
        "hi": hi,
        "choices": choices,
        "length": length,
    }
    return dataclasses.field(default=default, metadata={"option": meta})


def options_of(cls: type) -> tuple[Option, ...]:
    """Return the declared options of a layer class, in the order they are written."""
    found = []
    for item in dataclasses.fields(cls):
        if "option" not in item.metadata:
            continue
        meta = dict(item.metadata["option"])
        meta["label"] = meta["label"] or item.name.replace("_", " ").capitalize()
        default = item.default
        if meta["length"] == "each":
            spatial: int = getattr(cls, "spatial", 1)
            default = default if isinstance(default, str) else (default,) * spatial
            meta |= {"length": spatial, "help": meta["help"].format_map(_WORDS[spatial])}
        found.append(Option(name=item.name, default=default, **meta))
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


def _layer(option: Option, value: object) -> Any:
    """Return a layer that can be held by another: itself, or made from its kind and its options."""
    from cnnviz.layers.base import LAYERS, Layer, layer_from_dict  # that module imports this one

    if isinstance(value, Mapping):
        kind, options = value.get("kind"), value.get("options", {})
        if set(value) - {"kind", "options"} or not isinstance(kind, str) or not isinstance(options, Mapping):
            raise option.refuse(value)
        known = LAYERS.get(kind)  # asked before it is made: what can't be held may be nested without end
        value = layer_from_dict(kind, options) if known is None or known.repeatable() else known
    if isinstance(value, Layer) and value.repeatable():
        return value
    title = getattr(value, "title", repr(value))
    raise OptionError(f"{option.label} can't be {title}.", hint=f"It takes {option.allowed()}.")


def _target(option: Option, value: object) -> tuple[int, ...]:
    if not isinstance(value, (tuple, list)) or value.count(-1) > 1:
        raise option.refuse(value)
    _sizes(option, [1 if entry == -1 else entry for entry in value])
    return tuple(value)


def _rising(option: Option, value: object) -> tuple[int, ...]:
    if not isinstance(value, (tuple, list)):
        raise option.refuse(value)
    found = tuple(_whole(option, entry) for entry in value)
    if any(after <= before for before, after in pairwise(found)):
        raise option.refuse(value)
    return found


def _names(option: Option, value: object) -> tuple[str, ...]:
    if not isinstance(value, (tuple, list)) or not all(isinstance(each, str) and each for each in value):
        raise option.refuse(value)
    return tuple(value)


def _kernel(option: Option, value: object) -> str:
    if not isinstance(value, str):
        raise option.refuse(value)
    try:
        return tidied(value, option.inside)
    except MatrixError as error:
        raise OptionError(
            f"{option.label} can't be {value!r}: {error}", hint=option.refuse(value).hint
        ) from None


_PARSERS = {
    "integer": _whole,
    "number": _number,
    "switch": _switch,
    "choice": _choice,
    "size": _sizes,
    "padding": _padding,
    "shape": _sizes,
    "target": _target,
    "kernel": _kernel,
    "layer": _layer,
    "rising": _rising,
    "names": _names,
}
