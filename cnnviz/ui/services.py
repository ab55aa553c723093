"""What the window may ask for. `cnnviz.wiring` fills these in with the engine; the window itself never imports it.

Everything here runs in worker threads, unless said otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnviz.control import Control
from cnnviz.data import Dataset, Split
from cnnviz.data.series.outlook import Foreseen, Outlook
from cnnviz.errors import CnnvizError
from cnnviz.events import Array, Event, Watched
from cnnviz.explain.asking.questions import AskAny, Samples
from cnnviz.explain.attribution import Question
from cnnviz.explain.backward import Memories, Slopes
from cnnviz.explain.trace import Trace
from cnnviz.explain.video.forecast import AskForecast
from cnnviz.model.augmentation import Chain
from cnnviz.model.graph import Graph
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.model.whatif import WhatIf

Weights = Mapping[str, Array]
"""Arrays by name as in torch's state dict, such as `conv1.weight`."""


@dataclass(frozen=True)
class TrainingTask:
    """Everything one training needs; `weights` None starts from the recipe's initialiser.

    It is kept in the file `checkpoints`, and goes on from what is kept in `resume`, or begins with the weights and the
    optimiser kept in `fork`. With `finds_rate` it only looks for a learning rate.
    """

    graph: Graph
    dataset: Dataset
    recipe: Recipe
    choice: DataChoice
    weights: Weights | None = None
    pinned: Array | None = None
    checkpoints: Path | None = None
    resume: Path | None = None
    fork: Path | None = None
    finds_rate: bool = False


@dataclass(frozen=True)
class Network:
    """What a file of another program holds; `remarks` are sentences about the reading."""

    graph: Graph
    weights: Weights
    remarks: tuple[str, ...] = ()


def _refuse(*_: object) -> Any:
    """Refuse what this window was not given."""
    raise CnnvizError("this window can't read or write files of other programs.")


def _refuse_gradients(*_: object) -> Any:
    """Refuse to go back, where there is no engine."""
    raise CnnvizError("this window can't compute gradients.")


def _refuse_augmenting(*_: object) -> Any:
    """Refuse to change images, where there is no engine."""
    raise CnnvizError("this window can't change images at random.")


def _refuse_explanations(*_: object) -> Any:
    """Refuse to explain, where there is no engine."""
    raise CnnvizError("this window can't explain answers.")


def _refuse_attempts(*_: object) -> Any:
    """Refuse to try something out, where there is no engine."""
    raise CnnvizError("this window can't change a network for a try.")


def _refuse_forecasts(*_: object) -> Any:
    """Refuse to predict frames, where there is no engine."""
    raise CnnvizError("this window can't predict frames.")


def _nothing() -> None:
    """There is nothing to prepare or to end."""


@dataclass(frozen=True)
class Services:
    """The engine as the window sees it.

    `trace(graph, weights, image, seed)` runs one sample (C, H, W); entries of `weights` that don't fit the graph are
    replaced by random ones of the seed. `gradients(graph, weights, image, seed, target)` runs it forward and back, to
    the loss of a class or of values; where the target is −1, of the class that the network names.
    `batch_gradients(graph, weights, images, seed, targets)` does so with several samples, as in training, and returns
    those of the first one; `memories(checkpoint, graph, recipe)` reads what a kept training's optimiser remembers.
    `train(task, control)` yields events. `devices()` may be slow the first time.
    `read_network(path)` reads an .onnx or .pt2 file. `run_program(path, name, shape, control)` RUNS a Python file and
    yields the network in it as `Answer(Network)`; `write_onnx(graph, weights, seed, path, control)` yields progress.
    `complete(graph, weights, seed)` returns all arrays of a graph, random ones where there are none.
    `augment(chain, dataset, count, seed)` returns the first training samples, changed at random.
    `attribute(trace, question)` yields how far it is and last an `Answer(Attribution)`; so does
    `ask(trace, question, samples by split)` the answer to what is asked about a whole data set.
    `moment(graph, weights, image, step)` returns what the training saw at a step, from the weights of its snapshot.
    `attempt(graph, weights, seed, whatif)` returns the changed network and its weights. `judge(graph, weights, split,
    seed, whatif, control)` yields progress and last an `Evaluated`.
    `forecast(graph, weights, seed, question, control)` predicts frames, and yields after every sequence an
    `Answer((Forecast, Horizons))`.
    `ensemble(parts, split, control)` judges networks with their weights, each alone and last all together: progress,
    and an `Evaluated` for each.
    `foresee(parts, outlook, samples, seed)` continues a series with the first of some networks, and yields steps;
    beside it go as many runs with dropout, or the other networks.
    `make_ready()` prepares what the first training needs; `shut_down()` ends what still runs.
    """

    trace: Callable[[Graph, Weights | None, Array, int], Trace]
    train: Callable[[TrainingTask, Control], Iterator[Event]]
    devices: Callable[[], tuple[str, ...]]
    load_weights: Callable[[Path], Weights]
    save_weights: Callable[[Path, Weights, Mapping[str, Any]], None]
    warm_up: Callable[[], None]
    read_network: Callable[[Path], Network] = _refuse
    run_program: Callable[[Path, str, tuple[int, ...], Control], Iterator[Event]] = _refuse
    write_onnx: Callable[[Graph, Weights | None, int, Path, Control], Iterator[Event]] = _refuse
    complete: Callable[[Graph, Weights | None, int], Weights] = _refuse
    gradients: Callable[[Graph, Weights | None, Array, int, int | Array], tuple[Trace, Slopes]] = (
        _refuse_gradients
    )
    batch_gradients: Callable[
        [Graph, Weights | None, Sequence[Array], int, Sequence[Any]], tuple[Trace, Slopes]
    ] = _refuse_gradients
    memories: Callable[[Path, Graph, Recipe], Memories] = _refuse_gradients
    augment: Callable[[Chain, Dataset, Array, int], Array] = _refuse_augmenting
    attribute: Callable[[Trace, Question], Iterator[Event]] = _refuse_explanations
    ask: Callable[[Trace, AskAny, Mapping[str, Samples]], Iterator[Event]] = _refuse_explanations
    moment: Callable[[Graph, Weights, Array, int], Watched] = _refuse
    attempt: Callable[[Graph, Weights | None, int, WhatIf], tuple[Graph, Weights]] = _refuse_attempts
    judge: Callable[[Graph, Weights | None, Split, int, WhatIf, Control], Iterator[Event]] = _refuse_attempts
    ensemble: Callable[[Sequence[tuple[Graph, Weights]], Split, Control], Iterator[Event]] = _refuse_attempts
    foresee: Callable[[Sequence[tuple[Graph, Weights | None]], Outlook, int, int], Iterator[Foreseen]] = (
        _refuse_explanations
    )
    forecast: Callable[[Graph, Weights | None, int, AskForecast, Control], Iterator[Event]] = (
        _refuse_forecasts
    )
    make_ready: Callable[[], None] = _nothing
    shut_down: Callable[[], None] = _nothing
