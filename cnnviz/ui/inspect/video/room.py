"""Puts the Video page into Inspect, in place of the lane and the three panes, for networks that remember."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QSplitter

from cnnviz.explain import Trace
from cnnviz.explain.video.forecast import FREE
from cnnviz.ui.inspect.video import saving
from cnnviz.ui.inspect.video.page import VideoPage
from cnnviz.ui.state import Session
from cnnviz.ui.widgets.pages import Pages

if TYPE_CHECKING:
    from cnnviz.ui.inspect.workspace import InspectWorkspace

MOST = 16_777_215
"""What Qt calls no limit of a height."""


class VideoRoom(QObject):
    """Turns between the value under the cursor and the network over time."""

    def __init__(self, session: Session, workspace: InspectWorkspace) -> None:
        super().__init__(workspace)
        self._session, self._workspace = session, workspace
        self.page = VideoPage(session)
        self._stack = Pages()
        whole = workspace.middle.parentWidget()
        assert isinstance(whole, QSplitter)
        whole.replaceWidget(whole.indexOf(workspace.middle), self._stack)
        whole.setStretchFactor(0, 1)
        self._stack.addWidget(workspace.middle)
        self._stack.addWidget(self.page)
        self._side = True
        workspace.bar.video.clicked.connect(lambda _checked: self.toggle())
        session.looking.trace_changed.connect(self._keep_up)
        self.page.stepper.closed.connect(self.leave)
        self.page.opened.connect(self._open)
        self.page.stepper.turned.connect(workspace.side.sample.turn_page)
        self.page.stepper.saving_wanted.connect(self.ask_saving)

    @property
    def on(self) -> bool:
        """Say whether the page is shown."""
        return self._stack.currentWidget() is self.page

    def toggle(self) -> None:
        """Look at the network over time, or at the value again."""
        self._show(not self.on and self.page.desk.suits(self._session.looking.trace))

    def leave(self) -> None:
        """Look at the value under the cursor again."""
        self._show(False)

    def _show(self, on: bool) -> None:
        workspace = self._workspace
        workspace.player.stop()
        if on:
            workspace.asking.leave()
        if on != self.on:
            if on:
                self._side = not workspace.side.isHidden()
            workspace.side.setVisible(self._side and not on)
            workspace.bar.set_filming(on)
        workspace.bar.video.setChecked(on)
        workspace.arrows.setHidden(on or workspace.asking.asking)
        self._stack.setCurrentWidget(self.page if on else workspace.middle)
        workspace.banner.setMaximumHeight(0 if on else MOST)
        workspace.refresh()

    def _keep_up(self) -> None:
        """Offer the page where there is a memory, and leave it where there is none any more."""
        suits = self.page.desk.suits(self._session.looking.trace)
        self._workspace.bar.video.setVisible(suits)
        if self.on and not suits:
            self.leave()

    def _open(self, array: str, index: tuple[int, ...]) -> None:
        self.leave()
        self._workspace.steering.walk(array, index)

    # -- files --------------------------------------------------------------------------------------------------

    def ask_saving(self) -> None:
        """Let the user choose where to save the predicted sequence."""
        trace: Trace | None = self.page.desk.trace
        if self.page.desk.forecast is None or trace is None:
            return
        document = self._session.document.path
        start = (document.parent if document else Path.home()) / (
            "free-running" if self.page.desk.mode == FREE else "predicted"
        )
        path = saving.ask_path(self.page, str(start))
        if path is not None:
            self.save(path)

    def save(self, path: Path) -> None:
        """Save the predicted sequence as .gif or .npy, as the path ends, with what it was made of inside."""
        forecast, mode = self.page.desk.forecast, self.page.desk.mode
        if forecast is not None:
            self._workspace.refresh(hidden=True)  # the stamp is that of the cursor
            self._workspace.saving.save(path, lambda stamp: saving.content(forecast, mode, path, stamp))
