"""How the values of a network were spread at some steps of a run: one small file per census, thinned like snapshots."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.errors import RunError
from cnnviz.events import Array, Census, Histogram
from cnnviz.paths import write_atomically
from cnnviz.runs.snapshots import surplus

FOLDER = "census"
MOST = 200
"""How many a run keeps; a strip on the screen is hardly wider."""
_SPREADS = ("weights", "gradients", "activations")
_NUMBERS = ("ratios", "updates", "silent")


def write_census(folder: Path, census: Census) -> None:
    """Write a census, and remove those that tell least, where there are too many; raise OSError."""
    arrays: dict[str, Any] = {"about": np.array([census.step, census.epoch, census.samples], np.float64)}
    for kind in _SPREADS:
        found: Mapping[str, Histogram] = getattr(census, kind)
        arrays[f"{kind}_names"] = np.array(list(found), np.str_)
        arrays[f"{kind}_shares"] = np.array([each.shares for each in found.values()], np.float32)
        arrays[f"{kind}_bounds"] = np.array([(each.low, each.high) for each in found.values()], np.float64)
    for kind in _NUMBERS:
        numbers: Mapping[str, float] = getattr(census, kind)
        arrays[f"{kind}_names"] = np.array(list(numbers), np.str_)
        arrays[kind] = np.array(list(numbers.values()), np.float64)
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    write_atomically(_path(folder, census.step), content.getvalue())
    for step in surplus(census_steps(folder), (), MOST):
        _path(folder, step).unlink(missing_ok=True)


def census_steps(folder: Path) -> tuple[int, ...]:
    """Return the steps of which a run's folder has a census, in order."""
    names = (path.stem for path in (folder / FOLDER).glob("*.npz"))
    return tuple(sorted(int(name) for name in names if name.isdecimal()))


def read_census(folder: Path, step: int) -> Census:
    """Return the census of a step; raise RunError where it is damaged or gone."""
    path = _path(folder, step)
    try:
        # from memory: of a damaged file numpy would leave the file open
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
        at, epoch, samples = arrays["about"].tolist()
        weights, gradients, activations = (_spreads(arrays, kind) for kind in _SPREADS)
        ratios, updates, silent = (_numbers(arrays, kind) for kind in _NUMBERS)
    except OSError as error:
        what = f"the census of step {step:,} can't be read ({error.strerror or error})."
        raise RunError(what, where=str(folder), hint="The curves of the run are whole.") from None
    except (ValueError, KeyError, TypeError, EOFError, IndexError, zipfile.BadZipFile, zlib.error,
            MemoryError, NotImplementedError, RuntimeError) as error:  # fmt: skip
        what = f"the census of step {step:,} is damaged ({error})."
        raise RunError(what, where=str(path), hint="The curves of the run are whole.") from None
    return Census(int(at), epoch, int(samples), weights, gradients, activations, ratios, updates, silent)


def _spreads(arrays: Mapping[str, Array], kind: str) -> dict[str, Histogram]:
    names, shares, bounds = (arrays[f"{kind}_{part}"] for part in ("names", "shares", "bounds"))
    return {
        str(name): Histogram(share, *map(float, bound))
        for name, share, bound in zip(names, shares, bounds, strict=True)
    }


def _numbers(arrays: Mapping[str, Array], kind: str) -> dict[str, float]:
    return {str(name): float(v) for name, v in zip(arrays[f"{kind}_names"], arrays[kind], strict=True)}


def _path(folder: Path, step: int) -> Path:
    return folder / FOLDER / f"{step:09d}.npz"
