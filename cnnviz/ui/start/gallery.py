"""All templates as cards, by section: to be searched, and looked through."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from cnnviz.templates import SECTIONS, TEMPLATES, found_by
from cnnviz.ui.start.card import CARD_HEIGHT, TemplateCard
from cnnviz.ui.widgets.chrome import EmptyState, label

CARD_WIDTH = 300
ALL, TRAINED = "All", "Trained"


class Gallery(QWidget):
    """`opened(id, workspace)` says which template to open where; `file_wanted` asks for a file instead."""

    opened = Signal(str, str)
    file_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found = list(TEMPLATES.values())
        self._laid_out: tuple[object, ...] = ()
        self.cards = [TemplateCard(each, self) for each in TEMPLATES.values()]
        for card in self.cards:
            card.opened.connect(self.opened)
        self.headings = {section: _Heading(section, self) for section in SECTIONS}
        self._own = EmptyState("Your own: open a project file (.cnnviz)", "Choose file", self)
        self._own.setFixedHeight(CARD_HEIGHT)
        self._own.pressed.connect(self.file_wanted)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(12)

    @property
    def shown(self) -> list[TemplateCard]:
        """Return the cards that match the search and the section."""
        return [card for card in self.cards if card.template in self._found]

    def narrow(self, query: str, section: str = ALL) -> None:
        """Show what has all words of a query, in a section or in all; or what is trained."""
        trained = {card.template.id for card in self.cards if card.trained}
        self._found = [
            each
            for each in found_by(query)
            if section in (ALL, each.section) or (section == TRAINED and each.id in trained)
        ]
        self._lay_out()

    def resizeEvent(self, event: object) -> None:
        self._lay_out()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk from card to card with the arrows."""
        columns = self._columns()
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -columns, Qt.Key.Key_Down: columns}
        shown, step = self.shown, steps.get(Qt.Key(event.key()))
        at = next((place for place, card in enumerate(shown) if card.hasFocus()), None)
        if step is None or at is None or not 0 <= at + step < len(shown):
            super().keyPressEvent(event)
            return
        shown[at + step].setFocus(Qt.FocusReason.TabFocusReason)

    def _columns(self) -> int:
        return max(1, (self.width() + 12) // CARD_WIDTH)

    def _lay_out(self) -> None:
        """Put what is shown into as many columns as fit, each section below its heading."""
        columns, shown = self._columns(), self.shown
        wanted = (columns, *(card.template.id for card in shown))
        if wanted == self._laid_out:
            return
        self._laid_out = wanted
        for column in range(max(self._grid.columnCount(), columns)):
            self._grid.setColumnStretch(column, int(column < columns))
        for card in self.cards:
            card.setVisible(card in shown)
        row = 0
        for section, heading in self.headings.items():
            members: list[QWidget] = [card for card in shown if card.template.section == section]
            heading.setVisible(bool(members))
            heading.set_count(len(members))
            if not members:
                continue
            self._grid.addWidget(heading, row, 0, 1, columns)
            row = self._put(members, row + 1, columns)
        self._put([self._own], row, columns)

    def _put(self, widgets: list[QWidget], row: int, columns: int) -> int:
        """Put widgets into rows from this one on, and return the row behind them."""
        for place, widget in enumerate(widgets):
            self._grid.addWidget(widget, row + place // columns, place % columns)
        return row - (-len(widgets) // columns)


class _Heading(QWidget):
    """The name of a section and how many templates it shows."""

    def __init__(self, section: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._count = label("", "hint")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 10, 0, 0)
        row.setSpacing(8)
        row.addWidget(label(section, "heading"))
        row.addWidget(self._count)
        row.addStretch(1)

    def set_count(self, count: int) -> None:
        self._count.setText(str(count))
