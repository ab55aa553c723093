"""Digits of voxels, made from flat ones as 3D-MNIST was: the same seed makes the same voxels on every machine.

A digit is made 16×16 (bicubic), copied into 16 slices with noise of σ 0.2 where there is ink, coloured by one of
several colour maps, and turned by small angles about all three axes. Only + − × ÷ and comparisons touch the numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.banks import DIGITS_CHOICE, banks, streams
from cnnviz.data.dataset import Dataset, Images, Labels, Split, as_floats
from cnnviz.data.resample import resize_exactly
from cnnviz.data.source import DIGITS, Choice, Request, Source, counted
from cnnviz.data.stored import Places, Stored

Floats = NDArray[np.float32]

SIDE = 16
NOISE = 0.2
LARGEST_TURN = 0.13
"""tan(angle / 2) of the largest rotation about each axis: 15 degrees."""
_DRAWS = (
    12  # uniform numbers whose sum, less 6, has mean 0 and variance 1: close to normal, and exact everywhere
)

COLOUR_MAPS = {
    "spring": ((1, 0, 1), (1, 1, 0)),
    "summer": ((0, 0.5, 0.4), (1, 1, 0.4)),
    "autumn": ((1, 0, 0), (1, 1, 0)),
    "winter": ((0, 0, 1), (0, 1, 0.5)),
    "cool": ((0, 1, 1), (1, 0, 1)),
    "hot": ((0.04, 0, 0), (1, 0, 0), (1, 1, 0), (1, 1, 1)),
    "copper": ((0, 0, 0), (1, 0.78, 0.5)),
    "jet": ((0, 0, 0.5), (0, 0, 1), (0, 1, 1), (1, 1, 0), (1, 0, 0), (0.5, 0, 0)),
}
"""Points on the way from 0 to 1, equally far apart, of matplotlib's colour maps of these names."""


class Voxels(Stored):
    """Sample k is a digit of a bank as voxels (channels, 16, 16, 16), uint8: red, green, blue, or 1 for occupancy."""

    def __init__(self, digits: Images, count: int, channels: int, seed: int) -> None:
        self._digits, self._seed = digits, seed
        self.shape, self.dtype = (count, channels, SIDE, SIDE, SIDE), np.dtype(np.uint8)

    @property
    def identity(self) -> str:
        """Return the seed and the number of digits."""
        return f"voxels {self._seed} {len(self._digits)}"

    def read(self, places: Places) -> NDArray[Any]:
        """Make these digits."""
        digits = as_floats(self._digits[places % len(self._digits)])
        flat = np.clip(resize_exactly(digits, SIDE, SIDE), 0, 1)
        found = np.empty((len(places), *self.shape[1:]), np.uint8)
        for voxels, digit, random in zip(found, flat, streams(self._seed, places), strict=True):
            voxels[:] = np.rint(_solid(digit, random, len(voxels)) * np.float32(255))
        return found


def is_solid(shape: tuple[int, ...]) -> bool:
    """Say whether a sample has the shape that `upright` makes: three colours, or one for occupancy."""
    return shape in ((1, SIDE, SIDE, SIDE), (3, SIDE, SIDE, SIDE))


def upright(digit: Floats, channels: int = 3, seed: int = 0) -> Floats:
    """Return a digit (H, W) in 0..1 as voxels (channels, 16, 16, 16) in 0..1 that are not turned yet.

    The seed draws the noise and the colours. `turned` turns them, as the data set does.
    """
    flat = np.clip(resize_exactly(np.asarray(digit, np.float32)[None], SIDE, SIDE), 0, 1)[0]
    (random,) = streams(seed, np.zeros(1, np.int64))
    return np.clip(_upright(flat, random, channels), 0, 1)


def turned(solid: Floats, degrees: tuple[float, float, float]) -> Floats:
    """Return voxels (C, 16, 16, 16) turned about z, y and x, each by less than 180 degrees, in steps of 1/255."""
    tangents = np.tan(np.radians(np.clip(degrees, -179.0, 179.0)) / 2)
    found = np.clip(_turned(solid, tangents), 0, 1)
    return np.rint(found * np.float32(255)) / np.float32(255)


def _solid(digit: Floats, random: np.random.Generator, channels: int) -> Floats:
    """Return one digit (16, 16) as voxels (channels, 16, 16, 16) in 0..1."""
    coloured = _upright(digit, random, channels)
    turns = 2 * random.random(3) - 1
    return np.clip(_turned(coloured, turns * LARGEST_TURN), 0, 1)


