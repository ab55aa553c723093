"""The dialog of a sweep: which settings vary, how, and over how many folds; it says what comes of that."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from cnnviz.errors import CnnvizError, UsageError
from cnnviz.model.recipe import SETTINGS
from cnnviz.model.setting import Setting
from cnnviz.model.sweep import Axis, Job, make_jobs, read_axis
from cnnviz.ui import theme
from cnnviz.ui.services import TrainingTask
from cnnviz.ui.state import Session
from cnnviz.ui.state.queueing import Queueing
from cnnviz.ui.widgets.chrome import button, label

WIDTH, MOST_JOBS = 460, 1000
FOLDS = 5
FIRST = "learning_rate"
_HEADING, _FOLDS_HEADING = "Train many times, with other settings", "Hold out each part of the data once"
_FOLDS_WORDS = (
    "One training for each fold: judged by that part of the training samples, learned from the others."
)
_WORDS = "Values are separated by commas; a range such as 1e-4..1e-1 is drawn from at random."


class SweepDialog(QDialog):
    """Queues trainings of the network that is open; with `folds` it begins as a cross-validation."""

    def __init__(
        self, session: Session, queueing: Queueing, parent: QWidget | None = None, *, folds: bool = False
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("k-fold cross-validation" if folds else "Sweep")
        theme.set_role(self, role="panel")
        self.setMinimumWidth(WIDTH)
        self._session, self._queueing = session, queueing
        self.axes: list[tuple[QComboBox, QLineEdit]] = []
        self.draws, self.folds = QSpinBox(maximum=MOST_JOBS), QSpinBox(maximum=100)
        self.draws.setSpecialValueText("all")
        self.draws.setSuffix(" drawn at random")
        self.folds.setSpecialValueText("none")
        self.folds.setSuffix(" folds")
        self.folds.setValue(FOLDS if folds else 0)
        self.told = label("", "secondary")
        self.told.setWordWrap(True)
        self.more, self.cancel = button("Vary another setting", icon="plus", small=True), button("Cancel")
        self.queue = button("Queue", "primary")
        self._build()
        if folds:
            self.folds.setFocus()
        else:
            self.add_axis()
            self.axes[0][1].setFocus()
        for box in (self.draws, self.folds):
            box.valueChanged.connect(self.refresh)
        self.more.clicked.connect(self.add_axis)
        self.cancel.clicked.connect(self.reject)
        self.queue.clicked.connect(self.accept)
        self.refresh()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        folds = bool(self.folds.value())
        column.addWidget(label(_FOLDS_HEADING if folds else _HEADING, "heading"))
        words = label(_FOLDS_WORDS if folds else _WORDS, "hint")
        words.setWordWrap(True)
        column.addWidget(words)
        self._rows = QVBoxLayout()
        column.addLayout(self._rows)
        column.addWidget(self.more)
        for text, box in (("Combinations", self.draws), ("Cross-validation", self.folds)):
            row = QHBoxLayout()
            row.addWidget(label(text, "secondary"), 1)
            box.setAccessibleName(text)
            box.lineEdit().setTextMargins(5, 0, 0, 0)
            row.addWidget(box, 1)
            column.addLayout(row)
        column.addWidget(self.told)
        last = QHBoxLayout()
        last.addStretch(1)
        last.addWidget(self.cancel)
        last.addWidget(self.queue)
        column.addLayout(last)

    def add_axis(self) -> None:
        """Vary one more setting."""
        names, values = QComboBox(), QLineEdit()
        names.setAccessibleName("setting that varies")
        values.setAccessibleName("its values")
        used = {box.currentData() for box, _ in self.axes}
        for each in SETTINGS:
            names.addItem(each.option.label, each.name)
        free = [each.name for each in SETTINGS if each.name not in used]
        names.setCurrentIndex(names.findData(FIRST if FIRST in free else free[0]))
        row = QHBoxLayout()
        row.addWidget(names, 2)
        row.addWidget(values, 3)
        self._rows.addLayout(row)
        self.axes.append((names, values))
        names.currentIndexChanged.connect(lambda: self._suggest(names, values))
        values.textChanged.connect(self.refresh)
        self._suggest(names, values)

    def _suggest(self, names: QComboBox, values: QLineEdit) -> None:
        setting = next(each for each in SETTINGS if each.name == names.currentData())
        values.setText(suggested(setting, getattr(self._session.document.recipe, setting.name)))
        values.setCursorPosition(0)
        values.setToolTip(f"{setting.option.help}. It takes {setting.option.allowed()}.")

    def jobs(self, task: TrainingTask) -> list[Job]:
        """Return the trainings that the dialog describes; raise UsageError or TrainError for what can't be."""
        axes: list[Axis] = [read_axis(f"{names.currentData()}={v.text()}") for names, v in self.axes]
        if not axes and not self.folds.value():
            raise UsageError("nothing varies.", hint="Vary a setting, or choose folds.")
        if len({axis.name for axis in axes}) < len(axes):
            raise UsageError("one setting varies twice.", hint="Write all its values in one line.")
        if self.folds.value() == 1:
            raise UsageError("one fold leaves nothing to learn from.", hint="Take 2 folds or more.")
        found = make_jobs(
            task.recipe,
            task.choice,
            axes,
            draws=self.draws.value(),
            seed=task.recipe.seed,
            folds=self.folds.value(),
        )
        if len(found) > MOST_JOBS:
            raise UsageError(f"{len(found):,} trainings are too many.", hint=f"Take {MOST_JOBS:,} or fewer.")
        return found

    def refresh(self) -> None:
        """Say how many trainings come of it, or why none."""
        try:
            count = len(self.jobs(self._session.task()))
        except CnnvizError as error:
            self.told.setText(str(error))
            self.queue.setEnabled(False)
            return
        self.told.setText("Each is a run of its own, tagged with what it changes.")
        self.queue.setText(f"Queue {count} training{'s' if count > 1 else ''}")
        self.queue.setEnabled(True)

    def accept(self) -> None:
        """Queue the trainings."""
        tag = "k-fold" if not self.axes else "sweep"
        self._queueing.add(self.jobs, f"{tag} {self._session.document.graph.title}".strip())
        super().accept()


def suggested(setting: Setting, now: object) -> str:
    """Return values to begin with, around the one of now."""
    if setting.option.choices:
        return ",".join(setting.option.choices)
    if setting.option.form == "switch":
        return "no,yes"
    if isinstance(now, float) and now and setting.logarithmic:
        return ",".join(
            f"{now * factor:g}" for factor in (0.1, 1, 10) if now * factor <= (setting.option.hi or 1e9)
        )
    if isinstance(now, int) and now and setting.name != "seed":
        return ",".join(str(each) for each in (max(now // 2, 1), now, 2 * now))
    return "0,1,2" if setting.name == "seed" else ""


__all__ = ["SweepDialog", "suggested"]
