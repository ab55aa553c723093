"""Attributions against values computed by hand, autograd, finite differences and what captum found once."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from cnnviz.engine.attribute import answer_trace, answering, attribute
from cnnviz.engine.attribute.occlusion import starts, window_sizes
from cnnviz.engine.build import GraphModule, build
from cnnviz.engine.trace import trace
from cnnviz.errors import ExplainError
from cnnviz.events import Answer, Progress
from cnnviz.explain.attribution import METHODS, Question, Target, obstacle, usual_maps
from cnnviz.layers import (
    Conv1d,
    Conv2d,
    Conv3d,
    Dense,
    Embedding,
    Flatten,
    GlobalAvgPool,
    Input,
    MaxPool2d,
    ReLU,
    Softmax,
    Tanh,
)  # fmt: skip
from cnnviz.model.graph import Graph, chain
from tests.contract.engine.networks import noisy, residual

RANDOM = np.random.default_rng(5)


def flat(method: str = "saliency", **settings: object) -> Question:
    return Question(method, Target("dense1", (1,)), **settings)


def set_weights(module: GraphModule, seed: int = 0) -> GraphModule:
    """Give a module weights that no version of torch draws otherwise: numpy's, on a grid of 1/64."""
    random = np.random.default_rng(seed)
    with torch.no_grad():
        for weight in module.parameters():
            weight.copy_(torch.from_numpy(np.round(random.normal(0, 0.4, weight.shape) * 64) / 64))
    return module


def two_maps() -> GraphModule:
    """A 3×3 picture, two 1×1 filters (2·x and −x), their sum over all places by a dense layer: linear."""
    module = build(chain([Input((1, 3, 3)), Conv2d(2, 1), Flatten(), Dense(2)]))
    with torch.no_grad():
        module.get_parameter("conv1.weight").copy_(torch.tensor([2.0, -1.0]).view(2, 1, 1, 1))
        module.get_parameter("conv1.bias").zero_()
        module.get_parameter("dense1.weight").copy_(torch.arange(36.0).view(2, 18) / 10)
        module.get_parameter("dense1.bias").copy_(torch.tensor([5.0, -3.0]))
    return module


PICTURE = np.array([[[0, 1, 2], [3, 4, 5], [6, 7, 9]]], np.float32)
SLOPE = (2 * np.arange(18, 27) - np.arange(27, 36)).reshape(1, 3, 3) / 10
"""∂ unit 1 / ∂ pixel of `two_maps`: 2 · weight of map 0 − weight of map 1."""


def averaging() -> Graph:
    layers = [Input((2, 9, 8)), Conv2d(5, 3), ReLU(), GlobalAvgPool(), Dense(3), Softmax()]
    return chain(layers, "averaging")


def convolving(dimensions: int) -> tuple[Graph, np.ndarray]:
    convolution = {1: Conv1d, 2: Conv2d, 3: Conv3d}[dimensions]
    shape = (2, 9, 8, 7)[: dimensions + 1]
    layers = [Input(shape), convolution(4, 3), ReLU(), convolution(3, 3), ReLU(), Flatten(), Dense(3)]
    sample = np.random.default_rng(dimensions).random(shape).astype(np.float32)
    return chain(layers, "convolving"), sample


# -- a linear network, by hand ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["saliency", "smoothgrad"])
def test_saliency_of_a_linear_network_is_the_size_of_its_weights(method: str) -> None:
    found = attribute(two_maps(), [PICTURE], flat(method))
    np.testing.assert_allclose(found.map, np.abs(SLOPE), rtol=1e-5)
    assert found.range == (0.0, pytest.approx(np.abs(SLOPE).max(), rel=1e-5))


@pytest.mark.parametrize("method", ["gradient-input", "integrated"])
def test_contributions_of_a_linear_network_are_weight_times_pixel(method: str) -> None:
    found = attribute(two_maps(), [PICTURE], flat(method))
    np.testing.assert_allclose(found.map, SLOPE * PICTURE, rtol=1e-5, atol=1e-6)
    assert found.score == pytest.approx((SLOPE * PICTURE).sum() - 3, rel=1e-6)


