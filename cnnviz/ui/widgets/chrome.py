"""The grey things around the data: panels, pills, segmented switches, empty states, tool buttons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cnnviz.ui import icons, theme
from cnnviz.ui.widgets.painted import draw_dashed

HEADER_HEIGHT = 32
FEWEST = 8
"""Letters of a subtitle that still say something."""


def label(text: str = "", role: str = "") -> QLabel:
    """A label in one of the type sizes: heading, secondary, hint, mono, result, title, error."""
    widget = QLabel(text)
    if role:
        theme.set_role(widget, role=role)
    return widget


def button(text: str, role: str = "", icon: str = "", small: bool = False) -> QPushButton:
    """A push button; role is "primary", "quiet", "active", "danger" or "link"."""
    widget = QPushButton(text)
    theme.set_role(widget, role=role, small=small)
    if icon:
        tint = {"primary": "#FFFFFF", "active": "acc"}.get(role)
        widget.setIcon(icons.icon(icon, tint))
    return widget


def tool_button(
    icon: str,
    tip: str,
    on_click: Callable[[], object] | None = None,
    *,
    shortcut: str = "",
    checkable: bool = False,
    quiet: bool = True,
) -> QToolButton:
    """A square button with an icon; `tip` is its tool tip and what it is called when spoken."""
    widget = QToolButton()
    widget.setIcon(icons.icon(icon))
    widget.setIconSize(QSize(16, 16))
    widget.setCheckable(checkable)
    widget.setAccessibleName(tip)
    widget.setToolTip(f"{tip}  {QKeySequence(shortcut).toString()}" if shortcut else tip)
    if shortcut:
        widget.setShortcut(QKeySequence(shortcut))
    theme.set_role(widget, role="quiet" if quiet else "", small=True)
    if on_click:
        widget.clicked.connect(lambda _checked: on_click())
    return widget


class Elided(QLabel):
    """One line of text that ends in "…" where the room does, with the whole text as its tool tip.

    Fewer letters than `fewest` would say nothing: then it is empty. A `formula` first does without its spaces.
    """

    def __init__(
        self,
        text: str = "",
        role: str = "",
        parent: QWidget | None = None,
        *,
        fewest: int = 0,
        formula: bool = False,
    ) -> None:
        super().__init__(parent)
        self._whole, self._fewest, self._formula = "", fewest, formula
        if role:
            theme.set_role(self, role=role)
        self.setText(text)

    def setText(self, text: str) -> None:
        self._whole = text
        self.setAccessibleName(text)
        self._elide()

    def text(self) -> str:
        return self._whole

    def sizeHint(self) -> QSize:
        width = QFontMetricsF(self.font()).horizontalAdvance(self._whole)
        return QSize(round(width) + 4, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    def resizeEvent(self, event: QEvent) -> None:
        self._elide()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._elide()

    def _elide(self) -> None:
        metrics, whole = QFontMetricsF(self.font()), self._whole
        if self._formula and metrics.horizontalAdvance(whole) > self.width():
            whole = whole.replace(" ", "")
        shown = metrics.elidedText(whole, Qt.TextElideMode.ElideRight, max(self.width(), 1))
        super().setText(shown if shown == whole or len(shown) > self._fewest else "")
        self.setToolTip(self._whole if shown != self._whole else "")


class Pill(QLabel):
    """A short word on a rounded ground; tone is neutral, accent, cursor, ok, warn or err."""

    def __init__(self, text: str = "", tone: str = "neutral", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setFixedHeight(18)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_tone(tone)

    def set_tone(self, tone: str) -> None:
        """Give the word another meaning."""
        theme.set_role(self, role="pill", tone=tone)


class Divider(QFrame):
    """A 1 px line between two things, lying or standing."""

    def __init__(self, standing: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.set_role(self, role="divider")
        if standing:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)


class Segmented(QFrame):
    """A few choices side by side, one of them taken; `chosen` carries its value when the user changes it."""

    chosen = Signal(object)

    def __init__(self, choices: Sequence[Any], parent: QWidget | None = None, name: str = "") -> None:
        """`choices` are (value, text) pairs, or plain texts that are their own values."""
        super().__init__(parent)
        theme.set_role(self, role="segments")
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._group = QButtonGroup(self)
        self._values: list[Any] = []
        layout = QHBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        for choice in choices:
            value, text = choice if isinstance(choice, tuple) else (choice, str(choice))
            part = QPushButton(text)
            part.setCheckable(True)
            theme.set_role(part, role="segment")
            self._group.addButton(part, len(self._values))
            self._values.append(value)
            layout.addWidget(part)
        self._group.idClicked.connect(lambda at: self.chosen.emit(self._values[at]))
        if self._values:
            self._group.button(0).setChecked(True)

    def value(self) -> Any:
        """The value taken now; None where none is."""
        at = self._group.checkedId()
        return self._values[at] if at >= 0 else None

    def set_value(self, value: Any) -> None:
        """Take another one; emits nothing, ValueError when it is no choice."""
        self._group.button(self._values.index(value)).setChecked(True)

    def take_none(self) -> None:
        """Show that none of the choices is taken now; emits nothing."""
        self._group.setExclusive(False)
        for part in self._group.buttons():
            part.setChecked(False)
        self._group.setExclusive(True)

    def part(self, value: Any) -> QPushButton:
        """The button of one choice, to disable it with a reason."""
        found = self._group.button(self._values.index(value))
        assert isinstance(found, QPushButton)
        return found

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        wanted = self._group.checkedId() + (step or 0)
        if step is None or not 0 <= wanted < len(self._values):
            super().keyPressEvent(event)
            return
        target = self._group.button(wanted)
        target.setFocus()
        target.click()


class Panel(QFrame):
    """A titled area: a header of 32 px with buttons at its right, and `body`, a vertical layout."""

    header_double_clicked = Signal()

    def __init__(self, title: str = "", subtitle: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.set_role(self, role="panel")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.header = QWidget()
        self.header.setFixedHeight(HEADER_HEIGHT)
        self.header.installEventFilter(self)
        self._row = QHBoxLayout(self.header)
        self._row.setContentsMargins(12, 0, 8, 0)
        self._row.setSpacing(8)
        self._title = label(title, "heading")
        self._subtitle = Elided(subtitle, "hint", fewest=FEWEST)
        self._row.addWidget(self._title)
        self._row.addWidget(self._subtitle, 1)
        outer.addWidget(self.header)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(12, 0, 12, 12)
        self.body.setSpacing(8)
        outer.addLayout(self.body, 1)

    def set_title(self, title: str, subtitle: str | None = None) -> None:
        """Change the heading, and the line beside it when given."""
        self._title.setText(title)
        self._title.setVisible(bool(title))
        if subtitle is not None:
            self._subtitle.setText(subtitle)

    def lead_header(self, widget: QWidget) -> None:
        """Put a switch in front of the line beside the heading: a panel of several views needs no other heading."""
        self._row.insertWidget(self._row.indexOf(self._subtitle), widget)
        self._title.setVisible(bool(self._title.text()))

    def add_to_header(self, widget: QWidget) -> None:
        """Put a button, pill or switch at the right end of the header."""
        self._row.addWidget(widget)

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        if watched is self.header and event.type() is QEvent.Type.MouseButtonDblClick:
            assert isinstance(event, QMouseEvent)
            self.header_double_clicked.emit()
            return True
        return super().eventFilter(watched, event)


class EmptyState(QWidget):
    """What an empty place says: a dashed outline, one sentence, one button."""

    pressed = Signal()

    def __init__(self, sentence: str, action: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(12)
        layout.addStretch(1)
        self._sentence = label(sentence, "secondary")
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence.setWordWrap(True)
        layout.addWidget(self._sentence)
        self.button = button(action)
        self.button.setVisible(bool(action))
        self.button.clicked.connect(self.pressed)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)

    def set_sentence(self, sentence: str, action: str = "") -> None:
        """Say something else."""
        self._sentence.setText(sentence)
        self.button.setText(action)
        self.button.setVisible(bool(action))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_dashed(painter, QRectF(self.rect()), theme.color("line2"))
        painter.end()


def example() -> QWidget:
    """One panel with everything in it."""
    panel = Panel("Class probabilities", "softmax, sum 1.00000, a subtitle that is too long for its place")
    panel.add_to_header(Pill("closes", "ok"))
    panel.add_to_header(tool_button("expand", "Maximise"))
    row = QHBoxLayout()
    for tone in ("neutral", "accent", "cursor", "ok", "warn", "err"):
        row.addWidget(Pill(tone, tone))
    row.addStretch(1)
    panel.body.addLayout(row)
    panel.body.addWidget(Segmented([("map", "map"), ("layer", "layer"), ("network", "network")]))
    row = QHBoxLayout()
    for text, role, icon in (("Train", "primary", "play"), ("Pause", "active", "pause")):
        row.addWidget(button(text, role, icon))
    row.addWidget(button("Small", small=True))
    for text, role in (("Show me", "quiet"), ("3 fixes", "link")):
        row.addWidget(button(text, role))
    off = button("Disabled", "primary", "play")
    off.setEnabled(False)
    row.addWidget(off)
    row.addStretch(1)
    panel.body.addLayout(row)
    panel.body.addWidget(Divider())
    panel.body.addWidget(
        EmptyState("Drop a layer here, press / or start from a template.", "Open a template"), 1
    )
    return panel


if __name__ == "__main__":
    from cnnviz.ui.widgets import demo

    demo.run(example)
