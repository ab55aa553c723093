"""How training images are changed at random before they are learned: each change declared once, as layers are.

A chain of them is part of a recipe. `cnnviz.engine.augment` does what is declared here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from cnnviz.errors import OptionError, TrainError, did_you_mean
from cnnviz.layers.options import Option, opt, options_of

FILLS = ("black", "edge", "mirror")
_FILL = "what comes in from outside: black, the pixels at the edge, or the picture mirrored"


@dataclass(frozen=True)
class Augmentation:
    """One random change. `kind` names it in files and scripts, `title` in the window; options have bounds and help.

    `fewest_axes` is how many axes behind the channels a sample must have. Every image of a batch draws its own numbers.
    """

    kind: ClassVar[str] = ""
    title: ClassVar[str] = ""
    fewest_axes: ClassVar[int] = 1

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        AUGMENTATIONS[cls.kind] = cls

    def __post_init__(self) -> None:
        for option in self.options():
            object.__setattr__(self, option.name, option.parse(getattr(self, option.name)))

    @classmethod
    def options(cls) -> tuple[Option, ...]:
        """Return the declared options, in form order."""
        return options_of(cls)

    @classmethod
    def sentence(cls) -> str:
        """Return what it does, in one sentence."""
        return (cls.__doc__ or "").strip().splitlines()[0]

    def settings(self) -> dict[str, Any]:
        """Return the options by name."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    def to_dict(self) -> dict[str, Any]:
        """Return kind and options as JSON values."""
        return {"kind": self.kind, **self.settings()}

    def brief(self) -> str:
        """Return title and options in one short line."""
        values = [
            f"{value:g}" if isinstance(value, float) else str(value) for value in self.settings().values()
        ]
        return " ".join([self.title, *values])


AUGMENTATIONS: dict[str, type[Augmentation]] = {}
"""Every kind by its name, in the order in which they are shown."""

Chain = tuple[Augmentation, ...]


@dataclass(frozen=True)
class FlipHorizontal(Augmentation):
    """Swaps left and right."""

    kind, title = "flip-horizontal", "Flip left-right"
    probability: float = opt(0.5, lo=0.0, hi=1.0, help="share of the images that are flipped")


@dataclass(frozen=True)
class FlipVertical(Augmentation):
    """Swaps top and bottom."""

    kind, title, fewest_axes = "flip-vertical", "Flip up-down", 2
    probability: float = opt(0.5, lo=0.0, hi=1.0, help="share of the images that are flipped")


@dataclass(frozen=True)
class Rotation(Augmentation):
    """Turns the image about its middle."""

    kind, title, fewest_axes = "rotation", "Rotation", 2
    degrees: float = opt(15.0, lo=0.0, hi=180.0, help="the largest angle, either way")
    fill: str = opt("black", choices=FILLS, help=_FILL)


@dataclass(frozen=True)
class Shift(Augmentation):
    """Moves the image up or down and sideways."""

    kind, title, fewest_axes = "shift", "Shift", 2
    share: float = opt(0.08, lo=0.0, hi=1.0, help="the largest shift either way, as part of height and width")
    fill: str = opt("black", choices=FILLS, help=_FILL)


@dataclass(frozen=True)
class Zoom(Augmentation):
    """Makes what is seen larger or smaller."""

    kind, title, fewest_axes = "zoom", "Zoom", 2
    share: float = opt(0.1, lo=0.0, hi=0.9, help="0.1: between 0.9 and 1.1 times the size")
    fill: str = opt("black", choices=FILLS, help=_FILL)


@dataclass(frozen=True)
class Shear(Augmentation):
    """Slants the image, as italics do."""

    kind, title, fewest_axes = "shear", "Shear", 2
    slope: float = opt(
        0.2, lo=0.0, hi=1.0, help="how far a row is pushed sideways per row of distance, at most"
    )
    fill: str = opt("black", choices=FILLS, help=_FILL)


@dataclass(frozen=True)
class Crop(Augmentation):
    """Pads with black on all sides, then cuts out a window of the old size anywhere."""

    kind, title, fewest_axes = "crop", "Crop with padding", 2
    padding: int = opt(4, lo=1, hi=256, help="black pixels on each side")


