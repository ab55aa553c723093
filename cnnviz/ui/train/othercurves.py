"""The validation curves of other runs, beside those of the run that is shown."""

from __future__ import annotations

import math

from cnnviz.ui.state import Record, Session
from cnnviz.ui.state.entries import Entry, key_of
from cnnviz.ui.train.axes import of_judgements, of_steps
from cnnviz.ui.widgets.curves import Curves

_OTHER = "run "


def draw_others(session: Session, shown: Record, axis: str, loss: Curves, accuracy: Curves) -> None:
    """Draw those runs that are ticked now, and take away those that were; `shown` has its own curves."""
    for plot in (loss, accuracy):
        for key in [key for key in plot.series if key.startswith(_OTHER)]:
            plot.remove_series(key)
    for entry in session.runs.entries():
        if entry.key != key_of(shown) and session.runs.ticked(entry):
            _draw(session, entry, axis, loss, accuracy)


def _draw(session: Session, entry: Entry, axis: str, loss: Curves, accuracy: Curves) -> None:
    judged = [each for each in entry.judgements if each.which == "validation"]
    if not judged:
        return
    own = next((each for each in session.training.records if each.path == entry.path), None)
    places = of_judgements(judged, axis) if own is None else of_steps(own, [e.step for e in judged], axis)
    values = ((loss, [each.loss for each in judged]), (accuracy, [drawn(each.accuracy) for each in judged]))
    for plot, curve in values:
        key = f"{_OTHER}{entry.number}"
        plot.add_series(key, f"#{entry.number} val.", entry.color, "other")
        plot.append(key, places, curve)
        plot.set_x_end(float(places[-1]))


def drawn(accuracy: float | None) -> float:
    """Return what a curve leaves out where there is no accuracy."""
    return math.nan if accuracy is None else accuracy
