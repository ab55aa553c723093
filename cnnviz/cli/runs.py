"""The command that lists, shows, compares, exports and deletes runs; and what writes a training down as one."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnviz.cli import report
from cnnviz.cli.command import Command, add_json
from cnnviz.errors import CnnvizError, UsageError

if TYPE_CHECKING:
    from cnnviz.data import Dataset
    from cnnviz.model.files import Project
    from cnnviz.runs import Judgement, Recorder, Run

_NUMBERS = {"compare": 2, "list": 0}
"""How many runs an action takes; the others take one."""


def recorder_for(out: Path, project: Project, dataset: Dataset, *, listed: bool, goes_on: bool) -> Recorder:
    """Return what writes a training down in its folder, and list it among all runs if wanted.

    Raise FileError or RunError where nothing can be written there.
    """
    from cnnviz.runs import Recorder, Store
    from cnnviz.runs.about import about_now

    store = Store()
    about = about_now(store.next_number(), project.graph.title, project.recipe)
    recorder = Recorder(out, about, project, dataset, report.tell, goes_on=goes_on)
    recorder.open()
    try:
        if listed:
            store.point_to(out)
    except CnnvizError as error:  # the results are what counts
        report.tell(str(error))
    return recorder


def _runs(options: argparse.Namespace) -> int:
    wanted = _NUMBERS.get(options.action, 1)
    if len(options.run) != wanted:
        raise UsageError(
            f"{options.action} takes {wanted} runs.",
            hint="Name them by number, as in #4, or by their folder.",
        )
    return {
        "list": _list, "show": _show, "compare": _compare, "export": _export, "delete": _delete, "restore": _restore,
    }[options.action](options)  # fmt: skip


def _list(options: argparse.Namespace) -> int:
    from cnnviz.runs import Store

    found = Store().list()
    for _path, reason in found.damaged:
        report.tell(reason)
    if options.json:
        report.result_json([_summary(run) for run in found.runs])
        return 0
    rows: list[tuple[str, ...]] = [
        ("", "name", "state", "steps", "best epoch", "validation", "test", "data", "tags")
    ]
    rows += [_row(run) for run in found.runs]
    report.result(report.table(rows, right=(0, 3, 4, 5, 6)) if found.runs else "Nothing was trained yet.")
    return 0


def _row(run: Run) -> tuple[str, ...]:
    about = _summary(run)
    best = run.journal.best()
    return (
        f"#{about['number']}", run.name, run.state, f"{about['steps']:,}", f"{best.epoch:.3g}" if best else "",
        _reached(best), _reached(run.journal.latest("test")), about["data"], ", ".join(run.labels.tags),
    )  # fmt: skip


def _reached(judgement: Judgement | None) -> str:
    if judgement is None:
        return ""
    right = judgement.accuracy
    return f"loss {judgement.loss:.4f}" if right is None else f"{right:.2%}"


def _summary(run: Run) -> dict[str, Any]:
    """Return what a program would want to know about a run."""
    best, test, steps = run.journal.best(), run.journal.latest("test"), run.steps
    return {
        "number": run.about.number,
        "name": run.name,
        "state": run.state,
        "created": run.about.created,
        "steps": int(steps["step"][-1]) if len(steps) else 0,
        "data": str(run.about.data.get("title", "")),
        "fingerprint": str(run.about.data.get("fingerprint", "")),
        "seed": run.about.seed,
        "best": _numbers(best),
        "test": _numbers(test),
        "tags": list(run.labels.tags),
        "note": run.labels.note,
        "path": str(run.path),
    }


def _numbers(judgement: Judgement | None) -> dict[str, Any] | None:
    if judgement is None:
        return None
    return {name: getattr(judgement, name) for name in ("step", "epoch", "loss", "accuracy", "images")}


def _show(options: argparse.Namespace) -> int:
    run = _find(options)[0]
    facts = _summary(run)
    if options.json:
        snapshots = {"snapshots": list(run.snapshot_steps), "recipe": dict(run.about.recipe)}
        machine = {"versions": dict(run.about.versions), "machine": dict(run.about.machine)}
        report.result_json({**facts, **snapshots, **machine})
        return 0
    rows = [
        (name, str(facts[name]))
        for name in ("name", "state", "created", "steps", "data", "fingerprint", "seed")
    ]
    rows += [
        ("recipe", f"{name} {value}")
        for name, value in run.about.recipe.items()
        if value not in (0, 0.0, "", ())
    ]
    rows += [("versions", ", ".join(f"{name} {value}" for name, value in run.about.versions.items()))]
    rows += [("machine", ", ".join(run.about.machine.values()))]
    rows += [(each.which, _told(each)) for each in run.journal.judgements if each.whole]
    rows += [("snapshots", ", ".join(f"{step:,}" for step in run.snapshot_steps))]
    rows += [("note", run.labels.note)] if run.labels.note else []
    rows += [("folder", facts["path"])]
    report.result(report.table(rows))
    return 0


def _told(judgement: Judgement) -> str:
    right = "" if judgement.accuracy is None else f"accuracy {judgement.accuracy:.2%}, "
    return f"step {judgement.step:,}: {right}loss {judgement.loss:.4f} ({judgement.images:,} samples)"


def _compare(options: argparse.Namespace) -> int:
    from cnnviz.runs.comparing import differences

    one, other = _find(options)
    rows = differences(one, other)
    if options.json:
        report.result_json([{"kind": r.kind, "what": r.what, "one": r.one, "other": r.other} for r in rows])
        return 0
    heads = [("", f"#{one.about.number} {one.name}", f"#{other.about.number} {other.name}")]
    report.result(report.table([*heads, *((row.what, row.one, row.other) for row in rows)], right=(1, 2)))
    return 0


def _export(options: argparse.Namespace) -> int:
    from cnnviz.runs.tables import write_csv
    from cnnviz.runs.tensorboard import write_events

    run = _find(options)[0]
    if options.to == "tensorboard":
        path = write_events(run, Path(options.out or f"run-{run.about.number}"))
    else:
        path = Path(options.out or f"run-{run.about.number}.csv")
        write_csv(run, path)
    if options.json:
        report.result_json({"path": str(path)})
    else:
        report.result(f"Wrote {path}")
    return 0


def _delete(options: argparse.Namespace) -> int:
    from cnnviz.runs import Store

    run = _find(options)[0]
    Store().delete(run)
    number = run.about.number
    back = f"`cnnviz runs restore {number}` brings it back until the window is opened next."
    elsewhere = "It is no longer listed; its folder stays." if run.path.exists() else back
    report.result(f"Deleted run #{number} {run.name}. {elsewhere}")
    return 0


def _restore(options: argparse.Namespace) -> int:
    from cnnviz.runs import Store

    run = Store().restore_named(options.run[0])
    report.result(f"Run #{run.about.number} {run.name} is back.")
    return 0


def _find(options: argparse.Namespace) -> list[Run]:
    from cnnviz.runs import Store

    store = Store()
    return [store.find(name) for name in options.run]


def _declare(parser: argparse.ArgumentParser) -> None:
    actions = ["list", "show", "compare", "export", "delete", "restore"]
    parser.add_argument("action", choices=actions, help="what to do")
    parser.add_argument("run", nargs="*", metavar="RUN", help="a number such as #4, or a folder")
    parser.add_argument("--to", choices=["csv", "tensorboard"], default="csv", help="what to export as")
    parser.add_argument("--out", metavar="PATH", help="the file, or the folder of the event file")
    add_json(parser)


RUNS = Command(
    "runs",
    "List, show, compare, export and delete runs: every training is kept as one.",
    "cnnviz runs list\ncnnviz runs compare 3 4\ncnnviz runs export 4 --to tensorboard --out logs",
    _declare,
    _runs,
)
