"""What keys and the panel do with groups: fold nodes into one, open it, repeat it, take it apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cnnviz.errors import CnnvizError
from cnnviz.model.graph import Graph
from cnnviz.model.groups.alike import stack_alike
from cnnviz.model.groups.blocks import as_block, place_block
from cnnviz.model.groups.folding import (
    dissolve,
    exit_last,
    fold,
    group_of,
    members,
    put_together,
    with_group,
)
from cnnviz.model.groups.framing import FRAME_SIDE, closed, frames, opened
from cnnviz.model.groups.ownblocks import save_block
from cnnviz.model.groups.repeating import repeat, title_of
from cnnviz.model.placing.cards import cards
from cnnviz.ui.build.canvas.canvas import Canvas
from cnnviz.ui.build.canvas.places import CARD_HEIGHT, CARD_WIDTH, snapped
from cnnviz.ui.build.cards.boxes import rank
from cnnviz.ui.build.gestures.edits import block_after

CARD = (CARD_WIDTH, CARD_HEIGHT)


class Grouping:
    """Works on the groups of one canvas; `rename` starts the editing of a group's title on its card or frame."""

    def __init__(self, canvas: Canvas, rename: Callable[[str], None]) -> None:
        self._canvas, self._rename = canvas, rename

    @property
    def _graph(self) -> Graph:
        return self._canvas.document.graph

    def group_selection(self) -> None:
        """Fold the selected cards into a new group, and let its name be typed at once."""
        canvas = self._canvas
        names = whole_cards(self._graph, canvas.selection.nodes)
        try:
            made = put_together(self._graph, names, _title(self._graph), folded=False)
        except CnnvizError as error:
            canvas.session.notice.emit("warning", str(error))
            return
        name = made.groups[-1].name
        if canvas.commit("Group", lambda: closed(made, name, CARD)):
            self.select(name)
            self._rename(name)

    def dissolve_selection(self) -> None:
        """Take the selected group apart, or the one around the selected card."""
        name = self.selected()
        if name:
            self.dissolve(name)
        else:
            self._canvas.session.notice.emit("info", "Select a group to dissolve it.")

    def selected(self) -> str:
        """Return the selected group, or the innermost one around the selected card, or an empty text."""
        selection = self._canvas.selection
        if selection.group or not selection.last:
            return selection.group
        return self._graph.node(selection.last).group

    def select(self, name: str) -> None:
        """Select a group as one thing."""
        self._canvas.selection.set(exit_last(self._graph, name), group=name)

    def toggle(self, name: str) -> None:
        """Open a folded group, or fold an open one."""
        if group_of(self._graph, name).folded:
            self.open(name)
        else:
            self.fold(name)

    def open(self, name: str) -> None:
        """Show what is in a group, in place."""
        label = f"Open {title_of(self._graph, name)}"
        if self._canvas.commit(label, lambda: opened(self._graph, name, CARD)):
            self.select(name)

    def fold(self, name: str) -> None:
        """Show a group as one card, in place."""
        label = f"Fold {title_of(self._graph, name)}"
        if self._canvas.commit(label, lambda: closed(self._graph, name, CARD)):
            self.select(name)

    def dissolve(self, name: str) -> None:
        """Take a group away; its cards stay and are selected."""
        graph, nodes = self._graph, members(self._graph, name)
        shown = opened(graph, name, CARD) if group_of(graph, name).folded else graph
        if self._canvas.commit(f"Dissolve {title_of(graph, name)}", lambda: dissolve(shown, name)):
            self._canvas.selection.set(nodes)

    def repeat(self, name: str, count: int) -> None:
        """Put a block `count` times in a chain; all of them are one stack then."""
        graph = self._graph
        folded = graph if group_of(graph, name).folded else closed(graph, name, CARD)
        if self._canvas.commit(
            f"Repeat {title_of(graph, name)} ×{count}", lambda: repeat(folded, name, count)
        ):
            self.select(self._graph.groups[-1].name)

    def stack_selected(self) -> None:
        """Put the selected block and its like before and behind it into one card with a count."""
        name = self.selected()
        if name:
            self.stack(name)
        else:
            self._canvas.session.notice.emit("info", "Select a block that follows its like to stack them.")

    def stack(self, name: str) -> None:
        """Put a block and its like before and behind it into one card with a count."""
        count = rank(self._graph, name)[1]
        label = f"Stack {title_of(self._graph, name)} ×{count}"
        if self._canvas.commit(label, lambda: _drawn_together(stack_alike(self._graph, name))):
            self.select(self._graph.groups[-1].name)

    def save(self, name: str) -> bool:
        """Keep a copy of a group among the user's blocks; say whether it is there now."""
        try:
            block = save_block(as_block(self._graph, name))
        except CnnvizError as error:
            self._canvas.session.notice.emit("warning", str(error))
            return False
        self._canvas.session.notice.emit("info", f"{block.title} is among the blocks of the palette now.")
        return True

    def add_block(self, block: Graph) -> None:
        """Put a block behind the selection, or without one in the middle of the view."""
        canvas, graph = self._canvas, self._graph
        after = canvas.selection.last
        if after:
            canvas.commit_block(lambda: block_after(graph, block, after))
            return
        middle = canvas.mapToScene(canvas.viewport().rect().center())
        place = snapped(middle.x() - CARD_WIDTH / 2, middle.y() - CARD_HEIGHT / 2)
        canvas.commit_block(lambda: place_block(graph, block, place))

    def retitle(self, name: str, title: str) -> None:
        """Give a group another title; an empty one leaves the old."""
        group = group_of(self._graph, name)
        if title.strip() and title.strip() != group.title:
            changed = with_group(self._graph, replace(group, title=title.strip()))
            self._canvas.commit(f"Rename {group.title or name} to {title.strip()}", changed)


def whole_cards(graph: Graph, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return all nodes on the cards of these nodes: a selected card takes its chips along."""
    chosen = set(names)
    return tuple(
        name
        for card in cards(graph)
        for name in (card.nodes if card.head in chosen else [n for n in card.nodes if n in chosen])
    )


def _drawn_together(graph: Graph) -> Graph:
    """Return the graph with the latest group folded in place; what is below moves up where the blocks lay there."""
    name = graph.groups[-1].name
    left, _, right, _ = frames(fold(graph, name, folded=False), CARD)[name]
    column = right - left <= CARD_WIDTH + 2 * FRAME_SIDE
    return closed(fold(graph, name, folded=False), name, CARD) if column else graph


def _title(graph: Graph) -> str:
    """Return a title for a new group that no other has."""
    taken, number = {group.title for group in graph.groups}, 1
    while f"Block {number}" in taken:
        number += 1
    return f"Block {number}"
