"""Two sides in torch, in turns: cnnviz as its command line trains, and the bare tuned loop of hand-written networks."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.rivals import BATCHES

if TYPE_CHECKING:
    from benchmarks.rounds import Work

ENDLESS = 100_000_000


def serve(side: str, name: str, folder: Path) -> None:
    """Train whenever a line with seconds comes; answer with samples per second."""
    from benchmarks.rounds import speed

    with TemporaryDirectory() as out:
        work = bare(name, folder) if side == "bare" else ours(name, folder, Path(out), side)
        next(work)
        for line in sys.stdin:
            print(speed(work, float(line), warm=min(0.2, float(line))), flush=True)


def ours(name: str, folder: Path, out: Path, side: str) -> Work:
    """Train as `cnnviz train` does, kept and written; `side` is a precision, with "unchanged" for no augmentation."""
    from cnnviz.cli.runs import recorder_for
    from cnnviz.data import Dataset, Split
    from cnnviz.engine.train import train
    from cnnviz.events import StepDone
    from cnnviz.model.files import Project
    from cnnviz.model.recipe import DataChoice
    from cnnviz.runs import recorded
    from cnnviz.runs.names import CHECKPOINT_NAME
    from cnnviz.templates import template

    split = Split(*_arrays(folder))
    classes = tuple("0123456789") if split.answers == "labels" else ()
    dataset = Dataset("bench", "Arrays", "Arrays of a benchmark.", classes, split, split)
    precision, _, unchanged = side.partition(" ")
    recipe = replace(template(name).recipe, batch_size=BATCHES[name], steps=ENDLESS, precision=precision)
    recipe = replace(recipe, augment=()) if unchanged else recipe
    graph, choice = template(name).graph, DataChoice("bench", validation=0)
    recorder = recorder_for(out, Project(graph, choice, recipe), dataset, listed=False, goes_on=False)
    events = train(graph, dataset, recipe, choice, live=0.0, checkpoints=out / CHECKPOINT_NAME)
    for event in recorded(events, recorder):
        yield BATCHES[name] if isinstance(event, StepDone) else None


def bare(name: str, folder: Path) -> Work:
    """The tuned loop: all samples as float tensors in memory, batches by index, channels_last, fused Adam."""
    import torch
    from torch.nn import functional

    from benchmarks.rivals.torch_networks import network

    samples, answers = (torch.from_numpy(each) for each in _arrays(folder))
    model, samples = network(name), samples.float().div_(255)
    if samples.dim() == 4:
        samples = samples.to(memory_format=torch.channels_last)
        model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    frames = answers.dim() > 1
    answers = answers.float().div_(255) if frames else answers
    lose: Any = functional.binary_cross_entropy_with_logits if frames else functional.cross_entropy
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    while True:
        for batch in torch.split(torch.randperm(len(samples)), BATCHES[name])[
            : len(samples) // BATCHES[name]
        ]:
            optimiser.zero_grad()
            lose(model(samples[batch]), answers[batch]).backward()
            optimiser.step()
            yield len(batch)


def _arrays(folder: Path) -> tuple[Any, Any]:
    """Return samples (N, C, …), uint8, and what they should give."""
    return np.load(folder / "samples.npy"), np.load(folder / "answers.npy")


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
