"""What is selected on the canvas: nodes, or one wire."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from cnnviz.model.graph import Edge, Graph, renamed


class Selection(QObject):
    """Shared by canvas, properties and problems; `changed` follows every change."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.nodes: tuple[str, ...] = ()
        self.edge: Edge | None = None

    @property
    def last(self) -> str:
        """Return the node that was selected last, or an empty text."""
        return self.nodes[-1] if self.nodes else ""

    def set(self, nodes: Iterable[str] = (), edge: Edge | None = None) -> None:
        """Select these nodes, or a wire, and nothing else."""
        wanted = tuple(dict.fromkeys(nodes))
        if (wanted, edge) != (self.nodes, self.edge):
            self.nodes, self.edge = wanted, edge
            self.changed.emit()

    def toggle(self, name: str) -> None:
        """Add a node to the selection, or take it out."""
        kept = tuple(each for each in self.nodes if each != name)
        self.set(kept if len(kept) < len(self.nodes) else (*kept, name))

    def follow(self, old: Graph, new: Graph) -> None:
        """Keep pointing at the same layers after an edit: follow renamed ones, drop removed ones."""
        names = renamed(old, new)
        nodes = [names.get(name, name) for name in self.nodes]
        edge = self.edge if self.edge in new.edges else None
        self.set((name for name in nodes if name in new), edge)