def test_grad_cam_of_a_linear_network_is_what_the_equations_say() -> None:
    found = attribute(two_maps(), [PICTURE], flat("grad-cam", maps="conv1"))
    weights = np.arange(18, 27).mean() / 10, np.arange(27, 36).mean() / 10
    expected = weights[0] * 2 * PICTURE - weights[1] * PICTURE
    np.testing.assert_allclose(found.map, np.maximum(expected, 0), rtol=1e-5)
    assert "conv1, 3×3" in found.note


def test_occlusion_of_a_linear_network_takes_away_what_the_window_adds() -> None:
    found = attribute(two_maps(), [PICTURE], flat("occlusion", window=1, stride=1))
    np.testing.assert_allclose(found.map, SLOPE * PICTURE, rtol=1e-4, atol=1e-4)
    wide = attribute(two_maps(), [PICTURE], flat("occlusion", window=2, stride=1))
    adds = (SLOPE * PICTURE)[0]
    falls = np.array([[adds[r : r + 2, c : c + 2].sum() for c in (0, 1)] for r in (0, 1)])
    assert wide.map[0, 0, 0] == pytest.approx(falls[0, 0], rel=1e-4)
    assert wide.map[0, 1, 1] == pytest.approx(falls.mean(), rel=1e-4)


def test_relu_rules_differ_where_they_should() -> None:
    """y = −2·relu(x₀) + 3·relu(x₁) + relu(−x₂) at x = (1, 2, 3)."""
    module = build(chain([Input((3,)), Dense(3, bias=False), ReLU(), Dense(1, bias=False)]))
    with torch.no_grad():
        module.get_parameter("dense1.weight").copy_(torch.diag(torch.tensor([1.0, 1.0, -1.0])))
        module.get_parameter("dense2.weight").copy_(torch.tensor([[-2.0, 3.0, 1.0]]))
    sample, target = np.array([1, 2, 3], np.float32), Target("dense2", (0,))
    maps = {
        name: attribute(module, [sample], Question(name, target)).map.tolist()
        for name in ("saliency", "guided", "deconvnet")
    }
    assert maps == {"saliency": [2, 3, 0], "guided": [0, 3, 0], "deconvnet": [0, 3, -1]}


