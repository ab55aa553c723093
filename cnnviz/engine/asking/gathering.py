"""What one pass over samples gives: codes, and what is made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from cnnviz.engine.attribute.subject import MOST_VALUES
from cnnviz.engine.build import GraphModule
from cnnviz.engine.losses import probabilities
from cnnviz.engine.trace import device_of, evaluating, to_array, to_tensor
from cnnviz.errors import ExplainError
from cnnviz.events import Answer, Progress
from cnnviz.explain.asking.codes import coded, grid_for
from cnnviz.explain.asking.probes import Probes, fit, judged
from cnnviz.explain.asking.questions import (
    AskCode,
    AskJudgement,
    AskLikeness,
    AskProbes,
    Code,
    Judgement,
    Likeness,
    Samples,
)
from cnnviz.explain.trace import Array, Trace
from cnnviz.layers.base import size

Pieces = Iterator[Progress | Answer]
LARGEST_BATCH = 64
MOST_READ = 1024
"""A readout reads at most so many numbers of a layer."""
ANSWERS = ""
"""Stands for the network's own answer beside the codes of nodes, whose names are never empty."""
PLACES = 64
"""So many places of each map take part in a correlation."""


def code(module: GraphModule, _trace: Trace, question: AskCode, splits: Mapping[str, Samples]) -> Pieces:
    """Yield the Code of a node for the test samples."""
    samples = splits["test"]
    count = min(question.count, samples.count)
    shape = _shape(module, question.node)
    grid = grid_for(shape, question.most)
    rows: list[Array] = []
    for values in _values(module, (question.node,), samples, count):
        rows.append(coded(to_array(values[question.node]), grid))
        yield Progress("Looking at samples", sum(map(len, rows)), count)
    yield Answer(Code(question.node, np.concatenate(rows), grid, shape))


def judgement(
    module: GraphModule, _trace: Trace, question: AskJudgement, splits: Mapping[str, Samples]
) -> Pieces:
    """Yield the Judgement of test samples that have classes."""
    samples = _with_classes(module, splits["test"])
    count, node = min(question.count, samples.count), module.scores_node
    answers: list[Array] = []
    for values in _values(module, (node,), samples, count):
        answers.append(_odds(module, values[node]))
        yield Progress("Judging samples", sum(map(len, answers)), count)
    odds = np.concatenate(answers)
    _class_count(odds, samples)
    yield Answer(Judgement(samples.labels[:count], odds.argmax(axis=1), odds.max(axis=1), odds.shape[1]))


def probes(module: GraphModule, _trace: Trace, question: AskProbes, splits: Mapping[str, Samples]) -> Pieces:
    """Yield the Probes of some nodes: random training samples are fitted, random test samples judged."""
    random = np.random.default_rng(question.seed)
    learned = _drawn(_with_classes(module, splits["train"]), question.fitted_to, random)
    unseen = _drawn(_with_classes(module, splits["test"]), question.judged_on, random)
    grids = {node: grid_for(_shape(module, node), MOST_READ) for node in question.nodes}
    steps = learned.count + unseen.count + len(grids)
    tables: list[dict[str, Array]] = []
    done = 0
    for samples in (learned, unseen):
        batches = []
        for batch in _read(module, samples, grids):
            batches.append(batch)
            done += len(batch[ANSWERS])
            yield Progress("Looking at samples", done, steps)
        tables.append({name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]})
    odds = tables[1][ANSWERS]
    classes = _class_count(odds, learned, unseen)
    readouts = []
    for node, grid in grids.items():
        readout = fit(node, grid, tables[0][node], learned.labels, classes)
        readouts.append(judged(readout, tables[1][node], unseen.labels))
        yield Progress("Fitting readouts", done + len(readouts), steps)
    right = float((odds.argmax(axis=1) == unseen.labels).mean())
    yield Answer(Probes(tuple(readouts), learned.count, unseen.count, classes, right))


