"""Colours of runs, and the validation curves of other runs beside those of the one that is shown."""

from __future__ import annotations

import math

from cnnviz.model.heads import loss_in_words
from cnnviz.runs.about import COLORS
from cnnviz.ui.state import Record, Session
from cnnviz.ui.state.entries import Entry, key_of
from cnnviz.ui.train.axes import of_judgements, of_steps
from cnnviz.ui.widgets.curves import Curves

_OTHER = "run "


def color_of(session: Session, record: Record | None) -> str:
    """Return the colour of a run, as it has in the list: the first of all is the accent of the theme."""
    key = key_of(record) if record is not None else ""
    found = next((entry.color for entry in session.runs.entries() if entry.key == key), COLORS[0])
    return "acc" if found == COLORS[0] else found


def draw_others(session: Session, shown: Record, axis: str, loss: Curves, accuracy: Curves) -> None:
    """Draw those runs that are ticked now, and take away those that were; `shown` has its own curves.

    Runs of this window that optimise another loss are left out: the numbers of two losses mean nothing side by side.
    """
    for plot in (loss, accuracy):
        for key in [key for key in plot.series if key.startswith(_OTHER)]:
            plot.remove_series(key)
    for entry in session.runs.entries():
        if entry.key != key_of(shown) and session.runs.ticked(entry):
            own = next((each for each in session.training.records if each.path == entry.path), None)
            if own is None or loss_in_words(own.graph) == loss_in_words(shown.graph):
                _draw(entry, own, axis, loss, accuracy)


def _draw(entry: Entry, own: Record | None, axis: str, loss: Curves, accuracy: Curves) -> None:
    judged = [each for each in entry.judgements if each.which == "validation"]
    if not judged:
        return
    places = of_judgements(judged, axis) if own is None else of_steps(own, [e.step for e in judged], axis)
    values = ((loss, [each.loss for each in judged]), (accuracy, [drawn(each.accuracy) for each in judged]))
    for plot, curve in values:
        key = f"{_OTHER}{entry.number}"
        color = "acc" if entry.color == COLORS[0] else entry.color
        plot.add_series(key, f"#{entry.number} val.", color, "other")
        plot.append(key, places, curve)
        plot.set_x_end(float(places[-1]))


def drawn(accuracy: float | None) -> float:
    """Return what a curve leaves out where there is no accuracy."""
    return math.nan if accuracy is None else accuracy
