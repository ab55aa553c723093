"""The settings of a recipe: one declaration gives the bounds, the help, the JSON, the form and the command line."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cnnviz.errors import OptionError, TrainError, did_you_mean
from cnnviz.layers.options import Option, opt, options_of


@dataclass(frozen=True)
class Setting:
    """One choice of a recipe: what may be written there, and how a form shows it.

    `words` say in the form what a choice is called. It matters only where, for every entry of `needs`, that other
    setting has one of these values. A `logarithmic` number is stepped 1, 2, 5, 10.
    """

    option: Option
    section: str
    words: Mapping[str, str]
    needs: Mapping[str, tuple[Any, ...]]
    logarithmic: bool

    @property
    def name(self) -> str:
        """Return the name of the field."""
        return self.option.name

    def matters(self, recipe: object) -> bool:
        """Say whether it has an effect, the other settings being what they are."""
        return all(getattr(recipe, name) in values for name, values in self.needs.items())

    def parse(self, value: object) -> Any:
        """Return the value in its canonical type; raise TrainError that says what is allowed."""
        name = self.option.label.lower()
        if self.option.choices and value not in self.option.choices:
            raise TrainError(
                f"there is no {name} {value!r}.", hint=did_you_mean(str(value), self.option.choices)
            )
        try:
            return self.option.parse(value)
        except OptionError as error:
            raise TrainError(f"{name} can't be {value!r}.", hint=error.hint) from None

    def read(self, text: str) -> Any:
        """Return the value that a text spells; raise TrainError that says what is allowed."""
        try:
            return self.parse(READERS.get(self.option.form, str)(text.strip()))
        except (ValueError, KeyError):
            hint = f"It takes {self.option.allowed()}."
            raise TrainError(f"{self.option.label.lower()} can't be {text!r}.", hint=hint) from None


def _switch(text: str) -> bool:
    return {"yes": True, "true": True, "no": False, "false": False}[text.lower()]


def _whole_numbers(text: str) -> tuple[int, ...]:
    return tuple(int(each) for each in text.split(",") if each)


def _names(text: str) -> tuple[str, ...]:
    return tuple(each for each in text.split(",") if each)


READERS: Mapping[str, Callable[[str], Any]] = {
    "integer": int, "number": float, "rising": _whole_numbers, "names": _names, "choice": str, "switch": _switch,
}  # fmt: skip
"""What turns a text into a value, by the form of an option."""


def setting(
    default: Any,
    *,
    section: str,
    words: Mapping[str, str] | None = None,
    needs: Mapping[str, tuple[Any, ...]] | None = None,
    logarithmic: bool = False,
    **declared: Any,
) -> Any:
    """Declare a dataclass field of a recipe; `declared` is what `opt` of a layer takes: help, label, lo, hi, form."""
    field = opt(default, choices=tuple(words or ()), **declared)
    shown = {"section": section, "words": words or {}, "needs": needs or {}, "logarithmic": logarithmic}
    return dataclasses.field(default=default, metadata={**field.metadata, "setting": shown})


def settings_of(cls: type) -> tuple[Setting, ...]:
    """Return the declared settings of a recipe class, in the order they are written."""
    options = {option.name: option for option in options_of(cls)}
    return tuple(
        Setting(options[item.name], **item.metadata["setting"])
        for item in dataclasses.fields(cls)
        if "setting" in item.metadata
    )
