"""Digits drawn by a pen of the app's own: any number of them, seeded, in the form of MNIST.

A digit is one of several ways of writing it (`glyphs`), its control points jittered, then slanted, turned,
squeezed, fitted into MNIST's 20 × 20 box with the centre of its ink in the middle, and inked by the distance
of every pixel to the pen's path. Only + − × ÷ √ and comparisons touch the numbers, whose results IEEE 754
fixes to the last bit, so the same seed draws the same pixels on every machine.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from cnnviz.data import glyphs
from cnnviz.data.dataset import Images, Labels
from cnnviz.errors import DataError

Floats = NDArray[np.float64]

_POINTS = 80
_CHUNK = (
    200  # samples at once: their distances fit into the cache of one core. A multiple of ten, see _labels.
)
_LARGEST_TURN = 0.12  # tan(angle / 2) of the largest rotation: 14 degrees, few digits are turned that far


def stroke_digits(
    count: int,
    seed: int = 0,
    slant: float = 0.25,
    width: float = 2.2,
    noise: float = 0.02,
    jitter: float = 0.08,
    size: int = 28,
) -> tuple[Images, Labels]:
    """Return drawn digits, uint8 (count, 1, size, size), light on dark, and their labels, int64 (count,).

    slant: the most a digit leans either way (sideways shift per height). width: mean thickness of the pen in
    pixels of a 28 × 28 image. noise: standard deviation of the grey of ink and paper, as part of full scale.
    jitter: how far control points wander, as part of the digit's height. Every ten digits hold each class
    once. Digit k of a seed does not depend on `count`. DataError for values outside their range.
    """
    _check(count, seed, slant, width, noise, jitter, size)
    images = np.empty((count, 1, size, size), np.uint8)
    labels = np.empty(count, np.int64)
    hands, papers = (
        np.random.Generator(np.random.PCG64(child)) for child in np.random.SeedSequence(seed).spawn(2)
    )
    for start in range(0, count, _CHUNK):
        number = min(_CHUNK, count - start)
        pens = _Pens(hands, slant, width * size / 28, jitter)
        ink = _ink(pens.path(size)[:, :, :number], pens.width[:number], size)
        grain = papers.random((number, size * size), np.float32).T.reshape(size, size, number)
        grey = np.clip(ink + (grain - np.float32(0.5)) * np.float32(noise * math.sqrt(12)), 0, 1)
        images[start : start + number, 0] = np.rint(grey * np.float32(255)).transpose(2, 0, 1)
        labels[start : start + number] = pens.labels[:number]
    return images, labels


class _Pens:
    """What is random about the next chunk of digits; every digit takes the same number of random numbers."""

    def __init__(self, random: np.random.Generator, slant: float, width: float, jitter: float) -> None:
        self._basis = glyphs.basis(_POINTS)
        controls = self._basis.controls.shape[0]
        own = random.random((_CHUNK, 8 + 2 * controls)).T
        self.labels = _labels(own[0])
        self._way = _ways(self.labels, own[1], self._basis.digits)
        self._slant = slant * _spread(own[2])
        # Cubed, because most people write nearly upright.
        self._turn = _LARGEST_TURN * _cube(_spread(own[3]))
        self._squeeze = 1 + 0.18 * _spread(own[4])
        self.width = width * (1 + 0.3 * _spread(own[5]))
        self._shift = 0.5 * _spread(own[6:8])
        self._jitter = jitter * _smooth(_spread(own[8:]).reshape(controls, 2, _CHUNK))

    def path(self, size: int) -> Floats:
        """Return where the pens go: (points, 2, samples), x and y in pixels."""
        controls = self._basis.controls[:, :, self._way] + self._jitter
        weights = self._basis.weights[:, :, self._way]
        x, y = ((weights * controls[None, :, axis]).sum(axis=1) - 0.5 for axis in (0, 1))
        x = x * self._squeeze - self._slant * y
        # A rotation by t = tan(angle / 2) needs no sine, whose last bit differs between machines.
        t = self._turn
        cosine, sine = (1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)
        return self._fit(np.stack([cosine * x - sine * y, sine * x + cosine * y], axis=1), size)

    def _fit(self, path: Floats, size: int) -> Floats:
        """Scale to MNIST's box (20 of 28 pixels, ink included), the centre of the ink in the middle."""
        extent = (path.max(axis=0) - path.min(axis=0)).max(axis=0)
        box = size * 20 / 28 - self.width - 0.5  # half a pixel for the soft edge
        path = path * (box / extent)
        middle = size / 2 + self._shift * (size / 28)
        return np.asarray(path - path.sum(axis=0) / len(path) + middle)


def _labels(random: Floats) -> Labels:
    """Return labels in which every ten hold each digit once, in random order."""
    return np.argsort(random.reshape(-1, 10), axis=1).reshape(-1)


def _ways(labels: Labels, random: Floats, digits: Labels) -> Labels:
    """Choose one of the ways of writing each label."""
    first = np.searchsorted(digits, np.arange(10))
    number = np.bincount(digits, minlength=10)
    return first[labels] + (random * number[labels]).astype(np.int64)


def _spread(random: Floats) -> Floats:
    """Stretch 0 … 1 to −1 … 1."""
    return 2 * random - 1


def _cube(values: Floats) -> Floats:
    """Multiply, because the last bit of a power differs between machines."""
    return values * values * values


def _smooth(jitter: Floats) -> Floats:
    """Let control points that follow each other wander together, as a hand does, about as far as before."""
    before, after = np.roll(jitter, 1, axis=0), np.roll(jitter, -1, axis=0)
    return (before + 2 * jitter + after) / math.sqrt(6)


def _ink(path: Floats, width: Floats, size: int) -> NDArray[np.float32]:
    """Return how much of every pixel is inked, 0 … 1: (height, width, samples).

    The distance to the path is the distance to the nearest of its points, as √(dx² + dy²) with dx and dy
    taken once per column and row. A pixel is full half a pixel inside the stroke's
    edge, and empty half a pixel outside.
    """
    pixel = np.arange(size, dtype=np.float32)[:, None]
    path = path.astype(np.float32)
    nearest = np.full((size, size, path.shape[-1]), np.float32(size * size))
    room = np.empty_like(nearest)
    for x, y in path:
        np.add(((pixel - y) ** 2)[:, None], ((pixel - x) ** 2)[None], out=room)
        np.minimum(nearest, room, out=nearest)
    half = (width / 2).astype(np.float32)
    ink: NDArray[np.float32] = np.clip(half + np.float32(0.5) - np.sqrt(nearest), 0, 1)
    return ink


def _check(count: int, seed: int, slant: float, width: float, noise: float, jitter: float, size: int) -> None:
    """Refuse what can't be drawn, naming the parameter."""
    for name, value, low, high in (
        ("count", count, 1, 1_000_000),
        ("seed", seed, 0, 2**63),
        ("slant", slant, 0, 1),
        ("width", width, 0.5, 6),
        ("noise", noise, 0, 0.5),
        ("jitter", jitter, 0, 0.3),
        ("size", size, 14, 256),
    ):
        if not low <= value <= high:
            raise DataError(
                f"{name} is {value}.", where="drawn digits", hint=f"Use a value from {low} to {high}."
            )
