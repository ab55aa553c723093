"""The left column: the runs so far, and the recipe of the next one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from cnnviz.errors import TrainError
from cnnviz.events import Evaluated
from cnnviz.model.heads import loss_in_words
from cnnviz.model.recipe import BOUNDS, INITIALISERS, OPTIMISERS, SCHEDULES
from cnnviz.ui import numbers
from cnnviz.ui.state import Record, Session
from cnnviz.ui.widgets.chrome import Divider, Elided, Panel, label
from cnnviz.ui.widgets.field import Field
from cnnviz.ui.widgets.fields import ChoiceField
from cnnviz.ui.widgets.numberfields import FloatField, IntField

WIDTH = 236
FIELD_WIDTH = 118
SHOWN_RUNS = 6
_WORDS = {
    "sgd": "SGD", "momentum": "Momentum", "adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop",
    "default": "PyTorch's own", "normal": "N(0, 0.1)", "glorot": "Glorot", "he": "He",
    "constant": "Constant", "cosine": "Cosine to 0",
}  # fmt: skip
HELP = {
    "optimiser": "The rule that turns gradients into steps",
    "batch_size": "Images per step",
    "epochs": "How often every training image is seen; not used where steps are given",
    "steps": "0: as many as the epochs take; otherwise exactly this many batches",
    "seed": "The same seed gives the same numbers again",
    "momentum": "How much of the last step is kept; only the optimiser Momentum uses it",
    "weight_decay": "Pulls weights towards 0",
    "initialiser": "Where the weights start: Glorot draws uniformly, He and N from a normal distribution",
    "schedule": "How the learning rate changes over the run",
    "validation": "Training images held out to judge by; at most a sixth of them, where the data set is small",
}


class RecipeColumn(QScrollArea):
    """Edits go to the document; a running training keeps the recipe it began with (but for the learning rate)."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.fields: dict[str, Field] = {}
        self.setWidgetResizable(True)
        self.setMinimumWidth(WIDTH)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._runs = Panel("Runs")
        column.addWidget(self._runs)
        column.addWidget(Divider())
        column.addWidget(self._recipe())
        column.addStretch(1)
        self.setWidget(inside)
        session.document.described.connect(self.refresh)
        session.training.evaluated.connect(lambda _event: self.show_runs())
        session.training.state_changed.connect(lambda _state: self.show_runs())
        self.refresh()
        self.show_runs()

    def _recipe(self) -> Panel:
        panel = Panel("Recipe", "of the next run")
        form = QGridLayout()
        form.setHorizontalSpacing(8)
        form.setVerticalSpacing(6)
        form.setColumnStretch(0, 1)
        for row, name in enumerate(HELP):
            field = self._field(name)
            caption = label(name.replace("_", " ").capitalize(), "secondary")
            for part in (caption, field):
                part.setToolTip(HELP[name])
            form.addWidget(caption, row, 0)
            form.addWidget(field, row, 1)
            self.fields[name] = field
        panel.body.addLayout(form)
        self.loss = _wrapped("")
        panel.body.addWidget(self.loss)
        return panel

    def _field(self, name: str) -> Field:
        choices = {"optimiser": OPTIMISERS, "initialiser": INITIALISERS, "schedule": SCHEDULES}
        field: Field
        if name in choices:
            field = ChoiceField([(each, _WORDS[each]) for each in choices[name]], name, drop_down=True)
        elif name in ("momentum", "weight_decay"):
            low, high = BOUNDS[name]
            field = FloatField(low, high, name, width=FIELD_WIDTH)
        else:
            low, high = BOUNDS.get(name, (0, 1_000_000))
            field = IntField(int(low), int(high), name, width=FIELD_WIDTH)
        field.setFixedWidth(FIELD_WIDTH)
        field.edited.connect(self._setter(name, field))
        return field

    def _setter(self, name: str, field: Field) -> Callable[[Any], None]:
        def edit(value: Any) -> None:
            try:
                change = (
                    self._session.document.set_data
                    if name == "validation"
                    else self._session.document.set_recipe
                )
                change(**{name: value})
            except TrainError as error:
                field.set_error(error.hint or error.what)
            else:
                field.set_error(None)

        return edit

    def refresh(self) -> None:
        """Show the document's recipe; a field that is being typed into is left alone."""
        document = self._session.document
        for name, field in self.fields.items():
            value = document.data.validation if name == "validation" else getattr(document.recipe, name)
            if not field.isAncestorOf(QApplication.focusWidget() or self):
                field.set_value(value)
        self.fields["momentum"].setEnabled(document.recipe.optimiser == "momentum")
        self.fields["epochs"].setEnabled(not document.recipe.steps)
        self.loss.setText(f"Loss: {loss_in_words(document.graph) or 'none yet'}.")

    def show_runs(self) -> None:
        """List the runs, newest first."""
        body = self._runs.body
        while body.count():
            item = body.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.deleteLater()
        records = self._session.training.records
        self._runs.set_title("Runs", f"{len(records)} so far" if records else "")
        if not records:
            body.addWidget(
                _wrapped("Nothing trained yet. Press Train; the learning rate can be changed while it runs.")
            )
        for record in reversed(records[-SHOWN_RUNS:]):
            body.addWidget(_RunRow(record))


class _RunRow(QWidget):
    def __init__(self, record: Record) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(1)
        judged = record.latest("test") or record.latest("validation")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Elided(f"#{record.number} {record.graph.title}"), 1)
        head.addWidget(label(_reached(judged), "mono"))
        column.addLayout(head)
        recipe, state = record.recipe, record.outcome.lower() or "running"
        reached = f"{judged.which}, " if judged else ""
        rate = numbers.compact(recipe.learning_rate, 2)
        about = f"{_WORDS[recipe.optimiser]} {rate}, batch {recipe.batch_size}, {record.dataset.title}"
        column.addWidget(Elided(f"{reached}{state} · {about}", "hint"))


def _reached(judged: Evaluated | None) -> str:
    """Return the share of right answers, or the loss where there are no right ones."""
    if judged is None:
        return ""
    if judged.accuracy is None:
        return f"loss {numbers.compact(judged.loss, 3)}"
    return numbers.percent(judged.accuracy, 2)


def _wrapped(text: str) -> QLabel:
    found = label(text, "hint")
    found.setWordWrap(True)
    return found
