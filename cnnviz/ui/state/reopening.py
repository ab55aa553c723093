"""A run of earlier days, read from its folder into what the views show."""

from __future__ import annotations

import math

import numpy as np

from cnnviz.data import Dataset
from cnnviz.events import Evaluated, Failed, StepDone
from cnnviz.runs import Judgement, Run
from cnnviz.runs.steps import read_steps
from cnnviz.ui.state.training import Record


def read_record(run: Run, dataset: Dataset | None) -> Record:
    """Return a run as the views show it; its images where the data set that is there is the same. Raise CnnvizError."""
    same = dataset is not None and dataset.fingerprint == run.about.data.get("fingerprint")
    mark = (run.mark(), run.written)
    run.refresh()
    project, steps, journal = run.project, read_steps(run.path), run.journal
    record = Record(run.about.number, project.graph, project.recipe, dataset if same else None)
    record.classes, record.data_title = run.about.classes, str(run.about.data.get("title", ""))
    record.started, record.path, record.mark = journal.started, run.path, mark
    record.steps, record.losses, record.accuracies = steps["step"], steps["loss"], steps["accuracy"]
    record.learning_rates, record.seconds = steps["learning_rate"], steps["seconds"]
    rates = {each.step: each.value for each in journal.changes if each.name == "learning_rate"}
    record.changes = list(rates.items())  # of what was set at one step, the last counts
    record.evaluations = [*map(_without_answers, journal.judgements[:-1])]
    record.evaluations += [run.evaluated(each) for each in journal.judgements[-1:]]
    record.ending = "" if run.state == "running" else run.state.capitalize()
    if journal.failure:
        record.failure = Failed(journal.failure, "")
    if len(steps) and journal.started is not None:
        record.last = _last(steps[-1], journal.started.steps_per_epoch)
    return record


def _last(found: np.void, per_epoch: int) -> StepDone:
    accuracy, step = float(found["accuracy"]), int(found["step"])
    right = None if math.isnan(accuracy) else accuracy
    speed, rate = float(found["samples_per_s"]), float(found["learning_rate"])
    return StepDone(step, step / max(per_epoch, 1), float(found["loss"]), right, rate, speed, 0.0)


def _without_answers(judgement: Judgement) -> Evaluated:
    """Return a judgement for the curves; what was answered to every sample stays in its file."""
    none = np.zeros(0, np.int64)
    return Evaluated(
        step=judgement.step,
        epoch=judgement.epoch,
        which=judgement.which,
        loss=judgement.loss,
        accuracy=judgement.accuracy,
        confusion=np.zeros((0, 0), np.int64),
        indices=none,
        labels=none,
        predicted=none,
        confidence=none.astype(np.float32),
        whole=judgement.whole,
    )
