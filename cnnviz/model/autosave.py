"""Unsaved work, kept where the next start finds it: one project file per open document, marked with its process.

A process holds a lock as long as it lives, and the system lets go of it even after a crash. So the files of a window
that is still open are never offered to another one, and those of a dead one always are.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cnnviz.errors import FileError
from cnnviz.model.files import Project, open_project, save_project
from cnnviz.paths import try_lock, user_data, write_atomically


@dataclass(frozen=True)
class Recoverable:
    """Work that a dead process left behind: its autosave, its title, and the file it was opened from, if any."""

    path: Path
    title: str
    origin: Path | None


Writer = Callable[[Path], None]
"""Writes the unsaved weights to a path."""

_held: dict[Path, int] = {}
"""The lock files of this process and their descriptors, open as long as it lives."""


def autosave_path(path: Path | None) -> Path:
    """Return where this process keeps unsaved work on a file; None is a document that has no file yet."""
    document = hashlib.sha256(str(path.absolute()).encode()).hexdigest()[:12] if path else "untitled"
    return _folder() / f"{os.getpid()}-{document}.cnnviz"


def save_autosave(path: Path | None, project: Project, write_weights: Writer | None = None) -> Path:
    """Keep unsaved work on a file; return where. Raise FileError where that is impossible.

    `write_weights` writes unsaved weights to the path it is given, beside the project.
    """
    return _keep(autosave_path(path), path, project, write_weights)


def set_aside(path: Path | None, project: Project, write_weights: Writer | None = None) -> Path:
    """Keep unsaved work that gives way to another document, so that it can be recovered at once; return where."""
    return _keep(_folder() / f"aside-{time.time_ns()}.cnnviz", path, project, write_weights)


def weights_beside(kept: Path) -> Path:
    """Return where the unsaved weights of an autosave lie, if it has any."""
    return kept.with_suffix(".safetensors")


def _keep(kept: Path, path: Path | None, project: Project, write_weights: Writer | None) -> Path:
    try:
        _hold_lock()
        write_atomically(_origin_file(kept), str(path.absolute() if path else "").encode())
    except OSError as error:
        raise FileError(
            f"unsaved work can't be kept there ({error.strerror or error}).",
            where=str(kept.parent),
            hint="Save the project yourself.",
        ) from error
    if write_weights is not None:
        write_weights(weights_beside(kept))
    save_project(kept, project)
    return kept


def discard_autosave(path: Path | None) -> None:
    """Forget the unsaved work of this process on a file, if there is any."""
    _remove(autosave_path(path))


def forget(kept: Path) -> None:
    """Drop unsaved work that is not wanted any more."""
    _remove(kept)


def find_recoverable() -> tuple[Recoverable, ...]:
    """Return what dead processes left behind, newest first; a damaged autosave is left out."""
    files = sorted(_folder().glob("*-*.cnnviz"), key=_age)
    return tuple(found for file in files if not _owner_lives(file) for found in _described(file))


def recover(kept: Path) -> tuple[Project, Path | None]:
    """Return unsaved work and the file it was opened from, and make it this process's own; raise FileError."""
    project, origin = open_project(kept), _origin(kept)
    save_autosave(origin, project)
    _remove(kept)
    return project, origin


def _folder() -> Path:
    return user_data() / "autosave"


def _origin_file(kept: Path) -> Path:
    return kept.with_suffix(".origin")


def _origin(kept: Path) -> Path | None:
    try:
        name = _origin_file(kept).read_text("utf-8")
    except (OSError, ValueError):
        return None
    return Path(name) if name else None


def _described(kept: Path) -> Iterator[Recoverable]:
    try:
        project = open_project(kept)
    except FileError:
        return
    origin = _origin(kept)
    title = project.graph.title if origin is None or project.graph.title != "untitled" else origin.stem
    yield Recoverable(kept, title, origin)


def _age(path: Path) -> float:
    try:
        return -path.stat().st_mtime
    except OSError:  # another window took it a moment ago
        return 0.0


def _remove(kept: Path) -> None:
    with contextlib.suppress(OSError):  # what can't be removed now is only offered once more
        for file in (kept, _origin_file(kept), weights_beside(kept)):
            file.unlink(missing_ok=True)


def _lock_file(pid: str) -> Path:
    return _folder() / f"{pid}.lock"


def _hold_lock() -> None:
    path = _lock_file(str(os.getpid()))
    if path in _held:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    _held[path] = os.open(path, os.O_RDWR | os.O_CREAT)
    try_lock(_held[path])
    atexit.register(path.unlink, missing_ok=True)


def _owner_lives(kept: Path) -> bool:
    """Say whether the process that wrote an autosave still runs: then nobody else gets its lock."""
    path = _lock_file(kept.name.partition("-")[0])
    if path in _held:
        return True
    try:
        lock = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        return not try_lock(lock)
    finally:
        os.close(lock)
