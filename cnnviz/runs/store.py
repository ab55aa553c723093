"""All runs that the user knows: those in the data folder, and those that lie elsewhere and are pointed to."""

from __future__ import annotations

import contextlib
import hashlib
import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cnnviz.errors import RunError
from cnnviz.paths import user_data, write_atomically
from cnnviz.runs.about import ABOUT_NAME
from cnnviz.runs.ownership import is_written
from cnnviz.runs.run import Run, open_run

_POINTER = ".elsewhere"
"""The end of a file's name that holds the path of a run in another folder."""
_TRASH = ".trash"


@dataclass(frozen=True)
class Listing:
    """The runs, newest first, and the folders that can't be read, each with the reason."""

    runs: tuple[Run, ...]
    damaged: tuple[tuple[Path, str], ...] = ()


class Store:
    """The folder of all runs; any number of windows and command lines may use it at the same time."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or user_data() / "runs"

    def new_folder(self, title: str) -> Path:
        """Return where a run that begins now may lie; nothing is made yet."""
        word = re.sub(r"[^A-Za-z0-9._-]+", "-", title).strip("-.")[:40] or "run"
        return self.root / f"{datetime.now():%Y%m%d-%H%M%S}-{word}-{secrets.token_hex(2)}"

    def next_number(self) -> int:
        """Return one more than the highest number of any run."""
        return max((run.about.number for run in self.list().runs), default=0) + 1

    def list(self, known: dict[Path, Run] | None = None) -> Listing:
        """Read all runs; those of `known` only take up what has changed. What is damaged hides no other run."""
        runs: list[Run] = []
        damaged: list[tuple[Path, str]] = []
        for path in self._folders():
            try:
                runs.append(_refreshed((known or {}).get(path), path))
            except RunError as error:
                damaged.append((path, str(error)))
        runs.sort(key=lambda run: (run.about.created, run.about.number), reverse=True)
        return Listing(tuple(runs), tuple(damaged))

    def find(self, name: str) -> Run:
        """Return the run of a number (`4` or `#4`), a folder's name or a path; raise RunError."""
        path = Path(name)
        if (path / "run.json").is_file():
            return open_run(path)
        found = self.list().runs
        number = name.removeprefix("#")
        for run in found:
            if run.path.name == name or (number.isdecimal() and run.about.number == int(number)):
                return run
        hint = f"Known are {', '.join(f'#{run.about.number}' for run in found[:12])}." if found else ""
        raise RunError(f"there is no run {name!r}.", hint=hint or "Nothing was trained yet.")

    def attach(self, path: Path) -> Run:
        """Add a run that lies elsewhere to the list; raise RunError where it is none or can't be added."""
        run = open_run(path.absolute())
        self.point_to(run.path)
        return run

    def point_to(self, path: Path) -> None:
        """List what lies in another folder from now on, as soon as it is a run; raise RunError where that can't be."""
        if path.absolute().parent == self.root.absolute():
            return
        try:
            write_atomically(self._pointer(path), str(path.absolute()).encode())
        except OSError as error:
            what = f"the run can't be remembered ({error.strerror or error})."
            raise RunError(what, where=str(self.root), hint="Free some space.") from error

    def delete(self, run: Run) -> None:
        """Move a run to the trash, or let one that lies elsewhere go from the list; raise RunError."""
        if is_written(run.path):
            raise RunError("it is still training.", where=run.name, hint="Stop it first.")
        try:
            if run.path.parent.absolute() == self.root.absolute():
                (self.root / _TRASH).mkdir(exist_ok=True)
                run.path.rename(self.root / _TRASH / run.path.name)
            else:
                self._pointer(run.path).unlink(missing_ok=True)
        except OSError as error:
            what = f"it can't be deleted ({error.strerror or error})."
            raise RunError(what, where=run.name, hint="Check the permissions of its folder.") from error

    def restore(self, run: Run) -> None:
        """Bring a deleted run back; raise RunError where that is impossible."""
        kept = self.root / _TRASH / run.path.name
        try:
            if kept.exists():
                kept.rename(run.path)
            else:
                self.attach(run.path)
        except OSError as error:
            what = f"it can't be brought back ({error.strerror or error})."
            raise RunError(what, where=run.name, hint="Look into the trash folder of the runs.") from error

    def restore_named(self, name: str) -> Run:
        """Bring back the deleted run of a number or a folder's name, and return it; raise RunError."""
        kept = Store(self.root / _TRASH).find(name)
        run = open_run(kept.path)
        run.path = self.root / kept.path.name
        self.restore(run)
        return run

    def empty_trash(self) -> None:
        """Remove what was deleted before this start, for good."""
        with contextlib.suppress(OSError):  # what can't be removed now is tried again at the next start
            for path in (self.root / _TRASH).iterdir():
                shutil.rmtree(path, ignore_errors=True)

    def _folders(self) -> Iterator[Path]:
        try:
            entries = sorted(self.root.iterdir())
        except OSError:  # nothing was ever kept, or nobody may look: then there is nothing to list
            return
        for path in entries:
            if path.suffix == _POINTER:
                with contextlib.suppress(OSError, ValueError):  # what was moved away is no damage
                    there = Path(path.read_text("utf-8"))
                    if (there / ABOUT_NAME).exists():
                        yield there
            elif path.is_dir() and not path.name.startswith("."):
                yield path

    def _pointer(self, path: Path) -> Path:
        return self.root / f"{hashlib.sha256(str(path.absolute()).encode()).hexdigest()[:16]}{_POINTER}"


def _refreshed(run: Run | None, path: Path) -> Run:
    if run is None:
        return open_run(path)
    run.refresh()
    return run
