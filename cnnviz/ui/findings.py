"""What Ctrl K can find: the window's actions, those of the workspace in front, and the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence

from cnnviz.templates import TEMPLATES, Template
from cnnviz.ui.finder import Finding

if TYPE_CHECKING:
    from cnnviz.ui.window import MainWindow


def findings(window: MainWindow) -> list[Finding]:
    """Return everything that can be done now, nearest things first."""
    here = [_of_action(action, window.workspace.capitalize()) for action in window.workspace_actions()]
    everywhere = [
        _of_action(action, "") for name, action in window.actions_by_name.items() if name != "palette"
    ]
    models = [_of_template(each, window) for each in TEMPLATES.values()]
    return [each for each in [*here, *everywhere, *models] if each is not None]


def _of_template(found: Template, window: MainWindow) -> Finding:
    workspace = "inspect" if found.trained else "build"
    about = f"template, {found.params:,} parameters"
    return Finding(found.title, about, "layer-conv2d", lambda: window.open_template(found.id, workspace))


def _of_action(action: QAction, where: str) -> Finding | None:
    if not action.isEnabled():
        return None
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    return Finding(
        action.text(), "  ".join(part for part in (where, keys) if part), "chevron-right", action.trigger
    )
