"""Data that are made or read while one trains: volumes from digits, moving digits, and a file larger than one likes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import rotate

from benchmarks import setting
from benchmarks.claim import Claim, at_least, at_most
from benchmarks.rivals import BATCHES
from benchmarks.rivals.samples import read
from cnnviz.data import Dataset, best
from cnnviz.data.moving import FILE, FileClips
from cnnviz.data.resample import resize
from cnnviz.data.voxels import COLOUR_MAPS, NOISE, SIDE
from cnnviz.engine.train import train
from cnnviz.events import StepDone
from cnnviz.model.recipe import DataChoice
from cnnviz.templates import template

DIGITS, PUBLISHED_DIGITS, SEQUENCES = 128, 2, 50
OFFICIAL = (20, 10_000, 64, 64)


def measure(rounds: int) -> list[Claim]:
    """Return how fast digits become volumes and videos, and how soon the official file of videos is open."""
    return [*_volumes(rounds), *_videos(rounds), *_opening(rounds)]


def _volumes(rounds: int) -> Iterator[Claim]:
    data, digits = best("voxels:count=2000").train.images, best("mnist").train.images
    turns = [
        (_rate(lambda k=k: data[np.arange(k * DIGITS, (k + 1) * DIGITS)], DIGITS), _published_rate(digits))
        for k in range(rounds)
    ]
    mine, theirs = (median(side) for side in zip(*turns, strict=True))
    told = f"the published script's loop over voxels makes {theirs:.1f}/s"
    yield at_least("digits made volumes of 16×16×16", mine, 500, "digits/s", told)


def _published_rate(digits: NDArray[Any]) -> float:
    return _rate(lambda: [published(digit[0] / 255) for digit in digits[:PUBLISHED_DIGITS]], PUBLISHED_DIGITS)


def published(digit: NDArray[Any]) -> NDArray[Any]:
    """Make one digit a volume (16, 16, 16, 3) as 3D-MNIST was made: voxel by voxel, then turned three times."""
    dice = np.random.default_rng(setting.SEED)
    flat = np.clip(resize(digit.astype(np.float32), SIDE, SIDE), 0, 1)
    points = np.array(COLOUR_MAPS["jet"])
    solid = np.zeros((SIDE, SIDE, SIDE, 3))
    for depth in range(SIDE):
        for row in range(SIDE):
            for column in range(SIDE):
                if flat[row, column] > 0.02:
                    value = np.clip(flat[row, column] + dice.normal(0, NOISE), 0, 1)
                    along = np.linspace(0, 1, len(points))
                    solid[depth, row, column] = [np.interp(value, along, channel) for channel in points.T]
    for axes in ((1, 2), (0, 2), (0, 1)):
        solid = rotate(solid, dice.uniform(-15, 15), axes, reshape=False, order=1)
    return solid


def _videos(rounds: int) -> Iterator[Claim]:
    data = best("moving-digits:predict=19-19,count=1000").train.images
    made = median(
        _rate(lambda k=k: data[np.arange(k * SEQUENCES, (k + 1) * SEQUENCES)], SEQUENCES)
        for k in range(rounds)
    )
    trained = _learned_rate("t20", rounds)
    told = f"{made:,.0f} beside {trained:.1f} sequences/s"
    yield at_least("moving digits made, beside T20 trained", made / trained, 5, "×", told)


def _learned_rate(name: str, steps: int) -> float:
    """Return how many samples a second a training learns, by its median step; the first warms it up."""
    split, origin = read(name)
    recipe = replace(template(name).recipe, batch_size=BATCHES[name], steps=steps + 1)
    dataset, moments = Dataset("bench", "Arrays", origin, (), split, split), []
    for event in train(template(name).graph, dataset, recipe, DataChoice("bench", validation=0), live=0.0):
        if isinstance(event, StepDone):
            moments.append(time.perf_counter())
            if len(moments) > steps:
                break
    return BATCHES[name] / median(np.diff(moments))


def _opening(rounds: int) -> Iterator[Claim]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / FILE
        header = np.lib.format.open_memmap(
            path, "w+", np.uint8, OFFICIAL
        )  # sparse: nothing is written but its head
        header.flush()
        del header
        size = path.stat().st_size / 2**20
        took = median(_seconds(lambda: FileClips(path)[np.arange(4)]) for _ in range(rounds))
    yield at_most(
        f"file of {size:,.0f} MiB open, four sequences read", took, 0.2, "s", "mapped, never loaded whole"
    )


def _rate(make: Callable[[], Any], count: int) -> float:
    return count / _seconds(make)


def _seconds(make: Callable[[], Any]) -> float:
    start = time.perf_counter()
    make()
    return time.perf_counter() - start
