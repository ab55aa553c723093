"""Splitters whose sizes are remembered from one start to the next."""

from __future__ import annotations

from PySide6.QtWidgets import QSplitter

from cnnviz.ui.state import Session


def keep_sizes(splitter: QSplitter, name: str, session: Session) -> None:
    """Write the sizes of a splitter to the user's settings whenever its handle is dragged."""

    def remember() -> None:
        session.set_settings(session.settings.with_layout(name, tuple(splitter.sizes())))

    splitter.splitterMoved.connect(remember)
