"""The panel of runs: filter and sort, tick for comparison, name, tag, export, delete and bring back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QColor, QHideEvent, QIcon, QPixmap, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from cnnviz.errors import CnnvizError
from cnnviz.runs.about import COLORS
from cnnviz.runs.comparing import Row, differences
from cnnviz.runs.tables import write_csv
from cnnviz.runs.tensorboard import write_events
from cnnviz.ui.state import Session
from cnnviz.ui.state.entries import Entry, key_of
from cnnviz.ui.state.lookback import Lookback
from cnnviz.ui.state.queueing import Queueing
from cnnviz.ui.state.resuming import Resuming
from cnnviz.ui.train.differences import DifferenceTable
from cnnviz.ui.train.queue import QueuePanel
from cnnviz.ui.train.runlist import RunList
from cnnviz.ui.widgets.chrome import Panel, label, tool_button

ORDERS: Mapping[str, Callable[[Entry], object]] = {
    "Newest first": lambda entry: -entry.number,
    "Oldest first": lambda entry: entry.number,
    "Best accuracy": lambda entry: -(entry.reached.accuracy or 0.0) if entry.reached else 1.0,
    "Lowest loss": lambda entry: entry.reached.loss if entry.reached else float("inf"),
    "Name": lambda entry: (entry.name.lower(), -entry.number),
}
SOON_MS = 60
"""Several things change at once; the list is read again when they have."""


class RunsPanel(QWidget):
    """Follows `session.runs`; looks into folders only while it is seen."""

    def __init__(self, session: Session, lookback: Lookback, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._runs, self._lookback = session, session.runs, lookback
        self._order = next(iter(ORDERS))
        self._seen: tuple[object, ...] = ()
        self.resuming = Resuming(session, self)
        self.queue = QueuePanel(session, Queueing(session, self))
        self.list = RunList(self._runs.ticked)
        self.filter = QLineEdit(placeholderText="Filter by name, tag, data …", clearButtonEnabled=True)
        self.filter.setAccessibleName("filter of the runs")
        self.empty: QLabel = label("", "hint")
        self.empty.setWordWrap(True)
        self.damaged: QLabel = label("", "hint")
        self.damaged.setWordWrap(True)
        self.difference = DifferenceTable()
        self.sorter = tool_button("chevron-down", "Sort the runs", self._choose_order)
        self.more = tool_button("menu", "More about runs", self._offer_more)
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self.refresh)
        self._soon.timeout.connect(self._compare)
        self._assemble()
        self.filter.textChanged.connect(self.refresh)
        self.list.chosen.connect(self._runs.show)
        self.list.ticked.connect(self._runs.tick)
        self.list.menu_wanted.connect(self._open_menu)
        self.list.resume_wanted.connect(self.resuming.resume)
        self.list.key_pressed.connect(self._press)
        for signal in (self._runs.changed, self._runs.ticks_changed, session.training.shown_changed):
            signal.connect(self._soon.start)
        self.refresh()

    def _assemble(self) -> None:
        self.panel = Panel("Runs")
        self.panel.add_to_header(self.sorter)
        self.panel.add_to_header(self.more)
        self.panel.body.setContentsMargins(0, 0, 0, 6)
        self.panel.body.setSpacing(6)
        row = QHBoxLayout()
        row.setContentsMargins(10, 0, 10, 0)
        row.addWidget(self.filter)
        self.panel.body.addLayout(row)
        self.panel.body.addWidget(self.list, 1)
        for text in (self.empty, self.damaged):
            text.setContentsMargins(12, 0, 12, 0)
            self.panel.body.addWidget(text)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self.panel, 1)
        column.addWidget(self.queue)
        column.addWidget(self.difference)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._runs.watch(True)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._runs.watch(False)

    def refresh(self) -> None:
        """Read the list anew; nothing is painted where nothing has changed."""
        entries = self._runs.entries()
        found = sorted((e for e in entries if e.matches(self.filter.text())), key=ORDERS[self._order])  # type: ignore[arg-type]
        shown = self._session.training.shown
        key = key_of(shown) if shown is not None else ""
        ticks = tuple(self._runs.ticked(entry) for entry in found)
        seen = (found, key, ticks, len(entries), self._runs.damaged)
        if seen == self._seen:
            return
        self._seen = seen
        self.panel.set_title("Runs", f"{len(found)} of {len(entries)}" if entries else "")
        self.list.show_entries(found, key)
        self._explain(len(entries), len(found))

    def _explain(self, known: int, found: int) -> None:
        """Say why the list is empty, and which folders can't be read."""
        nothing = "Nothing trained yet. Press Train; the learning rate can be changed while it runs."
        self.empty.setText(nothing if not known else "No run matches the filter.")
        self.empty.setVisible(not found)
        self.list.setVisible(bool(found))
        self.filter.setVisible(known > 1)
        damaged = self._runs.damaged
        self.damaged.setVisible(bool(damaged))
        many = f"{len(damaged)} folders can't be read" if len(damaged) > 1 else "One folder can't be read"
        self.damaged.setText(f"{many}: {', '.join(path.name for path, _ in damaged[:3])}")
        self.damaged.setToolTip("\n".join(reason for _, reason in damaged))

    # -- menus --------------------------------------------------------------------------------------------------

    def _choose_order(self) -> None:
        menu = QMenu(self)
        for name in ORDERS:
            action = menu.addAction(name, partial(self.sort, name))
            action.setCheckable(True)
            action.setChecked(name == self._order)
        _pop(menu, self.sorter.mapToGlobal(QPoint(0, self.sorter.height())))

    def sort(self, order: str) -> None:
        """Order the list by one of `ORDERS`."""
        self._order = order
        self.refresh()

    def _offer_more(self) -> None:
        menu = QMenu(self)
        menu.addAction("Follow a run in another folder …", self._attach)
        deleted = self._runs.deleted
        name = f"Bring back #{deleted.about.number} {deleted.name}" if deleted else "Bring back a deleted run"
        menu.addAction(name, self._runs.restore).setEnabled(deleted is not None)
        _pop(menu, self.more.mapToGlobal(QPoint(0, self.more.height())))

    def _attach(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "The folder of a run")
        if folder:
            self._runs.attach(Path(folder))

    def _open_menu(self, key: str, place: QPoint) -> None:
        _pop(self.menu_of(key), place)

    def menu_of(self, key: str) -> QMenu:
        """Return what can be done with a run."""
        entry = next(entry for entry in self._runs.entries() if entry.key == key)
        menu = QMenu(self)
        menu.addAction("Show", partial(self._runs.show, key))
        if entry.can_go_on:
            resume = menu.addAction("Resume", partial(self.resuming.resume, key))
            resume.setEnabled(not self.resuming.why_not())
        kept = [
            menu.addAction("Rename …\tF2", partial(self._rename, entry)),
            menu.addAction("Tags …", partial(self._tag, entry)),
            menu.addAction("Note …", partial(self._note, entry)),
            self._color_menu(menu, entry),
        ]
        menu.addSeparator()
        kept += [
            menu.addAction("Open the network", partial(self._lookback.open_network, key)),
            menu.addAction("Export as CSV …", partial(self._export_csv, entry)),
            menu.addAction("Export for TensorBoard …", partial(self._export_events, entry)),
        ]
        menu.addSeparator()
        kept.append(menu.addAction("Delete\tDel", partial(self._runs.delete, key)))
        for action in kept:
            action.setEnabled(self._runs.run(key) is not None)
        return menu

    def _color_menu(self, menu: QMenu, entry: Entry) -> QAction:
        colors = menu.addMenu("Colour")
        for color in COLORS:
            picture = QPixmap(12, 12)
            picture.fill(QColor(color))
            colors.addAction(QIcon(picture), color, partial(self._runs.label, entry.key, color=color))
        return colors.menuAction()

    def _press(self, key: str, pressed: int) -> None:
        if pressed == Qt.Key.Key_Delete:
            self._runs.delete(key)
        else:
            self._rename(next(entry for entry in self._runs.entries() if entry.key == key))

    # -- what is said about a run ---------------------------------------------------------------------------------

    def _rename(self, entry: Entry) -> None:
        name, done = QInputDialog.getText(self, "Rename", f"Name of run {entry.number}", text=entry.name)
        if done:
            self._runs.label(entry.key, name=name.strip())

    def _tag(self, entry: Entry) -> None:
        words, done = QInputDialog.getText(
            self, "Tags", "Tags, separated by commas", text=", ".join(entry.labels.tags)
        )
        if done:
            tags = tuple(dict.fromkeys(word.strip() for word in words.split(",") if word.strip()))
            self._runs.label(entry.key, tags=tags)

    def _note(self, entry: Entry) -> None:
        note, done = QInputDialog.getMultiLineText(
            self, "Note", f"About run {entry.number}", entry.labels.note
        )
        if done:
            self._runs.label(entry.key, note=note.strip())

    # -- exports ----------------------------------------------------------------------------------------------------

    def _export_csv(self, entry: Entry) -> None:
        name, _kind = QFileDialog.getSaveFileName(self, "Export", f"run-{entry.number}.csv", "CSV (*.csv)")
        run = self._runs.run(entry.key)
        if name and run is not None:
            path = Path(name)
            self._session.loader.ask(
                "export run",
                lambda: write_csv(run, path),
                lambda rows: self._session.notice.emit("info", f"Wrote {rows:,} rows to {path.name}"),
                self._session.tell_failure,
            )

    def _export_events(self, entry: Entry) -> None:
        name = QFileDialog.getExistingDirectory(self, "Folder for the event file")
        run = self._runs.run(entry.key)
        if name and run is not None:
            self._session.loader.ask(
                "export run",
                lambda: write_events(run, Path(name)),
                lambda path: self._session.notice.emit("info", f"Wrote {path.name}"),
                self._session.tell_failure,
            )

    # -- comparison -------------------------------------------------------------------------------------------------

    def _compare(self) -> None:
        """Show what differs between two runs, where exactly two are ticked."""
        ticked = [entry for entry in self._runs.entries() if self._runs.ticked(entry)]
        pair = [self._runs.run(entry.key) for entry in ticked]
        one, other = pair if len(pair) == 2 else (None, None)
        if one is None or other is None:
            self.difference.hide()
            return

        def found() -> tuple[Row, ...] | str:
            try:
                return differences(one, other)
            except CnnvizError as error:
                return str(error)

        self._session.loader.ask(
            "difference", found, partial(self._show_difference, [e.number for e in ticked])
        )

    def _show_difference(self, pair: list[int], rows: tuple[Row, ...] | str) -> None:
        if isinstance(rows, str):
            self._session.notice.emit("error", rows)
        else:
            self.difference.show_rows(f"#{pair[0]}", f"#{pair[1]}", rows)


def _pop(menu: QMenu, place: QPoint) -> None:
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(place)
