"""The actions of the Inspect workspace, with their keys."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence

from cnnviz.ui.state import Session
from cnnviz.ui.state.pictures import paste

if TYPE_CHECKING:
    from cnnviz.ui.inspect.workspace import InspectWorkspace


def make_actions(workspace: InspectWorkspace, session: Session) -> list[QAction]:
    """Return the actions, added to the workspace so that their keys work in all its panes."""
    steering, sample, material = workspace.steering, workspace.side.sample, session.material
    whatif, changes = workspace.whatif, workspace.whatif.changes

    def mute(node: str, channel: int, _count: int) -> None:
        changes.mute(node, channel)

    def swap(node: str, channel: int, count: int) -> None:
        changes.swap(node, channel, (channel + 1) % count)

    wanted: list[tuple[str, str, Callable[[], Any]]] = [
        ("Previous layer", "[", lambda: steering.step_layer(-1)),
        ("Next layer", "]", lambda: steering.step_layer(1)),
        ("Previous map", ";", lambda: steering.step_map(-1)),
        ("Next map", "'", lambda: steering.step_map(1)),
        ("Values or gradients (forward, backward)", "R", workspace.turn_round),
        ("Range of colours: map, layer, network", "S", workspace.next_scope),
        ("Ask the whole network, or look at the value again", "Q", workspace.asking.turn),
        ("Next test sample", "I", lambda: sample.turn_page(1)),
        ("Any test sample", "Shift+I", sample.pick_any),
        ("Back to where the cursor was", "Alt+Left", steering.back),
        ("Forward again", "Alt+Right", steering.forward),
        ("Go to the largest term", "W", steering.walk_strongest),
        ("Look at the picture in the clipboard", "Ctrl+V", lambda: paste(session)),
        ("The network over time: steps, predictions, errors", "T", workspace.video.toggle),
        ("Compare with another network, or one alone again", "C", workspace.beside.toggle),
        ("Forecast the series, or look at the value again", "F", workspace.forecast.turn),
        ("The volume in space, or flat panes", "V", workspace.voxels.toggle),
        ("What if: change the weight under the pointer, or the bias", "E", whatif.edit_here),
        ("What if: mute the map, or let it speak", "Shift+M", lambda: whatif.act_on_map(mute)),
        ("What if: hear the map alone, or all again", "Shift+O", lambda: whatif.act_on_map(changes.solo)),
        ("What if: swap the map with the next one", "Shift+W", lambda: whatif.act_on_map(swap)),
        ("What if: reset everything", "Shift+Backspace", changes.reset),
    ]
    wanted += [
        (f"Image of class {digit}", str(digit), partial(material.pick_class, digit)) for digit in range(10)
    ]
    asked = [QAction(f"Ask: {pane.title}", workspace) for pane in workspace.asking.page.panes]
    for action, pane in zip(asked, workspace.asking.page.panes, strict=True):
        action.triggered.connect(partial(workspace.asking.show, pane.title))
    # Space must also press a focused button, so that it is no shortcut: the workspace's keyPressEvent takes it
    play = QAction("Play or pause", workspace)
    play.triggered.connect(lambda: workspace.player.toggle())  # noqa: PLW0108 (the signal carries a checked state)
    return [play, *asked, *(_action(workspace, *entry) for entry in wanted), *workspace.saving.actions]


def _action(workspace: InspectWorkspace, text: str, keys: str, do: Callable[[], Any]) -> QAction:
    action = QAction(text, workspace)
    action.setShortcut(QKeySequence(keys))
    action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    action.triggered.connect(lambda: do())  # noqa: PLW0108 (the signal carries a checked state)
    workspace.addAction(action)
    return action
