"""Random edits of a graph, as a user could make them in any order."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from cnnviz.errors import CnnvizError
from cnnviz.layers import LAYERS, Layer
from cnnviz.model.graph import Graph
from cnnviz.model.groups import folding, notes
from cnnviz.model.placing.cards import cards
from cnnviz.model.placing.layout import tidy

Edit = Callable[[Graph], Graph]
MOST = 14
"""Nodes; beyond that more is removed than added, so that a long series stays quick."""


class Scribble:
    """Makes one random edit after another; the same seed makes the same series."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def edit(self, graph: Graph) -> Graph:
        """Return the graph with one edit; one that the graph refuses leaves it as it is."""
        few: list[Edit] = [self._add, self._add_after, self._insert, self._note]
        many: list[Edit] = [self._remove, self._disconnect]
        usual: list[Edit] = [
            self._connect, self._connect, self._connect, self._option, self._option, self._move, self._rename,
            self._group, self._fold, self._fold, self._dissolve, self._tidy, self._title, self._apart,
        ]  # fmt: skip
        choices = usual + (many * 2 if len(graph) > MOST else few * 2 + many)
        try:
            return self.rng.choice(choices)(graph)
        except CnnvizError:
            return graph

    def _any(self, graph: Graph) -> str:
        return self.rng.choice(graph.nodes).name if graph.nodes else "nobody"

    def _layer(self) -> Layer:
        return self.rng.choice(list(LAYERS.values()))()

    def _place(self) -> tuple[float, float]:
        return self.rng.randrange(-40, 40) * 16.0, self.rng.randrange(-40, 40) * 16.0

    def _add(self, graph: Graph) -> Graph:
        return graph.add(self._layer(), position=self._place())

    def _add_after(self, graph: Graph) -> Graph:
        return graph.add(self._layer(), position=self._place(), after=self._any(graph))

    def _insert(self, graph: Graph) -> Graph:
        return graph.insert(self.rng.choice(graph.edges), self._layer()) if graph.edges else graph

    def _remove(self, graph: Graph) -> Graph:
        names = {self._any(graph) for _ in range(self.rng.randint(1, 3))}
        return graph.remove(sorted(names), heal=self.rng.random() < 0.9)

    def _connect(self, graph: Graph) -> Graph:
        port = self.rng.choice((None, None, 0, 1))
        return graph.connect(self._any(graph), self._any(graph), port)

    def _disconnect(self, graph: Graph) -> Graph:
        return graph.disconnect(self.rng.choice(graph.edges)) if graph.edges else graph

    def _option(self, graph: Graph) -> Graph:
        name = self._any(graph)
        layer = graph.node(name).layer
        numbers = [o for o in layer.options() if o.form == "integer"]
        if not numbers:
            return graph
        option = self.rng.choice(numbers)
        low = int(option.lo or 0)
        return graph.with_layer(name, layer.replace(**{option.name: self.rng.randint(low, low + 9)}))

    def _move(self, graph: Graph) -> Graph:
        return graph.move({self._any(graph): self._place()})

    def _rename(self, graph: Graph) -> Graph:
        return graph.rename(self._any(graph), f"name{self.rng.randrange(30)}")

    def _group(self, graph: Graph) -> Graph:
        names = {self._any(graph) for _ in range(3)}
        return folding.put_together(graph, sorted(names), "block", folded=self.rng.random() < 0.5)

    def _fold(self, graph: Graph) -> Graph:
        if not graph.groups:
            return graph
        group = self.rng.choice(graph.groups)
        return folding.fold(graph, group.name, not group.folded)

    def _dissolve(self, graph: Graph) -> Graph:
        return folding.dissolve(graph, self.rng.choice(graph.groups).name) if graph.groups else graph

    def _note(self, graph: Graph) -> Graph:
        if graph.notes and (len(graph.notes) > 3 or self.rng.random() < 0.5):
            return notes.remove_notes(graph, [self.rng.choice(graph.notes).name])
        return notes.add_note(graph, self._place(), "a note", frame=self.rng.random() < 0.3)[0]

    def _tidy(self, graph: Graph) -> Graph:
        return tidy(graph) if graph.nodes and len(cards(graph)) < MOST else graph

    def _apart(self, graph: Graph) -> Graph:
        name = self._any(graph)
        return graph.set_apart(name, not graph.node(name).apart, self._place())

    def _title(self, graph: Graph) -> Graph:
        return replace(graph, title=f"title {self.rng.randrange(5)}")
