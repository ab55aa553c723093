"""What has an order in time: two noisy sines, columns of a CSV file, and digits read row by row."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.banks import DIGITS_CHOICE, banks
from cnnviz.data.dataset import Dataset, Split
from cnnviz.data.series.columns import CSV
from cnnviz.data.series.cutting import TRAIN_SHARE, WINDOW, cut
from cnnviz.data.source import DIGITS, Choice, Request, Source, counted
from cnnviz.data.timeline import counted_steps

Floats = NDArray[np.float32]


def two_sines(count: int, seed: int) -> Floats:
    """Return sin(0.06πt) + U(0, 1) beside 0.5·sin(0.05πt) + U(0, 1): periods of 33.3 and 40 steps; (count, 2)."""
    t = np.arange(count)
    noise = np.random.Generator(np.random.PCG64(seed)).random((count, 2))
    waves = np.stack([np.sin(0.06 * math.pi * t), 0.5 * np.sin(0.05 * math.pi * t)], axis=1)
    return (waves + noise).astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class Sines(Source):
    """Makes the two sines of any length."""

    def look(self, folders: tuple[Path, ...]) -> tuple[bool, str]:
        """They are always there."""
        return True, "built in"

    def load(self, request: Request) -> Dataset:
        """Make them, and cut them into windows."""
        series = two_sines(int(request.values["count"]), int(request.values["seed"]))
        timeline = counted_steps(series, ("sine 1", "sine 2"), int(len(series) * TRAIN_SHARE))
        train, test = cut(timeline, int(request.values["window"]), request.address)
        origin = f"Two noisy sines, made by cnnviz: {counted(train, test, 'windows')}."
        return self.dataset(request, origin, train, test, timeline=timeline)


@dataclass(frozen=True, kw_only=True)
class Rows(Source):
    """Shows digits as 28 rows, one after the other: 28 features at 28 moments."""

    def look(self, folders: tuple[Path, ...]) -> tuple[bool, str]:
        """They are always there."""
        return True, "built in"

    def load(self, request: Request) -> Dataset:
        """Take the digits, and let rows follow each other in time."""
        train_bank, test_bank, told = banks(str(request.values["digits"]), request.folders)
        train, test = (
            Split(np.ascontiguousarray(images.swapaxes(1, 2)), labels)
            for images, labels in (train_bank, test_bank)
        )
        origin = f"Rows, one after the other, of {told}: {counted(train, test, 'sequences')}."
        return self.dataset(request, origin, train, test)


_SEED = Choice("seed", 0, "another seed makes other noise")
SOURCES: tuple[Source, ...] = (
    Sines(
        name="two-sines",
        title="Two noisy sines",
        sentence="Two sines with noise; after 30 steps of both, the next one is to be predicted.",
        licence="MIT",
        choices=(WINDOW, Choice("count", 3_000, "steps", lo=100, hi=10_000_000), _SEED),
    ),
    Rows(
        name="digit-rows",
        title="Digits by rows",
        sentence="Digits as sequences: 28 rows of 28 numbers, one after the other.",
        licence="that of the digits",
        classes=DIGITS,
        choices=(DIGITS_CHOICE,),
    ),
    CSV,
)
