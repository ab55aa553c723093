"""The quick menu: type a few letters, Enter adds the layer at the cursor."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from cnnviz.layers import LAYERS, Layer, Shape
from cnnviz.ui import icons, theme
from cnnviz.ui.build.canvas.suggestions import ranked

WIDTH, HEIGHT = 240, 300
ROW_HEIGHT, FRAME = 24, 54
"""Of a row of the list, and of all around the list."""


class QuickMenu(QFrame):
    """A small list over the canvas; `chosen` carries the new layer."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        theme.set_role(self, role="card")
        self.setFixedSize(WIDTH, HEIGHT)
        self._group = ""
        self._shape: Shape | None = None
        self._wired = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Add a layer")
        self.search.setAccessibleName("add a layer")
        self.search.installEventFilter(self)
        self.list = QListWidget()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setIconSize(QSize(16, 16))
        layout.addWidget(self.search)
        layout.addWidget(self.list, 1)
        self.search.textChanged.connect(self._fill)
        self.list.itemClicked.connect(lambda _: self._take())
        self.hide()

    def open_at(self, place: QPoint, group: str, shape: Shape | None, *, wired: bool) -> None:
        """Open at a place of the parent.

        `group` and `shape` say what the layer would follow; `wired` leaves out what takes no wire.
        """
        self._group, self._shape, self._wired = group, shape, wired
        self.search.clear()
        self._fill("")
        x = min(max(place.x(), 8), max(self._over.width() - WIDTH - 8, 8))
        y = min(max(place.y(), 8), max(self._over.height() - HEIGHT - 8, 8))
        self.move(x, y)
        self.show()
        self.raise_()
        self.search.setFocus()

    def close_menu(self) -> None:
        """Close without choosing."""
        if self.isVisible():
            self.hide()
            self._over.setFocus()

    def kinds(self) -> list[str]:
        """Return the kinds that are offered, in order."""
        found = (self.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.list.count()))
        return [kind for kind in found if kind is not None]

    def _fill(self, text: str) -> None:
        self.list.clear()
        found = ranked(text, self._group, self._shape)
        for cls in [cls for cls in found if not self._wired or cls.most_inputs != 0]:
            item = QListWidgetItem(icons.layer_icon(cls.kind, cls.group), cls.title)
            item.setData(Qt.ItemDataRole.UserRole, cls.kind)
            item.setToolTip(cls.sentence())
            self.list.addItem(item)
        if not self.list.count():
            nothing = QListWidgetItem(f"No layer fits “{text.strip()}”.")
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(nothing)
        self.list.setCurrentRow(0)
        self.setFixedHeight(min(self.list.count() * ROW_HEIGHT + FRAME, HEIGHT))

    def _take(self) -> None:
        item = self.list.currentItem()
        if item is None or item.data(Qt.ItemDataRole.UserRole) is None:
            return
        layer: Layer = LAYERS[item.data(Qt.ItemDataRole.UserRole)]()
        self.close_menu()
        self.chosen.emit(layer)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.hide()
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(Qt.Key(event.key()))
        return super().eventFilter(watched, event)

    def _key(self, key: Qt.Key) -> bool:
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take()
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Tab):
            self.close_menu()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            step = 1 if key == Qt.Key.Key_Down else -1
            self.list.setCurrentRow((self.list.currentRow() + step) % max(self.list.count(), 1))
        else:
            return False
        return True
