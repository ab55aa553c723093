"""What is selected on the canvas: nodes (those of a group too) and notes, or one wire."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from cnnviz.model.graph import Edge, Graph, renamed
from cnnviz.model.groups.folding import exit_last


class Selection(QObject):
    """Shared by canvas, properties and problems; `changed` follows every change."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.nodes: tuple[str, ...] = ()
        self.edge: Edge | None = None
        self.notes: tuple[str, ...] = ()
        self.group = ""
        """The group that was selected as one thing; its members are `nodes`."""

    @property
    def last(self) -> str:
        """Return the node that was selected last, or an empty text."""
        return self.nodes[-1] if self.nodes else ""

    def set(
        self,
        nodes: Iterable[str] = (),
        edge: Edge | None = None,
        *,
        notes: Iterable[str] = (),
        group: str = "",
    ) -> None:
        """Select these nodes and notes, or a wire, and nothing else; a group is named beside its members."""
        wanted = tuple(dict.fromkeys(nodes)), edge, tuple(dict.fromkeys(notes)), group
        if wanted != (self.nodes, self.edge, self.notes, self.group):
            self.nodes, self.edge, self.notes, self.group = wanted
            self.changed.emit()

    def toggle(self, *names: str) -> None:
        """Add nodes to the selection, or take them out if all are in it."""
        kept = tuple(each for each in self.nodes if each not in names)
        taken_out = len(kept) + len(names) == len(self.nodes)
        self.set(kept if taken_out else (*kept, *names), notes=self.notes)

    def toggle_note(self, name: str) -> None:
        """Add a note to the selection, or take it out."""
        kept = tuple(each for each in self.notes if each != name)
        self.set(self.nodes, notes=kept if len(kept) < len(self.notes) else (*kept, name))

    def follow(self, old: Graph, new: Graph) -> None:
        """Keep pointing at the same things after an edit: follow renamed ones, drop removed ones."""
        names = renamed(old, new)
        nodes = [names.get(name, name) for name in self.nodes]
        edge = self.edge if self.edge in new.edges else None
        notes = {note.name for note in new.notes}
        group = self.group if any(each.name == self.group for each in new.groups) else ""
        self.set(
            (exit_last(new, group) if group else (name for name in nodes if name in new)),
            edge,
            notes=(name for name in self.notes if name in notes),
            group=group,
        )