@dataclass(frozen=True)
class Noise(Augmentation):
    """Adds normal noise to every value."""

    kind, title = "noise", "Noise"
    deviation: float = opt(0.05, lo=0.0, hi=1.0, help="standard deviation; images reach from 0 to 1")


@dataclass(frozen=True)
class Contrast(Augmentation):
    """Moves all values away from their mean, or towards it."""

    kind, title = "contrast", "Contrast"
    share: float = opt(0.2, lo=0.0, hi=0.99, help="0.2: between 0.8 and 1.2 times the distance")


@dataclass(frozen=True)
class Exposure(Augmentation):
    """Makes the image brighter or darker."""

    kind, title = "exposure", "Exposure"
    share: float = opt(0.2, lo=0.0, hi=0.99, help="0.2: between 0.8 and 1.2 times the values")


@dataclass(frozen=True)
class Erase(Augmentation):
    """Paints a black rectangle somewhere, so that no single spot decides."""

    kind, title, fewest_axes = "erase", "Erase", 2
    probability: float = opt(0.5, lo=0.0, hi=1.0, help="share of the images that lose a part")
    share: float = opt(0.1, lo=0.001, hi=0.9, help="part of the area that is lost, at most")


PRESETS: Mapping[str, Chain] = {
    "digits": (Rotation(15.0), Shift(2 / 28)),
    "digits-strong": (Rotation(8.0), Shift(0.08), Shear(0.3), Zoom(0.08)),
    "pictures": (FlipHorizontal(), Rotation(36.0, "mirror")),
    "pictures-strong": (FlipHorizontal(), FlipVertical(), Rotation(72.0, "mirror"), Zoom(0.1, "mirror")),
    "crops": (Crop(4), FlipHorizontal()),
}
"""Chains by name: those of T4, T6, T11 and T15, and that of He et al. 2015 for CIFAR-10."""


def augmentation_from_dict(values: Mapping[str, Any]) -> Augmentation:
    """Return the change that JSON values describe; TrainError for what is unknown or impossible."""
    kind = values.get("kind")
    if not isinstance(kind, str) or kind not in AUGMENTATIONS:
        raise TrainError(f"there is no augmentation {kind!r}.", hint=did_you_mean(str(kind), AUGMENTATIONS))
    cls = AUGMENTATIONS[kind]
    known = [option.name for option in cls.options()]
    for name in values:
        if name != "kind" and name not in known:
            raise TrainError(f"{kind} has no {name!r}.", hint=did_you_mean(name, known))
    try:
        return cls(**{name: value for name, value in values.items() if name != "kind"})
    except OptionError as error:
        raise TrainError(f"{kind}: {error.what}", hint=error.hint) from error


def chain_from(values: object) -> Chain:
    """Return a chain from a list of changes or of their JSON values; TrainError where it is none."""
    if not isinstance(values, (list, tuple)):
        raise TrainError(f"augment can't be {values!r}.", hint="It takes a list of changes.")
    return tuple(_change(each) for each in values)


def _change(value: object) -> Augmentation:
    if isinstance(value, Augmentation):
        return value
    if not isinstance(value, Mapping):
        raise TrainError(
            f"{value!r} is no augmentation.", hint="Write an object with a kind and its options."
        )
    return augmentation_from_dict(value)


def chain_from_text(text: str) -> Chain:
    """Return the chain that a text spells: `digits`, `none`, or `rotation:degrees=8 crop`; TrainError otherwise."""
    words = text.replace("+", " ").split()
    return tuple(step for word in words if word != "none" for step in PRESETS.get(word) or (_spelled(word),))


def _spelled(word: str) -> Augmentation:
    kind, _, rest = word.partition(":")
    if kind not in AUGMENTATIONS:
        raise TrainError(
            f"there is no augmentation {kind!r}.", hint=did_you_mean(kind, [*PRESETS, *AUGMENTATIONS])
        )
    values: dict[str, Any] = {"kind": kind}
    for entry in filter(None, rest.split(",")):
        name, _, value = entry.partition("=")
        values[name] = _number(value)
    return augmentation_from_dict(values)


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def told(chain: Iterable[Augmentation]) -> str:
    """Return a chain in words; empty where there is none."""
    return ", ".join(each.brief() for each in chain)
