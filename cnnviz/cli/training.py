"""The command that trains a network and keeps it in a folder."""

from __future__ import annotations

import argparse
import contextlib
import signal
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from cnnviz import library
from cnnviz.cli import recipe, report, subject
from cnnviz.cli.command import Command, add_json
from cnnviz.cli.runs import recorder_for
from cnnviz.cli.team import in_team, start_team
from cnnviz.control import Control
from cnnviz.errors import UsageError
from cnnviz.library import Found
from cnnviz.model.files import Project

if TYPE_CHECKING:
    from cnnviz.data import Dataset
    from cnnviz.events import Evaluated, Event, Started, StepDone

INTERRUPTED = 130
"""Exit status after Ctrl C, as shells count it."""


def _train(options: argparse.Namespace) -> int:
    if options.nproc > 1 and not in_team():
        return start_team(options.nproc, options.arguments)
    from cnnviz.engine.train import train
    from cnnviz.runs import recorded
    from cnnviz.runs.names import CHECKPOINT_NAME

    found = subject.find(options)
    chosen = recipe.changed(found.project.recipe, options)
    weights = subject.load_weights(options, found)[0] if options.weights else None
    dataset = subject.load_data(options, found)
    wanted = replace(found.project.data, source=dataset.name)
    choice = library.fitting_choice(wanted, len(dataset.train), options.validation)
    control, out = Control(), _out(options, found)
    kept = out / CHECKPOINT_NAME
    # what does not fit together is refused here, before the results of an earlier run give way
    events = train(
        found.project.graph, dataset, chosen, choice, control=control, weights=weights, live=0.0,
        checkpoints=kept, resume=kept if options.resume else None,
    )  # fmt: skip
    if in_team() > 1:  # another process tells and writes
        return _learn_along(events, control)
    project = Project(found.project.graph, choice, chosen)
    recorder = recorder_for(out, project, dataset, listed=options.run, goes_on=options.resume)
    with _interruptible(control), contextlib.closing(recorded(events, recorder)) as followed:
        summary, cancelled = _follow(followed, options.json, dataset)
    recorder.require_written()
    _tell_end({"network": found.name, **summary, "cancelled": cancelled, "out": str(out)}, options.json)
    return INTERRUPTED if cancelled else 0


def _learn_along(events: Iterator[Event], control: Control) -> int:
    with _interruptible(control):
        for _ in events:
            pass
    return INTERRUPTED if control.cancelled else 0


def _out(options: argparse.Namespace, found: Found) -> Path:
    """Return the folder for the results: the one named or gone on with, or the next free one below runs/."""
    if options.resume:
        if not Path(options.network).is_dir():
            raise UsageError("--resume goes on with a training.", hint="Name its folder as X.")
        return Path(options.network)
    if options.out is not None:
        return Path(options.out)
    number = 1
    while (folder := Path("runs") / f"{found.name}-{number}").exists():
        number += 1
    return folder


@contextlib.contextmanager
def _interruptible(control: Control) -> Iterator[None]:
    """Let Ctrl C end the training after the current batch, and a second one at once."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        if not in_team():  # torchrun passes on what the terminal has sent already
            signal.signal(signal.SIGINT, signal.default_int_handler)
        report.tell("\nStopping after this batch; the weights so far are kept.")
        control.cancel()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _follow(events: Iterator[Event], as_json: bool, dataset: Dataset) -> tuple[dict[str, Any], bool]:
    """Run the training, tell what happens, and return its summary and whether it was stopped."""
    from cnnviz import events as kinds

    steps, summary, cancelled = 0, {}, True
    with report.Progress("samples") as bar:
        for event in events:
            if isinstance(event, kinds.StepDone):
                bar.show(_step_label(event, steps), event.step, steps, event.samples_per_s)
            elif isinstance(event, kinds.Started):
                steps = event.steps
                for line in (_opening(event, dataset), *event.remarks):
                    report.tell(line)
            elif isinstance(event, kinds.Notice):
                bar.clear()
                report.tell(event.text)
            elif isinstance(event, kinds.Evaluated):
                bar.clear()
                _tell_judgement(_judgement(event), as_json)
            elif isinstance(event, kinds.Finished):
                summary, cancelled = dict(event.summary), event.cancelled
    return summary, cancelled


def _opening(event: Started, dataset: Dataset) -> str:
    held_out = f", {event.validation_images:,} held out" if event.validation_images else ""
    begins = f"Going on after step {event.first_step:,} with" if event.first_step else "Training on"
    return (
        f"{begins} {event.train_images:,} {dataset.noun}s of {dataset.title}{held_out}: {event.steps:,} steps, "
        f"{event.steps_per_epoch:,} per epoch, on {event.device}."
    )


def _step_label(event: StepDone, steps: int) -> str:
    return f"step {event.step:,}/{steps:,}  epoch {event.epoch:.2f}  loss {event.loss:.4f}"


def _judgement(event: Evaluated) -> dict[str, Any]:
    return {
        "event": event.which,
        "step": event.step,
        "epoch": event.epoch,
        "loss": event.loss,
        "accuracy": event.accuracy,
        "images": len(event.indices),
        "whole": event.whole,
    }


def _tell_judgement(entry: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        report.result_json(entry)
        return
    right = "" if entry["accuracy"] is None else f"accuracy {entry['accuracy']:.2%}, "
    report.tell(
        f"step {entry['step']:,}: {entry['event']} {right}loss {entry['loss']:.4f} ({entry['images']:,} samples)"
    )


def _tell_end(final: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        report.result_json(final)
    elif "test_loss" in final:
        right = f"test accuracy {final['test_accuracy']:.2%}, " if "test_accuracy" in final else ""
        report.result(f"{right}test loss {final['test_loss']:.4f}, {final['samples_per_s']:,.0f} samples/s")
    report.tell(f"Weights, project, numbers and snapshots are in {final['out']}")


def _declare(parser: argparse.ArgumentParser) -> None:
    subject.add_network(parser)
    subject.add_data(parser)
    recipe.add_recipe(parser)
    parser.add_argument("--validation", type=int, metavar="N", help="training samples held out to judge on")
    parser.add_argument("--weights", metavar="W", help="start from these weights (default: random ones)")
    parser.add_argument(
        "--out", metavar="RUN", help="folder for the results (default: a new one below runs/)"
    )
    parser.add_argument(
        "--no-run", dest="run", action="store_false", help="don't list it among all runs (see cnnviz runs)"
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="X is the folder of a training that was interrupted: go on with it",
    )
    parser.add_argument(
        "--nproc",
        type=int,
        default=1,
        metavar="N",
        help="train in N processes, each with its part of every batch",
    )
    add_json(parser)


TRAIN = Command(
    "train",
    "Train a network; what is not given comes from its own recipe. Ctrl C stops and keeps the weights so far.",
    "cnnviz train mnist-postech --data mnist --epochs 3 --seed 1 --out runs/postech\n"
    "cnnviz train t10 --data strokes --steps 200 --json\n"
    "cnnviz train runs/postech --resume\n"
    "cnnviz train t15 --schedule step --drop-steps 32000,48000 --nproc 2",
    _declare,
    _train,
)
