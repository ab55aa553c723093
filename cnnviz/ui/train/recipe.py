"""The left column: the runs so far, and the recipe of the next one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from cnnviz.errors import TrainError
from cnnviz.events import Evaluated
from cnnviz.model.heads import loss_in_words
from cnnviz.model.recipe import recipe_setting
from cnnviz.ui import numbers
from cnnviz.ui.state import Record, Session
from cnnviz.ui.train.recipeform import FIELD_WIDTH, RecipeSection, make_sections
from cnnviz.ui.widgets.chrome import Divider, Elided, Panel, label
from cnnviz.ui.widgets.field import Field
from cnnviz.ui.widgets.numberfields import IntField

WIDTH = 236
SHOWN_RUNS = 6
_VALIDATION = "Training images held out to judge by; at most a sixth of them, where the data set is small"


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
        self.sections = make_sections()
        for section in self.sections.values():
            section.edited.connect(self._edit)
            self.fields |= {name: row.field for name, row in section.rows.items()}
            column.addWidget(Divider())
            column.addWidget(section)
        self._complete(next(iter(self.sections.values())))
        column.addStretch(1)
        self.setWidget(inside)
        session.document.described.connect(self.refresh)
        session.training.evaluated.connect(lambda _event: self.show_runs())
        session.training.state_changed.connect(lambda _state: self.show_runs())
        self.refresh()
        self.show_runs()

    def _complete(self, section: RecipeSection) -> None:
        """Add to the first section what is no setting of the recipe: held-out images and the loss."""
        section.set_title("Recipe", "of the next run")
        field = self.fields["validation"] = IntField(0, 1_000_000, "validation", width=FIELD_WIDTH)
        field.edited.connect(lambda count: self._session.document.set_data(validation=count))
        caption = label("Validation", "secondary")
        for part in (caption, field):
            part.setToolTip(_VALIDATION)
        section.add_field(caption, field)
        self.loss = _wrapped("")
        section.body.addWidget(self.loss)

    def _edit(self, name: str, value: object) -> None:
        try:
            self._session.document.set_recipe(**{name: value})
        except TrainError as error:
            self.fields[name].set_error(error.hint or error.what)
        else:
            self.fields[name].set_error(None)

    def refresh(self) -> None:
        """Show the document's recipe; a field that is being typed into is left alone."""
        document, held_out = self._session.document, self.fields["validation"]
        for section in self.sections.values():
            section.show_recipe(document.recipe)
        if not held_out.isAncestorOf(QApplication.focusWidget() or self):
            held_out.set_value(document.data.validation)
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
        rule = recipe_setting("optimiser").words[recipe.optimiser]
        about = f"{rule} {rate}, batch {recipe.batch_size}, {record.dataset.title}"
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
