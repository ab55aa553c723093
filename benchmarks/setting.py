"""What every benchmark shares: two cores, the data, the networks by their row ids, and words about the machine."""

from __future__ import annotations

import os
import platform
from dataclasses import replace
from functools import cache
from pathlib import Path

from cnnviz.data import Dataset, best
from cnnviz.model.recipe import Recipe
from cnnviz.templates import template

CORES = 2
SEED = 1
DATA = "CNNVIZ_DATA"
_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


def use_two_cores() -> None:
    """Keep this process and those it starts on two cores, as the claims say; where the system can't, only torch."""
    os.environ["OMP_NUM_THREADS"] = str(CORES)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])


def find_data(data_dir: str = "") -> None:
    """Let this process and those it starts find real MNIST: in a named folder, or beside the checkout."""
    folder = data_dir or os.environ.get(DATA, "")
    if not folder and (_BESIDE / "mnist").is_dir():
        folder = str(_BESIDE)
    if folder:
        os.environ[DATA] = folder


@cache
def dataset() -> Dataset:
    """Return MNIST, or the drawn digits where its files are not there."""
    return best("mnist")


def recipe(name: str) -> Recipe:
    """Return a network's own recipe with the seed of the benchmarks."""
    return replace(template(name).recipe, seed=SEED)


def machine() -> str:
    """Say what all of this was measured on."""
    import torch

    load = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    system = f"{platform.system()}, Python {platform.python_version()}, torch {torch.__version__}"
    return f"{_processor()}, {CORES} of {os.cpu_count()} cores; {system}{load}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()
