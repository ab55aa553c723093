"""The open document: the graph with its history, the recipe, the data choice, and the file they lie in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from cnnviz.errors import CnnvizError, FileError
from cnnviz.model import autosave
from cnnviz.model.check import Report, check
from cnnviz.model.checking.suitability import Samples, judge
from cnnviz.model.files import Project, open_project, save_project
from cnnviz.model.graph import Graph, renamed
from cnnviz.model.history import History
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.model.whatif import WhatIf

AUTOSAVE_MS = 2000
"""An edit is on disk at most this long after it was made."""


class Document(QObject):
    """The one place where the graph changes.

    `changed(old, new)` is the only notification of an edit; `described` says that title, path, undo labels, recipe or
    data choice may read differently now; `replaced` says that another document was opened (emitted before `changed`);
    `judged_anew` says that the same graph may have other problems, because there are other data; `not_kept` says in
    words why unsaved work could not be written; `tried` says that something else is tried out on the same graph.
    """

    changed = Signal(object, object)
    tried = Signal()
    described = Signal()
    replaced = Signal()
    judged_anew = Signal()
    not_kept = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.history = History(Graph())
        self.path: Path | None = None
        self.recipe = Recipe()
        self.data = DataChoice()
        self.weights_file = ""
        self.template = ""
        self.samples: Samples | None = None
        """What the network is to learn from, as soon as it is known."""
        self.opened = 0
        """How many documents were opened so far; tells work that was begun on another one."""
        self.write_weights: autosave.Writer | None = None
        """Writes the trained weights that no file holds yet, if there are any."""
        self._saved_choices = (self.recipe, self.data)
        self._autosave = QTimer(self, singleShot=True, interval=AUTOSAVE_MS)
        self._autosave.timeout.connect(self.write_autosave)

    # -- questions ----------------------------------------------------------------------------------------------

    @property
    def graph(self) -> Graph:
        """Return the graph that is shown."""
        return self.history.graph

    @property
    def whatif(self) -> WhatIf:
        """Return what is tried out on the graph; no file ever holds it."""
        return self.history.whatif

    @property
    def report(self) -> Report:
        """Return order, shapes, counts and problems of the graph."""
        return check(self.graph)

    def judged(self, graph: Graph) -> Report:
        """Return the report of any graph, with the problems it has with the data that are loaded."""
        return judge(graph, self.samples)

    def meet(self, samples: Samples | None) -> None:
        """Judge the network against other data from now on."""
        if samples != self.samples:
            self.samples = samples
            self.judged_anew.emit()

    @property
    def modified(self) -> bool:
        """Say whether something would be lost without saving."""
        changed = self.history.modified or (self.recipe, self.data) != self._saved_choices
        return changed or self.write_weights is not None

    @property
    def empty(self) -> bool:
        """Say whether there is nothing on the canvas."""
        return not (self.graph.nodes or self.graph.notes)

    def undo_label(self) -> str:
        """Return what undo would take back, or an empty text."""
        at = self.history.position
        return self.history.steps[at].label if at > 0 else ""

    def redo_label(self) -> str:
        """Return what redo would bring back, or an empty text."""
        steps, at = self.history.steps, self.history.position
        return steps[at + 1].label if at + 1 < len(steps) else ""

    # -- edits --------------------------------------------------------------------------------------------------

    def edit(self, label: str, graph: Graph, key: str = "") -> None:
        """Make an edit: `label` is what undo will call it; edits with the same key in quick succession merge."""
        old, tried = self.graph, self.whatif
        self.history.push(label, graph, key, tried.renamed(renamed(old, graph)))
        self._announce(old, tried)

    def attempt(self, label: str, whatif: WhatIf, key: str = "") -> None:
        """Try something out on the graph as it is, to be undone like an edit."""
        tried = self.whatif
        self.history.push(label, self.graph, key, whatif)
        self._announce(self.graph, tried)

    def undo(self) -> None:
        """Take the last edit back."""
        old, tried = self.graph, self.whatif
        if self.history.undo():
            self._announce(old, tried)

    def redo(self) -> None:
        """Bring the edit back that was undone last."""
        old, tried = self.graph, self.whatif
        if self.history.redo():
            self._announce(old, tried)

    def go(self, position: int) -> None:
        """Show the state at an index of the history."""
        old, tried = self.graph, self.whatif
        self.history.go(position)
        self._announce(old, tried)

    def set_recipe(self, **changes: Any) -> None:
        """Change the recipe; raise TrainError where a value is impossible."""
        self.recipe = replace(self.recipe, **changes)
        self._touch()

    def set_data(self, **changes: Any) -> None:
        """Change the data choice."""
        self.data = replace(self.data, **changes)
        self._touch()

    # -- files --------------------------------------------------------------------------------------------------

    def start(self, project: Project, path: Path | None = None, template: str = "") -> None:
        """Show another document; unsaved work on the old one is set aside, to be recovered from the start page.

        Raise FileError, and keep what is shown, where it can't be set aside.
        """
        old = self.graph
        self._autosave.stop()
        if self.modified and not self.empty:
            self._set_aside()
        autosave.discard_autosave(self.path)
        self.write_weights = None
        self.history = History(project.graph)
        self.path, self.template = path, template
        self.recipe, self.data, self.weights_file = project.recipe, project.data, project.weights
        self._saved_choices = (self.recipe, self.data)
        self.opened += 1
        self.replaced.emit()
        self.changed.emit(old, self.graph)
        self.described.emit()

    def open(self, path: Path) -> None:
        """Show a project file; raise FileError and keep what is shown if it can't be read."""
        self.start(open_project(path), path)

    def recover(self, kept: Path) -> None:
        """Show unsaved work that was left behind; it stays unsaved. Raise FileError if it can't be read."""
        project, origin = autosave.recover(kept)
        self.start(project, origin)
        self.history.mark_unsaved()
        self.write_autosave()
        self.described.emit()

    def save(self, path: Path, weights_file: str) -> None:
        """Write the project; raise FileError, and keep the old file, where that is impossible."""
        old_path = self.path
        named = self.graph.with_title(path.stem) if self.graph.title == "untitled" else self.graph
        save_project(path, Project(named, self.data, self.recipe, weights_file))
        if named is not self.graph:
            self.edit("Name the project", named)
        self.path, self.weights_file = path, weights_file
        self.history.mark_saved()
        self.write_weights = None
        self._saved_choices = (self.recipe, self.data)
        self._autosave.stop()
        autosave.discard_autosave(old_path)
        self.described.emit()

    def _set_aside(self) -> None:
        try:
            autosave.set_aside(self.path, self.project(), self.write_weights)
        except (CnnvizError, OSError) as error:
            raise FileError(
                f"unsaved work on {self.graph.title} can't be kept for later.",
                hint="Save it first.",
            ) from error

    def project(self) -> Project:
        """Return what a file would hold now."""
        return Project(self.graph, self.data, self.recipe, self.weights_file)

    def set_unsaved_weights(self, write_weights: autosave.Writer | None) -> None:
        """Remember how to write weights that no file holds yet; None: there are none."""
        modified, self.write_weights = self.modified, write_weights
        if modified != self.modified:
            self.described.emit()

    def write_autosave(self, *, weights: bool = False) -> None:
        """Keep an unsaved document where a restart finds it; the weights too, which may be large, if wanted."""
        self._autosave.stop()
        if not self.modified or self.empty:
            return
        try:
            autosave.save_autosave(self.path, self.project(), self.write_weights if weights else None)
        except CnnvizError as error:
            self.not_kept.emit(str(error))

    def forget_autosave(self) -> None:
        """Remove the autosave, once the document is saved or knowingly dropped."""
        self._autosave.stop()
        autosave.discard_autosave(self.path)

    def _announce(self, old: Graph, tried: WhatIf) -> None:
        if old is not self.graph:
            self.changed.emit(old, self.graph)
            self._touch()
        elif tried is not self.whatif:
            self.tried.emit()
            self.described.emit()

    def _touch(self) -> None:
        self._autosave.start()
        self.described.emit()
