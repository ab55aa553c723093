"""Edits of notes and frames. Every function returns a new graph; places and sizes are scene pixels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cnnviz.errors import GraphError
from cnnviz.model.annotations import LONGEST_TEXT, SMALLEST
from cnnviz.model.graph import Graph
from cnnviz.model.groups.group import Note

Place = tuple[float, float]


def note_of(graph: Graph, name: str) -> Note:
    """Return the note of this name; raise GraphError if there is none."""
    for note in graph.notes:
        if note.name == name:
            return note
    raise GraphError(f"there is no note {name!r}.")


def add_note(
    graph: Graph, position: Place, text: str = "", *, size: Place | None = None, frame: bool = False
) -> tuple[Graph, str]:
    """Put a note, or a frame, on the canvas; return its name too."""
    stem, number = "frame" if frame else "note", 1
    taken = {note.name for note in graph.notes}
    while f"{stem}{number}" in taken:
        number += 1
    note = Note(f"{stem}{number}", text, position, size or Note("").size, frame)
    return replace(graph, notes=(*graph.notes, note)), note.name


def write_note(graph: Graph, name: str, text: str) -> Graph:
    """Give a note another text; raise GraphError where it is too long."""
    if len(text) > LONGEST_TEXT:
        raise GraphError(
            f"{len(text):,} characters are too many for a note.", hint=f"Use up to {LONGEST_TEXT:,}."
        )
    plain = "".join(letter for letter in text if letter in "\n\t" or letter.isprintable())
    return _with(graph, replace(note_of(graph, name), text=plain))


def resize_note(graph: Graph, name: str, size: Place) -> Graph:
    """Give a note another size, no smaller than can be grasped."""
    wide, high = (max(length, 2 * SMALLEST) for length in size)
    return _with(graph, replace(note_of(graph, name), size=(wide, high)))


def move_notes(graph: Graph, names: Iterable[str], step: Place) -> Graph:
    """Move notes by a step."""
    chosen = set(names)
    moved = (
        replace(note, position=(note.position[0] + step[0], note.position[1] + step[1]))
        if note.name in chosen
        else note
        for note in graph.notes
    )
    return replace(graph, notes=tuple(moved)) if chosen else graph


def remove_notes(graph: Graph, names: Iterable[str]) -> Graph:
    """Take notes away; what lies in a frame stays."""
    chosen = set(names)
    return replace(graph, notes=tuple(note for note in graph.notes if note.name not in chosen))


def notes_within(graph: Graph, name: str) -> tuple[str, ...]:
    """Return the other notes that lie wholly in a frame; none lie in a note that is no frame."""
    frame = note_of(graph, name)
    if not frame.frame:
        return ()
    return tuple(
        note.name for note in graph.notes if note.name != name and is_within(frame, note.position, note.size)
    )


def is_within(frame: Note, position: Place, size: Place) -> bool:
    """Say whether a box lies wholly in a frame."""
    return all(
        corner <= place and place + length <= corner + room
        for corner, room, place, length in zip(frame.position, frame.size, position, size, strict=True)
    )


def _with(graph: Graph, note: Note) -> Graph:
    return replace(graph, notes=tuple(note if each.name == note.name else each for each in graph.notes))
