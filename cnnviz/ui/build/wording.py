"""Shapes and problems in the words of the Build workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.layers import Shape, times
from cnnviz.model.check import check
from cnnviz.model.graph import Graph
from cnnviz.ui import numbers

if TYPE_CHECKING:
    from cnnviz.ui.state import Session


def axis_order(session: Session) -> numbers.AxisOrder:
    """Return how the user wants shapes written: channels last or first."""
    return "pytorch" if session.settings.axis_order == "pytorch" else "keras"


def outcome(graph: Graph, name: str, order: numbers.AxisOrder) -> tuple[str, bool]:
    """Return in words what a node puts out, or its problem; and whether it is one."""
    report = check(graph)
    row = report.row(name)
    if row.shape is not None:
        return f"{name} {numbers.ARROW} {numbers.shape(row.shape, order)}", False
    said = next((problem.text for problem in report.problems if problem.node == name), "")
    return told(said, row.inputs, order), True


def told(text: str, shapes: tuple[Shape, ...] | None, order: numbers.AxisOrder) -> str:
    """Return what a layer says about the shapes that arrive, with these shapes in the user's axis order."""
    for shape in dict.fromkeys(shapes or ()):
        if len(shape) > 1:
            text = text.replace(times(shape), numbers.shape(shape, order))
    return text


def capitalised(text: str) -> str:
    """Return a text with a capital first letter; the others stay as they are."""
    return text[:1].upper() + text[1:]
