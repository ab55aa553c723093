"""The command that trains many times, with other settings or other parts of the data held out each time."""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean, pstdev
from typing import TYPE_CHECKING, Any

from cnnviz import library
from cnnviz.cli import recipe, report, subject
from cnnviz.cli.command import Command, add_json
from cnnviz.cli.training import INTERRUPTED, TRAIN
from cnnviz.errors import TrainError, UsageError
from cnnviz.model.files import PROJECT_NAME
from cnnviz.model.sweep import make_jobs, read_axis

if TYPE_CHECKING:
    from cnnviz.runs.queue import Waiting


def _sweep(options: argparse.Namespace) -> int:
    from cnnviz.runs.queue import Queue

    folder = Path(options.network)
    if not Queue(folder).exists:
        folder = _lay_down(options)
    jobs = Queue(folder).jobs()
    for number, job in enumerate(jobs, 1):
        if job.done:
            continue
        report.tell(f"Job {number} of {len(jobs)}: {job.words}")
        if _learn(job) == INTERRUPTED:
            report.tell(f"Go on with: cnnviz sweep {folder}")
            return INTERRUPTED
    _tell(folder, jobs, options.json)
    return 0


def _lay_down(options: argparse.Namespace) -> Path:
    """Write a new queue, and return its folder."""
    from cnnviz.runs.queue import Queue

    found = subject.find(options)
    chosen = recipe.changed(found.project.recipe, options)
    dataset = subject.load_data(options, found)
    wanted = replace(found.project.data, source=dataset.name)
    choice = library.fitting_choice(wanted, len(dataset.train), options.validation)
    axes = [read_axis(text) for text in options.vary]
    if not axes and not options.folds:
        raise UsageError(
            "nothing varies.", hint="Say what, as in --vary learning_rate=1e-3,1e-2, or --folds 5."
        )
    jobs = make_jobs(chosen, choice, axes, draws=options.random, seed=chosen.seed, folds=options.folds)
    folder = Path(options.out or f"runs/sweep-{found.name}")
    if Queue(folder).exists:
        raise UsageError(
            f"there is a queue in {folder} already.",
            hint=f"Go on with `cnnviz sweep {folder}`, or name another --out.",
        )
    data = {"name": dataset.name} | ({"folder": str(options.data_dir)} if options.data_dir else {})
    Queue(folder).add(found.project.graph, jobs, data, [f"sweep {folder.name.removeprefix('sweep-')}"])
    return folder


def _learn(job: Waiting) -> int:
    """Train a job, from its checkpoint where there is one; what breaks it down is noted, and the next one follows."""
    where = [str(job.folder), "--resume"] if job.begun else [str(job.folder / PROJECT_NAME)]
    data = dict(job.data)
    given = ["--data", data["name"]] if "name" in data else []
    given += ["--data-dir", data["folder"]] if "folder" in data else []
    try:
        options = TRAIN.parser().parse_args([*where, *given, "--out", str(job.folder)])
        options.arguments = []
        return TRAIN.run(options)
    except TrainError as error:
        report.tell(f"It broke down: {error}")
        job.fail(str(error))
        return 1


def _tell(folder: Path, jobs: Sequence[Waiting], as_json: bool) -> None:
    found = [{"folder": str(job.folder), **job.changes, **_judged(job)} for job in jobs]
    if as_json:
        report.result_json({"out": str(folder), "jobs": found, "folds": _over_folds(jobs)})
        return
    for job in sorted(jobs, key=lambda each: _judged(each).get("validation_loss") or float("inf")):
        judged = _judged(job)
        report.result(f"{job.folder.name}  {_judgement(judged)}  {job.words}")
    for each in _over_folds(jobs):
        report.result(
            f"mean of {each['folds']} folds: {each['mean']:.4f} ± {each['spread']:.4f}  {each['what']}"
        )


def _over_folds(jobs: Sequence[Waiting]) -> list[dict[str, Any]]:
    """Return mean and spread of the validation accuracy (or loss) over the folds of the same settings."""
    same: dict[str, list[float]] = defaultdict(list)
    for job in jobs:
        result = job.result
        if result and "fold" in job.changes and "validation_loss" in result:
            what = replace(job, changes={k: v for k, v in job.changes.items() if k != "fold"}).words
            same[what].append(result.get("validation_accuracy", result["validation_loss"]))
    return [
        {"what": what, "folds": len(values), "mean": mean(values), "spread": pstdev(values)}
        for what, values in same.items()
    ]


def _judged(job: Waiting) -> dict[str, Any]:
    result = job.result or {}
    names = ("validation_accuracy", "validation_loss", "test_accuracy", "test_loss")
    found = {name: result[name] for name in names if name in result}
    return {**found, "failure": job.failure} if job.failure else found


def _judgement(judged: dict[str, Any]) -> str:
    if "failure" in judged:
        return "broke down"
    for name in ("validation_accuracy", "test_accuracy"):
        if name in judged:
            return f"{name.replace('_', ' ')} {judged[name]:.2%}"
    return f"test loss {judged.get('test_loss', float('nan')):.4f}"


def _declare(parser: argparse.ArgumentParser) -> None:
    subject.add_network(parser)
    subject.add_data(parser)
    parser.add_argument(
        "--vary", action="append", default=[], metavar="NAME=VALUES",
        help="a setting and its values, 1e-3,1e-2; or a range to draw from, 1e-4..1e-1; may be given several times",
    )  # fmt: skip
    parser.add_argument(
        "--random", type=int, default=0, metavar="N", help="draw N combinations instead of trying all"
    )
    parser.add_argument(
        "--folds", type=int, default=0, metavar="K", help="cross-validate: hold out each of K parts once"
    )
    recipe.add_recipe(parser)
    parser.add_argument("--validation", type=int, metavar="N", help="training samples held out to judge on")
    parser.add_argument("--out", metavar="DIR", help="folder of the queue (default: one below runs/)")
    add_json(parser)


SWEEP = Command(
    "sweep",
    "Train many times with other settings. The jobs wait in a folder; after an interruption, name it to go on.",
    "cnnviz sweep t1 --data mnist --vary learning_rate=1e-4..1e-2 --vary batch_size=32,64 --random 8 --out runs/sweep\n"
    "cnnviz sweep t10 --data strokes --folds 5 --epochs 3\n"
    "cnnviz sweep runs/sweep",
    _declare,
    _sweep,
)
