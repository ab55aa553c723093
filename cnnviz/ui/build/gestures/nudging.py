"""Moving cards with the keys: a step of the grid with each press."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.model.groups.folding import shifted
from cnnviz.ui.build.canvas.places import SNAP

if TYPE_CHECKING:
    from cnnviz.ui.build.canvas.canvas import Canvas

STEPS = {"Up": (0.0, -SNAP), "Down": (0.0, SNAP), "Left": (-SNAP, 0.0), "Right": (SNAP, 0.0)}


def nudge(canvas: Canvas, key: str) -> None:
    """Move the selected cards one step; presses in quick succession are one step to undo."""
    faces = canvas.content.faces
    heads = dict.fromkeys(faces.card_of[name] for name in canvas.selection.nodes if name in faces.card_of)
    names = tuple(name for head in heads for name in faces.cards[head].nodes)
    if names:
        graph = canvas.document.graph
        what = next(iter(heads)) if len(heads) == 1 else f"{len(heads)} cards"
        canvas.commit(
            f"Move {what}", lambda: shifted(graph, names, STEPS[key]), key=f"move {','.join(heads)}"
        )
        canvas.reveal(names)
