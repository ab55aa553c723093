"""What the window may ask of the engine, wired up: each question imports what it needs, in the worker it runs in."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnviz.control import Control
from cnnviz.events import Array, Event, Watched

if TYPE_CHECKING:
    from cnnviz.data import Dataset, Split
    from cnnviz.data.series.outlook import Foreseen, Outlook
    from cnnviz.engine.moment import Moments
    from cnnviz.engine.retrace import Retracer
    from cnnviz.engine.whatif import Attempts
    from cnnviz.explain.asking.questions import AskAny, Samples
    from cnnviz.explain.attribution import Question
    from cnnviz.explain.backward import Memories, Slopes
    from cnnviz.explain.trace import Trace
    from cnnviz.explain.video.forecast import AskForecast
    from cnnviz.model.augmentation import Chain
    from cnnviz.model.graph import Graph
    from cnnviz.model.recipe import Recipe
    from cnnviz.model.whatif import WhatIf
    from cnnviz.ui.services import Network, Services, TrainingTask, Weights


def services() -> Services:
    """Return the engine as the window sees it."""
    from cnnviz.process import Apart
    from cnnviz.ui.services import Services

    training = Apart("cnnviz.wiring:train", preload="cnnviz.engine.train")
    return Services(
        trace=_trace,
        train=training.run,
        devices=_devices,
        load_weights=_load_weights,
        save_weights=_save_weights,
        warm_up=_warm_up,
        read_network=_read_network,
        run_program=_run_program,
        write_onnx=_write_onnx,
        complete=_complete,
        attribute=_attribute,
        ask=_ask,
        gradients=_gradients,
        batch_gradients=_batch_gradients,
        memories=_memories,
        augment=_augment,
        moment=_moment,
        attempt=_attempt,
        judge=_judge,
        ensemble=_ensemble,
        forecast=_forecast,
        foresee=_foresee,
        make_ready=training.start,
        shut_down=training.close,
    )


def _trace(graph: Graph, weights: Weights | None, image: Array, seed: int) -> Trace:
    from cnnviz.engine import cores

    cores.use_one_core()
    return _retracer().trace(graph, weights, image, seed)


@cache
def _retracer() -> Retracer:
    """Return what remembers the last trace: while somebody draws or edits a weight, little is new."""
    from cnnviz.engine.retrace import Retracer

    return Retracer()


def _moment(graph: Graph, weights: Weights, image: Array, step: int) -> Watched:
    from cnnviz.engine import cores

    cores.use_one_core()
    return _moments().see(graph, weights, image, step)


@cache
def _moments() -> Moments:
    """Return what keeps the network of a training ready, for one snapshot after the other."""
    from cnnviz.engine.moment import Moments

    return Moments()


@cache
def _attempts() -> Attempts:
    """Return what remembers the last what-if."""
    from cnnviz.engine.whatif import Attempts

    return Attempts()


def _attempt(graph: Graph, weights: Weights | None, seed: int, whatif: WhatIf) -> tuple[Graph, Weights]:
    return _attempts().apply(graph, weights, seed, whatif)


def _judge(
    graph: Graph, weights: Weights | None, split: Split, seed: int, whatif: WhatIf, control: Control
) -> Iterator[Event]:
    from cnnviz.engine import cores
    from cnnviz.engine import whatif as trying

    cores.use_one_core()
    yield from trying.judge(graph, weights, split, seed, whatif, control)


def _forecast(
    graph: Graph, weights: Weights | None, seed: int, asked: AskForecast, control: Control
) -> Iterator[Event]:
    from cnnviz.engine import cores
    from cnnviz.engine import weights as engine_weights
    from cnnviz.engine.forecast import forecasts

    cores.use_one_core()
    yield from forecasts(engine_weights.fitted(graph, weights, seed), asked, control)


def _gradients(
    graph: Graph, weights: Weights | None, image: Array, seed: int, target: int | Array
) -> tuple[Trace, Slopes]:
    from cnnviz.engine import cores, gradients, trace

    cores.use_one_core()
    module = _retracer().module(graph, weights, seed)
    samples = trace.given(module, image)
    return gradients.gradients(module, *samples, target=gradients.target_for(module, samples, target))


def _batch_gradients(
    graph: Graph, weights: Weights | None, images: Sequence[Array], seed: int, targets: Sequence[Any]
) -> tuple[Trace, Slopes]:
    from cnnviz.engine import cores, gradients
    from cnnviz.engine import weights as engine_weights

    cores.use_one_core()
    return gradients.in_a_batch(engine_weights.fitted(graph, weights, seed), images, targets)


def _memories(path: Path, graph: Graph, recipe: Recipe) -> Memories:
    from cnnviz.engine.memories import read_memories

    return read_memories(path, graph, recipe)


def _attribute(trace: Trace, question: Question) -> Iterator[Event]:
    from cnnviz.engine import attribute, cores

    cores.use_one_core()
    yield from attribute.answer_trace(trace, question)


def _ask(trace: Trace, question: AskAny, splits: Mapping[str, Samples]) -> Iterator[Event]:
    from cnnviz.engine import asking, cores

    cores.use_one_core()
    yield from asking.ask(trace, question, splits)


def train(task: TrainingTask, control: Control) -> Iterator[Event]:
    """Train a network, or look for a learning rate, in this very process, and yield what happens."""
    from cnnviz.engine import cores
    from cnnviz.engine import weights as engine_weights
    from cnnviz.engine.finder import find_rate
    from cnnviz.engine.train import train as events

    cores.use_all_cores()
    weights = task.weights
    if weights is not None:  # layers that were added since start with random ones
        weights = engine_weights.weights_of(engine_weights.fitted(task.graph, weights, task.recipe.seed))
    if task.finds_rate:
        yield from find_rate(
            task.graph, task.dataset, task.recipe, task.choice, control=control, weights=weights
        )
        return
    yield from events(
        task.graph,
        task.dataset,
        task.recipe,
        task.choice,
        control=control,
        weights=weights,
        pinned=task.pinned,
        checkpoints=task.checkpoints,
        resume=task.resume,
        fork=task.fork,
    )


def _augment(chain: Chain, dataset: Dataset, places: Array, seed: int) -> Array:
    from cnnviz.engine import augmenting, cores

    cores.use_one_core()
    return augmenting.preview(chain, dataset, places, seed)


def _ensemble(parts: Sequence[tuple[Graph, Weights]], split: Split, control: Control) -> Iterator[Event]:
    from cnnviz.engine import cores
    from cnnviz.engine.ensemble import judged

    cores.use_one_core()
    yield from judged(parts, split, cancelled=lambda: control.cancelled)


def _foresee(
    parts: Sequence[tuple[Graph, Weights | None]], outlook: Outlook, samples: int, seed: int
) -> Iterator[Foreseen]:
    from cnnviz.engine import cores, feedback

    cores.use_one_core()
    yield from feedback.foresee(parts, outlook, samples, seed)


def _devices() -> tuple[str, ...]:
    from cnnviz.engine.devices import devices

    return devices()


def _load_weights(path: Path) -> Weights:
    from cnnviz.engine import weights

    return weights.load(path)


def _save_weights(path: Path, values: Weights, about: Mapping[str, Any]) -> None:
    from cnnviz.engine import weights

    weights.save(path, values, {name: str(value) for name, value in about.items()})


def _read_network(path: Path) -> Network:
    from cnnviz.engine.exchange.reading import read_network
    from cnnviz.ui.services import Network

    found = read_network(path)
    return Network(found.graph, found.weights, found.remarks)


def _run_program(path: Path, name: str, shape: tuple[int, ...], control: Control) -> Iterator[Event]:
    from cnnviz.engine.exchange.children import import_program
    from cnnviz.events import Answer
    from cnnviz.ui.services import Network

    for event in import_program(path, name, shape, control):
        if isinstance(event, Answer):
            yield Answer(Network(event.value.graph, event.value.weights, event.value.remarks))
        else:
            yield event


def _write_onnx(
    graph: Graph, weights: Weights | None, seed: int, path: Path, control: Control
) -> Iterator[Event]:
    from cnnviz.engine.exchange.children import export_onnx

    return export_onnx(graph, _complete(graph, weights, seed), path, control)


def _complete(graph: Graph, weights: Weights | None, seed: int) -> Weights:
    from cnnviz.engine import weights as engine_weights

    return engine_weights.weights_of(engine_weights.fitted(graph, weights, seed))


def _warm_up() -> None:
    """Import torch and run a first small convolution, so that the user's first question is answered at once."""
    import numpy as np

    from cnnviz.engine import cores, trace, weights
    from cnnviz.templates import template

    cores.use_one_core()
    graph = template("t10").graph
    trace.trace(weights.fitted(graph, None, 0), np.zeros((1, 28, 28), np.float32))
    # What is loaded by now stays: full collections would go through its 300,000 objects and stop the window for 0.1 s.
    gc.freeze()
