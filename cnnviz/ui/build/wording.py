"""Shapes and counts in the words of the Build workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.ui import numbers

if TYPE_CHECKING:
    from cnnviz.ui.state import Session


def axis_order(session: Session) -> numbers.AxisOrder:
    """Return how the user wants shapes written: channels last or first."""
    return "pytorch" if session.settings.axis_order == "pytorch" else "keras"
