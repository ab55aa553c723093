"""From the click on Train to the first step, with torch loaded already; and loading MNIST for the second time."""

from __future__ import annotations

import time
from statistics import median

from benchmarks import setting
from benchmarks.claim import Claim, at_most
from benchmarks.stage import stage
from cnnviz.data import best

NETWORK = "t1"


def measure(rounds: int) -> list[Claim]:
    """Return both claims; each click is a new run in the same window."""
    best("mnist")
    loads = []
    for _ in range(rounds):
        start = time.perf_counter()
        best("mnist")
        loads.append(time.perf_counter() - start)
    with stage(NETWORK) as window:
        window.begin()  # loads torch
        clicks = [window.begin() for _ in range(rounds)]
    images = f"{len(setting.dataset().train):,} images; median of {rounds}"
    return [
        at_most("T1: from the click to the first step", median(clicks), 1.5, "s", f"median of {rounds}"),
        at_most("MNIST loaded for the second time", median(loads), 0.5, "s", images),
    ]
