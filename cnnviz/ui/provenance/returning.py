"""A saved picture comes back: its network, sample and place are looked at again, and its weights compared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QTimer

from cnnviz.errors import CnnvizError
from cnnviz.explain.trace import Trace
from cnnviz.model.files import Project, open_project
from cnnviz.model.graph import Graph
from cnnviz.templates import template
from cnnviz.ui.provenance.files import stamp_in
from cnnviz.ui.provenance.stamp import Stamp, hash_of
from cnnviz.ui.state import Session
from cnnviz.ui.state.looking import NOT_TRAINED

PATIENCE_MS = 4000
"""How long trained weights may take to arrive, before others are told."""


class Returning(QObject):
    """Waits, after a picture was dropped, for network, sample and weights, and points at what the picture showed."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._wanted: Stamp | None = None
        self._pointed = False
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._give_up)
        session.looking.trace_changed.connect(self._look)
        session.material.dataset_changed.connect(self._choose_sample)

    @property
    def waiting(self) -> bool:
        """Say whether a picture is on its way back."""
        return self._wanted is not None

    def open(self, path: Path) -> bool:
        """Show again what a picture showed; tell why where that is impossible. Nothing in it is executed."""
        try:
            stamp = stamp_in(path)
            self._open_network(stamp)
        except CnnvizError as error:
            self._session.notice.emit("error", str(error))
            return False
        self._wanted, self._pointed = stamp, False
        self._patience.start()
        self._choose_sample()
        self._session.go_to.emit("inspect")
        self._session.looking.refresh()
        return True

    def _open_network(self, stamp: Stamp) -> None:
        """Stay with the network that is open, where it is that of the picture; else open it where its weights are."""
        session = self._session
        if same(session.document.graph, stamp.graph):
            return
        if stamp.template and _same_template(stamp):
            session.open_template(stamp.template)
        elif stamp.path and _same_project(stamp):
            session.open_file(Path(stamp.path))
        else:
            session.document.start(Project(stamp.graph, session.document.data, session.document.recipe))
            session.looking.set_weights(None, NOT_TRAINED)

    def _choose_sample(self) -> None:
        """Look at the sample of the picture: in its data set, or as the picture itself holds it."""
        wanted, material = self._wanted, self._session.material
        if wanted is None:
            return
        note, dataset, now = wanted.sample, material.dataset, material.sample
        if note.index >= 0 and dataset is not None and dataset.fingerprint == note.fingerprint:
            if now is None or now.index != note.index:
                material.pick(note.index)
        elif note.image is not None and (now is None or not np.array_equal(now.image, note.image)):
            material.pick_image(note.image, note.label, note.title)
        elif note.image is None:
            self._session.notice.emit("warning", f"The sample of the picture is not here: {note.title}.")

    def _look(self) -> None:
        """Point at the value, as soon as there is a trace of the right network; then compare the weights."""
        wanted, trace = self._wanted, self._session.looking.trace
        if wanted is None or trace is None:
            return
        looking, document = self._session.looking, self._session.document
        if document.whatif != wanted.whatif and same(document.graph, wanted.graph):
            document.attempt("As in the picture", wanted.whatif)
            return
        if not same(trace.graph, wanted.whatif.graph(wanted.graph)):
            return
        if not self._pointed:
            self._pointed = True
            looking.truth = wanted.truth
            if looking.backward != wanted.backward:
                looking.set_backward(wanted.backward)
            looking.point(node=wanted.node, map=wanted.index[0], position=wanted.index[1:])
        self._session.loader.ask("hash", lambda: (trace, hash_of(trace)), self._compare)

    def _compare(self, answer: tuple[Trace, str]) -> None:
        wanted, (trace, found) = self._wanted, answer
        if wanted is not None and trace is self._session.looking.trace and found == wanted.weights:
            self._end("info", f"Back at {wanted.in_words()}, with the same weights.")

    def _give_up(self) -> None:
        if self._wanted is not None and self._pointed:
            words = f"Back at {self._wanted.in_words()}, but the weights are others than those of the picture"
            self._end("warning", f"{words} ({self._wanted.origin}).")
        elif self._wanted is not None:
            self._end("warning", "The network of the picture could not be run.")

    def _end(self, severity: str, text: str) -> None:
        self._wanted = None
        self._patience.stop()
        self._session.notice.emit(severity, text)


def same(one: Graph, other: Graph) -> bool:
    """Say whether two graphs compute the same; places on the canvas don't matter."""
    return one.edges == other.edges and [(n.name, n.layer) for n in one] == [(n.name, n.layer) for n in other]


def _same_template(stamp: Stamp) -> bool:
    try:
        return same(template(stamp.template).graph, stamp.graph)
    except CnnvizError:
        return False


def _same_project(stamp: Stamp) -> bool:
    """Say whether the project that the picture names is still there, and still the same network."""
    path = Path(stamp.path)
    try:
        return path.suffix == ".cnnviz" and path.is_file() and same(open_project(path).graph, stamp.graph)
    except (CnnvizError, OSError):
        return False
