"""The lane: all layers from the input to the probabilities, and the wires into the value that is looked at."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from cnnviz.explain import Box, split
from cnnviz.ui import numbers, theme
from cnnviz.ui.inspect.columns import BOTTOM, TOP, Column, columns
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.lanepaint import paint_column, paint_struck
from cnnviz.ui.inspect.wires import paint_wires, wire_colors
from cnnviz.ui.widgets.painted import draw_ring

HEIGHT = 226


class Lane(QAbstractScrollArea):
    """A click chooses a map of a layer; ← and → step through the layers."""

    chosen = Signal(str, int, object)
    stepped = Signal(int)
    map_stepped = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.setMinimumHeight(150)
        self._frame: Frame | None = None
        self._columns: tuple[Column, ...] = ()
        self._hovered: tuple[str, int] | None = None
        self._field: dict[str, Box] = {}
        self._struck: frozenset[tuple[str, int]] = frozenset()
        self._picture: tuple[tuple[object, ...], QPixmap] | None = None
        self.setAccessibleName("layers")

    # -- what is shown ------------------------------------------------------------------------------------------

    def show_frame(self, frame: Frame) -> None:
        """Show another trace or another value."""
        moved = self._frame is None or self._frame.node != frame.node
        self._frame = frame
        self._lay_out()
        if moved:
            self.reveal(frame.owner)
        self.setAccessibleName(f"layers, {frame.node} map {frame.cell[0]}")

    def set_field(self, field: dict[str, Box]) -> None:
        """Mark on the input what the value depends on."""
        self._field = field
        self.viewport().update()

    def set_struck(self, maps: frozenset[tuple[str, int]]) -> None:
        """Strike maps out, by node and channel: those that are muted."""
        self._struck = maps
        self.viewport().update()

    @property
    def shown(self) -> tuple[Column, ...]:
        """Return the columns, in coordinates of the whole lane."""
        return self._columns

    def reveal(self, node: str) -> None:
        """Scroll just far enough to show a layer with its neighbours."""
        column = next((each for each in self._columns if each.name == node), None)
        if column is None:
            return
        bar, room = self.horizontalScrollBar(), self.viewport().width()
        margin = 90
        lowest = round(column.left + column.width) + margin - room
        bar.setValue(min(max(bar.value(), lowest), round(column.left) - margin))

    def sizeHint(self) -> QSize:
        return QSize(900, HEIGHT)

    def _lay_out(self) -> None:
        frame = self._frame
        if frame is None:
            return
        room = self.viewport()
        self._columns = columns(frame, room.width(), room.height())
        last = self._columns[-1] if self._columns else None
        width = last.left + last.width + 12 if last is not None else 0
        bar = self.horizontalScrollBar()
        bar.setPageStep(room.width())
        bar.setSingleStep(60)
        bar.setRange(0, max(round(width) - room.width(), 0))
        room.update()

    def resizeEvent(self, event: QEvent) -> None:
        self._lay_out()
        if self._frame is not None:
            self.reveal(self._frame.owner)

    # -- painting -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), theme.color("bg1"))
        frame = self._frame
        if frame is None:
            painter.end()
            return
        start = self.horizontalScrollBar().value()
        painter.drawPixmap(0, 0, self._layers(frame, start))
        painter.translate(-start, 0)
        current = next((column for column in self._columns if column.name == frame.owner), None)
        if current is not None:
            self._paint_current(painter, frame, current)
        self._paint_hover(painter)
        paint_struck(painter, self._columns, self._struck)
        painter.translate(start, 0)
        self._paint_hint(painter, frame)
        painter.end()

    def _layers(self, frame: Frame, start: int) -> QPixmap:
        """Return all columns in view as one picture, which stays the same while the cursor moves within a map."""
        view, dpr = self.viewport(), self.devicePixelRatioF()
        shown = next((column.shown for column in self._columns if column.name == frame.owner), ())
        look = (frame.scope, theme.current().name, numbers.axis_order(), view.width(), view.height(), dpr)
        key = (frame.trace, frame.node, frame.cell[1], shown, frame.classes, start, *look)
        if self._picture is None or self._picture[0] != key:
            picture = QPixmap(view.size() * dpr)
            picture.setDevicePixelRatio(dpr)
            picture.fill(theme.color("bg1"))
            painter = QPainter(picture)
            painter.translate(-start, 0)
            self._paint_layers(painter, frame, start)
            painter.end()
            self._picture = key, picture
        return self._picture[1]

    def _paint_layers(self, painter: QPainter, frame: Frame, start: int) -> None:
        names = [column.name for column in self._columns]
        at = names.index(frame.owner) if frame.owner in names else len(names)
        for place, column in enumerate(self._columns):
            if column.left + column.width < start - 20 or column.left > start + self.viewport().width():
                continue
            dimmed = place < at if frame.backward else place > at
            painter.setOpacity(0.62 if dimmed else 1.0)
            paint_column(painter, column, frame, current=place == at)

    def _paint_current(self, painter: QPainter, frame: Frame, column: Column) -> None:
        target = column.tile_rect(frame.cell[0])
        paint_wires(painter, frame, self._columns, target)
        self._paint_field(painter)
        reach = 2 if column.form == "maps" else 1
        draw_ring(painter, target.adjusted(-reach, -reach, reach, reach), theme.color("cursor"), 2, 3)

    def _paint_field(self, painter: QPainter) -> None:
        for column in self._columns:
            box = self._field.get(column.name)
            if column.form != "picture" or box is None:
                continue
            rect = column.tile_rect(0)
            rows, columns_ = column.maps.shape[2:]
            (top, bottom), (left, right) = ((0, 1), *box[1:])[-2:] if len(box) > 1 else ((0, 1), *box)
            if column.is_rows:
                rows, columns_ = columns_, len(column.maps)
                (top, bottom), (left, right) = (left, right), (0, columns_)
            if bottom - top == rows and right - left == columns_:
                continue  # a frame around everything says nothing
            width, height = rect.width() / columns_, rect.height() / rows
            pen = QPen(theme.color("cursor"), 1, Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(
                QRectF(
                    rect.left() + left * width,
                    rect.top() + top * height,
                    (right - left) * width - 1,
                    (bottom - top) * height - 1,
                )
            )

    def _paint_hover(self, painter: QPainter) -> None:
        column = next((c for c in self._columns if self._hovered and c.name == self._hovered[0]), None)
        if column is not None and self._hovered is not None:
            rect = column.tile_rect(self._hovered[1])
            draw_ring(painter, rect.adjusted(-1, -1, 1, 1), theme.color("cursor"), 1, 2)

    def _paint_hint(self, painter: QPainter, frame: Frame) -> None:
        """Say in a line below what the wires mean."""
        painter.setFont(theme.ui_font(11))
        left, baseline = 12.0, self.viewport().height() - 8.0
        metrics = painter.fontMetrics()
        more, less = wire_colors(frame)
        plain = theme.color("t2")
        adds, subtracts = (
            ("purple adds", "green subtracts") if frame.backward else ("orange adds", "blue subtracts")
        )
        runs = [
            (f"Wires into {'unit' if frame.is_vector else 'map'} {frame.cell[0]}: ", plain),
            (adds, more),
            (", ", plain),
            (subtracts, less),
            (", width = sum of that channel here.", plain),
        ]
        if frame.backward and not frame.readings:
            runs = [("The way back begins at the loss.", plain)]
        elif not frame.readings:
            runs = [
                (
                    "The sample itself." if frame.is_picture(frame.node) else "No other value takes part.",
                    plain,
                )
            ]
        elif all(split(reading.node)[1] for reading in frame.readings):
            runs = [("Made inside the layer: from arrays that pane 3 names.", plain)]
        for text, color in runs:
            painter.setPen(color)
            painter.drawText(QPointF(left, baseline), text)
            left += metrics.horizontalAdvance(text)
        later = "earlier" if frame.backward else "later"
        text = f"Dimmed: {later} layers. The strongest maps are shown."
        width = metrics.horizontalAdvance(text)
        if self.viewport().width() - width - 24 > left:
            painter.setPen(theme.color("t3"))
            painter.drawText(QPointF(self.viewport().width() - width - 12, baseline), text)

    # -- pointing -----------------------------------------------------------------------------------------------

    def place_at(self, point: QPointF) -> tuple[Column, int] | None:
        """Return the column and channel under a point of the viewport."""
        point = point + QPointF(self.horizontalScrollBar().value(), 0)
        for column in self._columns:
            channel = column.channel_at(point)
            if channel is not None:
                return column, channel
        return None

    def _column_at(self, point: QPointF) -> Column | None:
        x = point.x() + self.horizontalScrollBar().value()
        return next((c for c in self._columns if c.left - 6 <= x <= c.left + c.width + 6), None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self.place_at(event.position())
        hovered = (found[0].name, found[1]) if found is not None else None
        if hovered == self._hovered:
            return
        self._hovered = hovered
        self.viewport().setToolTip(_sentence(*found) if found is not None else "")
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        found = self.place_at(event.position())
        column = found[0] if found is not None else self._column_at(event.position())
        if column is None:
            return
        channel = found[1] if found is not None else -1
        at = event.position() + QPointF(self.horizontalScrollBar().value(), 0)
        self.chosen.emit(column.array, channel, _pixel(column, channel, at) if found else None)

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - (delta.x() or delta.y()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setPixmap(self.viewport().grab())
        elif key in steps:
            self.stepped.emit(steps[key])
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.map_stepped.emit(-1 if key == Qt.Key.Key_Up else 1)
        else:
            event.ignore()


def _pixel(column: Column, channel: int, point: QPointF) -> tuple[int, int] | None:
    """Return (row, column) of the map's cell under a point, where maps are drawn."""
    if column.form not in ("maps", "picture"):
        return None
    rect = column.tile_rect(channel)
    rows, columns_ = column.maps.shape[2:]
    if column.is_rows:
        return 0, min(max(int((point.y() - rect.top()) / rect.height() * columns_), 0), columns_ - 1)
    row = int((point.y() - rect.top()) / rect.height() * rows)
    place = int((point.x() - rect.left()) / rect.width() * columns_)
    return min(max(row, 0), rows - 1), min(max(place, 0), columns_ - 1)


def _sentence(column: Column, channel: int) -> str:
    values = column.maps[channel]
    if values.size == 1:
        return f"{column.array}, unit {channel}: {numbers.compact(float(values.reshape(-1)[0]), 6)}"
    low, high = (numbers.compact(float(end), 4) for end in (values.min(), values.max()))
    return f"{column.array}, map {channel}: from {low} to {high}"


__all__ = ["BOTTOM", "HEIGHT", "TOP", "Lane"]
