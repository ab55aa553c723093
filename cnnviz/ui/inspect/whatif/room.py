"""Lets the parts of Inspect be used for changes: cells edited in place, maps muted from a menu or with a key."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF, QRect
from PySide6.QtGui import QAction, QCursor
from PySide6.QtWidgets import QApplication, QWidget

from cnnviz.events import Failed
from cnnviz.model.files import Project, save_project
from cnnviz.model.whatif import Cell
from cnnviz.ui.inspect.reading import Spot
from cnnviz.ui.inspect.whatif.banner import ChangedBanner
from cnnviz.ui.inspect.whatif.changes import Changes
from cnnviz.ui.inspect.whatif.editor import CellEditor
from cnnviz.ui.inspect.whatif.panel import WhatIfPanel
from cnnviz.ui.inspect.whatif.places import offsets_of, value_of, weight_at, words
from cnnviz.ui.state import Session

if TYPE_CHECKING:
    from cnnviz.ui.inspect.workspace import InspectWorkspace

TITLE = "What if"


class WhatIfRoom(QObject):
    """The banner, the tab, the editor over a cell, and what right-clicks and keys on the panes of Inspect do."""

    def __init__(self, session: Session, workspace: InspectWorkspace) -> None:
        super().__init__(workspace)
        self._session, self._workspace = session, workspace
        self.changes = Changes(session, self)
        self.banner = ChangedBanner()
        self.panel = WhatIfPanel(session, self.changes)
        self.editor = CellEditor(workspace)
        workspace.side.add_page(TITLE, self.panel)
        self._connect()

    def _connect(self) -> None:
        document, workspace = self._session.document, self._workspace
        document.tried.connect(self._describe)
        document.changed.connect(lambda _old, _new: self._describe())
        self.editor.edited.connect(self.changes.set_cell)
        self.banner.reset.connect(self.changes.reset)
        self.banner.more.connect(self._show_accuracy)
        self.panel.kept.connect(self.keep)
        workspace.input.kernel.double_clicked.connect(self._edit_kernel)
        workspace.output.kernels.double_clicked.connect(self._edit_small_kernel)
        workspace.work.running.double_clicked.connect(self._edit_offset)

    def _describe(self) -> None:
        whatif = self._session.document.whatif
        self.banner.show_whatif(whatif)
        struck = {(node, channel) for node, channels in whatif.muted.items() for channel in channels}
        self._workspace.lane.set_struck(frozenset(struck))

    def _show_accuracy(self) -> None:
        self._workspace.side.show_page(TITLE)
        self.panel.ask_accuracy()

    # -- weights ------------------------------------------------------------------------------------------------

    def edit(self, cell: Cell, over: QRect) -> None:
        """Open the field for a weight, at a place of the workspace; the keys go back to where they were."""
        space, here = self._workspace, QApplication.focusWidget()
        back = here if here is not None and space.isAncestorOf(here) else space.lane
        if space.frame is not None:
            self.editor.open(cell, words(cell), value_of(space.frame, cell), over, back)

    def edit_here(self) -> None:
        """Open the field for the weight under the pointer, or for the bias where there is none."""
        frame, spot = self._workspace.frame, self._workspace.spot
        if frame is None:
            return
        cell = weight_at(frame, spot) if spot is not None else None
        cell = cell or next(iter(offsets_of(frame).values()), None)
        if cell is None:
            self._session.notice.emit("info", "Point at a weight first: this number has none of its own.")
            return
        self.edit(cell, self._where_keys_are())

    def _where_keys_are(self) -> QRect:
        """Return the place for a field asked for by a key: over the chosen cell of the kernel, else at the pointer."""
        space, kernel = self._workspace, self._workspace.input.kernel
        if kernel.hasFocus() and kernel.selected is not None:
            return self._placed(kernel, kernel.grid().cell_rect(*kernel.selected).toRect())
        at = space.mapFromGlobal(QCursor.pos())
        if not space.rect().contains(at):
            at = space.work.mapTo(space, space.work.rect().center())
        return QRect(at, at)

    def _edit_kernel(self, row: int, column: int) -> None:
        frame, pane = self._workspace.frame, self._workspace.input
        spot = pane.spot_of_kernel(row, column)
        cell = weight_at(frame, spot) if frame is not None and spot is not None else None
        if cell is not None:
            self.edit(cell, self._placed(pane.kernel, pane.kernel.grid().cell_rect(row, column).toRect()))

    def _edit_small_kernel(self, place: int, row: int, column: int) -> None:
        frame, mosaic = self._workspace.frame, self._workspace.output.kernels
        if frame is None or frame.backward:
            return
        shape = frame.trace.parameters[frame.owner]["weight"].shape
        first, second = divmod(place, shape[1])
        cell = Cell(frame.owner, "weight", (first, second, *_rows(row, shape[2:-1]), column))
        rect = mosaic.tiles().grid(place).cell_rect(row, column).translated(0, -mosaic.top()).toRect()
        self.edit(cell, self._placed(mosaic.viewport(), rect))

    def _edit_offset(self, name: str, rect: QRect) -> None:
        frame = self._workspace.frame
        cell = offsets_of(frame).get(name) if frame is not None else None
        if cell is not None:
            self.edit(cell, self._placed(self._workspace.work.running, rect))

    def _placed(self, widget: QWidget, rect: QRect) -> QRect:
        """Return a part of a widget in coordinates of the workspace."""
        return QRect(widget.mapTo(self._workspace, rect.topLeft()), rect.size())

    # -- maps ---------------------------------------------------------------------------------------------------

    def map_at(self, widget: QWidget | None, place: QPoint) -> tuple[str, int] | None:
        """Return node and channel of the map at a place of the screen; None where none is drawn."""
        space, frame = self._workspace, self._workspace.frame
        if frame is None or widget is None:
            return None
        if space.lane.isAncestorOf(widget):
            found = space.lane.place_at(QPointF(space.lane.viewport().mapFromGlobal(place)))
            return (
                (found[0].name, found[1]) if found is not None and found[0].array == found[0].name else None
            )
        reading = space.input.reading
        for mosaic, node, first in (
            (space.output.maps, frame.node, 0),
            (space.input.channels, reading.node if reading else "", reading.channels[0] if reading else 0),
        ):
            if mosaic.isAncestorOf(widget):
                at = mosaic.place_at(QPointF(mosaic.viewport().mapFromGlobal(place)))
                return (node, first + at[0]) if at is not None and "." not in node else None
        if space.output.picture.isAncestorOf(widget) and not frame.inside:
            return frame.node, frame.cell[0]
        return self._channel_pointed_at(widget)

    def _channel_pointed_at(self, widget: QWidget) -> tuple[str, int] | None:
        space, frame = self._workspace, self._workspace.frame
        spot = space.spot
        if frame is None or spot is None or not space.work.isAncestorOf(widget):
            return None
        reading = frame.readings[spot.reading]
        if reading.folded or "." in reading.node:
            return None
        return reading.node, reading.channels[spot.cell[0]]

    def actions_at(self, widget: QWidget | None, place: QPoint) -> list[QAction]:
        """Return what can be changed at a place of the screen."""
        frame, spot = self._workspace.frame, self._workspace.spot
        if frame is None:
            return []
        found: list[QAction] = []
        if widget is not None and self._workspace.work.isAncestorOf(widget):
            found += self._weight_actions(spot, place)
        where = self.map_at(widget, place)
        return found + (self._map_actions(*where) if where is not None else [])

    def _weight_actions(self, spot: Spot | None, place: QPoint) -> list[QAction]:
        frame = self._workspace.frame
        if frame is None:
            return []
        cell = weight_at(frame, spot) if spot is not None else None
        wanted = {**({"weight": cell} if cell is not None else {}), **offsets_of(frame)}
        over = QRect(self._workspace.mapFromGlobal(place), self._workspace.mapFromGlobal(place))
        return [
            self._action(f"Change the {name} {words(each)}…", partial(self.edit, each, over))
            for name, each in wanted.items()
        ]

    def _map_actions(self, node: str, channel: int) -> list[QAction]:
        frame, changes = self._workspace.frame, self.changes
        if frame is None or node not in frame.trace.activations:
            return []
        count, whatif = len(frame.trace.activation(node)), changes.whatif
        muted = whatif.muted.get(node, ())
        selected = frame.cell[0] if frame.node == node else -1
        alone = len(muted) == count - 1 and channel not in muted
        mute = f"{'Unmute' if channel in muted else 'Mute'} map {channel} of {node}"
        solo = "Hear all maps again" if alone else f"Hear map {channel} of {node} alone"
        found = [
            self._action(mute, lambda: changes.mute(node, channel)),
            self._action(solo, lambda: changes.solo(node, channel, count)),
        ]
        if selected not in (-1, channel):
            text = f"Swap maps {channel} and {selected} (the selected one)"
            found.append(self._action(text, lambda: changes.swap(node, channel, selected)))
        if muted or node in whatif.swapped:
            found.append(self._action(f"All maps of {node} as they are", lambda: changes.unmute_all(node)))
        why = changes.why_not(node)
        for action in found:
            action.setEnabled(not why)
            action.setToolTip(why)
        return found

    def act_on_map(self, do: Callable[[str, int, int], object]) -> None:
        """Do something with the selected map: `do(node, channel, how many there are)`; say why where it can't be."""
        frame = self._workspace.frame
        if frame is None:
            return
        why = "This array lies inside its layer." if frame.inside else self.changes.why_not(frame.node)
        if why:
            self._session.notice.emit("info", f"{frame.node}: {why}")
            return
        do(frame.node, frame.cell[0], len(frame.output))

    def _action(self, text: str, do: Callable[[], object]) -> QAction:
        action = QAction(text, self)
        action.triggered.connect(lambda: do())  # noqa: PLW0108 (the signal carries a checked state)
        return action

    # -- keeping ------------------------------------------------------------------------------------------------

    def keep(self, path: Path) -> None:
        """Write the changed network with its weights as a project of its own; what is open stays as it is."""
        session, document = self._session, self._session.document
        graph, seed, whatif, weights = (
            document.graph, document.recipe.seed, document.whatif, session.looking.weights,
        )  # fmt: skip
        title, recipe, data = path.stem, document.recipe, document.data
        about = {"title": title, "origin": f"{session.looking.origin}; then by hand: {whatif.words()}"}

        def write() -> Path:
            net, values = session.services.attempt(graph, weights, seed, whatif)
            beside = path.with_suffix(".safetensors")
            session.services.save_weights(beside, values, about)
            save_project(path, Project(net.with_title(title), data, recipe, beside.name))
            return path

        def done(written: Path) -> None:
            session.notice.emit("info", f"Wrote {written.name} and its weights")

        def failed(failure: Failed) -> None:
            session.notice.emit("error", failure.message)

        session.loader.ask(f"keep {path}", write, done, failed)


def _rows(row: int, sizes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the places along the dimensions that a kernel's rows were made of: none for a sequence's."""
    places: list[int] = []
    for size in reversed(sizes):
        row, rest = divmod(row, size)
        places.append(rest)
    return tuple(reversed(places))


__all__ = ["TITLE", "WhatIfRoom"]
