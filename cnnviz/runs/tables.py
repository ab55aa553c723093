"""The numbers of a run as CSV, for spreadsheets and other programs."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

from cnnviz.errors import RunError
from cnnviz.runs.run import Run

COLUMNS = ("step", "epoch", "seconds", "loss", "accuracy", "learning_rate", "samples_per_s")
JUDGED = ("which", "images", "judged_loss", "judged_accuracy")


def write_csv(run: Run, path: Path) -> int:
    """Write every step, and after it the judgements of that step; return the number of rows. Raise RunError.

    An entry without a value is empty: the judgement of a plain step, or an accuracy where there are no classes.
    """
    steps, per_epoch = run.steps, run.journal.started.steps_per_epoch if run.journal.started else 0
    rows: list[tuple[float, int, list[Any]]] = []
    for each in steps:
        step = int(each["step"])
        epoch = round(step / per_epoch, 6) if per_epoch else math.nan
        measured = (round(float(each["seconds"]), 6), *(float(each[name]) for name in COLUMNS[3:6]))
        values = (step, epoch, *measured, round(float(each["samples_per_s"]), 1))
        rows.append((step, 0, [*map(_written, values), *[""] * len(JUDGED)]))
    for place, each in enumerate(run.journal.judgements, start=1):
        about = [each.step, _written(each.epoch), _written(each.seconds), "", "", "", ""]
        found = [each.which, each.images, _written(each.loss), _written(each.accuracy)]
        rows.append((each.step, place, [*about, *found]))
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*COLUMNS, *JUDGED])
            writer.writerows(row for *_, row in sorted(rows, key=lambda row: row[:2]))
    except OSError as error:
        what = f"the table can't be written ({error.strerror or error})."
        raise RunError(what, where=str(path), hint="Choose another folder.") from error
    return len(rows)


def _written(value: float | None) -> str:
    """Return a number with all its digits; nothing where there is none."""
    return "" if value is None or not math.isfinite(value) else repr(value)
