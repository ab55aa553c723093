"""Weights at some steps of a run: the first, milestones, the best and the last; the others give way."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from cnnviz.errors import RunError
from cnnviz.paths import write_atomically

FOLDER = "snapshots"
MOST, MOST_BYTES = 32, 512 * 2**20
"""How many snapshots a run keeps, and how much room they may take together; the first, best and last stay anyway."""

Weights = Mapping[str, NDArray[Any]]


def write_snapshot(folder: Path, step: int, weights: Weights) -> int:
    """Write the weights of a step, and return how many bytes they take; raise OSError where that is impossible."""
    arrays = {name: np.array(value, order="C") for name, value in weights.items()}
    content = save(arrays, metadata={"step": str(step)})
    write_atomically(_path(folder, step), content)
    return len(content)


def read_snapshot(folder: Path, step: int) -> dict[str, NDArray[Any]]:
    """Return the weights of a step; raise RunError where they are damaged or gone."""
    path = _path(folder, step)
    try:
        found = load(path.read_bytes())
    except OSError as error:
        what = f"the weights of step {step:,} can't be read ({error.strerror or error})."
        raise RunError(what, where=str(folder), hint="Choose another step.") from None
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        what = f"the weights of step {step:,} are damaged ({error})."
        raise RunError(what, where=str(path), hint="Choose another step.") from None
    if any(
        np.issubdtype(value.dtype, np.floating) and not np.isfinite(value).all() for value in found.values()
    ):
        what = f"the weights of step {step:,} have values that are no numbers."
        raise RunError(what, where=str(path), hint="Choose another step.")
    return found


def snapshot_steps(folder: Path) -> tuple[int, ...]:
    """Return the steps whose weights lie in a run's folder, in order."""
    names = (path.stem for path in (folder / FOLDER).glob("*.safetensors"))
    return tuple(sorted(int(name) for name in names if name.isdecimal()))


def thin(folder: Path, best: int | None, size: int) -> None:
    """Remove the snapshots that tell least, where there are too many; raise OSError where that is impossible."""
    steps = snapshot_steps(folder)
    room = max(min(MOST, MOST_BYTES // max(size, 1)), 3)
    for step in surplus(steps, {best} if best is not None else set(), room):
        _path(folder, step).unlink(missing_ok=True)


def surplus(steps: Sequence[int], keep: Collection[int], room: int) -> list[int]:
    """Return what to remove so that at most `room` steps stay, dense at the beginning, where most is learned.

    The first, the last and those of `keep` stay. Of the others the one goes whose neighbours are closest to each other,
    counted in ratios.
    """
    left, gone = list(steps), []
    while len(left) > room:
        places = [at for at in range(1, len(left) - 1) if left[at] not in keep]
        if not places:
            break
        # of gaps that are equally wide, the later one closes
        closest = min(places, key=lambda at: (math.log((left[at + 1] + 1) / (left[at - 1] + 1)), -at))
        gone.append(left.pop(closest))
    return gone


def _path(folder: Path, step: int) -> Path:
    return folder / FOLDER / f"{step:09d}.safetensors"
