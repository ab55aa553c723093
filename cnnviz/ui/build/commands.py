"""Everything that keys do on the canvas, as actions that the command list shows too."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence

from cnnviz.errors import CnnvizError
from cnnviz.layers import Layer
from cnnviz.model.check import check
from cnnviz.model.graph import Graph
from cnnviz.model.groups.folding import members
from cnnviz.model.groups.notes import remove_notes
from cnnviz.model.groups.pieces import Grafted
from cnnviz.model.groups.repeating import title_of
from cnnviz.ui.build.canvas.canvas import Canvas
from cnnviz.ui.build.canvas.noteediting import NoteEditor
from cnnviz.ui.build.canvas.places import CARD_HEIGHT, CARD_WIDTH, SNAP, snapped
from cnnviz.ui.build.canvas.search import SearchBar
from cnnviz.ui.build.canvas.suggestions import of_family
from cnnviz.ui.build.canvas.walking import neighbour
from cnnviz.ui.build.gestures import edits, mime
from cnnviz.ui.build.gestures.grouping import Grouping, whole_cards
from cnnviz.ui.build.gestures.nudging import nudge

FAMILIES = {"C": "conv", "P": "maxpool", "N": "batchnorm", "A": "relu", "D": "dense"}
_TITLES = {
    "C": "Add convolution",
    "P": "Add pooling",
    "N": "Add batch norm",
    "A": "Add activation",
    "D": "Add dense layer",
}


class Commands(QObject):
    """Makes the actions and does what they say; the shortcuts work while the canvas has the focus."""

    def __init__(
        self,
        canvas: Canvas,
        grouping: Grouping,
        notes: NoteEditor,
        search: SearchBar,
        rename: Callable[[], None],
        inspect: Callable[[str], None],
    ) -> None:
        super().__init__(canvas)
        self._grouping, self._notes, self._search = grouping, notes, search
        self._canvas, self._rename, self._inspect = canvas, rename, inspect
        self._pasted = 0
        self.actions: list[QAction] = []
        for text, keys, tip, run in self._table():
            self.add(text, keys, tip, run)
        for key, family in FAMILIES.items():
            tip = "After the selected layer, or on the empty canvas"
            self.add(_TITLES[key], (key,), tip, partial(self.add_family, family))
        for key in ("Up", "Down", "Left", "Right"):
            action = self.add(f"Go {key.lower()}", (key,), "To the next card there", partial(self.walk, key))
            self.actions.remove(action)
            tip = "Move the selected cards a step of the grid"
            self.add(f"Move {key.lower()}", (f"Alt+{key}",), tip, partial(nudge, canvas, key))

    def _table(self) -> tuple[tuple[str, tuple[str, ...], str, Callable[[], object]], ...]:
        canvas = self._canvas
        return (
            ("Add a layer", ("Tab", "/"), "Search all layers at the cursor", self.quick_add),
            ("Delete", ("Del", "Backspace"), "Remove what is selected and join the wires", self.delete),
            ("Duplicate", ("Ctrl+D",), "Copy the selected layers beside themselves", self.duplicate),
            ("Copy layers", ("Ctrl+C",), "Copy the selected layers and their wires", self.copy),
            ("Cut layers", ("Ctrl+X",), "Copy and remove the selected layers", self.cut),
            ("Paste layers", ("Ctrl+V",), "Paste copied layers, from any window", self.paste),
            ("Group", ("Ctrl+G",), "Fold the selected cards into a block", self._grouping.group_selection),
            (
                "Dissolve group",
                ("Ctrl+Shift+G",),
                "Take the selected group apart",
                self._grouping.dissolve_selection,
            ),
            (
                "Open or fold group",
                ("Ctrl+Return", "Ctrl+Enter"),
                "Show what is in it, or one card",
                self.toggle_group,
            ),
            (
                "Stack like blocks",
                ("X",),
                "Show the selected block and its like before and behind it as one card",
                self._grouping.stack_selected,
            ),
            (
                "Find a layer",
                ("Ctrl+F",),
                "By name, kind or shape; Enter goes to the next",
                self._search.open,
            ),
            ("Cut wires", ("K",), "The next drag cuts the wires that it crosses", canvas.take_knife),
            ("Add a note", ("T",), "A text on the canvas", self._notes.add_note),
            (
                "Add a frame",
                ("Shift+T",),
                "An area with a heading, around what is selected",
                self._notes.add_frame,
            ),
            ("Select all layers", ("Ctrl+A",), "", self.select_all),
            ("Rename layer", ("F2",), "Change the name of the selected layer", self._rename),
            (
                "Show everything",
                ("F",),
                "Fit the whole network into the view",
                partial(canvas.fit, glide=True),
            ),
            ("Show the selection", ("Shift+F",), "Fit the selected layers", self.fit_selection),
            ("Open in Inspect", ("Return", "Enter"), "Look into the selected layer", self.inspect),
            ("Break off", ("Esc",), "Cancel a drag, close a message, select nothing", self.escape),
        )

    def add(self, text: str, keys: tuple[str, ...], tip: str, run: Callable[[], object]) -> QAction:
        """Make another action that keys and the command list know."""
        action = QAction(text, self._canvas)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.setToolTip(tip or text)
        action.triggered.connect(lambda _checked: run())
        self._canvas.addAction(action)
        self.actions.append(action)
        return action

    # -- adding -------------------------------------------------------------------------------------------------

    def quick_add(self) -> None:
        """Open the quick menu where the mouse is, or in the middle; what is selected is followed."""
        canvas = self._canvas
        view = canvas.mapFromScene(canvas.pointer)
        inside = canvas.viewport().rect().contains(view)
        point = canvas.pointer if inside else canvas.mapToScene(canvas.viewport().rect().center())
        canvas.open_quick_menu(point, after=canvas.selection.last)

    def add_family(self, family: str) -> None:
        """Add the kind of a family that fits what arrives."""
        graph, after = self._canvas.document.graph, self._canvas.selection.last
        shape = check(graph).row(after).shape if after else None
        self.add_layer(of_family(family, shape)())

    def add_layer(self, layer: Layer) -> None:
        """Add a layer after the selection, or without one in the middle of the view."""
        canvas, graph = self._canvas, self._canvas.document.graph
        after = canvas.selection.last
        if after:
            canvas.commit_new(lambda: edits.add_after(graph, layer, after))
            return
        middle = canvas.mapToScene(canvas.viewport().rect().center())
        x, y = snapped(middle.x() - CARD_WIDTH / 2, middle.y() - CARD_HEIGHT / 2)
        taken = {node.position for node in graph}
        while (x, y) in taken:
            x, y = x + 2 * SNAP, y + 2 * SNAP
        canvas.commit_new(lambda: edits.add(graph, layer, (x, y)))

    # -- the selection ------------------------------------------------------------------------------------------

    def delete(self) -> None:
        """Remove what is selected: nodes (and heal the gaps), notes, or a wire with those that look the same."""
        canvas, chosen = self._canvas, self._canvas.selection
        graph, edge = canvas.document.graph, chosen.edge
        if edge is not None:
            face = canvas.content.faces.wires.get(edge)
            canvas.commit(f"Disconnect {edge.target}", lambda: edits.disconnect(graph, edge, face))
        elif chosen.nodes or chosen.notes:
            canvas.commit(f"Delete {self._chosen()}", lambda: self._without_chosen(chosen.nodes))

    def _without_chosen(self, names: tuple[str, ...]) -> Graph:
        graph = self._canvas.document.graph.remove(names, heal=True)
        return remove_notes(graph, self._canvas.selection.notes)

    def duplicate(self) -> None:
        """Copy what is selected beside itself, and select the copies."""
        names, notes = self._whole_cards(), self._canvas.selection.notes
        if names or notes:
            made = edits.duplicate(self._canvas.document.graph, names, notes)
            self._take_in(f"Duplicate {self._chosen()}", made)

    def _take_in(self, label: str, made: Grafted) -> None:
        """Make the edit, and select what came in: where it is one group, as one thing."""
        canvas = self._canvas
        if canvas.commit(label, made.graph):
            nodes = tuple(made.nodes.values())
            whole = [name for name in made.groups.values() if len(members(made.graph, name)) == len(nodes)]
            group = whole[0] if len(whole) == 1 else ""
            canvas.selection.set(nodes, notes=made.notes.values(), group=group)
            canvas.reveal(nodes)

    def copy(self) -> bool:
        """Put what is selected on the clipboard; say whether there was anything."""
        names, notes = self._whole_cards(), self._canvas.selection.notes
        if names or notes:
            text = edits.copy_text(self._canvas.document.graph, names, notes)
            QGuiApplication.clipboard().setMimeData(mime.piece_data(text))
            self._pasted = 0
        return bool(names or notes)

    def cut(self) -> None:
        """Copy and remove what is selected."""
        names, label = self._whole_cards(), f"Cut {self._chosen()}"
        if self.copy():
            self._canvas.commit(label, lambda: self._without_chosen(names))

    def paste(self) -> None:
        """Add what is on the clipboard, each time a little farther, and select it."""
        canvas = self._canvas
        text = mime.copied_piece(QGuiApplication.clipboard().mimeData())
        self._pasted += 1
        step = 2.0 * SNAP * self._pasted
        try:
            made = edits.paste(canvas.document.graph, text, (CARD_WIDTH + step, step))
        except CnnvizError as error:
            canvas.session.notice.emit("info", str(error))
            return
        self._take_in(f"Paste {_named(tuple(made.nodes.values()))}", made)

    def select_all(self) -> None:
        """Select every node and note."""
        graph = self._canvas.document.graph
        self._canvas.selection.set((node.name for node in graph), notes=(note.name for note in graph.notes))

    def _chosen(self) -> str:
        """Return what undo calls the things that are selected."""
        graph, chosen = self._canvas.document.graph, self._canvas.selection
        if chosen.group:
            return title_of(graph, chosen.group)
        if not chosen.nodes:
            return "note" if len(chosen.notes) == 1 else f"{len(chosen.notes)} notes"
        return _named(chosen.nodes)

    def _whole_cards(self) -> tuple[str, ...]:
        """Return the selected nodes; a selected card takes its chips along."""
        return whole_cards(self._canvas.document.graph, self._canvas.selection.nodes)

    # -- moving around ------------------------------------------------------------------------------------------

    def fit_selection(self) -> None:
        """Show the selected cards large."""
        self._canvas.fit(self._canvas.selection.nodes, glide=True)

    def walk(self, key: str) -> None:
        """Select the next card in a direction: along the wires up and down, to the nearest sideways."""
        canvas = self._canvas
        found = neighbour(canvas.content.faces, canvas.selection.last, key)
        if found:
            box = canvas.content.faces.cards[found].box
            canvas.selection.set(box.members if box else (found,), group=box.group if box else "")
            canvas.reveal((found,))

    def toggle_group(self) -> None:
        """Open or fold the selected group, or the one around the selected card."""
        name = self._grouping.selected()
        if name:
            self._grouping.toggle(name)

    def inspect(self) -> None:
        """Open the selected node in Inspect."""
        if self._canvas.selection.last:
            self._inspect(self._canvas.selection.last)

    def escape(self) -> None:
        """Break off the gesture; without one, select nothing."""
        if not self._canvas.cancel_gesture():
            self._canvas.selection.set()


def _named(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{len(names)} layers"
