"""What-ifs against the same changes made by hand in torch: equal to the bit, and nothing else is touched."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cnnviz.control import Control
from cnnviz.data import Split
from cnnviz.data.vary import varied
from cnnviz.engine import retrace
from cnnviz.engine.evaluate import evaluate
from cnnviz.engine.gradients import gradients
from cnnviz.engine.retrace import Retracer
from cnnviz.engine.trace import trace
from cnnviz.engine.weights import fitted, weights_of
from cnnviz.engine.whatif import Attempts, edited, judge
from cnnviz.explain import explain
from cnnviz.layers import LSTM, BatchNorm, Conv2d, Dense, Flatten, Input, MaxPool2d, ReLU, Softmax
from cnnviz.model.graph import Graph, chain
from cnnviz.model.whatif import Cell, Variation, WhatIf
from cnnviz.templates import template

RANDOM = np.random.default_rng(0)
IMAGE = RANDOM.random((1, 12, 12), dtype=np.float32)
WEIGHT, BIAS, SCALE = (
    Cell("conv1", "weight", (1, 0, 2, 1)),
    Cell("conv1", "bias", (2,)),
    Cell("batchnorm1", "weight", (0,)),
)


def net() -> Graph:
    layers = [
        Input((1, 12, 12)), ("conv1", Conv2d(4, 3)), ("batchnorm1", BatchNorm()), ReLU(), MaxPool2d(), Flatten(),
        Dense(10), Softmax(),
    ]  # fmt: skip
    return chain(layers, "small")


def same(one, other) -> bool:
    keys = list(one.activations) == list(other.activations)
    return keys and all(np.array_equal(one.activations[k], other.activations[k]) for k in one.activations)


def test_edited_cells_are_the_edits_of_torch() -> None:
    graph = net()
    whatif = WhatIf().with_cell(WEIGHT, 2.5).with_cell(BIAS, -1.0).with_cell(SCALE, 0.0)
    changed, weights = Attempts().apply(graph, None, 3, whatif)
    assert changed is graph
    module = fitted(graph, None, 3)
    with torch.no_grad():
        module.conv1.weight[1, 0, 2, 1], module.conv1.bias[2], module.batchnorm1.weight[0] = 2.5, -1.0, 0.0
    assert same(trace(fitted(changed, weights, 3), IMAGE), trace(module, IMAGE))


def test_the_trained_weights_stay_the_very_same_objects() -> None:
    graph, attempts = net(), Attempts()
    own = weights_of(fitted(graph, None, 1))
    kept = {name: array.copy() for name, array in own.items()}
    _, changed = attempts.apply(graph, own, 1, WhatIf().with_cell(WEIGHT, 9.0))
    assert all(np.array_equal(own[name], kept[name]) for name in own)
    assert [name for name in own if changed[name] is not own[name]] == ["conv1.weight"]
    assert attempts.apply(graph, own, 1, WhatIf().with_cell(WEIGHT, 9.0))[1] is changed
    assert edited(own, {})["conv1.weight"] is own["conv1.weight"]


@pytest.mark.parametrize("node", ["conv1", "batchnorm1", "relu1", "pool1"])
def test_muted_and_swapped_maps_are_those_of_torch(node: str) -> None:
    graph = net()
    whatif = WhatIf().toggled(node, 1).swapping(node, 0, 3)
    changed, weights = Attempts().apply(graph, None, 3, whatif)
    found = trace(fitted(changed, weights, 3), IMAGE)

    def hook(_module, _inputs, output):
        output = output * torch.tensor([1.0, 0.0, 1.0, 1.0]).view(-1, 1, 1)
        return output[:, [3, 1, 2, 0]]

    module = fitted(graph, None, 3)
    handle = module.get_submodule(node).register_forward_hook(hook)
    values = trace(module, IMAGE)
    handle.remove()
    assert np.array_equal(found.activation("softmax"), values.activation("softmax"))


def test_every_sum_closes_with_mutes_forward_and_the_gradients_are_autograds() -> None:
    graph = net()
    whatif = WhatIf().toggled("conv1", 1).swapping("conv1", 0, 2).with_cell(WEIGHT, 0.3)
    changed, weights = Attempts().apply(graph, None, 3, whatif)
    module = fitted(changed, weights, 3)
    found, slopes = gradients(module, IMAGE, target=4)
    for name, array in found.activations.items():
        index = tuple(int(RANDOM.integers(size)) for size in array.shape)
        assert explain(found, name, index).closes, (name, index)
    muted = explain(found, "conv1_alt", (1, 2, 3))
    assert muted.result == 0
    assert muted.parts[0].values.item() == pytest.approx(found.activation("conv1")[1, 2, 3])
    assert not slopes.gradients["conv1"][1].any()
    assert not slopes.parameters["conv1"]["weight"][1].any()


def test_retracing_is_tracing_to_the_bit() -> None:
    retracer, attempts, graph = Retracer(), Attempts(), net()
    own = weights_of(fitted(graph, None, 1))
    steps = [
        WhatIf(), WhatIf().with_cell(WEIGHT, 1.0), WhatIf().with_cell(Cell("dense1", "bias", (3,)), 5.0), WhatIf(),
        WhatIf().toggled("relu1", 2), WhatIf().toggled("relu1", 2).with_cell(BIAS, 1.0),
        WhatIf().swapping("conv1", 0, 1), WhatIf(),
    ]  # fmt: skip
    for turn, whatif in enumerate(steps * 2):
        image = IMAGE if turn % 3 else IMAGE * np.float32(0.5 + turn)
        changed, weights = attempts.apply(graph, own, 1, whatif)
        found = retracer.trace(changed, weights, image, 1)
        assert same(found, trace(fitted(changed, weights, 1), image)), turn


def test_only_what_is_new_is_computed() -> None:
    retracer, graph = Retracer(), net()
    own = weights_of(fitted(graph, None, 1))
    before = retracer.trace(graph, own, IMAGE, 1)
    after = retracer.trace(graph, edited(own, {Cell("dense1", "bias", (3,)): 5.0}), IMAGE, 1)
    kept = [name for name in before.activations if after.activations[name] is before.activations[name]]
    assert kept == ["input", "conv1", "batchnorm1", "relu1", "pool1", "flatten"]
    assert after.parameters["conv1"]["weight"] is before.parameters["conv1"]["weight"]
    assert after.parameters["dense1"]["bias"][3] == 5


def test_random_weights_and_larger_samples_and_gates_are_retraced() -> None:
    sequences = chain([Input((3, 7)), LSTM(units=5), Flatten(), Dense(4)])
    for graph, shape in ((sequences, (3, 7)), (template("t10").graph, (1, 28, 28))):
        retracer = Retracer()
        for seed in (0, 0, 1):
            image = np.random.default_rng(seed).random(shape, dtype=np.float32)
            found = retracer.trace(graph, None, image, seed)
            assert same(found, trace(fitted(graph, None, seed), image))


def test_two_networks_are_remembered_and_a_large_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    retracer, graph = Retracer(), net()
    first, second = (weights_of(fitted(graph, None, seed)) for seed in (1, 2))
    both = [retracer.trace(graph, weights, IMAGE, 1) for weights in (first, second)]
    again = [retracer.trace(graph, weights, IMAGE, 1) for weights in (first, second)]
    for before, after in zip(both, again, strict=True):
        assert all(after.activations[name] is before.activations[name] for name in before.activations)
    third = weights_of(fitted(graph, None, 3))
    assert same(retracer.trace(graph, third, IMAGE, 1), trace(fitted(graph, third, 1), IMAGE))
    monkeypatch.setattr(retrace, "MOST_PARAMETERS", 10)
    large = retracer.trace(graph, first, IMAGE, 1)
    assert same(large, both[0])
    assert len(retracer._lines) < retrace.MOST


def test_gradients_of_a_remembered_network_leave_it_as_it_is() -> None:
    retracer, graph = Retracer(), net()
    own = weights_of(fitted(graph, None, 1))
    before = retracer.trace(graph, own, IMAGE, 1)
    module = retracer.module(graph, own, 1)
    found, slopes = gradients(module, IMAGE, target=2)
    wanted, same_slopes = gradients(fitted(graph, own, 1), IMAGE, target=2)
    assert same(found, wanted)
    assert all(np.array_equal(slopes.gradients[n], g) for n, g in same_slopes.gradients.items())
    after = retracer.trace(graph, edited(own, {BIAS: 3.0}), IMAGE, 1)
    assert same(after, trace(fitted(graph, edited(own, {BIAS: 3.0}), 1), IMAGE))
    assert same(retracer.trace(graph, own, IMAGE, 1), before)


def test_judging_is_evaluating_the_changed_network_on_the_varied_samples() -> None:
    graph = net()
    images = RANDOM.integers(0, 256, (40, 1, 12, 12), np.uint8)
    split = Split(images, RANDOM.integers(0, 10, 40))
    whatif = WhatIf().toggled("conv1", 0).varying(Variation(dx=2, degrees=20))
    *_, found = judge(graph, None, split, 3, whatif, Control())
    changed, weights = Attempts().apply(graph, None, 3, whatif)
    moved = np.stack([varied(split.sample(at), whatif.variation) for at in range(40)])
    *_, wanted = evaluate(fitted(changed, weights, 3), Split(moved, split.labels))
    assert np.array_equal(found.predicted, wanted.predicted)
    assert found.accuracy == wanted.accuracy


def test_judging_ends_when_it_is_cancelled() -> None:
    control = Control()
    control.cancel()
    split = Split(np.zeros((4, 1, 12, 12), np.uint8), np.zeros(4, np.int64))
    assert list(judge(net(), None, split, 0, WhatIf(), control)) == []


def test_weights_of_another_network_are_not_taken_for_parameters() -> None:
    """A template opens before its weights have come: for a moment the weights are those of the network before."""
    retracer, first = Retracer(), net()
    weights = weights_of(fitted(first, None, 1))
    retracer.trace(first, weights, IMAGE, 0)
    other = chain([Input((1, 12, 12)), ("conv1", Conv2d(3, 5)), Flatten(), Dense(10)], "other")
    found = retracer.trace(other, weights, IMAGE, 0)
    assert found.parameters["conv1"]["weight"].shape == (3, 1, 5, 5)
    assert explain(found, "conv1", (2, 4, 4)).closes
