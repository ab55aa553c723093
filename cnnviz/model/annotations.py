"""Groups and notes in a project file: written as JSON values, and checked one by one while they are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cnnviz.model.entries import Place, shortened
from cnnviz.model.graph import Node, is_legal
from cnnviz.model.groups.group import Group, Note

LONGEST_TEXT = 4000
"""Characters of a note."""
SMALLEST, LARGEST = 32.0, 100_000.0
"""Scene pixels that a note or frame is wide and high."""
NAMES = "A name starts with a letter and has only letters, digits and underscores, at most 64."


def group_to_dict(group: Group) -> dict[str, Any]:
    """Return a group as JSON values."""
    return {**vars(group), "position": list(group.position)}


def note_to_dict(note: Note) -> dict[str, Any]:
    """Return a note as JSON values."""
    return {**vars(note), "position": list(note.position), "size": list(note.size)}


def read_groups(entries: list[dict[str, Any]], nodes: Iterable[Node], place: Place) -> tuple[Group, ...]:
    """Return the groups of a file in which these nodes lie; raise FileError."""
    groups: dict[str, Group] = {}
    for number, values in enumerate(entries):
        here = _named(values, place, f"group {number + 1}")
        group = _group(values, here)
        _refuse_twice(group.name, groups, here, "groups")
        groups[group.name] = group
    for number, group in enumerate(groups.values()):
        here = place.inside(f"group {number + 1} ({group.name})")
        if group.parent and group.parent not in groups:
            raise here.inside("parent").error(
                f"there is no group {shortened(group.parent)}.", "Correct the name, or leave it empty."
            )
        _refuse_circle(group, groups, here)
    _refuse_lost_nodes(groups, nodes, place)
    return tuple(groups.values())


def read_notes(entries: list[dict[str, Any]], place: Place) -> tuple[Note, ...]:
    """Return the notes of a file; raise FileError."""
    notes: dict[str, Note] = {}
    for number, values in enumerate(entries):
        here = _named(values, place, f"note {number + 1}")
        note = _note(values, here)
        _refuse_twice(note.name, notes, here, "notes")
        notes[note.name] = note
    return tuple(notes.values())


def _named(values: Mapping[str, Any], place: Place, entry: str) -> Place:
    """Return the place of an entry, with its name; refuse a name that none can have."""
    name = place.inside(entry).text(values, "name")
    here = place.inside(f"{entry} ({shortened(name)[1:-1]})")
    if not is_legal(name):
        raise here.error(f"{shortened(name)} can't be a name.", NAMES)
    return here


def _refuse_twice(name: str, taken: Mapping[str, object], place: Place, what: str) -> None:
    if name in taken:
        raise place.error(f"there are two {what} named {name!r}.", "Rename one of them.")


def _group(values: Mapping[str, Any], place: Place) -> Group:
    place.expect_only(values, ("name", "title", "parent", "folded", "position"))
    return Group(
        place.text(values, "name"),
        place.title(values, "title", ""),
        place.text(values, "parent", ""),
        place.flag(values, "folded", default=True),
        place.pair(values, "position"),
    )


def _note(values: Mapping[str, Any], place: Place) -> Note:
    place.expect_only(values, ("name", "text", "position", "size", "frame"))
    text = place.text(values, "text", "")
    if len(text) > LONGEST_TEXT or not text.replace("\n", "").replace("\t", "").isprintable():
        raise place.inside("text").error(
            "the text is too long or has control characters.", f"Use up to {LONGEST_TEXT:,} characters."
        )
    size = place.pair(values, "size", "size") if "size" in values else Note("").size
    if not all(SMALLEST <= length <= LARGEST for length in size):
        raise place.inside("size").error(
            f"{size[0]:g} × {size[1]:g} is no size of a note.",
            f"Write two numbers from {SMALLEST:g} to {LARGEST:,.0f}.",
        )
    frame = place.flag(values, "frame", default=False)
    return Note(place.text(values, "name"), text, place.pair(values, "position"), size, frame)


def _refuse_circle(group: Group, groups: Mapping[str, Group], place: Place) -> None:
    passed, around = {group.name}, group.parent
    while around in groups and around not in passed:
        passed.add(around)
        around = groups[around].parent
    if around == group.name:
        raise place.inside("parent").error(
            f"the groups form a circle: {group.name!r} lies inside itself.",
            "Leave the parent of one of them empty.",
        )


def _refuse_lost_nodes(groups: Mapping[str, Group], nodes: Iterable[Node], place: Place) -> None:
    """Refuse nodes in groups that don't exist, and groups without a node."""
    filled: set[str] = set()
    for number, node in enumerate(nodes):
        if node.group and node.group not in groups:
            raise (
                place.inside(f"node {number + 1} ({node.name})")
                .inside("group")
                .error(f"there is no group {shortened(node.group)}.", "Correct the name, or leave it empty.")
            )
        around = node.group
        while around and around not in filled:
            filled.add(around)
            around = groups[around].parent
    for number, name in enumerate(groups):
        if name not in filled:
            raise place.inside(f"group {number + 1} ({name})").error(
                "no node lies in this group.", "Remove it, or put a node into it."
            )
