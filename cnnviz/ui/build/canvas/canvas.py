"""The canvas: the graph as cards and wires, and the hand that edits it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QWidget

from cnnviz.errors import CnnvizError
from cnnviz.layers import Layer
from cnnviz.model.check import check
from cnnviz.model.graph import Graph
from cnnviz.model.groups.blocks import Placed
from cnnviz.model.groups.folding import members
from cnnviz.model.groups.repeating import title_of
from cnnviz.ui.build.canvas.hover import Hover
from cnnviz.ui.build.canvas.places import under_pointer
from cnnviz.ui.build.canvas.quick import QuickMenu
from cnnviz.ui.build.canvas.sheet import Sheet
from cnnviz.ui.build.canvas.suggestions import follows
from cnnviz.ui.build.cards.card import CardItem, Part
from cnnviz.ui.build.cards.grounds import FrameItem, NoteItem
from cnnviz.ui.build.gestures import edits, gestures, mime
from cnnviz.ui.build.gestures.cutting import KEYS as CUTTING
from cnnviz.ui.build.gestures.cutting import Cut
from cnnviz.ui.build.gestures.pressing import Press, press_at
from cnnviz.ui.build.selection import Selection
from cnnviz.ui.state import Session

DRAG_DISTANCE = 4
"""View pixels that the mouse must move with the button down before it drags."""


class Canvas(Sheet):
    """Turns mouse and drops into gestures, and gestures into edits of the document."""

    button_pressed = Signal(str)
    asked_to_inspect = Signal(str)
    group_pressed = Signal(str)
    """Carries the group that shall be opened or folded."""
    note_pressed = Signal(str)
    """Carries the note whose text shall be edited."""

    def __init__(self, session: Session, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.document, self.selection = session.document, selection
        self.hover = Hover(self)
        self.gesture: gestures.Gesture | None = None
        self._pressed: tuple[QPoint, Press] | None = None
        self._space = self._knife = False
        self.quick = QuickMenu(self)
        self.quick.chosen.connect(self._add_from_menu)
        self._make_from_menu: Callable[[Layer], edits.Made] | None = None
        self.setAcceptDrops(True)
        self.setAccessibleName("canvas")
        self.content.judge = self.document.judged
        self.content.sync(self.document.graph)
        self.document.changed.connect(self._follow)
        self.document.judged_anew.connect(lambda: self.content.sync(self.shown, again=True))
        selection.changed.connect(self._mark_selection)
        session.settings_changed.connect(lambda _: self.content.sync(self.shown, again=True))

    # -- documents and drafts -----------------------------------------------------------------------------------

    @property
    def shown(self) -> Graph:
        """Return the graph on the canvas: the document's, or the draft of a gesture."""
        return self.content.graph

    def propose(self, graph: Graph | None) -> None:
        """Show what would come out, without changing the document; None shows the document again."""
        self.content.sync(self.document.graph if graph is None else graph)
        self._mark_selection()

    def commit(self, label: str, graph: Graph | Callable[[], Graph], key: str = "") -> bool:
        """Make an edit; where it is impossible, say why."""
        try:
            self.document.edit(label, graph() if callable(graph) else graph, key)
        except CnnvizError as error:
            self.session.notice.emit("warning", str(error))
            self.propose(None)
            return False
        self.propose(None)
        return True

    def commit_new(self, make: Callable[[], edits.Made]) -> None:
        """Add a node and select it."""
        try:
            graph, name = make()
        except CnnvizError as error:
            self.session.notice.emit("warning", str(error))
            return
        if self.commit(f"Add {name}", graph):
            self.selection.set((name,))
            self.reveal((name,))
            self.setFocus()

    def commit_block(self, make: Callable[[], Placed]) -> None:
        """Add a block and select it as one thing."""
        try:
            placed = make()
        except CnnvizError as error:
            self.session.notice.emit("warning", str(error))
            return
        nodes = members(placed.graph, placed.group)
        if self.commit(f"Add {title_of(placed.graph, placed.group)}", placed.graph):
            self.selection.set(nodes, group=placed.group)
            self.reveal(nodes)
            self.setFocus()

    def _follow(self, old: Graph, new: Graph) -> None:
        if self.gesture is not None and not isinstance(self.gesture, gestures.Pan):
            gesture, self.gesture = self.gesture, None
            gesture.cancel()
        self.selection.follow(old, new)
        self.propose(None)

    def _mark_selection(self) -> None:
        chosen = self.selection
        self.content.mark_selected(chosen.nodes, chosen.edge, chosen.notes, chosen.group)

    # -- mouse --------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()
        self.quick.close_menu()
        self.pointer = self.mapToScene(event.position().toPoint())
        middle = event.button() == Qt.MouseButton.MiddleButton
        if middle or (self._space and event.button() == Qt.MouseButton.LeftButton):
            self._begin(gestures.Pan(self), self.pointer)
        elif self._cuts(event):
            self._begin(Cut(self), self.pointer)
        elif event.button() == Qt.MouseButton.LeftButton:
            press = press_at(self, self.pointer, event.modifiers())
            self._pressed = (event.position().toPoint(), press) if press is not None else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = event.position().toPoint()
        if self._pressed is not None and self.gesture is None:
            start, press = self._pressed
            if (place - start).manhattanLength() >= DRAG_DISTANCE:
                self._begin(press.drag(), self.mapToScene(start))
        self.pointer = self.mapToScene(place)
        if self.gesture is not None:
            self.gesture.move(self.pointer)
        elif self._pressed is None:
            self.hover.look(self.pointer)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.pointer = self.mapToScene(event.position().toPoint())
        pressed, self._pressed = self._pressed, None
        gesture, self.gesture = self.gesture, None
        if gesture is not None:
            self._knife = False
            gesture.end(self.pointer)
            self._show_cursor(None)
        elif pressed is not None:
            pressed[1].click()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.pointer = self.mapToScene(event.position().toPoint())
        found = self.content.card_at(self.pointer)
        if found is not None:
            self._open_card(*found)
        else:
            self._open_ground()

    def _open_card(self, card: CardItem, part: Part) -> None:
        """A card was double-clicked: a folded group opens, a layer is shown in Inspect."""
        if part.kind == "button":
            self.button_pressed.emit(part.name)
        elif part.kind == "card" and card.face.box is not None:
            self.group_pressed.emit(card.face.box.group)
        elif part.kind in ("card", "chip"):
            self.asked_to_inspect.emit(part.name)

    def _open_ground(self) -> None:
        """The canvas behind cards and wires was double-clicked: a note, a frame's bar, or nothing."""
        item, part = self.content.field_at(self.pointer) or (None, "")
        if isinstance(item, NoteItem):
            self.note_pressed.emit(item.note.name)
        elif isinstance(item, FrameItem):
            if part == "bar":
                self.group_pressed.emit(item.face.group)
        elif self.content.wire_at(self.pointer) is None:
            self.selection.set()
            self.open_quick_menu(self.pointer)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.pointer = self.mapToScene(event.pos())
        held = event.modifiers() & CUTTING
        if not held and self.gesture is None and self.content.card_at(self.pointer) is None:
            self.open_quick_menu(self.pointer)

    def _begin(self, gesture: gestures.Gesture, point: QPointF) -> None:
        self.hover.clear()
        self.gesture = gesture
        self._show_cursor(gesture.cursor)
        gesture.start(point)

    def cancel_gesture(self) -> bool:
        """Break off what the hand does; say whether there was something."""
        gesture, self.gesture, self._pressed = self.gesture, None, None
        busy, self._knife = gesture is not None or self._knife, False
        if gesture is not None:
            gesture.cancel()
        if busy:
            self._show_cursor(None)
        return busy

    def take_knife(self) -> None:
        """The next drag with the left button cuts the wires that it crosses."""
        self._knife = True
        self._show_cursor(Qt.CursorShape.CrossCursor)

    def _cuts(self, event: QMouseEvent) -> bool:
        held = event.button() == Qt.MouseButton.RightButton and bool(event.modifiers() & CUTTING)
        return held or (self._knife and event.button() == Qt.MouseButton.LeftButton)

    def _show_cursor(self, cursor: Qt.CursorShape | None) -> None:
        if cursor is None:
            self.viewport().unsetCursor()
        else:
            self.viewport().setCursor(cursor)

    # -- keys ----------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = True
            self._show_cursor(Qt.CursorShape.OpenHandCursor)
        else:
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._show_cursor(None)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.hover.clear()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._space = False
        super().focusOutEvent(event)

    def focusNextPrevChild(self, following: bool) -> bool:
        """Keep Tab for the quick menu; Shift Tab leaves the canvas."""
        return False if following else super().focusNextPrevChild(following)

    # -- drops and the quick menu -------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        gesture = self._drop_of(event.mimeData())
        if gesture is None:
            event.ignore()
            return
        event.acceptProposedAction()
        self.pointer = self.mapToScene(event.position().toPoint())
        self._begin(gesture, self.pointer)

    def _drop_of(self, data: QMimeData) -> gestures.Gesture | None:
        """Return what begins when something of the palette comes in; None where it is something else."""
        layer, block = mime.dragged_layer(data), mime.dragged_block(data)
        if layer is not None:
            return gestures.DropLayer(self, layer)
        return gestures.DropBlock(self, block) if block is not None else None

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if self.gesture is None:
            event.ignore()
            return
        event.acceptProposedAction()
        self.pointer = self.mapToScene(event.position().toPoint())
        self.gesture.move(self.pointer)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.cancel_gesture()

    def dropEvent(self, event: QDropEvent) -> None:
        gesture, self.gesture = self.gesture, None
        if gesture is None:
            event.ignore()
            return
        event.acceptProposedAction()
        gesture.end(self.mapToScene(event.position().toPoint()))

    def open_quick_menu(
        self, point: QPointF, *, source: str = "", target: tuple[str, int] | None = None, after: str = ""
    ) -> None:
        """Offer layers at a place: wired behind `source`, in front of the port `target`, or put in `after` a node."""
        graph, place = self.document.graph, under_pointer(point)
        before = source or after
        group = follows(graph.node(before).layer) if before else "Input" if graph.nodes else ""
        shape = check(graph).row(before).shape if before else None

        def make(layer: Layer) -> edits.Made:
            if after:
                return edits.add_after(graph, layer, after)
            return edits.add_and_connect(graph, layer, place, source=source, target=target)

        self._make_from_menu = make
        self.quick.open_at(self.mapFromScene(point), group, shape, wired=bool(before or target))

    def _add_from_menu(self, layer: Layer) -> None:
        make = self._make_from_menu
        if make is not None:
            self.commit_new(lambda: make(layer))
