"""Play in the panes: the cursor walks over the map, and what it has passed fills in."""

from __future__ import annotations

from PySide6.QtCore import QObject

from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.outputpane import OutputPane
from cnnviz.ui.inspect.player import Player
from cnnviz.ui.inspect.steering import Steering
from cnnviz.ui.inspect.volumes import unraveled


class Playing(QObject):
    """Binds the player to the map that is looked at."""

    def __init__(self, player: Player, steering: Steering, output: OutputPane) -> None:
        super().__init__(player)
        self._player, self._steering, self._output = player, steering, output
        player.moved.connect(self.go)
        player.playing_changed.connect(self._changed)
        steering.leaving.connect(self.stop)

    def show_frame(self, frame: Frame) -> None:
        """Play over the map of another value, from where it lies."""
        self._player.set_map(*playing_field(frame))

    def go(self, at: int) -> None:
        """Move the cursor to a place of the map, counted in reading order."""
        frame = self._steering.frame
        if frame is None:
            return
        if self._player.playing or self._output.filling:
            self._output.set_filled(at + 1 if frame.array.ndim > 1 else None)
        shape = frame.array.shape
        index = (at,) if len(shape) == 1 else (frame.index[0], *unraveled(at, shape[1:]))
        self._steering.go(frame.node, index)

    def fill(self, at: int, *, whole: bool = False) -> None:
        """Show the map as it is when Play has come to a place, or whole with the cursor there."""
        frame = self._steering.frame
        vector = frame is None or frame.array.ndim == 1
        self._output.set_filled(None if whole or vector else at + 1)
        self.go(at)

    def stop(self) -> None:
        """Stay, and show the whole map."""
        self._player.stop()
        self._output.set_filled(None)

    def _changed(self, playing: bool) -> None:
        frame, player = self._steering.frame, self._player
        if playing and frame is not None and frame.array.ndim > 1:
            self._output.set_filled(player.at + 1)
        elif not playing and player.at in (0, player.count - 1):
            self._output.set_filled(None)


def playing_field(frame: Frame) -> tuple[int, int, int]:
    """Return how many values Play walks over, in rows of how many, and where it stands."""
    shape = frame.array.shape
    if len(shape) == 1:
        return shape[0], shape[0], frame.index[0]
    count, at = 1, 0
    for entry, size in zip(frame.index[1:], shape[1:], strict=True):
        count, at = count * size, at * size + entry
    return count, shape[-1], at
