"""Checkpoints of earlier steps of a run: what a new run takes the state of the optimiser from."""

from __future__ import annotations

from pathlib import Path

from cnnviz.paths import link_atomically
from cnnviz.runs.names import CHECKPOINTS_FOLDER
from cnnviz.runs.snapshots import surplus

MOST, MOST_BYTES = 8, 512 * 2**20
"""How many a run keeps, and how much room they may take; a checkpoint is up to three times as large as the weights."""


def keep_moment(checkpoint: Path, step: int) -> None:
    """Let the checkpoint of a step stay beside the one that is replaced; raise OSError where that is impossible."""
    folder = checkpoint.parent
    room = min(MOST, MOST_BYTES // max(checkpoint.stat().st_size, 1))
    if not room:
        return
    link_atomically(checkpoint, _path(folder, step))
    for each in surplus(moment_steps(folder), {step}, room):
        _path(folder, each).unlink(missing_ok=True)


def moment_steps(folder: Path) -> tuple[int, ...]:
    """Return the steps of which a run's folder has checkpoints, in order."""
    names = (path.stem for path in (folder / CHECKPOINTS_FOLDER).glob("*.safetensors"))
    return tuple(sorted(int(name) for name in names if name.isdecimal()))


def moment(folder: Path, step: int) -> Path | None:
    """Return the checkpoint of a step, if the run's folder has one."""
    path = _path(folder, step)
    return path if path.exists() else None


def _path(folder: Path, step: int) -> Path:
    return folder / CHECKPOINTS_FOLDER / f"{step:09d}.safetensors"
