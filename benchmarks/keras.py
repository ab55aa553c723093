"""Eight networks trained by cnnviz beside Keras `fit` on the same processor, and beside bare torch loops, in turns.

`make bench-rivals` installs TensorFlow into an environment of its own first.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import setting
from benchmarks.claim import Claim, at_least
from benchmarks.rivals import NETWORKS
from benchmarks.rivals.samples import write
from benchmarks.rounds import Ratio
from benchmarks.side import Side

ENVIRONMENT = Path(__file__).resolve().parents[1] / ".venv-rivals"
CHOSEN = "CNNVIZ_RIVALS"
"""An environment variable with the networks to measure, as t1,t20; all eight where it is not set."""
TURN_SECONDS = 1.0
MEMORIES = ("t19", "t20")
AUGMENTED = ("t11", "t15")


def measure(rounds: int) -> list[Claim]:
    """Return the claims of all networks; end with one sentence where TensorFlow is not installed."""
    if not _python().exists():
        raise SystemExit(f"There is no TensorFlow in {ENVIRONMENT.name}/: `make bench-rivals` installs it.")
    chosen = os.environ.get(CHOSEN, "").split(",") if os.environ.get(CHOSEN) else NETWORKS
    return [claim for name in chosen for claim in _measure(name, rounds)]


def _measure(name: str, rounds: int) -> Iterator[Claim]:
    with TemporaryDirectory() as folder, ExitStack() as stack:
        write(name, Path(folder))
        sides = {
            side: stack.enter_context(Side(command, _environment()))
            for side, command in _commands(name, folder).items()
        }
        speeds: dict[str, list[float]] = {side: [] for side in sides}
        for number in range(rounds + 1):  # the first warms every side up
            for side, process in sides.items():
                found = process.ask(str(TURN_SECONDS))
                speeds[side] += [found] if number else []
    yield from _claims(name, {side: tuple(found) for side, found in speeds.items()})


def _claims(name: str, speeds: dict[str, tuple[float, ...]]) -> Iterator[Claim]:
    title = name.upper()

    def beside(mine: str, theirs: str) -> Ratio:
        return Ratio(speeds[mine], speeds[theirs])

    found = beside("float32", "keras")
    yield at_least(f"{title} beside Keras", found.median, 1.2, "× Keras", found.told())
    found, half = beside("bfloat16", "keras"), beside("bfloat16", "keras half")
    limit = 3.0 if name in MEMORIES else 2.0
    told = f"{found.told()}; {half.median:.2f} × Keras in bfloat16"
    yield at_least(f"{title} in bfloat16 beside Keras", found.median, limit, "× Keras", told)
    found = beside("float32 unchanged" if name in AUGMENTED else "float32", "bare")
    if name not in MEMORIES:
        yield at_least(f"{title} beside a bare loop", found.median, 0.97, "× bare loop", found.told())
        return
    found = max((found, beside("bfloat16", "bare")), key=lambda ratio: ratio.median)
    told = f"{found.told()}; in float32 {beside('float32', 'bare').median:.2f} ×"
    yield at_least(f"{title} beside eight convolutions", found.median, 3.0, "× bare loop", told)


def _commands(name: str, folder: str) -> dict[str, list[str]]:
    """Return what runs each side: Keras in both precisions, the bare loop, and cnnviz as its command line trains."""
    ours = ["float32", "bfloat16", *(["float32 unchanged"] if name in AUGMENTED else [])]
    policies = {"keras": "float32", "keras half": "mixed_bfloat16"}
    keras = [str(_python()), "-m", "benchmarks.rivals.keras_fit", name, folder]
    torch = [sys.executable, "-m", "benchmarks.rivals.torch_loops"]
    return {
        **{side: [*keras, policy] for side, policy in policies.items()},
        **{side: [*torch, side, name, folder] for side in ("bare", *ours)},
    }


def _python() -> Path:
    return ENVIRONMENT / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _environment() -> dict[str, str]:
    """Return two threads for everybody, and silence from TensorFlow."""
    threads = str(setting.CORES)
    return {
        **os.environ, "OMP_NUM_THREADS": threads, "TF_NUM_INTRAOP_THREADS": threads, "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "", "KERAS_BACKEND": "tensorflow",
    }  # fmt: skip
