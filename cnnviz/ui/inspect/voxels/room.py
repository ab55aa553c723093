"""Takes the place of the three panes for networks that read volumes: the volume, the working, all maps, the angle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget

from cnnviz.explain import Box
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.path import carried
from cnnviz.ui.inspect.voxels.contents import sample_node
from cnnviz.ui.inspect.voxels.multiples import MultiplesPanel
from cnnviz.ui.inspect.voxels.pane import VolumePane
from cnnviz.ui.inspect.voxels.turning import TurningPanel
from cnnviz.ui.inspect.workpane import WorkPane
from cnnviz.ui.state import Session

if TYPE_CHECKING:
    from cnnviz.ui.inspect.workspace import InspectWorkspace


class VoxelRoom(QObject):
    """The cursor is the workspace's: a click on a voxel moves it, and it moves slices and wire cubes.

    The room opens by itself for a network that reads volumes, until it is closed by hand.
    """

    def __init__(self, session: Session, workspace: InspectWorkspace) -> None:
        super().__init__(workspace)
        self._session, self._workspace = session, workspace
        self.pane, self.work = VolumePane(session), WorkPane()
        self.multiples, self.turning = MultiplesPanel(), TurningPanel(session)
        right = QSplitter(Qt.Orientation.Vertical)
        self.page = QSplitter(Qt.Orientation.Horizontal)
        for splitter, parts in (
            (right, (self.multiples, self.turning)),
            (self.page, (self.pane, self.work, right)),
        ):
            splitter.setChildrenCollapsible(False)
            for part in parts:
                splitter.addWidget(part)
        right.setStretchFactor(0, 1)
        self.page.setSizes([430, 400, 290])
        self.page.setStretchFactor(1, 1)
        stack = workspace.panes.parentWidget()
        assert isinstance(stack, QStackedWidget)
        self._stack = stack
        stack.addWidget(self.page)
        self._welcome, self._usual = True, False
        self._connect()

    def _connect(self) -> None:
        workspace, steering = self._workspace, self._workspace.steering
        workspace.bar.space.clicked.connect(lambda _checked: self.toggle())
        self._stack.currentChanged.connect(lambda _at: self._turned())
        workspace.fields.found.connect(self._take_field)
        self.pane.pointed.connect(self._point)
        self.pane.which.chosen.connect(lambda _which: self._show_multiples())
        self.pane.viewer.canvas.turned.connect(
            lambda: self.multiples.set_camera(self.pane.viewer.canvas.camera)
        )
        self.pane.viewer.picture_wanted.connect(workspace.saving.ask_picture)
        self.work.walked.connect(steering.walk)
        self.work.spot_hovered.connect(self.pane.set_spot)
        self.work.batch_wanted.connect(workspace.work.batch_wanted)
        self.work.flip_wanted.connect(workspace.work.flip_wanted)
        self.multiples.chosen.connect(self._choose_map)

    @property
    def on(self) -> bool:
        """Say whether the room is shown."""
        return self._stack.currentWidget() is self.page

    def toggle(self) -> None:
        """Show the volume in space, or the three flat panes again."""
        frame = self._workspace.frame
        wanted = not self.on and frame is not None and bool(sample_node(frame.values))
        self._welcome = wanted
        self._show(wanted)

    def show_frame(self, frame: Frame) -> None:
        """Show another value; open or close the room where the network begins or ends to read volumes."""
        usual = bool(sample_node(frame.values)) and frame.slice_word == "slice"
        self._workspace.bar.space.setVisible(bool(sample_node(frame.values)))
        if usual and not self._usual and self._welcome and self._stack.currentIndex() == 0:
            self._show(True)
        elif self.on and not sample_node(frame.values):
            self._show(False)
        self._usual = usual
        if self.on:
            self._fill(frame)

    def _show(self, on: bool) -> None:
        self._workspace.player.stop()
        self._stack.setCurrentWidget(self.page if on else self._workspace.panes)

    def _turned(self) -> None:
        """Follow what is shown: another page may have taken the place."""
        workspace = self._workspace
        workspace.bar.space.setChecked(self.on)
        workspace.arrows.setVisible(workspace.panes.isVisible())
        frame = workspace.frame
        if self.on and frame is not None:
            self._fill(frame)

    def _fill(self, frame: Frame) -> None:
        self.pane.show_frame(frame)
        self.work.show_frame(frame)
        self._show_multiples()
        self.turning.refresh()

    def _show_multiples(self) -> None:
        frame = self._workspace.frame
        if self.on and frame is not None:
            self.multiples.show_frame(frame, str(self.pane.which.value()), self.pane.channel)

    def _take_field(self, frame: Frame, fields: dict[str, Box]) -> None:
        if self.on:
            self.pane.set_field(frame, fields)

    # -- pointing -----------------------------------------------------------------------------------------------

    def _point(self, node: str, voxel: tuple[int, int, int]) -> None:
        """Move the cursor to a voxel of its own map, or to the place of its map that lies over a voxel read."""
        frame = self._workspace.frame
        if frame is None or node not in frame.trace.activations:
            return
        if node == frame.node:
            self._workspace.steering.choose((frame.index[0], *voxel))
        elif frame.array.ndim == 4:
            place = carried(frame.trace, node, (0, *voxel), frame.node)[1:]
            self._workspace.steering.choose((frame.index[0], *place))
        else:
            self._workspace.steering.walk(node, (0, *voxel))

    def _choose_map(self, at: int) -> None:
        frame = self._workspace.frame
        if self.multiples.reads:
            self.pane.choose_channel(at)
            self._show_multiples()
        elif frame is not None:
            self._workspace.steering.choose((at, *frame.index[1:]))
