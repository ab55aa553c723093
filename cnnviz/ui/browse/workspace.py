"""The data browser as a page of the window: the grid, the sample that was clicked, and the facts."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIntValidator, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSplitter, QVBoxLayout, QWidget

from cnnviz.data.survey import Finding
from cnnviz.ui import numbers, theme
from cnnviz.ui.browse.chips import ClassChips
from cnnviz.ui.browse.factcolumn import FactColumn
from cnnviz.ui.browse.grid import SampleGrid
from cnnviz.ui.browse.header import Header
from cnnviz.ui.browse.places import ALL, PARTS, TEST, Arrangement, Places
from cnnviz.ui.browse.samplepanel import Looked, SamplePanel
from cnnviz.ui.browse.sections import Section
from cnnviz.ui.browse.surveying import Surveying
from cnnviz.ui.browse.thumbnails import Thumbnails
from cnnviz.ui.state import Session
from cnnviz.ui.widgets.chrome import EmptyState, Panel, Segmented, label

LOADING, NOTHING, TAKE = "The data set is still loading.", "No data set is chosen yet.", "Load the usual one"
BY_CLASS, IN_ORDER = "By class", "In order"
WITHIN = Qt.ShortcutContext.WidgetWithChildrenShortcut


class DataWorkspace(QWidget):
    """Follows the data and the split of the session; `left` asks the window to go back."""

    left = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.arrangement: Arrangement | None = None
        self._part, self._class = ALL, ALL
        self._finding: Finding | None = None
        self.thumbnails = Thumbnails(session.loader, self)
        self.surveying = Surveying(session.loader, self)
        self.header = Header(session)
        self.grid = SampleGrid(self.thumbnails)
        self.sample = SamplePanel(session.loader)
        self.facts = FactColumn(session, self.surveying)
        self.parts = Segmented(list(PARTS.items()), name="part of the data")
        self.order = Segmented([BY_CLASS, IN_ORDER], name="order of the samples")
        self.number = QLineEdit(placeholderText="#")
        self.chips = ClassChips()
        self.empty = EmptyState(NOTHING, TAKE)
        self._assemble()
        self._connect()
        self.refresh()

    def _assemble(self) -> None:
        self.number.setFixedWidth(76)
        self.number.setValidator(QIntValidator(0, 2**31 - 1, self))
        self.number.setAccessibleName("number of the sample")
        self.number.setToolTip("Go to a sample by its number; of the test samples where these are shown")
        theme.set_role(self.number, role="number", small=True)
        self.panel = Panel("Samples")
        self.panel.add_to_header(label("Go to", "secondary"))
        self.panel.add_to_header(self.number)
        line = QHBoxLayout()
        line.setSpacing(12)
        for part in (self.parts, self.order):
            line.addWidget(part)
        line.addStretch(1)
        self.panel.body.addLayout(line)
        self.panel.body.addWidget(self.chips)
        self.panel.body.addWidget(self.grid, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        for side in (self.panel, self.sample, self.facts):
            self.splitter.addWidget(side)
        self.splitter.setStretchFactor(0, 3)
        self.splitter.setStretchFactor(1, 2)
        self.splitter.setStretchFactor(2, 1)
        self.splitter.setChildrenCollapsible(False)
        self.sample.setMinimumWidth(240)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self.header)
        column.addWidget(self.splitter, 1)
        column.addWidget(self.empty, 1)

    def _connect(self) -> None:
        session = self._session
        session.material.dataset_changed.connect(self.refresh)
        session.material.loading.connect(lambda _name: self._tell_loading())
        session.document.described.connect(self._follow_choice)
        self.empty.pressed.connect(lambda: session.choose_data(session.document.data.source))
        self.thumbnails.failed.connect(lambda text: session.notice.emit("error", text))
        self.parts.chosen.connect(self.show_part)
        self.order.chosen.connect(lambda _order: self._fill())
        self.number.returnPressed.connect(lambda: self.go_to(int(self.number.text() or 0)))
        self.chips.chosen.connect(self.show_class)
        self.facts.class_chosen.connect(self.show_class)
        self.facts.finding_chosen.connect(self.show_finding)
        self.grid.clicked.connect(self._look)
        self.grid.opened.connect(self._open_place)
        self.grid.heading_clicked.connect(self._open_section)
        self.sample.stepped.connect(self._step)
        self.sample.inspect.connect(self._inspect)
        self.surveying.changed.connect(self._tell_twins)
        self.header.left.connect(self.left)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self.left.emit, context=WITHIN)

    # -- following the session ----------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the data set of the session from its beginning."""
        dataset = self._session.material.dataset
        self.splitter.setVisible(dataset is not None)
        self.empty.setVisible(dataset is None)
        self.header.refresh()
        if dataset is None:
            wanted = bool(self._session.material.wanted)
            self.empty.set_sentence(LOADING if wanted else NOTHING, "" if wanted else TAKE)
            return
        self._part, self._class, self._finding = ALL, ALL, None
        self.parts.set_value(ALL)
        self.chips.set_names(dataset.classes)
        self.chips.set_chosen(ALL)
        self.order.setVisible(bool(dataset.classes))
        self.order.set_value(BY_CLASS if dataset.classes else IN_ORDER)
        self.sample.clear()
        self.grid.set_selected(None)
        self._arrange()
        self.surveying.look(dataset)

    def _tell_loading(self) -> None:
        self.empty.set_sentence(LOADING)

    def _follow_choice(self) -> None:
        """Show where the samples go now, when the choice of validation samples is another one."""
        self.header.refresh()
        dataset, now = self._session.material.dataset, self.arrangement
        if dataset is None or now is None or now.dataset is not dataset:
            return
        if now.choice != self._session.document.data:
            self._arrange()
            if self.grid.selected is not None:
                self._look(self.grid.selected)

    def _arrange(self) -> None:
        dataset = self._session.material.dataset
        assert dataset is not None
        found = self.arrangement = Arrangement(dataset, self._session.document.data)
        self.thumbnails.set_arrangement(found)
        self.grid.set_arrangement(found)
        self.facts.show_arrangement(found)
        self._finding = self.facts.rows.pressed if self._finding is not None else None
        for (part, name), count in zip(PARTS.items(), (len(found), *found.counts.tolist()), strict=True):
            self.parts.part(part).setText(f"{name} {numbers.count(count)}")
            self.parts.part(part).setEnabled(bool(count))
        self._fill()

    # -- what is shown in the grid ------------------------------------------------------------------------------

    def show_part(self, part: int) -> None:
        """Show the samples of a part only, or of all (−1)."""
        self._part = part
        self.parts.set_value(part)
        self._let_finding_go()
        self._fill()

    def show_class(self, chosen: int) -> None:
        """Show the samples of a class only, or of all (−1)."""
        self._class = chosen
        self.chips.set_chosen(chosen)
        self.facts.set_class(chosen)
        self._let_finding_go()
        self._fill()

    def show_finding(self, finding: Finding | None) -> None:
        """Show the samples of a finding, group after group; None shows the others again."""
        self._finding = finding
        self._fill()

    def go_to(self, index: int) -> None:
        """Choose a sample by its number, among the test samples where these are shown."""
        if self.arrangement is None:
            return
        place = self.arrangement.place(self._part, index)
        if place is None:
            kind = "test" if self._part == TEST else "training"
            self._session.notice.emit(
                "warning", f"There is no {kind} {self.arrangement.dataset.noun} #{index}."
            )
            return
        if self.grid.where(place) is None:
            self._part = self._part if self._part == TEST else ALL
            self.parts.set_value(self._part)
            self.order.set_value(IN_ORDER)
            self.show_class(ALL)
        self.grid.set_selected(place)
        self._look(place)

    def _let_finding_go(self) -> None:
        self._finding = None
        self.facts.rows.release()

    def _fill(self) -> None:
        arrangement = self.arrangement
        if arrangement is None:
            return
        found = self._finding
        whole = found is None and self._class == ALL
        self.order.setEnabled(whole)
        if found is not None:
            sections, captions = [_in_groups(found)], 2 if len(arrangement.labels) else 1
        elif whole and self.order.value() == BY_CLASS and arrangement.dataset.classes:
            sections, captions = self._by_class(arrangement), 0
        else:
            mixed = whole and bool(arrangement.dataset.classes)
            sections, captions = [Section(arrangement.select(self._part, self._class))], 2 if mixed else 1
        self.grid.set_sections(sections, captions=captions)
        shown = sum(len(each.places) for each in sections)
        about = (
            f"{found.kind.title.lower()}: {found.kind.help}" if found else "double-click opens one in Inspect"
        )
        self.panel.set_title(
            f"{numbers.count(shown)} {arrangement.dataset.noun}{'' if shown == 1 else 's'}", about
        )
        if self.grid.selected is not None:
            self.grid.set_selected(self.grid.selected)

    def _by_class(self, arrangement: Arrangement) -> list[Section]:
        """Return a line for each class."""
        places = arrangement.select(self._part)
        labels = arrangement.labels[places]
        order = np.argsort(labels, kind="stable")
        edges = np.searchsorted(labels[order], np.arange(len(arrangement.dataset.classes) + 1))
        return [
            Section(places[order[first:last]], name, numbers.count(int(last - first)), folded=True)
            for name, first, last in zip(arrangement.dataset.classes, edges[:-1], edges[1:], strict=True)
        ]

    def _open_section(self, section: int) -> None:
        self.show_class(section)

    # -- one sample ---------------------------------------------------------------------------------------------

    def _look(self, place: int) -> None:
        if self.arrangement is not None:
            shown = self.thumbnails.shown or (0.0, 1.0)
            self.sample.show_place(self.arrangement, place, shown, self._twins_of(place))

    def _twins_of(self, place: int) -> Places:
        found = self.surveying.survey
        return found.same_as(place) if found is not None else np.zeros(0, np.int64)

    def _tell_twins(self) -> None:
        """Once the survey is there, say of the shown sample what is the same."""
        found = self.arrangement
        if found is None or self.surveying.state != "ready" or self.surveying.dataset is not found.dataset:
            return
        if self.grid.selected is not None:
            self._look(self.grid.selected)

    def _step(self, by: int) -> None:
        place = self.grid.selected
        found = self.grid.neighbour(place, by) if place is not None else None
        if found is not None:
            self.grid.set_selected(found)
            self._look(found)

    def _open_place(self, place: int) -> None:
        if self.arrangement is None:
            return
        split, index = self.arrangement.split(place)
        stored, answer = np.asarray(split.images[index]), np.asarray(split.labels[index])
        self._inspect(Looked(self.arrangement, place, split.sample(index), stored, answer))

    def _inspect(self, looked: Looked) -> None:
        """Look at a sample everywhere, and go to Inspect."""
        material, found = self._session.material, looked.arrangement
        split, index = found.split(looked.place)
        if material.dataset is not found.dataset:
            return
        if split is found.dataset.test:
            material.pick(index)
        else:
            name = found.class_name(looked.place)
            title = found.title(looked.place) + (f", label {name}" if name else "")
            answer = None if name else looked.answer
            material.pick_image(looked.sample, found.label(looked.place), title, answer)
        self._session.go_to.emit("inspect")


def _in_groups(found: Finding) -> Section:
    """Return the samples of a finding, those that are the same beside each other."""
    sizes = [len(group) for group in found.groups]
    bands = np.repeat(np.arange(len(sizes)), sizes)
    return Section(np.concatenate(found.groups), bands=bands if len(sizes) > 1 else np.zeros(0, np.int64))
