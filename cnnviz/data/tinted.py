"""Coloured digits: pictures in the form of CIFAR or ImageNet for a machine that has neither.

The class is the digit; with 100 classes it is the digit and the colour of its ink, with 1,000 that of the ground too.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.banks import DRAWN, DRAWN_TEST, Bank, banks, streams
from cnnviz.data.dataset import Dataset, Images, Labels, Split, as_floats
from cnnviz.data.resample import resize
from cnnviz.data.source import DIGITS, Choice, Request, Source, counted
from cnnviz.data.stored import Places, Stored

COLOURS = {
    "red": (214, 60, 50), "orange": (232, 140, 40), "yellow": (228, 208, 60), "green": (70, 160, 70),
    "teal": (40, 150, 150), "blue": (50, 100, 200), "violet": (130, 80, 190), "pink": (230, 130, 170),
    "brown": (130, 90, 60), "white": (240, 240, 235),
}  # fmt: skip
_SHADE = 0.18
"""How far the light varies over a picture, so that no two grounds are the same."""
_LARGEST_IN_MEMORY = 64
_CHUNK = 250  # pictures at once: what is computed of them fits into a core's cache


class Tinted(Stored):
    """Picture k is digit k of a bank, inked and put on a ground as its class says; made when it is read."""

    def __init__(self, digits: Images, labels: Labels, kinds: int, form: tuple[int, int], seed: int) -> None:
        self._digits, self._labels, self._kinds, self._seed = digits, labels, kinds, seed
        channels, self._size = form
        self.shape, self.dtype = (len(labels), channels, self._size, self._size), np.dtype(np.uint8)

    @property
    def identity(self) -> str:
        """Return the seed: the rest is in the shape."""
        return f"tinted {self._seed}"

    def read(self, places: Places) -> NDArray[Any]:
        """Make these pictures."""
        colours = np.array(list(COLOURS.values()), np.float32)
        drawn = [self._drawn(int(self._labels[place]), random) for place, random in
                 zip(places, streams(self._seed, places), strict=True)]  # fmt: skip
        ink_colour, ground_colour = (np.array([each[k] for each in drawn], np.int64) for k in (0, 1))
        tilt = np.array([each[2:] for each in drawn], np.float32).reshape(-1, 2, 1, 1)
        ramp = np.linspace(-1, 1, self._size, dtype=np.float32)
        light = 1 + tilt[:, :1] * ramp[:, None] + tilt[:, 1:] * ramp
        digits = as_floats(self._digits[places % len(self._digits)])
        ink = np.clip(resize(digits, self._size, self._size), 0, 1)[:, None]
        mixed = (
            colours[ground_colour][:, :, None, None] * (1 - ink) + colours[ink_colour][:, :, None, None] * ink
        )
        if self.shape[1] == 1:
            mixed = mixed.mean(axis=1, keepdims=True)
        return np.asarray(np.rint(np.clip(mixed * light, 0, 255)), np.uint8)

    def _drawn(self, label: int, random: np.random.Generator) -> tuple[int, int, float, float]:
        """Return the colours of ink and ground, random where the class leaves them open, and the slope of the light."""
        first, second, down, across = random.random(4).tolist()
        ink = label // 10 % 10 if self._kinds >= 100 else int(10 * first)
        ground = label // 100 if self._kinds >= 1000 else (ink + 1 + int(9 * second)) % 10
        return ink, ground, _SHADE * (2 * down - 1), _SHADE * (2 * across - 1)


@dataclass(frozen=True, kw_only=True)
class TintedSource(Source):
    """Draws coloured digits of any size."""

    def look(self, folders: tuple[Path, ...]) -> tuple[bool, str]:
        """They are always there."""
        return True, "built in"

    def load(self, request: Request) -> Dataset:
        """Draw small pictures at once; large ones are drawn when they are asked for."""
        size, kinds = int(request.values["size"]), int(request.values["classes"])
        form, seed = (int(request.values["channels"]), size), int(request.values["seed"])
        train_bank, test_bank, _ = banks("strokes", request.folders)
        train = _split(train_bank, 3 * DRAWN, kinds, form, seed)
        test = _split(test_bank, 2 * DRAWN_TEST, kinds, form, seed + 1)
        origin = f"Coloured digits drawn by cnnviz, not photographs: {counted(train, test)}."
        return self.dataset(request, origin, train, test, _classes(kinds))


def _split(bank: Bank, count: int, kinds: int, form: tuple[int, int], seed: int) -> Split:
    """Return so many pictures of (channels, size): every digit several times, in other colours."""
    digits, numbers = bank
    random = np.random.Generator(np.random.PCG64(seed))
    places = np.arange(count) % len(numbers)
    labels = numbers[places] + 10 * random.integers(0, kinds // 10, count)
    pictures = Tinted(digits[places], labels, kinds, form, seed)
    if form[1] > _LARGEST_IN_MEMORY:
        return Split(pictures, labels)
    return Split(np.concatenate([pictures[at : at + _CHUNK] for at in range(0, count, _CHUNK)]), labels)


def _classes(kinds: int) -> tuple[str, ...]:
    inks = list(COLOURS)
    if kinds == 10:
        return DIGITS
    if kinds == 100:
        return tuple(f"{ink} {digit}" for ink in inks for digit in DIGITS)
    return tuple(f"{ink} {digit} on {ground}" for ground in inks for ink in inks for digit in DIGITS)


SOURCE = TintedSource(
    name="tinted",
    title="Coloured digits",
    sentence="Digits drawn by cnnviz in ten colours, of any size, in 10, 100 or 1,000 classes.",
    licence="MIT",
    choices=(
        Choice("size", 32, "height and width in pixels", lo=14, hi=256),
        Choice("channels", 3, "3 for colour, 1 for grey", lo=1, hi=3),
        Choice("classes", "10", "the digit; with its ink; with its ground", ("10", "100", "1000")),
        Choice("seed", 0, "another seed colours them otherwise"),
    ),
)
