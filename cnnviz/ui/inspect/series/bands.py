"""Where a band around a forecast can come from: dropout, the ticked runs, or the snapshots of the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cnnviz.model.graph import Graph
from cnnviz.runs import Run
from cnnviz.runs.names import WEIGHTS_NAME
from cnnviz.runs.snapshots import read_snapshot
from cnnviz.ui.services import Weights
from cnnviz.ui.state import Session

NONE, DROPOUT, RUNS, SNAPSHOTS = "none", "dropout", "runs", "snapshots"
SAMPLES, MOST_SNAPSHOTS = 50, 8

Load = Callable[[], Sequence[tuple[Graph, Weights | None]]]


@dataclass(frozen=True)
class Band:
    """A way to get a band: the networks beside the one that is looked at, or so many samples of that one.

    `why_not` says what is missing, `words` what the band is.
    """

    words: str = ""
    why_not: str = ""
    load: Load = tuple
    samples: int = 0


def bands(session: Session, graph: Graph) -> dict[str, Band]:
    """Return every way, by its name."""
    return {
        NONE: Band(),
        DROPOUT: _dropout(graph),
        RUNS: _runs(session, graph),
        SNAPSHOTS: _snapshots(session),
    }


def _dropout(graph: Graph) -> Band:
    rows = graph.summary().rows
    draws = [
        row
        for row in rows
        if (layer := graph.node(row.name).layer).draws and not layer.idle(*(row.inputs or ()))
    ]
    if not draws:
        return Band(why_not="This network has no dropout and no noise")
    names = ", ".join(row.name for row in draws)
    return Band(
        f"band: 5 % to 95 % of {SAMPLES} forecasts in which {names} goes on as in training", samples=SAMPLES
    )


def _runs(session: Session, graph: Graph) -> Band:
    runs = session.runs
    ticked = [runs.run(entry.key) for entry in runs.entries() if runs.ticked(entry)]
    fitting = [run for run in ticked if run is not None and run.journal.judgements and _alike(run, graph)]
    if len(fitting) < 2:
        return Band(why_not="Tick two or more trained runs of such a network in Train")

    def load() -> Sequence[tuple[Graph, Weights | None]]:
        return [
            (run.project.graph, session.services.load_weights(run.path / WEIGHTS_NAME)) for run in fitting
        ]

    numbers = ", ".join(f"#{run.about.number}" for run in fitting)
    return Band(f"band: lowest to highest of the {len(fitting)} ticked runs {numbers}", load=load)


def _alike(run: Run, graph: Graph) -> bool:
    """Say whether a run's network takes and gives the same shapes."""
    ends = []
    for each in (run.project.graph, graph):
        report = each.summary()
        ends.append([report.row(name).shape for name in (*report.inputs, *report.outputs)])
    return ends[0] == ends[1]


def _snapshots(session: Session) -> Band:
    record = session.training.shown
    run = session.runs.run(record.path.name) if record is not None and record.path is not None else None
    steps = run.snapshot_steps if run is not None else ()
    if record is None or record.path is None or len(steps) < 2:
        return Band(why_not="The run shown in Train has no snapshots yet")
    path, graph, last = record.path, record.graph, steps[-MOST_SNAPSHOTS:]

    def load() -> Sequence[tuple[Graph, Weights | None]]:
        return [(graph, read_snapshot(path, step)) for step in last]

    return Band(
        f"band: lowest to highest of the last {len(last)} snapshots of run {record.number}", load=load
    )
