"""The recipe of the next run, in the left column below the runs."""

from __future__ import annotations

import itertools

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from cnnviz.errors import TrainError
from cnnviz.model.augmentation import told
from cnnviz.model.heads import loss_in_words
from cnnviz.ui import theme
from cnnviz.ui.state import Session
from cnnviz.ui.train.augmentation import AugmentationDialog
from cnnviz.ui.train.ratefinder import RateFinder
from cnnviz.ui.train.recipeform import FIELD_WIDTH, RecipeSection, make_sections
from cnnviz.ui.widgets.chrome import Divider, button, label
from cnnviz.ui.widgets.field import Field
from cnnviz.ui.widgets.numberfields import IntField

WIDTH = 236
_VALIDATION = "Training samples held out to judge by; a sixth of them, where this is more than a quarter"


class RecipeColumn(QScrollArea):
    """Edits go to the document; a running training keeps the recipe it began with (but for the learning rate)."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.fields: dict[str, Field] = {}
        self.setWidgetResizable(True)
        self.setMinimumWidth(WIDTH)
        self.setAccessibleName("recipe of the next run")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        theme.set_role(inside, role="panel")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.sections = make_sections()
        for place, section in enumerate(self.sections.values()):
            section.edited.connect(self._edit)
            self.fields |= {name: row.field for name, row in section.rows.items()}
            if place:
                column.addWidget(Divider())
            column.addWidget(section)
        self._complete(next(iter(self.sections.values())))
        self.find_rate = button("Find a learning rate…", small=True)
        self.find_rate.clicked.connect(self._find_rate)
        self.sections["Learning rate"].add_below(self.find_rate)
        column.addStretch(1)
        self.setWidget(inside)
        session.document.described.connect(self.refresh)
        self.refresh()

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
        self.augment = button("Augmentation…", small=True)
        self.augment.clicked.connect(lambda: AugmentationDialog(self._session, self).show())
        section.body.addWidget(self.augment)
        before = [row.field.findChild(QLineEdit) for row in section.rows.values()]
        edits = [edit for edit in (*before, field.findChild(QLineEdit)) if edit is not None]
        for one, other in itertools.pairwise([*edits[-2:], self.augment]):
            QWidget.setTabOrder(one, other)  # they were made after the sections that lie below them

    def _find_rate(self) -> None:
        why = "A training is going on." if self._session.training.active else self._session.why_not_train()
        if why:
            self._session.notice.emit("warning", why)
        else:
            RateFinder(self._session, self).show()

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
        chain = document.recipe.augment
        self.augment.setText(f"Augmentation: {len(chain)} steps…" if chain else "Augmentation: none…")
        self.augment.setToolTip(told(chain) or "How training samples are changed at random")
        self.loss.setText(f"Loss: {loss_in_words(document.graph) or 'none yet'}.")


def _wrapped(text: str) -> QLabel:
    found = label(text, "hint")
    found.setWordWrap(True)
    return found
