"""A series foreseen step by step: each prediction is fed back as if it had been seen."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np
import torch

from cnnviz.data.series.outlook import Foreseen, Outlook
from cnnviz.engine.build import GraphModule
from cnnviz.engine.trace import device_of, to_array, to_tensor
from cnnviz.engine.weights import Weights, fitted
from cnnviz.errors import ExplainError
from cnnviz.events import Array
from cnnviz.layers import times
from cnnviz.model.graph import Graph
from cnnviz.model.names import modules_of

TURN_SECONDS = 0.03
"""How long steps are gathered before they are told."""
_SEED = 0


def foresee(
    parts: Sequence[tuple[Graph, Weights | None]], outlook: Outlook, samples: int, seed: int
) -> Iterator[Foreseen]:
    """Forecast with the first network, and yield its steps as they come, with other paths beside it.

    With `samples` these are so many runs of the first network in which dropout and noise go on as in training; else
    one of each further network. Every path is fed with its own predictions. Raise ExplainError where a network does
    not take such windows, or does not answer with the columns to predict.
    """
    graph, weights = parts[0]
    paths = [_Path(fitted(graph, weights, seed), outlook)]
    if samples:
        paths.append(_Path(fitted(graph, weights, seed), outlook, samples))
    else:
        paths += [_Path(fitted(*part, seed), outlook) for part in parts[1:]]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_SEED)
        drawn = torch.get_rng_state()
    step = 0
    while step < outlook.steps:
        found: list[Array] = []
        until = time.monotonic() + TURN_SECONDS
        # between two turns other threads may draw numbers; a path must not depend on that
        with torch.random.fork_rng(devices=[]), torch.inference_mode():
            torch.set_rng_state(drawn)
            while step < outlook.steps and (not found or time.monotonic() < until):
                found.append(np.concatenate([path.step(outlook.given[step]) for path in paths]))
                step += 1
            drawn = torch.get_rng_state()
        whole = np.stack(found)
        yield Foreseen(step - len(found), whole[:, 0], whole[:, 1:])


class _Path:
    """One network with the windows (samples, columns, length) that it sees now."""

    def __init__(self, module: GraphModule, outlook: Outlook, samples: int = 0) -> None:
        _require(module, outlook)
        self._module, self._columns = module.eval(), list(outlook.timeline.predicted)
        window = to_tensor(np.ascontiguousarray(outlook.seen.T[None]))
        self._window = window.repeat(max(samples, 1), 1, 1).to(device_of(module))
        if samples:
            _let_draw(module)

    def step(self, given: Array) -> Array:
        """Return the next step (samples, predicted columns), and see it from now on, beside what is given."""
        found = self._module(self._window)
        entering = torch.tensor(given).to(self._window).repeat(len(found), 1)
        entering[:, self._columns] = found
        self._window = torch.cat([self._window[:, :, 1:], entering[:, :, None]], dim=2)
        return to_array(found)


def _let_draw(module: GraphModule) -> None:
    """Let dropout and noise go on as in training; all else stays as in use."""
    for node, named in modules_of(module.graph).items():
        if module.graph.node(node).layer.draws:
            for name, _ in named:
                module.get_submodule(name).train()


def _require(module: GraphModule, outlook: Outlook) -> None:
    """Raise ExplainError unless the network continues such a series."""
    columns = len(outlook.timeline.names)
    wanted, answer = (columns, outlook.length), (len(outlook.timeline.predicted),)
    report = module.report
    shapes = [report.row(name).shape for name in (*report.inputs, *report.outputs)]
    if shapes != [wanted, answer]:
        told = " and ".join(times(shape or ()) for shape in shapes)
        raise ExplainError(
            f"the network has {told}; a forecast needs windows of {times(wanted)} and {times(answer)} values.",
            where=module.graph.title,
            hint="Let the Input take the columns of the series, and the last layer give those to predict.",
        )