# -- any network ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dimensions", [1, 2, 3])
def test_saliency_is_the_finite_difference(dimensions: int) -> None:
    graph, sample = convolving(dimensions)
    module = set_weights(build(graph)).double()
    for index in [(0, *(2,) * dimensions), (1, *(5,) * dimensions)]:
        scores = []
        for step in (-1e-4, 1e-4):
            moved = torch.from_numpy(sample).double()[None]
            moved[(0, *index)] += step
            scores.append(module.logits(moved)[0, 1].item())
        expected = abs(scores[1] - scores[0]) / 2e-4
        found = attribute(set_weights(build(graph)), [sample], Question("saliency", Target("dense1", (1,))))
        assert found.map[index] == pytest.approx(expected, rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("baseline", ["zero", "mean"])
@pytest.mark.parametrize("graph", [residual(), averaging(), convolving(1)[0], convolving(3)[0]])
def test_integrated_gradients_add_up_to_the_difference_of_scores(graph: Graph, baseline: str) -> None:
    module, node = set_weights(build(graph)), graph.summary().output
    shape = graph.summary().row(graph.summary().input).shape or ()
    sample = RANDOM.random(shape).astype(np.float32)
    target = Target(module.scores_node, (1,))
    found = attribute(module, [sample], Question("integrated", target, baseline=baseline, steps=256))
    means = sample.mean(axis=tuple(range(1, sample.ndim)), keepdims=True) * np.ones_like(sample)
    nothing = np.zeros_like(sample) if baseline == "zero" else means
    ends = [trace(module, each).activation(module.scores_node)[1] for each in (sample, nothing)]
    assert found.map.sum() == pytest.approx(ends[0] - ends[1], rel=1e-2, abs=2e-3), node
    assert found.score == pytest.approx(ends[0], rel=1e-5)


def test_a_smooth_network_needs_few_steps_to_add_up() -> None:
    module = set_weights(build(chain([Input((1, 6, 6)), Conv2d(3, 3), Tanh(), Flatten(), Dense(2)])))
    sample = RANDOM.random((1, 6, 6)).astype(np.float32)
    found = attribute(module, [sample], flat("integrated", steps=12))
    ends = [trace(module, each).activation("dense1")[1] for each in (sample, np.zeros_like(sample))]
    assert found.map.sum() == pytest.approx(ends[0] - ends[1], abs=2e-6)


def test_grad_cam_is_the_numpy_reference_in_three_dimensions() -> None:
    graph, sample = convolving(3)
    module = set_weights(build(graph))
    found = attribute(module, [sample], Question("grad-cam", Target("dense1", (2,)), maps="relu2"))
    maps = trace(module, sample).activation("relu2")
    slope = module.get_parameter("dense1.weight")[2].detach().numpy().reshape(maps.shape)
    weights = slope.reshape(3, -1).mean(axis=1)
    small = np.maximum((weights[:, None, None, None] * maps).sum(axis=0), 0)
    np.testing.assert_allclose(found.map[0], enlarged(small, sample.shape[1:]), rtol=1e-4, atol=1e-6)


def enlarged(array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Interpolate between the centres of cells, one dimension after the other."""
    for axis, size in enumerate(shape):
        old = np.arange(array.shape[axis]) + 0.5
        new = (np.arange(size) + 0.5) * array.shape[axis] / size
        array = np.apply_along_axis(lambda line, old=old, new=new: np.interp(new, old, line), axis, array)
    return array


def test_a_class_map_and_the_bias_make_up_the_score() -> None:
    module = set_weights(build(averaging()))
    sample = RANDOM.random((2, 9, 8)).astype(np.float32)
    found = attribute(module, [sample], flat("cam"))
    values = trace(module, sample)
    weight, bias = (values.parameters["dense1"][name] for name in ("weight", "bias"))
    small = np.tensordot(weight[1], values.activation("relu1"), axes=1)
    np.testing.assert_allclose(found.map[0], enlarged(small, (9, 8)), rtol=1e-4, atol=1e-5)
    assert small.mean() + bias[1] == pytest.approx(found.score, rel=1e-4)


def test_smoothgrad_follows_its_seed_and_becomes_saliency_without_noise() -> None:
    graph, sample = convolving(2)
    module = set_weights(build(graph))
    noisy_ones = [attribute(module, [sample], flat("smoothgrad", seed=seed)).map for seed in (3, 3, 4)]
    assert np.array_equal(noisy_ones[0], noisy_ones[1])
    assert not np.allclose(noisy_ones[0], noisy_ones[2])
    still = attribute(module, [sample], flat("smoothgrad", noise=0.0)).map
    np.testing.assert_allclose(still, attribute(module, [sample], flat()).map, rtol=1e-5, atol=1e-7)


def test_any_value_of_any_node_can_be_asked() -> None:
    graph, sample = convolving(2)
    module = set_weights(build(graph))
    found = attribute(module, [sample], Question("saliency", Target("conv1", (2, 3, 4))))
    window = np.abs(module.get_parameter("conv1.weight")[2].detach().numpy())
    expected = np.zeros_like(sample)
    expected[:, 3:6, 4:7] = window
    np.testing.assert_allclose(found.map, expected, rtol=1e-6)
    assert found.score == trace(module, sample).activation("conv1")[2, 3, 4]
    whole_map = attribute(module, [sample], Question("saliency", Target("conv1", (2,))))
    assert whole_map.score == pytest.approx(trace(module, sample).activation("conv1")[2].sum(), rel=1e-4)


# -- what captum 0.8.0 gives for `convolving(2)` with weights of seed 0 -----------------------------------------------

PLACES = [(0, 2, 3), (1, 4, 4), (0, 8, 7), (1, 3, 1), (0, 5, 2), (1, 7, 6)]
CAPTUM = {
    "saliency": [0.375053, 1.103355, 0.059608, 1.41124, 1.141411, 0.252289],
    "gradient-input": [-0.07023, -0.621215, 0.055874, -0.009576, -0.946636, 0.222693],
    "integrated": [-0.058814, -0.539004, 0.057931, -0.0085, -1.176746, 0.236903],
    "guided": [0.321701, 0.835358, 0.0, -0.268391, 0.576389, 0.013527],
    "deconvnet": [0.844185, 0.398151, 0.0, -0.423946, 0.457649, 0.010658],
    "occlusion": [-1.926357, -2.787185, 0.829741, -2.381764, -4.199968, 0.11909],
    "grad-cam": [0.177781, 0.182423, 0.054621, 0.173171, 0.147596, 0.15446],
}  # fmt: skip


@pytest.mark.parametrize("method", sorted(CAPTUM))
def test_what_captum_gives(method: str) -> None:
    graph, sample = convolving(2)
    unit = 2 if method == "grad-cam" else 1  # the others' map is zero everywhere
    question = Question(method, Target("dense1", (unit,)), steps=50, window=3, stride=1)
    found = np.broadcast_to(attribute(set_weights(build(graph)), [sample], question).map, sample.shape)
    assert [float(found[place]) for place in PLACES] == pytest.approx(CAPTUM[method], rel=1e-3, abs=2e-5)


# -- what a question leaves behind, and when it is refused ------------------------------------------------------------


def state_of(module: GraphModule) -> list[object]:
    hooks = [len(child._forward_hooks) + len(child._backward_hooks) for child in module.modules()]
    modes = [child.training for child in module.modules()]
    grads = [weight.grad is None for weight in module.parameters()]
    return [hooks, modes, grads, [value.tolist() for value in module.state_dict().values()]]


@pytest.mark.parametrize("method", METHODS)
def test_the_network_is_left_as_it_was(method: str) -> None:
    graph = averaging() if method == "cam" else noisy()
    module = build(graph).train()
    next(module.children()).eval()
    before = state_of(module)
    shape = graph.summary().row("input").shape or ()
    for piece in answering(module, [np.ones(shape, np.float32)], flat(method)):
        assert state_of(module) == before, piece


def test_long_questions_tell_how_far_they_are_and_can_be_left() -> None:
    graph, sample = convolving(2)
    module = build(graph)
    *steps, last = answering(module, [sample], flat("occlusion", window=2, stride=1))
    assert all(isinstance(step, Progress) and step.total == 8 * 7 for step in steps)
    assert [step.done for step in steps] == [0, 32]
    assert isinstance(last, Answer)
    started = answering(module, [sample], flat("occlusion"))
    next(started)
    started.close()
    assert not any(child._backward_hooks for child in module.modules())


def test_a_trace_is_enough_to_ask() -> None:
    graph, sample = convolving(2)
    module = set_weights(build(graph))
    (answer,) = answer_trace(trace(module, sample), flat("guided"))
    assert isinstance(answer, Answer)
    assert np.array_equal(answer.value.map, attribute(module, [sample], flat("guided")).map)


def test_windows_cover_everything() -> None:
    assert window_sizes((28, 28), 0) == (5, 5)
    assert window_sizes((4, 28), 7) == (4, 7)
    for size, width, step in [(28, 5, 2), (9, 9, 1), (10, 3, 4), (1, 1, 1)]:
        covered = {cell for at in starts(size, width, step) for cell in range(at, at + width)}
        assert covered == set(range(size))


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (Question("saliency", Target("input", (0, 1, 1))), "part of the sample itself"),
        (Question("cam", Target("dense1", (1,))), "needs a global average"),
        (Question("saliency", Target("dense1", (3,))), "has no place"),
        (Question("saliency", Target("dense9", (3,))), "no node 'dense9'"),
        (Question("saliencies", Target("dense1", (1,))), "no method"),
        (Question("grad-cam", Target("conv1", (1,)), maps="relu2"), "do not lie between"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(question: Question, words: str) -> None:
    graph, sample = convolving(2)
    with pytest.raises(ExplainError, match=words):
        attribute(build(graph), [sample], question)


def test_where_there_is_no_gradient_occlusion_is_named() -> None:
    module = build(chain([Input((6,)), Embedding(), Flatten(), Dense(2)]))
    sample = np.arange(6, dtype=np.float32)
    with pytest.raises(ExplainError, match="only looks numbers up") as found:
        attribute(module, [sample], flat())
    assert "Occlusion" in found.value.hint
    assert np.abs(attribute(module, [sample], flat("occlusion")).map).max() > 0


def test_methods_say_where_they_do_not_apply() -> None:
    dense = chain([Input((4,)), Dense(3), Tanh(), Dense(2)])
    reasons = {name: obstacle(dense, Question(name, Target("dense2", (0,)))) for name in METHODS}
    assert {name for name, why in reasons.items() if why} == {"guided", "deconvnet", "grad-cam", "cam"}
    assert all(why.endswith(".") for why in reasons.values() if why)
    pooled = chain([Input((1, 8, 8)), Conv2d(2, 3), ReLU(), MaxPool2d(), Flatten(), Dense(2)])
    assert usual_maps(pooled, "dense1") == "relu1"
    assert dataclasses.replace(flat(), method="cam") == flat("cam")
