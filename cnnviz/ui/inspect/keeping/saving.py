"""The menu of a picture: save it, the whole view, the play-through or the numbers, each with its stamp inside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from cnnviz import __version__
from cnnviz.errors import CnnvizError
from cnnviz.events import Failed
from cnnviz.explain.trace import Trace
from cnnviz.paths import write_atomically
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.keeping.filming import Filming
from cnnviz.ui.provenance import files, painting
from cnnviz.ui.provenance.stamp import SampleNote, Stamp, hash_of
from cnnviz.ui.state import Session
from cnnviz.ui.widgets.digitpad import DigitPad
from cnnviz.ui.widgets.painted import Painted
from cnnviz.ui.widgets.scrolled import Scrolled

if TYPE_CHECKING:
    from cnnviz.ui.inspect.workspace import InspectWorkspace

PICTURES = "PNG (*.png);;SVG (*.svg)"
NUMBERS = "NumPy (*.npy);;CSV (*.csv)"
FILM = "GIF (*.gif)"


class Saving(QObject):
    """Makes files of what is seen. The hash of the weights and large files are made in a worker."""

    def __init__(self, workspace: InspectWorkspace, session: Session) -> None:
        super().__init__(workspace)
        self._workspace, self._session = workspace, session
        self.actions = self._make_actions()
        self._hash: tuple[Trace, str] | None = None
        self.filming = Filming(workspace)
        self.filming.progressed.connect(
            lambda at, of: session.notice.emit("info", f"Playing for the film: {at} of {of} pictures")
        )

    # -- choosing -----------------------------------------------------------------------------------------------

    def _make_actions(self) -> list[QAction]:
        """Return what can be saved of the view as a whole."""
        wanted: list[tuple[str, Callable[[], object]]] = [
            ("Save this view as a picture (PNG, SVG)…", lambda: self.ask_picture(self._workspace.panes)),
            ("Save the play-through as a film (GIF)…", self.ask_film),
            ("Save the numbers of this layer (CSV, NPY)…", self.ask_numbers),
            ("Save the picture of all layers (PNG, SVG)…", lambda: self.ask_picture(self._workspace.lane)),
        ]
        return [self._action(text, do) for text, do in wanted]

    def open_menu(self, here: QWidget | None, place: QPoint, before: Sequence[QAction] = ()) -> bool:
        """Offer to save the picture at a place of the screen, below other actions; say whether there is one."""
        picture = picture_of(here)
        if self._workspace.frame is None or (picture is None and not before):
            return False
        menu = QMenu(self._workspace)
        menu.addActions(before)
        menu.addSeparator()
        if picture is not None:
            menu.addAction("Save this picture (PNG, SVG)…", lambda: self.ask_picture(picture))
            menu.addAction("Copy this picture", lambda: self._copy(picture))
            menu.addSeparator()
        menu.addActions(self.actions)
        menu.popup(place)
        return True

    def _action(self, text: str, do: Callable[[], object]) -> QAction:
        action = QAction(text, self._workspace)
        action.triggered.connect(lambda: do())  # noqa: PLW0108 (the signal carries a checked state)
        return action

    def _copy(self, picture: QWidget) -> None:
        QGuiApplication.clipboard().setPixmap(picture.grab())

    def ask_picture(self, picture: QWidget) -> None:
        """Let the user choose where to save a picture."""
        path = self._ask("Save the picture", PICTURES)
        if path is not None:
            self.save_picture(picture, path)

    def ask_numbers(self) -> None:
        """Let the user choose where to save the numbers."""
        path = self._ask("Save the numbers", NUMBERS)
        if path is not None:
            self.save_numbers(path)

    def ask_film(self) -> None:
        """Let the user choose where to save the play-through."""
        path = self._ask("Save the play-through", FILM)
        if path is not None:
            self.save_film(path)

    def _ask(self, title: str, kinds: str) -> Path | None:
        frame = self._workspace.frame
        if frame is None:
            return None
        place = "-".join(str(at) for at in frame.index)
        first = kinds.split("(*")[1].split(")", maxsplit=1)[0]
        path = self._session.document.path
        start = (path.parent if path else Path.home()) / f"{frame.node.replace('.', '-')}-{place}{first}"
        name, chosen = QFileDialog.getSaveFileName(self._workspace, title, str(start), kinds)
        if not name:
            return None
        found = Path(name)
        wanted = f".{chosen.split('*.')[-1].rstrip(')')}" if "*." in chosen else first
        known = [each.split("*")[1].rstrip(")") for each in kinds.split(";;")]
        return found if found.suffix.lower() in known else found.with_name(found.name + wanted)

    # -- writing ------------------------------------------------------------------------------------------------

    def save_picture(self, picture: QWidget, path: Path) -> None:
        """Save a picture as .png or .svg, as its name ends."""
        frame = self._workspace.frame
        if frame is None:
            return
        stamp = self._stamp(frame)
        if path.suffix.lower() == ".svg":
            drawn = painting.svg_of(picture, stamp.in_words())
            self._write(path, frame, stamp, lambda full: files.stamped_svg(drawn, full))
        else:
            drawn = painting.png_of(picture)
            self._write(path, frame, stamp, lambda full: files.stamped_png(drawn, full))

    def save_numbers(self, path: Path) -> None:
        """Save all numbers of the array that is looked at as .csv or .npy."""
        frame = self._workspace.frame
        if frame is None:
            return
        array = frame.array
        if path.suffix.lower() == ".csv":
            self._write(
                path, frame, self._stamp(frame), lambda full: "".join(files.table(array, full)).encode()
            )
        else:
            self._write(path, frame, self._stamp(frame), lambda full: files.numbers_file(array, full))

    def save_film(self, path: Path) -> None:
        """Play over the map, and save what is seen as a .gif; stops where the cursor is moved elsewhere."""
        frame = self._workspace.frame
        if frame is None:
            return
        stamp = self._stamp(frame)
        self.filming.shoot(
            lambda pictures, milliseconds: self._write(
                path, frame, stamp, lambda full: files.film(pictures, milliseconds, full)
            )
        )

    def save(self, path: Path, make: Callable[[Stamp], bytes]) -> None:
        """Save what another view has to give, with the stamp of what is looked at; it is made in the worker."""
        frame = self._workspace.frame
        if frame is not None:
            self._write(path, frame, self._stamp(frame), make)

    def _write(self, path: Path, frame: Frame, stamp: Stamp, make: Callable[[Stamp], bytes]) -> None:
        """Make a file in the worker, with the hash of the weights in its stamp, and say so."""
        trace, known = frame.values, self._hash

        def work() -> tuple[Trace, str]:
            found = known[1] if known is not None and known[0] is trace else hash_of(trace)
            try:
                write_atomically(path, make(replace(stamp, weights=found)))
            except OSError as error:
                raise CnnvizError(
                    f"it can't be written ({error.strerror or error}).",
                    where=str(path),
                    hint="Choose another folder.",
                ) from error
            return trace, found

        def done(answer: tuple[Trace, str]) -> None:
            self._hash = answer
            self._session.notice.emit("info", f"Wrote {path.name}: drop it on the window to see this again")

        self._session.loader.ask(f"save {path}", work, done, self._fail)

    def _fail(self, failure: Failed) -> None:
        self._session.notice.emit("error", failure.message)

    def _stamp(self, frame: Frame) -> Stamp:
        """Return what is looked at, without the hash of the weights."""
        document, looking, material = self._session.document, self._session.looking, self._session.material
        sample, dataset = material.sample, material.dataset
        note = SampleNote()
        if sample is not None:
            known = dataset is not None and sample.index >= 0
            note = SampleNote(
                document.data.source if known else "",
                dataset.fingerprint if known and dataset is not None else "",
                sample.index,
                sample.label,
                sample.title,
                sample.image,
            )
        return Stamp(
            graph=document.graph,
            node=frame.node,
            index=frame.index,
            sample=note,
            origin=looking.origin,
            template=document.template,
            path=str(document.path) if document.path else "",
            backward=frame.backward,
            truth=looking.truth,
            scope=frame.scope,
            value=float(frame.array[frame.index]),
            version=__version__,
            whatif=document.whatif.fitting(document.graph),
        )


def picture_of(widget: QWidget | None) -> QWidget | None:
    """Return the painted widget that a part belongs to; None for a pad, whose right button erases, and for all else."""
    while widget is not None:
        if isinstance(widget, DigitPad):
            return None
        if isinstance(widget, Painted | Scrolled):
            return widget
        widget = widget.parentWidget()
    return None
