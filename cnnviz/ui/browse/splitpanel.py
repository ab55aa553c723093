"""Which training samples are held out for validation: how many, or in which fold, and by which seed."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QGridLayout, QMenu, QWidget

from cnnviz.ui import numbers
from cnnviz.ui.browse.places import TEST, TRAINING, VALIDATION, Arrangement
from cnnviz.ui.state import Session
from cnnviz.ui.widgets.chrome import Panel, Segmented, button, label
from cnnviz.ui.widgets.numberfields import IntField

HOLD_OUT, FOLDS = "Hold out", "k-fold"
USUAL_FOLDS, MOST_FOLDS = 5, 100
MOST_SEED = 2**31 - 1


class SplitPanel(Panel):
    """Edits go to the document's choice of data; the next run takes them."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("Split", "of the next run", parent)
        self._session = session
        self._count = 0
        self.scheme = Segmented([HOLD_OUT, FOLDS], name="how validation samples are chosen")
        self.scheme.chosen.connect(self._choose_scheme)
        self.presets = button("Presets", small=True)
        menu = QMenu(self.presets)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(lambda: self._fill(menu))
        self.presets.setMenu(menu)
        self.validation = IntField(0, 100_000_000, "validation samples", width=84)
        self.folds = IntField(2, MOST_FOLDS, "folds", width=52)
        self.fold = IntField(1, MOST_FOLDS, "fold held out", width=52)
        self.seed = IntField(0, MOST_SEED, "seed of the split", width=84)
        self.validation.edited.connect(lambda count: self._set(validation=count))
        self.folds.edited.connect(self._set_folds)
        self.fold.edited.connect(lambda fold: self._set(fold=fold - 1))
        self.seed.edited.connect(lambda seed: self._set(seed=seed))
        self.told = label("", "hint")
        self.told.setWordWrap(True)
        self._assemble()

    def _assemble(self) -> None:
        self.add_to_header(self.presets)
        self.body.addWidget(self.scheme)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(3, 1)
        self._held = (label("Validation", "secondary"), self.validation)
        self._folded = (label("Folds", "secondary"), self.folds, label("held out", "secondary"), self.fold)
        seeded = (label("Seed", "secondary"), self.seed)
        for row, parts in enumerate((self._held, self._folded, seeded)):
            for column, part in enumerate(parts):
                grid.addWidget(part, row, column)
        self.seed.setToolTip("The same seed holds the same samples out, on every machine")
        self.validation.setToolTip("Training samples held out to judge by")
        self.body.addLayout(grid)
        self.body.addWidget(self.told)

    def show_arrangement(self, arrangement: Arrangement) -> None:
        """Show the choice as it is; a field that is being typed into is left alone."""
        choice, self._count = arrangement.choice, len(arrangement.dataset.train)
        self.scheme.set_value(FOLDS if choice.folds else HOLD_OUT)
        for part in self._held:
            part.setVisible(not choice.folds)
        for part in self._folded:
            part.setVisible(bool(choice.folds))
        for field, value in (
            (self.validation, arrangement.held_out.validation),
            (self.folds, max(choice.folds, 2)),
            (self.fold, choice.fold + 1),
            (self.seed, choice.seed),
        ):
            if not field.isAncestorOf(QApplication.focusWidget() or self):
                field.set_value(value)
        counts = [numbers.count(int(each)) for each in arrangement.counts]
        text = f"{counts[TRAINING]} to learn from, {counts[VALIDATION]} to judge by, {counts[TEST]} to test with."
        if not choice.folds and choice.validation > arrangement.held_out.validation:
            text += f" {numbers.count(choice.validation)} would be more than a quarter: a sixth is held out."
        self.told.setText(text)

    def _set(self, **changes: int) -> None:
        self._session.document.set_data(**changes)

    def _choose_scheme(self, scheme: str) -> None:
        self._set(folds=USUAL_FOLDS if scheme == FOLDS else 0, fold=0)

    def _set_folds(self, folds: int) -> None:
        self._set(folds=folds, fold=min(self._session.document.data.fold, folds - 1))

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        for text, held in presets(self._count):
            action = menu.addAction(f"{text}   {numbers.count(self._count - held)} / {numbers.count(held)}")
            action.triggered.connect(lambda _=False, held=held: self._set(validation=held, folds=0, fold=0))
        for folds in (5, 10):
            action = menu.addAction(f"{folds}-fold cross-validation")
            action.setToolTip("The first fold is held out; choose another one, or run them all with a sweep")
            action.triggered.connect(lambda _=False, folds=folds: self._set(folds=folds, fold=0))


def presets(count: int) -> list[tuple[str, int]]:
    """Return the usual splits of so many training samples: what they are called, and how many are held out."""
    found = [
        ("75 / 25 %", count // 4),
        ("5,000 held out", 5_000),
        ("90 / 10 %", count // 10),
        ("None held out", 0),
    ]
    return [(text, held) for text, held in found if held <= count // 4]
