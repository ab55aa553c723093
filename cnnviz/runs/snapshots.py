"""Weights at some steps of a run: the first, milestones, the best and the last; the others give way.

One file per step, written as a whole, so that a crash tears none and any number of windows may read. Every few steps
one file holds all bits; the others hold the difference to the one of these before them.
"""

from __future__ import annotations

import contextlib
import math
import zlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from cnnviz.errors import RunError
from cnnviz.paths import write_atomically
from cnnviz.runs import words

FOLDER = "snapshots"
MOST, MOST_BYTES = 32, 512 * 2**20
"""How many snapshots a run keeps, and how much room they may take together; the first, best and last stay anyway."""
WHOLE_EVERY = 8
"""So many snapshots share the one that holds all bits: two files are read for any step."""
EARLIER = ".safetensors"
"""Runs of before this format hold one such file per step; they are read."""

Weights = Mapping[str, NDArray[Any]]

_DAMAGED = (
    ValueError, KeyError, TypeError, IndexError, AttributeError, OSError, RuntimeError, MemoryError, zlib.error,
    SafetensorError,
)  # fmt: skip


def write_snapshot(folder: Path, step: int, weights: Weights) -> int:
    """Write the weights of a step, and return how many bytes they take; raise OSError where that is impossible."""
    if step in _files(folder):  # done again after a crash
        _remove(folder, step)
    packed, base = words.pack(weights), _base_for(folder, step)
    known = _packed(folder, base) if base is not None else None
    if base is None or known is None or known.layout != packed.layout:
        return _write(folder, packed, step, None)
    return _write(folder, packed.beside(known), step, base)


def write_newest(path: Path, step: int, weights: Weights) -> None:
    """Write the weights of a step as a file that every program reads; raise OSError where that is impossible."""
    arrays = {name: np.array(value, order="C") for name, value in weights.items()}
    write_atomically(path, save(arrays, metadata={"step": str(step)}))


def read_snapshot(folder: Path, step: int) -> dict[str, NDArray[Any]]:
    """Return the weights of a step, as they were to the bit; raise RunError where they are damaged or gone."""
    try:
        found = _read(folder, step)
    except FileNotFoundError:  # a neighbour was removed at this moment, and this one written anew
        found = _read_or_tell(folder, step)
    except _DAMAGED:
        found = _read_or_tell(folder, step)
    if any(
        np.issubdtype(value.dtype, np.floating) and not np.isfinite(value).all() for value in found.values()
    ):
        what = f"the weights of step {step:,} have values that are no numbers."
        raise RunError(what, where=str(folder), hint="Choose another step.")
    return found


def snapshot_steps(folder: Path) -> tuple[int, ...]:
    """Return the steps whose weights lie in a run's folder, in order."""
    return tuple(sorted(_files(folder)))


def snapshot_bytes(folder: Path) -> int:
    """Return how much room all snapshots of a run take."""
    return sum(path.stat().st_size for path, _ in _files(folder).values())


def thin(folder: Path, best: int | None, size: int) -> None:
    """Remove the snapshots that tell least, where there are too many; raise OSError where that is impossible."""
    steps = snapshot_steps(folder)
    room = max(min(MOST, MOST_BYTES // max(size, 1)), 3)
    for step in surplus(steps, {best} if best is not None else set(), room):
        _remove(folder, step)


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


# -- files ----------------------------------------------------------------------------------------------------------


def _path(folder: Path, step: int, base: int | None) -> Path:
    return folder / FOLDER / (f"{step:09d}.h5" if base is None else f"{step:09d}-from-{base:09d}.h5")


def _files(folder: Path) -> dict[int, tuple[Path, int | None]]:
    """Return the file of each step, and the step that it tells the difference to; whole files win."""
    found: dict[int, tuple[Path, int | None]] = {}
    for path in (folder / FOLDER).glob("*"):
        if path.suffix not in (".h5", EARLIER):
            continue
        step, _, base = path.stem.partition("-from-")
        if step.isdecimal() and (not base or base.isdecimal()) and (int(step) not in found or not base):
            found[int(step)] = path, int(base) if base else None
    return found


def _base_for(folder: Path, step: int) -> int | None:
    """Return the whole snapshot that a new one is told beside; None where it is to be whole itself."""
    files = _files(folder)
    whole = max(
        (
            each
            for each, (path, base) in files.items()
            if base is None and path.suffix == ".h5" and each < step
        ),
        default=None,
    )
    sharing = sum(base == whole for _, base in files.values())
    return whole if sharing < WHOLE_EVERY - 1 else None


def _write(folder: Path, packed: words.Packed, step: int, base: int | None) -> int:
    content = words.to_bytes(packed, step, -1 if base is None else base)
    write_atomically(_path(folder, step, base), content)
    return len(content)


def _packed(folder: Path, step: int) -> words.Packed | None:
    """Return the bits of a step; None where its file is damaged, and there is nothing to tell a difference to."""
    with contextlib.suppress(*_DAMAGED):
        return _bits(folder, step)
    return None


def _bits(folder: Path, step: int) -> words.Packed:
    files = _files(folder)
    if step not in files:
        raise FileNotFoundError(2, "there is no file for it")
    path, base = files[step]
    if path.suffix == EARLIER:
        return words.pack(load(path.read_bytes()))
    packed, told = words.from_bytes(path.read_bytes())
    if told != (-1 if base is None else base):
        raise ValueError("it was written for another file name")
    if base is None:
        return packed
    whole, none = words.from_bytes(_path(folder, base, None).read_bytes())
    if none != -1:
        raise ValueError(f"step {base:,}, that it builds on, is not whole")
    return packed.beside(whole)


def _read(folder: Path, step: int) -> dict[str, NDArray[Any]]:
    return _bits(folder, step).weights()


def _read_or_tell(folder: Path, step: int) -> dict[str, NDArray[Any]]:
    """Read once more, and say in words why that fails."""
    hint = "Choose another step."
    try:
        return _read(folder, step)
    except OSError as error:
        what = f"the weights of step {step:,} can't be read ({error.strerror or error})."
        raise RunError(what, where=str(folder), hint=hint) from None
    except _DAMAGED as error:
        what = f"the weights of step {step:,} are damaged ({error})."
        raise RunError(what, where=str(folder), hint=hint) from None


def _remove(folder: Path, step: int) -> None:
    """Remove a snapshot; where others build on it, the first of them takes its place before it goes."""
    files = _files(folder)
    if step not in files:
        return
    heirs = sorted(each for each, (_, base) in files.items() if base == step)
    first: words.Packed | None = None
    for heir in heirs:
        packed = _packed(folder, heir)
        if packed is not None and first is None:
            first, place = packed, heir
            _write(folder, packed, heir, None)
        elif packed is not None and first is not None:
            _write(folder, packed.beside(first), heir, place)
        files[heir][0].unlink(missing_ok=True)
    files[step][0].unlink(missing_ok=True)