def _read(
    module: GraphModule, samples: Samples, grids: Mapping[str, tuple[int, ...]]
) -> Iterator[dict[str, Array]]:
    """Yield the codes of nodes, batch by batch, and as `ANSWERS` what the network itself says."""
    for values in _values(module, (*grids, module.scores_node), samples, samples.count):
        found = {node: coded(to_array(values[node]), grid) for node, grid in grids.items()}
        yield found | {ANSWERS: _odds(module, values[module.scores_node])}


def likeness(
    module: GraphModule, _trace: Trace, question: AskLikeness, splits: Mapping[str, Samples]
) -> Pieces:
    """Yield the correlation of the channels of a node, at the same places of each map of every sample."""
    samples, node = splits["test"], question.node
    count, shape = min(question.count, samples.count), _shape(module, node)
    flat = size(shape[1:])
    places = torch.from_numpy(np.unique(np.linspace(0, flat - 1, min(PLACES, flat)).round().astype(np.int64)))
    sums = torch.zeros(shape[0], dtype=torch.float64)
    products = torch.zeros((shape[0], shape[0]), dtype=torch.float64)
    seen = done = 0
    for values in _values(module, (node,), samples, count):
        array = values[node]
        rows = (
            array.reshape(len(array), shape[0], -1)[..., places].movedim(1, 0).reshape(shape[0], -1).double()
        )
        sums += rows.sum(dim=1)
        products += rows @ rows.T
        seen, done = seen + rows.shape[1], done + len(array)
        yield Progress("Looking at samples", done, count)
    means = sums / max(seen, 1)
    together = (products / max(seen, 1) - means[:, None] * means[None]).numpy()
    spread = np.sqrt(np.maximum(np.diag(together), 0.0))
    moves = spread > 1e-6 * max(float(spread.max(initial=0.0)), 1e-12)
    scale = np.where(moves, spread, np.inf)
    found = np.clip(together / scale[:, None] / scale[None], -1.0, 1.0)
    yield Answer(Likeness(node, found, count, len(places)))


# -- passing over samples ---------------------------------------------------------------------------------------------


def _values(
    module: GraphModule, nodes: Sequence[str], samples: Samples, count: int
) -> Iterator[dict[str, Tensor]]:
    """Yield the values (N, …) of some nodes, batch by batch; the module rests in its own mode between them."""
    per_sample = sum(size(row.shape or ()) for row in module.report.rows)
    batch = min(max(MOST_VALUES // max(per_sample, 1), 1), LARGEST_BATCH)
    for first in range(0, count, batch):
        images = np.stack([samples.sample(at) for at in range(first, min(first + batch, count))])
        with evaluating(module):
            found = module.some(nodes, to_tensor(images).to(device_of(module)))
            values = {name: value.float().cpu() for name, value in found.items()}
        yield values


def _drawn(samples: Samples, wanted: int, random: np.random.Generator) -> Samples:
    """Return so many samples, or all of them, drawn at random; they stay in their order, as files are read."""
    count = min(wanted, samples.count)
    places = np.sort(random.choice(samples.count, count, replace=False))
    return Samples(lambda at: samples.sample(int(places[at])), count, samples.labels[places])


def _shape(module: GraphModule, node: str) -> tuple[int, ...]:
    shape = module.report.row(node).shape
    if shape is None:
        raise ExplainError("it has no values.", where=node)
    return shape


def _with_classes(module: GraphModule, samples: Samples) -> Samples:
    """Return the samples where both they and the network have classes; raise ExplainError elsewhere."""
    if not module.main_head.classifies:
        raise ExplainError("the network names no classes.", where=module.graph.title)
    if not len(samples.labels):
        raise ExplainError("the samples have no classes.", where=module.graph.title)
    return samples


def _class_count(odds: Array, *parts: Samples) -> int:
    """Return how many classes the network names; raise ExplainError where the samples have more."""
    classes, highest = odds.shape[1], max(int(part.labels.max()) for part in parts)
    if highest >= classes:
        raise ExplainError(f"the data have more classes than the {classes} that the network names.")
    return classes


def _odds(module: GraphModule, scores: Tensor) -> Array:
    odds = probabilities(module.main_head, scores)
    if odds is None:
        raise ExplainError("the network names no classes.", where=module.graph.title)
    return to_array(odds)
