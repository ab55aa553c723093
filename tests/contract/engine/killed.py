"""A training that is killed again and again at random moments, each time going on from its checkpoint.

Run as a program: it imports torch once and trains in forks of itself, so that fifty kills take seconds. Writes what
differs from an uninterrupted training, nothing if nothing does.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

import numpy as np
import torch

from cnnviz.data import Dataset, Split, stroke_digits
from cnnviz.engine import checkpoint
from cnnviz.engine.train import train
from cnnviz.engine.weights import load, save
from cnnviz.events import Snapshot, StepDone
from cnnviz.model.augmentation import chain_from_text
from cnnviz.model.recipe import DataChoice, Recipe
from tests.contract.engine.networks import noisy

RECIPE = Recipe(
    learning_rate=3e-3,
    batch_size=25,
    epochs=12,
    mixup=0.3,
    schedule="cosine",
    early_stopping=50,
    clip_norm=1.0,
    augment=chain_from_text("digits"),
)
MOST_STEPS, LONGEST = 13, 0.005
"""Steps until a training is killed, at most (an epoch has 8), and seconds after the last of them: a step takes a few
milliseconds. Counted in steps, the same happens on a slow machine as on a fast one."""


def made() -> Dataset:
    train_split, test = Split(*stroke_digits(240, seed=0)), Split(*stroke_digits(40, seed=1))
    return Dataset("strokes", "Drawn", "drawn", tuple("0123456789"), train_split, test)


def work(dataset: Dataset, folder: Path, pipe: int | None = None) -> None:
    """Train to the end, from the checkpoint where there is one, and leave the weights; tell of every step."""
    kept = folder / checkpoint.FILE_NAME
    resume = kept if kept.exists() else None
    last = None
    for event in train(
        noisy(), dataset, RECIPE, DataChoice("s", 40), live=0, checkpoints=kept, resume=resume
    ):
        if isinstance(event, Snapshot):
            last = event
        elif isinstance(event, StepDone) and pipe is not None:
            os.write(pipe, b".")
    assert last is not None
    save(folder / "end.safetensors", last.weights)


def forked(dataset: Dataset, folder: Path) -> tuple[int, int]:
    """Start the work in a fork of this process; return its id, and a pipe with a byte for every step."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    try:
        work(dataset, folder, writing)
    except BaseException as error:  # noqa: BLE001 (a fork must not go on as its parent)
        sys.stderr.write(f"{error!r}\n")
        os._exit(1)
    os._exit(0)


def finished(dataset: Dataset, folder: Path) -> None:
    """Let the work go on to its end."""
    child, pipe = forked(dataset, folder)
    while os.read(pipe, 1000):
        pass
    os.close(pipe)
    if os.waitpid(child, 0)[1]:
        raise SystemExit("a training broke down")


def killed(dataset: Dataset, folder: Path, steps: int, seconds: float) -> bool:
    """Kill the work so long after so many steps; return whether it was still at it."""
    child, pipe = forked(dataset, folder)
    for _ in range(steps):
        if not os.read(pipe, 1):
            break
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.close(pipe)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def main(folder: Path, kills: int, every_step: bool) -> None:
    """Train once in peace and once with so many kills, and compare."""
    torch.set_num_threads(1)
    checkpoint.LARGEST_SHARE = 1e9  # as often as it can be
    if every_step:
        checkpoint.SECONDS = 0.0
    dataset, chance = made(), random.Random(0)
    peace, war = folder / "peace", folder / "war"
    for each in (peace, war):
        each.mkdir(parents=True)
    work(dataset, peace)  # here, not in a fork: what torch imports late is there for all forks then
    kept, done, went_on = war / checkpoint.FILE_NAME, 0, 0
    while done < kills:
        went_on += kept.exists()
        if killed(dataset, war, chance.randint(1, MOST_STEPS), chance.uniform(0, LONGEST)):
            done += 1
        else:  # it was at its end before: compare, and begin again
            compare(peace, war)
            kept.unlink()
    finished(dataset, war)
    compare(peace, war)
    if went_on < kills * 0.7:
        raise SystemExit(f"only {went_on} of {kills} trainings went on from a checkpoint")


def compare(one: Path, other: Path) -> None:
    first, second = load(one / "end.safetensors"), load(other / "end.safetensors")
    for name, value in first.items():
        if not np.array_equal(value, second[name]):
            sys.stdout.write(f"{name} differs\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "every step")
