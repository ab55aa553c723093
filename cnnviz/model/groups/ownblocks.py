"""The user's own blocks: one file each, in the format of projects, read by the same reader."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from cnnviz.errors import FileError
from cnnviz.model.check import check
from cnnviz.model.entries import LONGEST_TITLE
from cnnviz.model.files import Project, open_project, save_project
from cnnviz.model.graph import Graph
from cnnviz.paths import user_data

SUFFIX = ".cnnviz"
MOST_LETTERS = 40
"""Of a title, in the name of its file."""


@dataclass(frozen=True)
class OwnBlock:
    """A block that the user has saved, and its file."""

    path: Path
    graph: Graph

    @property
    def title(self) -> str:
        """Return what it is called."""
        return self.graph.title

    @property
    def sentence(self) -> str:
        """Say what is in it."""
        layers = [node for node in self.graph if node.layer.most_inputs != 0]
        count = f"{len(layers)} {'layer' if len(layers) == 1 else 'layers'}"
        return f"{count}, {check(self.graph).trainable:,} parameters."


@dataclass(frozen=True)
class Shelf:
    """What lies in the folder: the blocks by title, and what is wrong with the files that can't be read, by name."""

    blocks: tuple[OwnBlock, ...] = ()
    damaged: tuple[tuple[str, FileError], ...] = ()


def folder() -> Path:
    """Return where the blocks lie (it may not exist yet)."""
    return user_data() / "blocks"


def load_blocks() -> Shelf:
    """Read all blocks; a damaged file is named and hides no other."""
    blocks: list[OwnBlock] = []
    damaged: list[tuple[str, FileError]] = []
    for path in sorted(folder().glob(f"*{SUFFIX}")):
        try:
            blocks.append(OwnBlock(path, open_project(path).graph))
        except FileError as error:
            damaged.append((path.name, error))
    return Shelf(tuple(sorted(blocks, key=lambda each: each.title.lower())), tuple(damaged))


def save_block(graph: Graph) -> OwnBlock:
    """Write a block (see `as_block`) to a file of its own, named after its title; raise FileError."""
    path = _free_path(_checked(graph.title))
    save_project(path, Project(graph))
    return OwnBlock(path, graph)


def rename_block(block: OwnBlock, title: str) -> OwnBlock:
    """Give a block another title; its file keeps its name. Raise FileError."""
    renamed = OwnBlock(block.path, block.graph.with_title(_checked(title)))
    save_project(block.path, Project(renamed.graph))
    return renamed


def delete_block(block: OwnBlock) -> None:
    """Remove the file of a block; raise FileError."""
    try:
        block.path.unlink(missing_ok=True)
    except OSError as error:
        raise FileError(
            f"it can't be removed ({error.strerror or error}).",
            where=str(block.path),
            hint="Check the permissions of the folder.",
        ) from error


def _checked(title: str) -> str:
    if not title.strip() or len(title) > LONGEST_TITLE or not title.isprintable():
        raise FileError("a block needs a title.", where="block", hint=f"Use 1 to {LONGEST_TITLE} characters.")
    return title.strip()


def _free_path(title: str) -> Path:
    stem = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:MOST_LETTERS] or "block"
    path, number = folder() / f"{stem}{SUFFIX}", 2
    while path.exists():
        path, number = folder() / f"{stem}-{number}{SUFFIX}", number + 1
    return path
