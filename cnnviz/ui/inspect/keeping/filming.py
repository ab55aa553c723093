"""Films the play-through: moves the cursor over the map, and keeps a picture of the panes at each place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from cnnviz.explain.trace import Array
from cnnviz.ui.provenance.painting import pixels_of

if TYPE_CHECKING:
    from cnnviz.ui.inspect.workspace import InspectWorkspace

MOST_PICTURES, WIDEST = 56, 760
FRAME_MS = 110
Take = Callable[[Sequence[Array], int], None]


class Filming(QObject):
    """One picture per turn of the event loop, so that the window stays alive. `progressed(at, of)`."""

    progressed = Signal(int, int)

    def __init__(self, workspace: InspectWorkspace) -> None:
        super().__init__(workspace)
        self._workspace = workspace
        self._left: list[int] = []
        self._pictures: list[Array] = []
        self._take: Take | None = None
        self._start = 0
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._shoot_one)
        workspace.steering.leaving.connect(self.stop)

    @property
    def busy(self) -> bool:
        """Say whether it films."""
        return self._timer.isActive()

    def shoot(self, take: Take) -> None:
        """Film the map that is looked at; `take` gets the pictures, (H, W, 3), and the milliseconds of each."""
        player = self._workspace.player
        self.stop()
        player.stop()
        self._start, self._take, self._pictures = player.at, take, []
        self._left = places(player.count)
        self._timer.start()

    def stop(self) -> None:
        """Film no more; nothing is kept."""
        if self.busy:
            self._timer.stop()
            self._end()

    def _shoot_one(self) -> None:
        at = self._left.pop(0)
        workspace = self._workspace
        workspace.playing.fill(at)
        self._pictures.append(pixels_of(workspace.panes, min(WIDEST, workspace.panes.width())))
        self.progressed.emit(len(self._pictures), len(self._pictures) + len(self._left))
        if not self._left:
            self._timer.stop()
            pictures, take = self._pictures, self._take
            self._end()
            if take is not None:
                take(pictures, FRAME_MS)

    def _end(self) -> None:
        self._left, self._pictures, self._take = [], [], None
        self._workspace.playing.fill(self._start, whole=True)


def places(count: int) -> list[int]:
    """Return where the pictures are taken: everywhere, or evenly over a larger map, both ends included."""
    return sorted(set(np.linspace(0, count - 1, min(count, MOST_PICTURES)).round().astype(int).tolist()))
