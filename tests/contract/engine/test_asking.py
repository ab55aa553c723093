"""Asking a network over a data set: every answer is what plain torch computes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch

from cnnviz.engine.asking import ask
from cnnviz.engine.build import GraphModule, build
from cnnviz.engine.trace import to_tensor, trace
from cnnviz.errors import ExplainError
from cnnviz.events import Answer, Progress
from cnnviz.explain.asking.codes import telling_nodes
from cnnviz.explain.asking.questions import (
    AskAny,
    AskCode,
    AskFilters,
    AskIdeal,
    AskJudgement,
    AskLikeness,
    AskProbes,
    AskStrongest,
    Samples,
)
from cnnviz.layers import Conv1d, Conv2d, Conv3d, Dense, Embedding, Flatten, Input, MaxPool2d, ReLU, Softmax
from cnnviz.model.graph import Graph, chain
from cnnviz.templates import template

GRAPH = chain(
    [Input((1, 12, 12)), Conv2d(4, 3), ReLU(), MaxPool2d(), Conv2d(5, 3), ReLU(), Flatten(), Dense(3), Softmax()],
    "small",
)  # fmt: skip
RANDOM = np.random.default_rng(8)
IMAGES = RANDOM.random((150, 1, 12, 12)).astype(np.float32)
LABELS = RANDOM.integers(0, 3, 150)
SPLITS = {name: Samples(IMAGES.__getitem__, 150, LABELS) for name in ("train", "test")}


def asked(
    graph: Graph, question: AskAny, splits: Mapping[str, Samples] = SPLITS, module: GraphModule | None = None
) -> Any:
    module = module or build(graph)
    *pieces, last = ask(trace(module, splits["test"].sample(0)), question, splits)
    assert pieces
    assert all(isinstance(piece, Progress) and 0 <= piece.done <= (piece.total or 0) for piece in pieces)
    assert isinstance(last, Answer)
    return last.value


def values_of(module: GraphModule, node: str, images: np.ndarray = IMAGES) -> torch.Tensor:
    with torch.no_grad():
        return module.eval().activations(to_tensor(images))[node]


def samples_of(shape: tuple[int, ...], count: int = 12) -> dict[str, Samples]:
    images = RANDOM.random((count, *shape)).astype(np.float32)
    return {name: Samples(images.__getitem__, count, np.arange(count) % 3) for name in ("train", "test")}


def test_some_values_are_those_of_all() -> None:
    module = build(GRAPH).eval()
    x = to_tensor(IMAGES[:3])
    every = module.activations(x)
    for names in (("conv2",), ("input", "relu1"), ("softmax", "conv1")):
        found = module.some(names, x)
        assert list(found) == list(names)
        assert all(torch.equal(found[name], every[name]) for name in names)


def test_codes_are_the_values_in_the_order_of_the_samples() -> None:
    whole = asked(GRAPH, AskCode("conv2", 130, 10**6))
    wanted = values_of(build(GRAPH), "conv2").numpy()
    assert whole.grid == ()
    assert whole.values == pytest.approx(wanted[:130].reshape(130, -1), abs=1e-5)
    small = asked(GRAPH, AskCode("conv2", 999, 20))
    assert small.grid == (2, 2)
    assert small.values.shape == (150, 20)
    halves = (slice(0, 1), slice(1, 3))
    means = [wanted[:, :, rows, columns].mean(axis=(2, 3)) for rows in halves for columns in halves]
    assert small.values == pytest.approx(np.stack(means, axis=2).reshape(150, 20), abs=1e-5)


def test_judgements_are_the_classes_that_the_network_names() -> None:
    found = asked(GRAPH, AskJudgement(140))
    odds = values_of(build(GRAPH), "softmax").numpy()[:140]
    assert np.array_equal(found.predicted, odds.argmax(axis=1))
    assert found.confidence == pytest.approx(odds.max(axis=1), abs=1e-5)
    assert found.confusion.sum() == 140
    assert found.confusion[1, 2] == ((LABELS[:140] == 1) & (odds.argmax(axis=1) == 2)).sum()
    cell = found.cell(1, int(odds[LABELS[:140] == 1].argmax(axis=1)[0]))
    assert list(found.confidence[cell]) == sorted(found.confidence[cell], reverse=True)


def test_probes_read_the_class_where_it_is_and_only_chance_where_it_is_not() -> None:
    images = RANDOM.random((300, 1, 12, 12)).astype(np.float32)
    labels = RANDOM.integers(0, 3, 300)
    images[np.arange(300), 0, 2 * labels, 3] += 4  # the class is where a bright pixel lies
    told = {name: Samples(images.__getitem__, 300, labels) for name in ("train", "test")}
    nodes = telling_nodes(GRAPH, 9)
    found = asked(GRAPH, AskProbes(nodes, 200, 100), told)
    assert [each.node for each in found.readouts] == list(nodes)
    assert (found.fitted_to, found.judged_on, found.classes) == (200, 100, 3)
    assert found.readouts[0].accuracy > 0.95
    apart = {
        "train": Samples(IMAGES.__getitem__, 100, LABELS),
        "test": Samples(lambda at: IMAGES[100 + at], 50, LABELS[100:]),
    }
    noise = asked(GRAPH, AskProbes(nodes, 100, 50), apart)
    assert max(each.accuracy for each in noise.readouts) < 0.7
    again = asked(GRAPH, AskProbes(nodes, 100, 50), apart)
    assert [each.accuracy for each in again.readouts] == [each.accuracy for each in noise.readouts]


def test_the_evidence_of_a_sample_is_what_the_readouts_score() -> None:
    module = build(GRAPH)
    found = asked(GRAPH, AskProbes(("input", "conv2", "dense1"), 100, 50), module=module)
    evidence = found.evidence(trace(module, IMAGES[7]))
    assert evidence.shape == (3, 3)
    for row, each in zip(evidence, found.readouts, strict=True):
        code = values_of(module, each.node)[7].numpy().reshape(1, -1)
        assert row == pytest.approx(each.scores(code)[0], abs=1e-4)


def test_correlations_are_those_of_numpy() -> None:
    for node in ("conv1", "dense1"):
        found = asked(GRAPH, AskLikeness(node, 150))
        values = values_of(build(GRAPH), node).numpy()
        flat = np.moveaxis(values.reshape(150, values.shape[1], -1), 1, 0)
        places = np.unique(np.linspace(0, flat.shape[2] - 1, min(64, flat.shape[2])).round().astype(int))
        assert found.places == len(places)
        wanted = np.corrcoef(flat[:, :, places].reshape(len(flat), -1))
        assert found.correlation == pytest.approx(wanted, abs=1e-5)


def test_the_filters_of_the_first_layer_are_its_kernels() -> None:
    module = build(GRAPH)
    found = asked(GRAPH, AskFilters("conv1", None), module=module)
    layer = module.get_submodule("conv1")
    assert np.array_equal(found.maps, layer.weight.detach().numpy())
    assert found.constants == pytest.approx(layer.bias.detach().numpy(), abs=1e-6)
    assert found.exact


def test_a_deep_filter_times_its_sample_plus_the_constant_is_the_value() -> None:
    module = build(GRAPH)
    best = asked(GRAPH, AskStrongest(150), module=module).nodes["conv2"]
    found = asked(GRAPH, AskFilters("conv2", best), module=module)
    assert found.values == pytest.approx(best.values[0], rel=1e-5)
    assert found.maps.shape == (5, 1, 8, 8)
    for channel in range(5):
        finding = best.of(channel)[0]
        top, left = (2 * at for at in finding.index[1:])
        image = np.pad(IMAGES[finding.sample][0], 8)[top + 8 : top + 16, left + 8 : left + 16]
        total = (found.maps[channel, 0].astype(np.float64) * image).sum() + found.constants[channel]
        assert total == pytest.approx(finding.value, abs=1e-5)


def test_ideal_inputs_answer_more_than_any_sample_and_are_the_same_again() -> None:
    module = build(GRAPH)
    best = asked(GRAPH, AskStrongest(150), module=module).nodes
    for node, channel in (("conv1", 2), ("relu2", 1), ("dense1", 0)):
        found = asked(GRAPH, AskIdeal(node, channel, steps=40, starts=3), module=module)
        assert found.images.shape == (3, 1, 12, 12)
        assert found.images.min() >= 0
        assert found.images.max() <= 1
        reached = values_of(module, node, found.images)[:, channel].reshape(3, -1).amax(dim=1).numpy()
        assert found.values == pytest.approx(reached, abs=1e-5)
        assert list(found.values) == sorted(found.values, reverse=True)
        assert found.values[0] > best[node].values[0, channel]
    again = asked(GRAPH, AskIdeal("dense1", 0, steps=40, starts=3), module=module)
    assert np.array_equal(again.images, found.images)


@pytest.mark.parametrize(
    "layers",
    [
        (Input((5,)), Dense(4), ReLU(), Dense(3)),
        (Input((3, 20)), Conv1d(4, 3), ReLU(), Flatten(), Dense(3)),
        (Input((3, 9, 9)), Conv2d(4, 3), ReLU(), Flatten(), Dense(3)),
        (Input((1, 6, 7, 8)), Conv3d(4, 3), ReLU(), Flatten(), Dense(3)),
    ],
)
def test_samples_of_every_form_can_be_asked(layers: tuple[Any, ...]) -> None:
    graph, splits = chain(layers, "any form"), samples_of(layers[0].out_shape())
    for node in telling_nodes(graph, 9)[1:]:
        found = asked(graph, AskIdeal(node, 1, steps=6, starts=2), splits)
        assert found.images.shape == (2, *layers[0].out_shape())
        best = asked(graph, AskStrongest(12), splits).nodes[node]
        projected = asked(graph, AskFilters(node, best), splits)
        assert len(projected.maps) == len(projected.values) == best.shape[0]
        assert len(asked(graph, AskLikeness(node, 12), splits).correlation) == best.shape[0]
    assert len(asked(graph, AskProbes(telling_nodes(graph, 9), 8, 4), splits).readouts) == 4


@pytest.mark.parametrize("name", ["t6", "t16", "t17", "t18", "t25", "ae-64"])
def test_systems_of_all_kinds_can_be_asked(name: str) -> None:
    graph = template(name).graph
    report = graph.summary()
    splits = samples_of(report.row(report.input).shape or (), 4)
    node = next(row.name for row in report.rows if row.parameters)
    assert len(asked(graph, AskCode(node, 4, 512), splits).values) == 4
    assert np.isfinite(asked(graph, AskIdeal(node, 0, steps=2, starts=1), splits).images).all()
    assert np.isfinite(asked(graph, AskFilters(node, None), splits).maps).all()
    assert np.isfinite(asked(graph, AskLikeness(node, 4), splits).correlation).all()


def test_questions_that_have_no_answer_are_refused() -> None:
    looking_up = chain([Input((6,)), Embedding(9, 4), Flatten(), Dense(3)], "words")
    words = {
        n: Samples(lambda _at: np.ones(6, np.float32), 4, np.zeros(4, np.int64)) for n in ("train", "test")
    }
    for question in (AskIdeal("dense1", 0, steps=2), AskFilters("dense1", None)):
        with pytest.raises(ExplainError, match="no gradient reaches"):
            asked(looking_up, question, words)
    with pytest.raises(ExplainError, match="no channel 9"):
        asked(GRAPH, AskIdeal("conv1", 9, steps=1))
    without = {name: Samples(IMAGES.__getitem__, 150, np.zeros(0, np.int64)) for name in ("train", "test")}
    with pytest.raises(ExplainError, match="have no classes"):
        asked(GRAPH, AskJudgement(10), without)
    more = {name: Samples(IMAGES.__getitem__, 150, LABELS + 1) for name in ("train", "test")}
    with pytest.raises(ExplainError, match="more classes"):
        asked(GRAPH, AskJudgement(150), more)
    coder = template("ae-64").graph
    with pytest.raises(ExplainError, match="names no classes"):
        asked(coder, AskProbes(("dense1",), 4, 4), samples_of((1, 28, 28)))


def test_a_question_leaves_the_network_as_it_was() -> None:
    module = build(GRAPH)
    before = {name: value.clone() for name, value in module.state_dict().items()}
    asked(GRAPH, AskIdeal("conv2", 1, steps=3), module=module)
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
