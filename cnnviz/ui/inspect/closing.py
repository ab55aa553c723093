"""The closing card: the account written out, then what it gives, what the engine computed, and the difference."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFontMetricsF, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from cnnviz.explain import Explanation
from cnnviz.ui import numbers, theme
from cnnviz.ui.widgets.chrome import Divider, Elided, Pill, label

RESULT = 16
BESIDE = 88
"""Pixels of the card's width that margins, lines and gaps take."""


class ClosingCard(QFrame):
    """Says whether the account closes; Ctrl+C copies it as text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.set_role(self, role="card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.line = label("", "mono")
        self.line.setWordWrap(True)
        self.line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._sum_caption = Elided("", "hint")
        self.sum, self.engine, self.difference = (label("", "result") for _ in range(3))
        self.pill = Pill("closes", "ok")
        self._small = False
        self._fit_later = QTimer(self, singleShot=True, interval=0)
        self._fit_later.timeout.connect(self._fit_numbers)
        self._assemble()

    def _assemble(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 9)
        column.setSpacing(5)
        column.addWidget(self.line)
        row = QHBoxLayout()
        row.setSpacing(10)
        captions = (self._sum_caption, label("engine", "hint"), label("difference", "hint"))
        for place, (caption, value) in enumerate(
            zip(captions, (self.sum, self.engine, self.difference), strict=True)
        ):
            if place:
                line = Divider(standing=True)
                row.addWidget(line)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            both = QVBoxLayout()
            both.setSpacing(0)
            both.addWidget(caption)
            both.addWidget(value)
            row.addLayout(both, 3 if place == 0 else 2)
        row.addWidget(self.pill, 0, Qt.AlignmentFlag.AlignVCenter)
        column.addLayout(row)

    def show_account(self, explanation: Explanation, line: str, caption: str) -> None:
        """Show another account: `line` is the sum written out, `caption` what its result is called."""
        self.line.setText(line)
        self._sum_caption.setText(caption)
        self.sum.setText(exact(explanation.result))
        self.engine.setText(exact(explanation.engine))
        self.difference.setText(numbers.compact(explanation.difference, 3))
        closes = explanation.closes
        style = f"color: {theme.color('ok' if closes else 'err').name()}"
        if style != self.difference.styleSheet():  # Qt reads a style sheet anew each time it is set
            self.difference.setStyleSheet(style)
        self.pill.setText("closes" if closes else "does not close")
        self.pill.set_tone("ok" if closes else "err")
        self._fit_numbers()
        self.setAccessibleName(self.text())
        self.setToolTip(explanation.note)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_later.start()  # Qt forgets what asks for another height while the layout is at work

    def _fit_numbers(self) -> None:
        """Write the three numbers smaller where they would be cut off: a cut number is another number."""
        results = self.sum, self.engine, self.difference
        widths = [QFontMetricsF(theme.mono_font(RESULT)).horizontalAdvance(each.text()) for each in results]
        small = sum(widths) > self.width() - self.pill.sizeHint().width() - BESIDE
        if small != self._small:
            self._small = small
            for each in results:
                theme.set_role(each, small=small)
        self.updateGeometry()

    def fits(self, line: str) -> bool:
        """Say whether the account can be read whole: on two lines, of which wrapping wastes a part."""
        return QFontMetricsF(theme.mono_font(11)).horizontalAdvance(line) <= 1.8 * (self.width() - 32)

    def text(self) -> str:
        """Return the account as plain text."""
        return (
            f"{self.line.text()}\n{self._sum_caption.text()} {self.sum.text()} | engine {self.engine.text()}"
            f" | difference {self.difference.text()} | {self.pill.text()}"
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.text())
        else:
            super().keyPressEvent(event)


def exact(value: float) -> str:
    """Write a number with all the figures that float32 has."""
    return numbers.fixed(value, 8) if 1e-3 <= abs(value) < 100 or value == 0 else numbers.compact(value, 9)


def example() -> QWidget:
    """One convolved value."""
    from cnnviz.ui.inspect import demo
    from cnnviz.ui.inspect.account import counted, lines, written_out

    frame, card = demo.frame("conv2d"), ClosingCard()
    explanation = frame.explanation
    line = written_out(lines(frame), explanation.sum, 3)
    card.show_account(explanation, line, counted(explanation))
    return card


if __name__ == "__main__":
    from cnnviz.ui.widgets import demo as stage

    stage.run(example, (640, 140))
