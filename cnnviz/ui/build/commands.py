"""Everything that keys do on the canvas, as actions that the command list shows too."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence

from cnnviz.errors import CnnvizError
from cnnviz.layers import Layer
from cnnviz.model.check import check
from cnnviz.ui.build import edits, mime
from cnnviz.ui.build.canvas import Canvas
from cnnviz.ui.build.places import CARD_HEIGHT, CARD_WIDTH, SNAP, snapped
from cnnviz.ui.build.suggestions import of_family
from cnnviz.ui.build.walking import neighbour

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

    def __init__(self, canvas: Canvas, rename: Callable[[], None], inspect: Callable[[str], None]) -> None:
        super().__init__(canvas)
        self._canvas, self._rename, self._inspect = canvas, rename, inspect
        self._pasted = 0
        self.actions: list[QAction] = []
        for text, keys, tip, run in self._table():
            self._add(text, keys, tip, run)
        for key, family in FAMILIES.items():
            tip = "After the selected layer, or on the empty canvas"
            self._add(_TITLES[key], (key,), tip, partial(self.add_family, family))
        for key in ("Up", "Down", "Left", "Right"):
            action = self._add(f"Go {key.lower()}", (key,), "To the next card there", partial(self.walk, key))
            self.actions.remove(action)

    def _table(self) -> tuple[tuple[str, tuple[str, ...], str, Callable[[], object]], ...]:
        canvas = self._canvas
        return (
            ("Add a layer", ("Tab", "/"), "Search all layers at the cursor", self.quick_add),
            ("Delete", ("Del", "Backspace"), "Remove what is selected and join the wires", self.delete),
            ("Duplicate", ("Ctrl+D",), "Copy the selected layers beside themselves", self.duplicate),
            ("Copy layers", ("Ctrl+C",), "Copy the selected layers and their wires", self.copy),
            ("Cut layers", ("Ctrl+X",), "Copy and remove the selected layers", self.cut),
            ("Paste layers", ("Ctrl+V",), "Paste copied layers, from any window", self.paste),
            ("Select all layers", ("Ctrl+A",), "", self.select_all),
            ("Rename layer", ("F2",), "Change the name of the selected layer", self._rename),
            ("Show everything", ("F",), "Fit the whole network into the view", canvas.fit),
            ("Show the selection", ("Shift+F",), "Fit the selected layers", self.fit_selection),
            ("Open in Inspect", ("Return", "Enter"), "Look into the selected layer", self.inspect),
            ("Break off", ("Esc",), "Cancel a drag, close a message, select nothing", self.escape),
        )

    def _add(self, text: str, keys: tuple[str, ...], tip: str, run: Callable[[], object]) -> QAction:
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
        """Remove the selected nodes and heal the gaps, or the selected wire."""
        canvas, chosen = self._canvas, self._canvas.selection
        graph, edge = canvas.document.graph, chosen.edge
        if edge is not None:
            canvas.commit(f"Disconnect {edge.target}", lambda: graph.disconnect(edge))
        elif chosen.nodes:
            canvas.commit(f"Delete {_named(chosen.nodes)}", lambda: graph.remove(chosen.nodes, heal=True))

    def duplicate(self) -> None:
        """Copy the selected nodes beside themselves, and select the copies."""
        canvas, names = self._canvas, self._whole_cards()
        if names:
            graph, made = edits.duplicate(canvas.document.graph, names)
            if canvas.commit(f"Duplicate {_named(names)}", graph):
                canvas.selection.set(made)

    def copy(self) -> bool:
        """Put the selected nodes on the clipboard; say whether there were any."""
        names = self._whole_cards()
        if names:
            text = edits.copy_text(self._canvas.document.graph, names)
            QGuiApplication.clipboard().setMimeData(mime.piece_data(text))
            self._pasted = 0
        return bool(names)

    def cut(self) -> None:
        """Copy and remove the selected nodes."""
        names = self._whole_cards()
        if self.copy():
            graph = self._canvas.document.graph
            self._canvas.commit(f"Cut {_named(names)}", lambda: graph.remove(names, heal=True))

    def paste(self) -> None:
        """Add what is on the clipboard, each time a little farther, and select it."""
        canvas = self._canvas
        text = mime.copied_piece(QGuiApplication.clipboard().mimeData())
        self._pasted += 1
        step = 2.0 * SNAP * self._pasted
        try:
            graph, made = edits.paste(canvas.document.graph, text, (CARD_WIDTH + step, step))
        except CnnvizError as error:
            canvas.session.notice.emit("info", str(error))
            return
        if canvas.commit(f"Paste {_named(made)}", graph):
            canvas.selection.set(made)
            canvas.reveal(made)

    def select_all(self) -> None:
        """Select every node."""
        self._canvas.selection.set(node.name for node in self._canvas.document.graph)

    def _whole_cards(self) -> tuple[str, ...]:
        """Return the selected nodes; a selected card takes its chips along."""
        cards = self._canvas.content.faces.cards
        found: list[str] = []
        for name in self._canvas.selection.nodes:
            found += cards[name].nodes if name in cards else (name,)
        return tuple(dict.fromkeys(found))

    # -- moving around ------------------------------------------------------------------------------------------

    def fit_selection(self) -> None:
        """Show the selected cards large."""
        self._canvas.fit(self._canvas.selection.nodes)

    def walk(self, key: str) -> None:
        """Select the next card in a direction: along the wires up and down, to the nearest sideways."""
        canvas = self._canvas
        found = neighbour(canvas.content.faces, canvas.selection.last, key)
        if found:
            canvas.selection.set((found,))
            canvas.reveal((found,))

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
