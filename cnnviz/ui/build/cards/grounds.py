"""What lies on the canvas behind the cards: the frames of open groups, notes, and frames with a heading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QStyleOptionGraphicsItem, QWidget

from cnnviz.model.graph import Graph
from cnnviz.model.groups.group import Note
from cnnviz.model.groups.notes import is_within, note_of
from cnnviz.ui.build.canvas.places import CARD_HEIGHT, CARD_WIDTH
from cnnviz.ui.build.cards import groundpaint
from cnnviz.ui.build.cards.boxes import FrameFace
from cnnviz.ui.build.cards.faces import Faces
from cnnviz.ui.build.cards.groundpaint import BAR_HEIGHT, FOLD_WIDTH, HEADING_HEIGHT

FRAME_Z, GROUP_Z, NOTE_Z = -30.0, -20.0, -0.5
"""Frames lie at the back, then groups (inner ones in front), then wires, then notes, then cards."""
BORDER = 8.0
"""How near to its outline a frame is grasped; its inside belongs to what lies in it."""
CORNER = 16.0


class _Field(QGraphicsItem):
    """The base: a rectangle that is painted and knows what the mouse is on."""

    def __init__(self) -> None:
        super().__init__()
        self.selected = self.hovered = self.target = False
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)

    @property
    def rect(self) -> QRectF:
        """Return the rectangle, in scene coordinates."""
        raise NotImplementedError

    def part_at(self, point: QPointF) -> str:
        """Return what lies at a scene point, or an empty text."""
        raise NotImplementedError

    def mark(self, **marks: bool) -> None:
        """Set `selected`, `hovered` or `target` (what is dragged would go into it)."""
        if any(getattr(self, name) != value for name, value in marks.items()):
            vars(self).update(marks)
            self.update()

    def boundingRect(self) -> QRectF:
        return self.rect.adjusted(-3, -3, 3, 3)


class FrameItem(_Field):
    """The frame of an open group: a bar with its title, and the area of its members."""

    def __init__(self, face: FrameFace) -> None:
        super().__init__()
        self.face = face
        self.setZValue(GROUP_Z + face.depth * 0.01)

    def set_face(self, face: FrameFace) -> None:
        """Show something else."""
        self.prepareGeometryChange()
        self.face = face
        self.setZValue(GROUP_Z + face.depth * 0.01)
        self.update()

    @property
    def rect(self) -> QRectF:
        left, top, right, bottom = self.face.rect
        return QRectF(left, top, right - left, bottom - top)

    def part_at(self, point: QPointF) -> str:
        bar = QRectF(self.rect.left(), self.rect.top(), self.rect.width(), BAR_HEIGHT)
        if not bar.contains(point):
            return ""
        return "fold" if point.x() < bar.left() + FOLD_WIDTH else "bar"

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        zoom = option.levelOfDetailFromTransform(painter.worldTransform())
        groundpaint.paint_group(painter, self, zoom)


class NoteItem(_Field):
    """A note, or a frame with a heading."""

    def __init__(self, note: Note) -> None:
        super().__init__()
        self.note = note
        self.setZValue(FRAME_Z if note.frame else NOTE_Z)

    def set_note(self, note: Note) -> None:
        """Show something else."""
        self.prepareGeometryChange()
        self.note = note
        self.setZValue(FRAME_Z if note.frame else NOTE_Z)
        self.update()

    @property
    def rect(self) -> QRectF:
        return QRectF(*self.note.position, *self.note.size)

    def part_at(self, point: QPointF) -> str:
        rect = self.rect
        reach = BORDER if self.note.frame else 0.0
        if not rect.adjusted(-reach, -reach, reach, reach).contains(point):
            return ""
        if point.x() > rect.right() - CORNER and point.y() > rect.bottom() - CORNER:
            return "corner"
        inside = rect.adjusted(BORDER, HEADING_HEIGHT, -BORDER, -BORDER)
        return "" if self.note.frame and inside.contains(point) else "note"

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        zoom = option.levelOfDetailFromTransform(painter.worldTransform())
        groundpaint.paint_note(painter, self, zoom)


class Grounds:
    """The frames and notes of one scene; only `sync` adds and removes them."""

    def __init__(self, scene: QGraphicsScene) -> None:
        self._scene = scene
        self.frames: dict[str, FrameItem] = {}
        self.notes: dict[str, NoteItem] = {}
        self._group, self._notes = "", frozenset[str]()

    def sync(self, frames: Mapping[str, FrameFace], notes: tuple[Note, ...]) -> bool:
        """Show these frames and notes; say whether anything changed its place."""
        changed = False
        written = {note.name: note for note in notes}
        for kept, wanted in ((self.frames, frames), (self.notes, written)):
            for name in [name for name in kept if name not in wanted]:
                self._scene.removeItem(kept.pop(name))
                changed = True
        for name, face in frames.items():
            if name not in self.frames:
                self._scene.addItem(self.frames.setdefault(name, FrameItem(face)))
                changed = True
            elif self.frames[name].face != face:
                self.frames[name].set_face(face)
                changed = True
        for name, note in written.items():
            if name not in self.notes:
                self._scene.addItem(self.notes.setdefault(name, NoteItem(note)))
                changed = True
            elif self.notes[name].note != note:
                self.notes[name].set_note(note)
                changed = True
        if changed:
            self.mark_selected(self._group, self._notes)
        return changed

    def mark_selected(self, group: str, notes: frozenset[str]) -> None:
        """Put the selection ring around these."""
        self._group, self._notes = group, notes
        for name, frame in self.frames.items():
            frame.mark(selected=name == group)
        for name, item in self.notes.items():
            item.mark(selected=name in notes)

    def mark_target(self, group: str) -> None:
        """Show into which open group something would go; an empty text ends it."""
        for name, frame in self.frames.items():
            frame.mark(target=name == group)

    def rects(self) -> Iterator[QRectF]:
        """Return the places of all, in scene coordinates."""
        for item in (*self.frames.values(), *self.notes.values()):
            yield item.rect

    def at(self, point: QPointF) -> tuple[FrameItem | NoteItem, str] | None:
        """Return what answers the mouse at a point, and which part of it: what lies in front first."""
        items: list[FrameItem | NoteItem] = [*self.frames.values(), *self.notes.values()]
        for item in sorted(items, key=lambda each: -each.zValue()):
            part = item.part_at(point)
            if part:
                return item, part
        return None

    def notes_in(self, box: QRectF) -> tuple[str, ...]:
        """Return the notes that a rubber band touches, and the frames that lie in it."""
        return tuple(
            name
            for name, item in self.notes.items()
            if (box.contains(item.rect) if item.note.frame else box.intersects(item.rect))
        )

    def group_at(self, point: QPointF) -> str:
        """Return the innermost open group whose frame a point lies in, or an empty text."""
        around = [item.face for item in self.frames.values() if item.rect.contains(point)]
        return max(around, key=lambda face: face.depth).group if around else ""


def nodes_in_frames(graph: Graph, faces: Faces, notes: tuple[str, ...]) -> Iterator[str]:
    """Return the nodes on the cards that lie wholly in one of these frames: they move with it."""
    for name in notes:
        frame = note_of(graph, name)
        if not frame.frame:
            continue
        for face in faces.cards.values():
            if is_within(frame, face.position, (CARD_WIDTH, CARD_HEIGHT)):
                yield from face.nodes
