"""The command that trains a network and keeps its weights, project and metrics."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from cnnviz import library
from cnnviz.cli import report, subject
from cnnviz.cli.command import Command, add_json
from cnnviz.cli.folder import RunFolder
from cnnviz.control import Control
from cnnviz.library import Found
from cnnviz.model.augmentation import PRESETS, chain_from_text
from cnnviz.model.recipe import INITIALISERS, OPTIMISERS, SCHEDULES, Recipe

if TYPE_CHECKING:
    from cnnviz.data import Dataset
    from cnnviz.events import Evaluated, Event, Started, StepDone

INTERRUPTED = 130
"""Exit status after Ctrl C, as shells count it."""

_RECIPE_OPTIONS = {
    "batch_size": "batch_size",
    "learning_rate": "learning_rate",
    "optimiser": "optimiser",
    "seed": "seed",
    "device": "device",
    "init": "initialiser",
    "schedule": "schedule",
    "weight_decay": "weight_decay",
    "momentum": "momentum",
}


def _train(options: argparse.Namespace) -> int:
    from cnnviz.engine.train import train

    found = subject.find(options)
    recipe = _recipe(options, found.project.recipe)
    weights = subject.load_weights(options, found)[0] if options.weights else None
    dataset = subject.load_data(options, found)
    wanted = replace(found.project.data, source=dataset.name)
    choice = library.fitting_choice(wanted, len(dataset.train), options.validation)
    control = Control()
    # what does not fit together is refused here, before the results of an earlier run give way
    events = train(found.project.graph, dataset, recipe, choice, control=control, weights=weights, live=0.0)
    with RunFolder(_out(options, found), found, recipe, choice) as folder, _interruptible(control):
        summary, cancelled = _follow(events, folder, options.json, dataset)
        final = {"network": found.name, **summary, "cancelled": cancelled, "out": str(folder.path)}
        folder.record({"event": "finished", **final})
    _tell_end(final, options.json)
    return INTERRUPTED if cancelled else 0


def _recipe(options: argparse.Namespace, recipe: Recipe) -> Recipe:
    """Return the network's own recipe with what the command line changes."""
    changes: dict[str, Any] = {
        entry: getattr(options, option)
        for option, entry in _RECIPE_OPTIONS.items()
        if getattr(options, option) is not None
    }
    if options.augment is not None:
        changes["augment"] = chain_from_text(options.augment)
    if options.steps is not None:
        changes["steps"] = options.steps
    if options.epochs is not None:
        changes |= {"epochs": options.epochs, "steps": 0}
    return replace(recipe, **changes)


def _out(options: argparse.Namespace, found: Found) -> Path:
    """Return the folder for the results: the one named, or the next free one below runs/."""
    if options.out is not None:
        return Path(options.out)
    number = 1
    while (folder := Path("runs") / f"{found.name}-{number}").exists():
        number += 1
    return folder


@contextmanager
def _interruptible(control: Control) -> Iterator[None]:
    """Let Ctrl C end the training after the current batch, and a second one at once."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        report.tell("\nStopping after this batch; the weights so far are kept.")
        control.cancel()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _follow(
    events: Iterator[Event], folder: RunFolder, as_json: bool, dataset: Dataset
) -> tuple[dict[str, Any], bool]:
    """Run the training, write down what happens, and return its summary and whether it was stopped."""
    from cnnviz import events as kinds

    steps = 0
    with report.Progress("images") as bar:
        for event in events:
            if isinstance(event, kinds.StepDone):
                folder.record({"event": "step", **asdict(event)})
                bar.show(_step_label(event, steps), event.step, steps, event.samples_per_s)
            elif isinstance(event, kinds.Started):
                steps = event.steps
                report.tell(_opening(event, dataset))
            elif isinstance(event, kinds.Evaluated):
                bar.clear()
                folder.record(_judgement(event))
                _tell_judgement(_judgement(event), as_json)
            elif isinstance(event, kinds.Snapshot):
                folder.keep(event.weights, event.step)
            elif isinstance(event, kinds.Finished):
                return dict(event.summary), event.cancelled
    return {}, True


def _opening(event: Started, dataset: Dataset) -> str:
    held_out = f", {event.validation_images:,} held out" if event.validation_images else ""
    return (
        f"Training on {event.train_images:,} images of {dataset.title}{held_out}: {event.steps:,} steps, "
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
        f"step {entry['step']:,}: {entry['event']} {right}loss {entry['loss']:.4f} ({entry['images']:,} images)"
    )


def _tell_end(final: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        report.result_json(final)
    elif "test_loss" in final:
        right = f"test accuracy {final['test_accuracy']:.2%}, " if "test_accuracy" in final else ""
        report.result(f"{right}test loss {final['test_loss']:.4f}, {final['samples_per_s']:,.0f} images/s")
    report.tell(f"Weights, project and metrics are in {final['out']}")


def _declare(parser: argparse.ArgumentParser) -> None:
    subject.add_network(parser)
    subject.add_data(parser)
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--epochs", type=int, metavar="N", help="how often every image is seen")
    length.add_argument("--steps", type=int, metavar="N", help="how many batches are learned")
    parser.add_argument("--batch-size", type=int, metavar="N", help="images per step")
    parser.add_argument("--learning-rate", type=float, metavar="RATE", help="how far each step goes")
    parser.add_argument("--optimiser", choices=OPTIMISERS, help="how gradients become steps")
    parser.add_argument("--schedule", choices=SCHEDULES, help="how the learning rate goes on")
    parser.add_argument(
        "--momentum", type=float, metavar="M", help="share of the last step kept by --optimiser momentum"
    )
    parser.add_argument("--weight-decay", type=float, metavar="W", help="pull of all weights towards zero")
    parser.add_argument("--init", choices=INITIALISERS, help="how the first weights are drawn")
    parser.add_argument("--seed", type=int, metavar="S", help="the same seed gives the same numbers")
    parser.add_argument(
        "--augment",
        metavar="CHAIN",
        help=f"random changes of training images: none, {', '.join(PRESETS)}, or rotation:degrees=8+crop:padding=2",
    )
    parser.add_argument("--validation", type=int, metavar="N", help="training images held out to judge on")
    parser.add_argument("--device", help="cpu, cuda or mps")
    parser.add_argument("--weights", metavar="W", help="start from these weights (default: random ones)")
    parser.add_argument(
        "--out", metavar="RUN", help="folder for the results (default: a new one below runs/)"
    )
    add_json(parser)


TRAIN = Command(
    "train",
    "Train a network; what is not given comes from its own recipe. Ctrl C stops and keeps the weights so far.",
    "cnnviz train mnist-postech --data mnist --epochs 3 --seed 1 --out runs/postech\n"
    "cnnviz train t10 --data strokes --steps 200 --json",
    _declare,
    _train,
)
