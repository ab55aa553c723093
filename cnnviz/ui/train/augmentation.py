"""The chain of random changes of the training samples: edited step by step, previewed on the samples trained on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from cnnviz.errors import OptionError
from cnnviz.events import Array, Failed
from cnnviz.model.augmentation import AUGMENTATIONS, PRESETS, Augmentation, Chain
from cnnviz.ui import theme
from cnnviz.ui.browse.places import TRAINING, Arrangement
from cnnviz.ui.build.properties.optionfields import field_for
from cnnviz.ui.state import Session
from cnnviz.ui.train.pictures import flat
from cnnviz.ui.widgets.chrome import Divider, button, label, tool_button
from cnnviz.ui.widgets.field import Field
from cnnviz.ui.widgets.gallery import Gallery

SHOWN = 24
"""Samples in the preview: the first that are learned from; what is held out for validation is never changed."""
WAIT_MS = 120
STEPS_WIDTH, PREVIEW_WIDTH, HEIGHT = 300, 360, 420
CAPTION_WIDTH = 64


class AugmentationDialog(QDialog):
    """Edits go to the recipe at once. It blocks nothing."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Augmentation")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        theme.set_role(self, role="panel")
        self._session, self._seed = session, 0
        self.steps: list[StepForm] = []
        self._shown: Chain | None = None
        self._later = QTimer(self, singleShot=True, interval=WAIT_MS)
        self._later.timeout.connect(self._ask)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 16, 20, 16)
        row.setSpacing(16)
        row.addLayout(self._left())
        row.addLayout(self._right(), 1)
        session.document.described.connect(self.refresh)
        session.material.dataset_changed.connect(self._later.start)
        self.refresh()

    def _left(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.addWidget(label("Training samples are changed at random", "heading"))
        tools = QHBoxLayout()
        self.add, self.presets = button("Add", icon="plus", small=True), button("Presets", small=True)
        for part, fill in ((self.add, self._fill_kinds), (self.presets, self._fill_presets)):
            menu = QMenu(part)
            menu.setToolTipsVisible(True)
            fill(menu)
            part.setMenu(menu)
            tools.addWidget(part)
        tools.addStretch(1)
        column.addLayout(tools)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.addStretch(1)
        area = QScrollArea(widgetResizable=True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        area.setFixedWidth(STEPS_WIDTH)
        area.setMinimumHeight(HEIGHT)
        column.addWidget(area, 1)
        return column

    def _right(self) -> QVBoxLayout:
        column, head = QVBoxLayout(), QHBoxLayout()
        self.told = label("", "secondary")
        self.told.setWordWrap(True)
        again = tool_button("dice", "Draw again", self._draw_again)
        head.addWidget(self.told, 1)
        head.addWidget(again)
        column.addLayout(head)
        self.preview = Gallery(name="changed training samples")
        self.preview.setMinimumWidth(PREVIEW_WIDTH)
        column.addWidget(self.preview, 1)
        done = button("Done", "primary")
        done.clicked.connect(self.accept)
        column.addWidget(done, 0, Qt.AlignmentFlag.AlignRight)
        return column

    def _fill_kinds(self, menu: QMenu) -> None:
        for kind in AUGMENTATIONS.values():
            action = menu.addAction(kind.title)
            action.setToolTip(kind.sentence())
            action.triggered.connect(lambda _=False, kind=kind: self._set((*self._chain(), kind())))

    def _fill_presets(self, menu: QMenu) -> None:
        menu.addAction("None").triggered.connect(lambda: self._set(()))
        for name, chain in PRESETS.items():
            action = menu.addAction(name.replace("-", ", ").capitalize())
            action.setToolTip(", ".join(step.brief() for step in chain))
            action.triggered.connect(lambda _=False, chain=chain: self._set(chain))

    def refresh(self) -> None:
        """Show the chain of the recipe, unless it is what is shown already."""
        chain, dataset = self._chain(), self._session.material.dataset
        self.preview.set_awaited(min(SHOWN, len(dataset.train)) if dataset else 0)
        if chain != self._shown:
            self._show_steps(chain)
            self._later.start()

    def _chain(self) -> Chain:
        return self._session.document.recipe.augment

    def _set(self, chain: Chain) -> None:
        self._session.document.set_recipe(augment=chain)

    def _show_steps(self, chain: Chain) -> None:
        """Show the steps; where only options changed, the forms stay, so that the cursor keeps its place."""
        self._shown = chain
        if [type(form.step) for form in self.steps] != [type(step) for step in chain]:
            for form in self.steps:
                form.deleteLater()
            self.steps = [StepForm(step) for step in chain]
            for place, form in enumerate(self.steps):
                form.edited.connect(lambda place=place: self._edit(place))
                form.removed.connect(lambda place=place: self._remove(place))
                form.raised.connect(lambda place=place: self._raise(place))
                self._column.insertWidget(place, form)
        for form, step in zip(self.steps, chain, strict=True):
            form.show_step(step)

    def _edit(self, place: int) -> None:
        chain = list(self._chain())
        chain[place] = self._shown_step(place)
        self._shown = tuple(chain)
        self._set(tuple(chain))
        self._later.start()

    def _shown_step(self, place: int) -> Augmentation:
        return self.steps[place].step

    def _remove(self, place: int) -> None:
        chain = self._chain()
        self._set((*chain[:place], *chain[place + 1 :]))

    def _raise(self, place: int) -> None:
        chain = list(self._chain())
        if place:
            chain[place - 1], chain[place] = chain[place], chain[place - 1]
            self._set(tuple(chain))

    # -- preview ------------------------------------------------------------------------------------------------

    def _draw_again(self) -> None:
        self._seed += 1
        self._ask()

    def _ask(self) -> None:
        dataset, chain, seed = self._session.material.dataset, self._chain(), self._seed
        if dataset is None:
            return
        services, arrangement = self._session.services, Arrangement(dataset, self._session.document.data)

        def changed() -> Array:
            learned = np.flatnonzero(arrangement.goes == TRAINING)[:SHOWN]
            return services.augment(chain, dataset, learned, seed)

        self._session.asker.ask("augment", changed, self._show, self._refuse)

    def _show(self, samples: Array) -> None:
        dataset = self._session.material.dataset
        self.told.setText(f"Training {dataset.noun}s of {dataset.title}" if dataset else "")
        self.preview.set_images([np.clip(flat(each), 0, 1) for each in samples])

    def _refuse(self, failure: Failed) -> None:
        """Tell why these data can't be changed so."""
        self.preview.set_images([])
        self.told.setText(failure.message)


class StepForm(QWidget):
    """One step: its title, its options, and what moves or removes it."""

    edited, removed, raised = Signal(), Signal(), Signal()

    def __init__(self, step: Augmentation) -> None:
        super().__init__()
        self.step = step
        column, head, form = QVBoxLayout(self), QHBoxLayout(), QFormLayout()
        column.setContentsMargins(0, 4, 0, 4)
        title = label(step.title)
        title.setToolTip(step.sentence())
        head.addWidget(title, 1)
        head.addWidget(tool_button("chevron-up", "Do this earlier", self.raised.emit))
        head.addWidget(tool_button("close", "Leave this out", self.removed.emit))
        self.fields: dict[str, Field] = {}
        for option in step.options():
            field = self.fields[option.name] = field_for(option)
            field.setToolTip(option.help)
            field.edited.connect(lambda value, name=option.name: self._take(name, value))
            caption = label(option.label, "secondary")
            caption.setMinimumWidth(CAPTION_WIDTH)
            form.addRow(caption, field)
        column.addLayout(head)
        column.addLayout(form)
        column.addWidget(Divider())

    def show_step(self, step: Augmentation) -> None:
        """Show the options of a step of the same kind."""
        self.step = step
        for name, field in self.fields.items():
            if field.value() != getattr(step, name):
                field.set_value(getattr(step, name))

    def _take(self, name: str, value: object) -> None:
        try:
            self.step = replace(self.step, **{name: value})
        except OptionError as error:
            self.fields[name].set_error(error.hint)
            return
        self.fields[name].set_error(None)
        self.edited.emit()
