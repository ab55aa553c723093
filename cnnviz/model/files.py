"""Project files (`.cnnviz`): graph, data choice and recipe as JSON. Reading one executes nothing.

What is wrong with a file is told in one sentence: which file, where in it, and what to do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cnnviz.errors import FileError
from cnnviz.model.annotations import group_to_dict, note_to_dict
from cnnviz.model.entries import Place
from cnnviz.model.graph import Graph
from cnnviz.model.reading import read_data, read_graph, read_recipe
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.paths import write_atomically

PROJECT_NAME = "project.cnnviz"
"""What it is called in the folder of a training."""
FORMAT = 2
"""The format that is written; every older one can be read."""
ENTRIES = ("format", "title", "nodes", "edges", "groups", "notes", "data", "recipe", "weights")
LARGEST = 16 * 2**20
"""Bytes; a thousand layers take a fortieth of this."""

MIGRATIONS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {
    1: lambda content: {"groups": [], "notes": [], **content},
}
"""What turns a file of format n into one of format n + 1, by n. Files of every format lie in tests/corpus."""


@dataclass(frozen=True)
class Project:
    """What a project file holds. `weights` is the name of a file beside it, or empty."""

    graph: Graph
    data: DataChoice = field(default_factory=DataChoice)
    recipe: Recipe = field(default_factory=Recipe)
    weights: str = ""

    def __post_init__(self) -> None:
        if self.weights and not _plain_name(self.weights):
            raise FileError(
                f"{self.weights!r} can't be the weights of a project.",
                hint="They lie beside the project file, so give a file name without folders.",
            )


def open_project(path: Path) -> Project:
    """Read a project file. A graph with problems opens, one with a circle does not; raise FileError."""
    return from_json(_read(path), str(path))


def save_project(path: Path, project: Project) -> None:
    """Write a project file; raise FileError, and leave the old file as it was, where that is impossible."""
    try:
        write_atomically(path, to_json(project).encode())
    except OSError as error:
        raise FileError(
            f"it can't be written ({error.strerror or error}).",
            where=str(path),
            hint="Nothing was changed; free some space, or save in another folder.",
        ) from error


def to_json(project: Project) -> str:
    """Return the text of a project file: sorted keys, one entry per line, so that versions can be compared."""
    content = {
        "format": FORMAT,
        **graph_to_dict(project.graph),
        "data": project.data.to_dict(),
        "recipe": project.recipe.to_dict(),
        "weights": project.weights,
    }
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def graph_to_dict(graph: Graph) -> dict[str, Any]:
    """Return a graph as JSON values; `read_graph` reads them."""
    return {
        "title": graph.title,
        "nodes": [
            {
                "name": node.name,
                "kind": node.layer.kind,
                "options": node.layer.to_dict(),
                "position": list(node.position),
                "group": node.group,
                **({"apart": True} if node.apart else {}),
            }
            for node in graph
        ],
        "edges": [{"source": e.source, "target": e.target, "port": e.port} for e in graph.edges],
        "groups": [group_to_dict(group) for group in graph.groups],
        "notes": [note_to_dict(note) for note in graph.notes],
    }


def from_json(text: str, where: str = "project") -> Project:
    """Return the project a text describes; `where` names it in errors. Raise FileError."""
    place = Place(where)
    content = _migrated(_parsed(text, place), place)
    place.expect_only(content, ENTRIES)
    graph = read_graph(content, place)
    weights = place.text(content, "weights", "")
    if weights and not _plain_name(weights):
        raise place.inside("weights").error(
            f"{weights!r} is not the name of a file beside the project.",
            "Write a file name without folders, or an empty text.",
        )
    return Project(graph, read_data(content, place), read_recipe(content, place), weights)


def _read(path: Path) -> str:
    place = Place(str(path))
    if not path.is_file():
        what = "it is not a file." if path.exists() else "there is no such file."
        raise place.error(what, "Check the path, or look for the file in another folder.")
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise place.error(
            f"it can't be read ({error.strerror or error}).", "Check its permissions."
        ) from error
    if len(content) > LARGEST:
        raise place.error(
            f"it is larger than {LARGEST // 2**20} MB, so it is no project file.",
            "Open a .cnnviz file; weights (.safetensors) lie beside it.",
        )
    try:
        return content.decode("utf-8-sig")  # some editors put a byte-order mark in front
    except UnicodeDecodeError:
        raise place.error(
            "it holds no text, so it is no project file.", "Open a file that ends in .cnnviz."
        ) from None


def _parsed(text: str, place: Place) -> dict[str, Any]:
    def refuse_constant(word: str) -> None:
        raise place.error(f"it holds {word}, which is not a number.", "Replace it by a finite number.")

    def refuse_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            name = next(name for name, _ in pairs if sum(name == other for other, _ in pairs) > 1)
            raise place.error(f"it says {name!r} twice in one place.", "Remove one of the two.")
        return found

    try:
        content = json.loads(text, parse_constant=refuse_constant, object_pairs_hook=refuse_twice)
    except json.JSONDecodeError as error:
        raise _no_json(text, error, place) from None
    except (RecursionError, ValueError):  # nested without end; a number with thousands of digits
        raise place.error("it is no project file.", "Open a file that cnnviz has saved.") from None
    if not isinstance(content, dict) or "format" not in content:
        raise place.error(
            'it is JSON, but no cnnviz project (there is no "format").', "Open a file that cnnviz has saved."
        )
    return content


def _no_json(text: str, error: json.JSONDecodeError, place: Place) -> FileError:
    """Tell a file that was cut short from one that was never a project."""
    at = place.inside(f"line {error.lineno}, column {error.colno}")
    if not text.strip():
        return place.error("it is empty.", "Take a copy from a backup.")
    if (text.lstrip().startswith("{") and error.pos >= len(text.rstrip()) - 1) or "Unterminated" in error.msg:
        return at.error("the file ends too early; it was cut short.", "Take a complete copy from a backup.")
    return at.error(
        f"this is not JSON ({error.msg}).",
        "Correct it in a text editor, or open a file that cnnviz has saved.",
    )


def _migrated(content: dict[str, Any], place: Place) -> dict[str, Any]:
    """Bring a file of an older format to the one of today."""
    version = content["format"]
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise place.inside("format").error(f"{version!r} is no format.", f"Known are 1 to {FORMAT}.")
    if version > FORMAT:
        raise place.error(
            f"it has format {version}, written by a newer cnnviz; this one reads up to format {FORMAT}.",
            "Install the newest cnnviz.",
        )
    for number in range(version, FORMAT):
        content = {**MIGRATIONS[number](content), "format": number + 1}
    return content


def _plain_name(name: str) -> bool:
    """Say whether a text names a file in the same folder, on every system."""
    return name not in (".", "..") and name == name.strip() and not set(name) & set('/\\:*?"<>|\0\n\r\t')


__all__ = [
    "FORMAT",
    "MIGRATIONS",
    "Project",
    "from_json",
    "graph_to_dict",
    "open_project",
    "save_project",
    "to_json",
]
