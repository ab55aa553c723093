"""Takes the place of the three panes while two networks are compared: A's working, B's working, and A \u2212 B."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget

from cnnviz.explain import Trace, split
from cnnviz.model.correspondence import counterpart
from cnnviz.ui.inspect.beside.choices import Choices
from cnnviz.ui.inspect.beside.differences import Differences
from cnnviz.ui.inspect.beside.rival import Rival
from cnnviz.ui.inspect.frame import Frame, Reaches, make_frame
from cnnviz.ui.inspect.path import settled
from cnnviz.ui.inspect.reading import Spot
from cnnviz.ui.inspect.walk.flip import Flip
from cnnviz.ui.inspect.workpane import WorkPane
from cnnviz.ui.state import Session

if TYPE_CHECKING:
    from cnnviz.ui.inspect.workspace import InspectWorkspace


class BesideRoom(QObject):
    """The cursor stays A's; B shows what stands for the same layer, map and position."""

    def __init__(self, session: Session, workspace: InspectWorkspace) -> None:
        super().__init__(workspace)
        self._session, self._workspace = session, workspace
        self.rival = Rival(session, self)
        self.choices = Choices(session, self.rival, workspace)
        self.first, self.second = WorkPane(), WorkPane()
        self.differences = Differences()
        self._flip = Flip(session, self.refresh)
        self.page = QSplitter(Qt.Orientation.Horizontal)
        self.page.setChildrenCollapsible(False)
        for part in (self.first, self.second, self.differences):
            self.page.addWidget(part)
        self.page.setSizes([380, 380, 300])
        stack = workspace.panes.parentWidget()
        assert isinstance(stack, QStackedWidget)
        self._stack = stack
        self._stack.addWidget(self.page)
        self._reaches: tuple[Trace, Reaches] | None = None
        self._frame: Frame | None = None
        self._connect()

    def _connect(self) -> None:
        steering, differences = self._workspace.steering, self.differences
        self.rival.changed.connect(self.refresh)
        self._stack.currentChanged.connect(lambda _at: self._turned())
        self._workspace.bar.compare.clicked.connect(lambda _checked: self.toggle())
        differences.menu.aboutToShow.connect(lambda: self.choices.fill(differences.menu))
        differences.closed.connect(lambda: self.compare(on=False))
        differences.chosen.connect(steering.choose)
        self.first.walked.connect(steering.walk)
        self.second.walked.connect(self._walk)
        self.first.flip_wanted.connect(self._workspace.work.flip_wanted)
        self.second.flip_wanted.connect(self._flip.set_node)
        self.first.spot_hovered.connect(lambda spot: self._light_up(self.second, spot))
        self.second.spot_hovered.connect(lambda spot: self._light_up(self.first, spot))

    @property
    def on(self) -> bool:
        """Say whether two networks are compared now."""
        return self.rival.active

    def compare(self, *, on: bool) -> None:
        """Begin to compare, or look at one network alone again."""
        if on == self.on:
            self._workspace.bar.compare.setChecked(on)
            return
        if on and self._session.looking.backward:
            self._session.looking.set_backward(False)
        if on:
            self._workspace.asking.leave()
        self._stack.setCurrentWidget(self.page if on else self._workspace.panes)

    def _turned(self) -> None:
        """Follow what is shown: another page may have taken the place."""
        self.rival.active = self._stack.currentWidget() is self.page
        self._workspace.bar.compare.setChecked(self.on)
        if self.on:
            self.rival.refresh()
            self.refresh()

    def toggle(self) -> None:
        """Begin, or end."""
        self.compare(on=not self.on)

    def refresh(self) -> None:
        """Show what stands under the cursor in both."""
        frame, trace = self._workspace.frame, self.rival.trace
        if not self.on or frame is None:
            return
        if frame.backward:
            self.compare(on=False)
            return
        self.first.show_frame(frame)
        self.first.set_title(f"A \u00b7 {frame.node}", self._session.document.graph.title)
        self.differences.name_rival(self.rival.name)
        if trace is None:
            return
        other = self._other_frame(frame, self._flip.seen(trace))
        if other is None:
            return
        self._frame = other
        self.second.show_frame(other)
        self.second.set_title(f"B \u00b7 {other.node}", self.rival.name)
        self.differences.show_frames(frame, other)

    def _other_frame(self, frame: Frame, trace: Trace) -> Frame | None:
        """Return B's value that stands for A's."""
        node = counterpart(frame.trace.graph, frame.owner, trace.graph)
        inside = f"{node}.{frame.inside}"
        node = inside if frame.inside and inside in trace.activations else node
        if node not in trace.activations:
            return None
        if self._reaches is None or self._reaches[0] is not trace:
            self._reaches = trace, Reaches(trace)
        index = _same_place(frame, trace, node)
        flipped = trace is not self.rival.trace and split(node)[0] == self._flip.node
        return make_frame(
            trace, node, index, frame.scope, classes=frame.classes, reaches=self._reaches[1], flipped=flipped
        )

    def _walk(self, node: str, index: tuple[int, ...]) -> None:
        """Go where a number of B comes from, in A."""
        trace, frame = self.rival.trace, self._workspace.frame
        if trace is None or frame is None:
            return
        mine = counterpart(trace.graph, node.partition(".")[0], frame.trace.graph)
        self._workspace.steering.walk(mine, settled(frame.trace, mine, index))

    def _light_up(self, pane: WorkPane, spot: Spot | None) -> None:
        """Show in one working the cell that is pointed at in the other, where it has such a cell."""
        frame = self._workspace.frame if pane is self.first else self._frame
        if frame is None:
            return
        fits = spot is not None and spot.reading < len(frame.readings)
        if spot is not None and fits:
            shape = frame.readings[spot.reading].products.shape
            fits = all(at < size for at, size in zip(spot.cell, shape, strict=True))
        pane.set_spot(spot if fits else None)


def _same_place(frame: Frame, trace: Trace, node: str) -> tuple[int, ...]:
    """Return the index in B at the same share of every dimension, and in the same map where there is one."""
    old, new = frame.array.shape, trace.activation(node).shape
    if len(old) != len(new):
        return settled(trace, node, ())
    place = (at * there // here for at, here, there in zip(frame.index[1:], old[1:], new[1:], strict=True))
    return settled(trace, node, (min(frame.index[0], new[0] - 1), *place))
