"""What a run was made of and where, and what the user says about it."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from cnnviz.data import Dataset
from cnnviz.errors import RunError
from cnnviz.model.recipe import Recipe
from cnnviz.paths import write_atomically

FORMAT = 1
ABOUT_NAME, LABELS_NAME = "run.json", "labels.json"
LARGEST = 2**20
"""Bytes; more than any run says about itself."""

COLORS = ("#8A93FF", "#D65DA8", "#3BA3CF", "#8FAE35", "#C07A45", "#22A99A", "#D99A2B", "#9270EE")
"""Colours of runs, in turn; the user may choose another one."""


@dataclass(frozen=True)
class About:
    """What does not change any more: written once, when a run begins.

    `created` is local time with its zone, ISO 8601. `data` has the title, classes, counts and fingerprint of the data
    set, `recipe` what the project file says, too: a list of runs need not read that. `parent` names the run and step
    whose weights were the first ones, if any.
    """

    number: int
    title: str
    created: str = ""
    seed: int = 0
    versions: Mapping[str, str] = field(default_factory=dict)
    machine: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)
    parent: str = ""
    format: int = FORMAT

    @property
    def classes(self) -> tuple[str, ...]:
        """Return the names of the classes; none where samples have no class."""
        return tuple(self.data.get("classes", ()))


def about_now(number: int, title: str, recipe: Recipe, parent: str = "") -> About:
    """Return what is known before the first step; the data are described later, as that takes a moment."""
    return About(
        number=number,
        title=title,
        created=datetime.now().astimezone().isoformat(timespec="seconds"),
        seed=recipe.seed,
        recipe=recipe.to_dict(),
        versions={name: _version(name) for name in ("cnnviz", "torch", "numpy")}
        | {"python": platform.python_version()},
        machine={
            "name": platform.node(),
            "system": f"{platform.system()} {platform.release()} {platform.machine()}",
            "cores": str(os.cpu_count() or 1),
        },
        parent=parent,
    )


def with_data(about: About, dataset: Dataset) -> About:
    """Return the same with the data set described; its fingerprint takes a tenth of a second for MNIST."""
    data = {
        "name": dataset.name,
        "title": dataset.title,
        "classes": list(dataset.classes),
        "answers": dataset.answers,
        "shape": list(dataset.shape),
        "train": len(dataset.train),
        "test": len(dataset.test),
        "fingerprint": dataset.fingerprint,
    }
    return replace(about, data=data)


def write_about(folder: Path, about: About) -> None:
    """Write it; raise OSError where that is impossible."""
    write_atomically(folder / ABOUT_NAME, _json(about))


def read_about(folder: Path) -> About:
    """Read it; raise RunError in words where it is damaged, missing or of a newer format."""
    file = folder / ABOUT_NAME
    found = _read(file)
    if not isinstance(found, dict) or not isinstance(found.get("format"), int):
        raise RunError("run.json does not describe a run.", where=str(folder), hint=_DAMAGED)
    if found["format"] > FORMAT:
        what = f"it has format {found['format']}, written by a newer cnnviz."
        raise RunError(what, where=str(folder), hint="Install the newest cnnviz.")
    for each in fields(About):
        value = found.get(each.name, {} if each.name in _MAPPINGS else None)
        kind: type = dict if each.name in _MAPPINGS else int if each.name in _WHOLE else str
        if not isinstance(value, kind) or isinstance(value, bool):
            what = f"run.json says nothing usable about its {each.name}."
            raise RunError(what, where=str(folder), hint=_DAMAGED)
    return About(**{each.name: found.get(each.name, {}) for each in fields(About)})


_MAPPINGS = ("versions", "machine", "data", "recipe")
_WHOLE = ("number", "seed", "format")
_DAMAGED = (
    "The file is damaged; the other files of the folder can still be read with numpy and a text editor."
)


@dataclass(frozen=True)
class Labels:
    """What the user says about a run. An empty `name` shows the network's title, an empty `color` the next in turn."""

    name: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    color: str = ""


def read_labels(folder: Path) -> Labels:
    """Read them; what is missing or damaged is left empty, since a run must not hide behind its notes."""
    try:
        found = _read(folder / LABELS_NAME)
    except RunError:
        return Labels()
    if not isinstance(found, dict):
        return Labels()
    texts = {name: found[name] for name in ("name", "note", "color") if isinstance(found.get(name), str)}
    tags = found.get("tags")
    return Labels(tags=tuple(str(tag) for tag in tags) if isinstance(tags, list) else (), **texts)


def write_labels(folder: Path, labels: Labels) -> None:
    """Write them; raise RunError where that is impossible."""
    try:
        write_atomically(folder / LABELS_NAME, _json(labels))
    except OSError as error:
        what = f"notes can't be written there ({error.strerror or error})."
        raise RunError(what, where=str(folder), hint="Free some space, or check the permissions.") from error


def _read(file: Path) -> Any:
    try:
        with file.open("rb") as opened:
            return json.loads(opened.read(LARGEST).decode())
    except FileNotFoundError:
        what = "there is no run.json, so it is no run."
        raise RunError(
            what, where=str(file.parent), hint="Choose a folder that cnnviz has written."
        ) from None
    except OSError as error:
        raise RunError(
            f"{file.name} can't be read ({error.strerror or error}).",
            where=str(file.parent),
            hint="Check its permissions.",
        ) from None
    except (ValueError, RecursionError):
        raise RunError(f"{file.name} is damaged.", where=str(file.parent), hint=_DAMAGED) from None


def _json(values: Any) -> bytes:
    return (json.dumps(asdict(values), indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _version(name: str) -> str:
    """Return the version of an installed package, without importing it."""
    try:
        return version(name)
    except PackageNotFoundError:
        found = sys.modules.get(name)
        return str(getattr(found, "__version__", "unknown"))
