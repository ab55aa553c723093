"""What is asked about predictions, and what comes back, as plain arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.explain.trace import Array
from cnnviz.explain.video.baselines import BASELINES, BLACK, COPY, FLOW
from cnnviz.explain.video.metrics import METRICS, larger_is_better
from cnnviz.explain.video.protocol import NEXT, Protocol

FORCED, FREE = "teacher-forced", "free-running"
AHEAD = 10
"""Frames that a network which gives one frame is asked for."""
Take = Callable[[int], tuple[Array, Array]]
"""Returns what a sequence shows, (C, T, H, W), and what is asked for after it, (C, T, H, W); float32, 0..1."""


@dataclass(frozen=True, eq=False)
class AskForecast:
    """Ask for `count` sequences to be predicted. From frame `start` on a network sees its own predictions."""

    protocol: Protocol
    start: int
    take: Take
    count: int = 1


@dataclass(frozen=True, eq=False)
class Forecast:
    """The predictions of one sequence: frames (C, K, H, W), numbered as in `frames`.

    `forced` were made from true frames only. `free` are own from the one after frame `start` on; `fed` (C, T, H, W) is
    what the network has seen for them. Of `truth` there may be fewer. Where nothing is fed back, both are equal.
    """

    protocol: Protocol
    start: int
    forced: Array
    free: Array
    truth: Array
    fed: Array

    @property
    def frames(self) -> range:
        """Return the numbers of the predicted frames."""
        first = self.protocol.first_after(self.start)
        return range(first, first + self.free.shape[1])


Curve = Mapping[str, Array]
"""A number per frame, by metric."""


@dataclass(frozen=True, eq=False)
class Horizons:
    """The mean errors of `count` sequences per frame, by who predicts; `frames` (K,) are the frames' numbers."""

    frames: Array
    curves: Mapping[str, Curve]
    count: int
    start: int


def horizons_of(forecast: Forecast, seen: Array) -> Horizons:
    """Return the errors of one sequence, of which the frames `seen` (C, T, H, W) were shown.

    Beside the network: black frames, the frame `start` again, and its pixels carried on. Up to that frame nobody looks
    farther ahead than one frame.
    """
    known = forecast.truth.shape[1]
    frames = np.arange(forecast.frames.start, forecast.frames.start + known)
    guesses = {FORCED: forecast.forced[:, :known]}
    if forecast.protocol.feeds_back:
        guesses[FREE] = forecast.free[:, :known]
    for name, predict in BASELINES.items():
        guesses[name] = _without_learning(predict, seen, frames, forecast.start, early=name != FLOW)
    curves = {
        name: {metric: measure(each, forecast.truth).mean(axis=0) for metric, measure in METRICS.items()}
        for name, each in guesses.items()
    }
    return Horizons(frames, curves, 1, forecast.start)


def _without_learning(
    predict: Callable[[Array, int], Array], seen: Array, frames: Array, start: int, *, early: bool
) -> Array:
    """Return a guess for every frame: from the frame before it, and after frame `start` from that one.

    What is not wanted `early` is left open until then: the flow of every frame alone would take seconds.
    """
    before = [number for number in frames if number <= start]
    parts = [
        predict(seen[:, : number - 1], 1) if early else np.full_like(seen[:, :1], np.nan) for number in before
    ]
    ahead = len(frames) - len(before)
    if ahead:
        parts.append(predict(seen[:, :start], ahead))
    return np.concatenate(parts, axis=1)


def joined(one: Horizons | None, other: Horizons) -> Horizons:
    """Return the means over the sequences of both."""
    if one is None:
        return other
    total = one.count + other.count
    curves = {
        name: {m: (one.curves[name][m] * one.count + curve[m] * other.count) / total for m in curve}
        for name, curve in other.curves.items()
    }
    return Horizons(one.frames, curves, total, one.start)


def verdict(found: Horizons, metric: str) -> str:
    """Say in words how a network compares with what needs no learning, behind frame `start`; empty where it wins."""
    who = FREE if FREE in found.curves else FORCED
    ahead = found.frames > found.start
    if not ahead.any():
        return ""
    sign = -1.0 if larger_is_better(metric) else 1.0
    own = sign * found.curves[who][metric][ahead]
    names = {
        BLACK: "an all-black frame",
        COPY: "the last seen frame",
        FLOW: "pixels carried on along their flow",
    }
    worse = {name: own >= sign * found.curves[name][metric][ahead] for name in names}
    lost = [name for name, where in worse.items() if where.any()]
    if not lost:
        return ""
    name = max(lost, key=lambda each: int(worse[each].sum()))
    first = int(found.frames[ahead][worse[name]][0])
    free = "Free-running" if who == FREE else "The network"
    return f"{free} is no better than {names[name]} from frame {first} on, by {metric}."


__all__ = [
    "AHEAD", "FORCED", "FREE", "NEXT", "AskForecast", "Curve", "Forecast", "Horizons", "horizons_of", "joined",
    "verdict",
]  # fmt: skip
