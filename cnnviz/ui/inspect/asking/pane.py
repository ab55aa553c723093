"""What all panes of the Ask page share: when they ask, a line that tells what is shown, progress, and giving up."""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from cnnviz.events import Progress
from cnnviz.explain.asking.questions import AskAny
from cnnviz.ui import numbers
from cnnviz.ui.inspect.asking.desk import Desk, passes
from cnnviz.ui.inspect.asking.inquiry import Inquiry
from cnnviz.ui.widgets.chrome import EmptyState, button, label


class AskPane(QWidget):
    """Asks while it is visible. Subclasses say what (`wanted`), and show what comes back (`show_answer`)."""

    title: ClassVar[str] = ""
    sentence: ClassVar[str] = ""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.inquiry = Inquiry(desk, self.title, self)
        self.nothing = EmptyState("")
        self.note = label("", "hint")
        self.bar = QProgressBar(textVisible=False)
        self.cancel, self.again = button("Cancel", small=True), button("Go on", small=True)
        self._permitted: Any = None
        self._content = QWidget()
        self.body = QHBoxLayout(self._content)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(12)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._content)
        self._pages.addWidget(self.nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 12, 6)
        column.setSpacing(4)
        column.addWidget(self._pages, 1)
        column.addWidget(self._foot())
        self.inquiry.answered.connect(self._take)
        self.inquiry.progressed.connect(self._show_progress)
        self.inquiry.failed.connect(self.refuse)
        self.cancel.clicked.connect(self.give_up)
        self.again.clicked.connect(self.refresh)
        self.nothing.pressed.connect(self._permit)
        desk.changed.connect(self._start_anew)
        self.refuse("")

    def add_side(self, width: int, *parts: QWidget | tuple[QWidget, QWidget], tall: QWidget) -> None:
        """Put a column at the right: one part below another, two in a row; `tall` takes the height that is left."""
        side = QWidget()
        side.setFixedWidth(width)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for part in parts:
            if isinstance(part, QWidget):
                column.addWidget(part, 1 if part is tall else 0)
                continue
            row = QHBoxLayout()
            row.addWidget(part[0])
            row.addWidget(part[1], 1)
            column.addLayout(row)
        self.body.addWidget(side)

    def _foot(self) -> QWidget:
        self.note.setWordWrap(True)
        self.note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.again.hide()
        foot = QWidget()
        row = QHBoxLayout(foot)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.note, 1)
        self.bar.setFixedWidth(160)
        for part in (self.bar, self.cancel, self.again):
            row.addWidget(part)
        foot.setFixedHeight(32)
        for part in (self.bar, self.cancel):
            part.hide()
        return foot

    # -- what a pane says ---------------------------------------------------------------------------------------

    def wanted(self) -> AskAny | str:
        """Return the question of now, or a sentence that says why there is none."""
        raise NotImplementedError

    def show_answer(self, question: Any, answer: Any) -> None:
        """Show what came back."""
        raise NotImplementedError

    def forget(self) -> None:
        """Drop what was shown: it was about something else."""

    # -- asking -------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        self.inquiry.give_up()
        self._rest()
        super().hideEvent(event)

    def refresh(self) -> None:
        """Ask anew, if anybody sees it; what is shown stays until the answer is there."""
        if not self.isVisible():
            return
        self.desk.look()
        if self.desk.trace is None or self.desk.dataset is None:
            self.refuse("The data set is still loading.")
            return
        question = self.wanted()
        if isinstance(question, str):
            self.inquiry.give_up()
            self.refuse(question)
        elif self.desk.takes_long(question) and self._permitted != question:
            self.inquiry.give_up()
            self._ask_leave(question)
        else:
            self.again.hide()
            self.inquiry.ask(question)
            self._wait()

    def give_up(self) -> None:
        """Wait for no answer any more."""
        self.inquiry.give_up()
        self._rest()
        self.again.show()
        if self._pages.currentWidget() is self.nothing:
            self.nothing.set_sentence("Cancelled.")

    def refuse(self, sentence: str) -> None:
        """Say in place of an answer why there is none."""
        self._rest()
        self.nothing.set_sentence(sentence)
        self._pages.setCurrentWidget(self.nothing)
        self.note.setText("")

    def say(self, text: str) -> None:
        """Say below what is shown."""
        self.note.setText(text)

    def _start_anew(self) -> None:
        self._permitted = None
        self.forget()
        self.refuse("")
        self.refresh()

    def _ask_leave(self, question: AskAny) -> None:
        count = numbers.count(passes(question))
        self.refuse("")
        self.nothing.set_sentence(f"This sends {count} samples through a large network.", "Start")

    def _permit(self) -> None:
        question = self.wanted()
        if not isinstance(question, str):
            self._permitted = question
            self.refresh()

    def _wait(self) -> None:
        if self.inquiry.busy and self._pages.currentWidget() is self.nothing:
            self.nothing.set_sentence("The answer is on its way.")

    def _take(self, question: Any, answer: Any) -> None:
        self._rest()
        self.again.hide()
        self._pages.setCurrentWidget(self._content)
        self.show_answer(question, answer)

    def _show_progress(self, progress: Progress) -> None:
        self.bar.setRange(0, progress.total or 0)
        self.bar.setValue(progress.done)
        self.bar.setAccessibleName(progress.label)
        for part in (self.bar, self.cancel):
            part.show()
        if self._pages.currentWidget() is self.nothing:
            self.nothing.set_sentence(in_words(progress))

    def _rest(self) -> None:
        for part in (self.bar, self.cancel):
            part.hide()


def in_words(progress: Progress) -> str:
    """Say what is done now, and how much of it is done."""
    share = f" {numbers.percent(progress.done / progress.total, 0)}" if progress.total else ""
    return f"{progress.label} …{share}"
