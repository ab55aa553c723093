"""Training in the real window, beside the bare loop and the usual one; and how late the window's own timers come."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from statistics import median

from benchmarks.claim import Claim, at_least, at_most
from benchmarks.rival import KINDS, Rivals
from benchmarks.rounds import Ratio, percentile
from benchmarks.stage import Stage, stage
from cnnviz.jobs.priority import NICENESS

NETWORKS = ("t1", "t2")
APP_SECONDS, RIVAL_SECONDS = 2.5, 0.8


def measure(rounds: int) -> list[Claim]:
    """Return the claims of both networks in the window. The rivals are as nice to other programs as its worker is."""
    return [claim for name in NETWORKS for claim in _measure(name, rounds)]


def _measure(name: str, rounds: int) -> Iterator[Claim]:
    mine: list[float] = []
    theirs: dict[str, list[float]] = {kind: [] for kind in KINDS}
    with stage(name) as window, Rivals(name, NICENESS) as rivals:
        window.start()
        for _ in range(rounds):
            mine.append(window.turn(APP_SECONDS))
            window.listen(APP_SECONDS)
            for kind in KINDS:
                theirs[kind].append(rivals.turn(kind, RIVAL_SECONDS))
    title = f"{name.upper()} in the window"
    yield from _speeds(title, mine, theirs)
    yield from _lives(title, window)


def _speeds(title: str, mine: list[float], theirs: dict[str, list[float]]) -> Iterator[Claim]:
    bare, *usual = KINDS
    ratio = Ratio(tuple(mine), tuple(theirs[bare]))
    yield at_least(title, ratio.median, 0.90, "× bare loop", ratio.told())
    better = max(usual, key=lambda kind: median(theirs[kind]))
    ratio = Ratio(tuple(mine), tuple(theirs[better]))
    workers = better.partition(", ")[2]
    yield at_least(title, ratio.median, 1.5, "× DataLoader", f"{ratio.told()}; {workers}, the better choice")


def _lives(title: str, window: Stage) -> Iterator[Claim]:
    for name in ("curves", "pinned image"):
        yield at_least(f"{title}: {name} painted", window.paints.rate(name), 10.0, "Hz")
    late = window.heartbeat.late
    beats = f"{len(late):,} beats of 5 ms in the GUI thread"
    yield at_most(f"{title}: lateness, 99 %", percentile(late, 0.99), 10.0, "ms", beats)
    yield at_most(f"{title}: lateness, worst", max(late, default=float("nan")), 33.0, "ms")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    parts = f"window {own / 1e9:.2f} GB, training process {window.peak_of_training / 1e9:.2f} GB"
    yield at_most(f"{title}: peak memory", (own + window.peak_of_training) / 1e9, 1.5, "GB", parts)