def _upright(digit: Floats, random: np.random.Generator, channels: int) -> Floats:
    """Return one digit (16, 16) in 16 slices, with noise and colours."""
    drawn = random.random((_DRAWS, SIDE, SIDE, SIDE), np.float32)
    noise = drawn[0]
    for each in drawn[1:]:
        noise = noise + each
    ink = digit > np.float32(0.02)
    values = np.where(ink, np.clip(digit + (noise - np.float32(_DRAWS / 2)) * np.float32(NOISE), 0, 1), 0)
    names = list(COLOUR_MAPS)
    chosen = names[int(random.random() * len(names))]
    return np.asarray(_coloured(values, chosen) * ink if channels > 1 else values[None], np.float32)


def _coloured(values: Floats, name: str) -> Floats:
    """Return the colours (3, …) of values in 0..1."""
    points = np.array(COLOUR_MAPS[name], np.float32)
    along = values * np.float32(len(points) - 1)
    before = np.minimum(along.astype(np.int64), len(points) - 2)
    share = (along - before)[None]
    first, second = (np.moveaxis(points[before + step], -1, 0) for step in (0, 1))
    return np.asarray(first * (1 - share) + second * share, np.float32)


def _turned(solid: Floats, tangents: NDArray[np.float64]) -> Floats:
    """Return voxels (C, 16, 16, 16) turned about z, y and x, by angles given as tan(angle / 2); trilinear."""
    place = np.indices((SIDE, SIDE, SIDE)).reshape(3, -1) - (SIDE - 1) / 2
    axes = [place[0], place[1], place[2]]
    # a rotation by t = tan(angle / 2) needs no sine, whose last bit differs between machines
    for (one, other), t in zip(((1, 2), (0, 2), (0, 1)), tangents, strict=True):
        cosine, sine = (1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)
        first, second = axes[one], axes[other]
        axes[one], axes[other] = cosine * first - sine * second, sine * first + cosine * second
    padded = np.pad(solid, ((0, 0), *[(1, 1)] * 3)).reshape(len(solid), -1)
    # outside, voxels are empty: coordinates are held within the border of zeros
    lines = [np.clip(axis + (SIDE - 1) / 2 + 1, 0, SIDE + 1 - 1e-6) for axis in axes]
    lower = [line.astype(np.int64) for line in lines]
    share = [(line - low).astype(np.float32) for line, low in zip(lines, lower, strict=True)]
    base = (lower[0] * (SIDE + 2) + lower[1]) * (SIDE + 2) + lower[2]
    shares = [(1 - part, part) for part in share]
    found = np.zeros((len(solid), SIDE**3), np.float32)
    seen = np.empty_like(found)
    for first, second in np.ndindex(2, 2):
        pair = shares[0][first] * shares[1][second]
        for third in range(2):
            at = base + ((first * (SIDE + 2) + second) * (SIDE + 2) + third)
            # "clip" checks no bounds, and writes where it is told to
            np.take(padded, at, axis=1, out=seen, mode="clip")
            seen *= pair * shares[2][third]
            found += seen
    return found.reshape(solid.shape)


@dataclass(frozen=True, kw_only=True)
class VoxelSource(Source):
    """Makes digits of voxels while they are asked for."""

    def look(self, folders: tuple[Path, ...]) -> tuple[bool, str]:
        """They are always there."""
        return True, "built in"

    def load(self, request: Request) -> Dataset:
        """Say which digits they are made of; nothing is made yet."""
        chosen = request.values
        train_bank, test_bank, told = banks(str(chosen["digits"]), request.folders)
        count, channels, seed = int(chosen["count"]), int(chosen["channels"]), int(chosen["seed"])
        train = _split(train_bank[0], train_bank[1], count, channels, seed)
        test = _split(test_bank[0], test_bank[1], max(count // 6, 10), channels, seed + 1)
        origin = f"Digits of voxels, made of {told}: {counted(train, test, 'samples')}."
        return self.dataset(request, origin, train, test)


def _split(digits: Images, labels: Labels, count: int, channels: int, seed: int) -> Split:
    return Split(Voxels(digits, count, channels, seed), labels[np.arange(count) % len(labels)])


SOURCE = VoxelSource(
    name="voxels",
    title="Voxel digits",
    sentence="Digits of 16×16×16 coloured voxels, made as 3D-MNIST was, from MNIST or drawn digits.",
    licence="that of the digits",
    classes=DIGITS,
    choices=(
        DIGITS_CHOICE,
        Choice("count", 12_000, "training samples; a sixth as many to test with", lo=10, hi=1_000_000),
        Choice("channels", 3, "3 for colours, 1 for grey", lo=1, hi=3),
        Choice("seed", 0, "another seed turns and colours them otherwise"),
    ),
)
