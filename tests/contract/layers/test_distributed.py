"""A layer on every step: the same as the layer alone on each step, with the layer's own weights."""

from __future__ import annotations

import json
from random import Random

import numpy as np
import pytest
import torch

from cnnviz.engine.build import build
from cnnviz.errors import OptionError, ShapeError
from cnnviz.explain import explain, receptive_field
from cnnviz.layers import (
    LAYERS,
    LSTM,
    BatchNorm,
    CapsuleLength,
    CapsuleRouting,
    Conv1d,
    Conv2d,
    Conv3d,
    ConvLSTM2d,
    ConvTranspose2d,
    Dense,
    Flatten,
    Input,
    Layer,
    MaxPool2d,
    Permute,
    PrimaryCapsules,
    Remedy,
    Shape,
    Sigmoid,
    TimeDistributed,
    layer_from_dict,
)
from cnnviz.model.graph import chain
from tests.contract.layers.draws import RANKS, draw_fitting, draw_trace, modules_of, run, some_indices

HELD = [kind for kind, cls in LAYERS.items() if cls.repeatable() and min(RANKS[kind]) < 4]


@pytest.mark.parametrize("kind", HELD)
def test_it_is_the_layer_on_every_step(kind: str) -> None:
    random = Random(kind)
    for _ in range(5):
        layer, (shape,) = draw_fitting(kind, random)
        if len(shape) == 4:
            continue
        steps = random.randint(1, 4)
        around = TimeDistributed(layer)
        video = (shape[0], steps, *shape[1:])
        x = torch.randn(2, *video, generator=torch.Generator().manual_seed(1))
        modules = modules_of(around, (video,))
        alone = modules_of(layer, (shape,))
        weights = {}
        for name, value in modules.state_dict().items():
            number, own = name.split(".")
            weights[f"{int(number) - 1}.{own}"] = value  # behind the module that folds time
        alone.load_state_dict(weights)
        with torch.inference_mode():
            wanted = torch.stack([run(alone, each) for each in x.unbind(2)], dim=2)
            torch.testing.assert_close(run(modules, x), wanted, rtol=1e-5, atol=1e-6, equal_nan=True)
        assert around.out_shape(video) == tuple(wanted.shape[1:])
        assert around.parameters(video) == layer.parameters(shape)
        assert around.macs(video) == steps * layer.macs(shape)


def test_what_it_cannot_hold_is_refused() -> None:
    for other in ("add", "input", "output", "lstm", "conv_lstm2d", "time_distributed", "affine_sampler"):
        with pytest.raises(OptionError) as caught:
            TimeDistributed({"kind": other, "options": {}})  # type: ignore[arg-type]
        assert "layer with one input" in caught.value.hint
    with pytest.raises(OptionError, match="Units can't be 0"):
        TimeDistributed({"kind": "dense", "options": {"units": 0}})  # type: ignore[arg-type]


def test_it_survives_json() -> None:
    layer = TimeDistributed(Conv2d(8, 3, padding="same"))
    values = json.loads(json.dumps(layer.to_dict()))
    assert values["layer"]["kind"] == "conv2d"
    assert layer_from_dict("time_distributed", values) == layer
    assert layer.brief() == "Conv 2D 8 @ 3×3, same"


def test_no_time_and_what_does_not_fit_have_fixes_that_fit() -> None:
    with pytest.raises(ShapeError, match="features × time") as caught:
        TimeDistributed(Dense(4)).out_shape((7,))
    (alone,) = caught.value.remedies
    assert isinstance(alone, Remedy)
    assert alone.replace == Dense(4)
    video = (2, 5, 6, 6)
    with pytest.raises(
        ShapeError, match="on every step: it takes a flat vector, but 2×6×6 arrives"
    ) as caught:
        TimeDistributed(Dense(4)).out_shape(video)
    first = caught.value.remedies[0]
    assert isinstance(first, Remedy)
    assert first.insert == TimeDistributed(Flatten())
    assert TimeDistributed(Dense(4)).out_shape(TimeDistributed(Flatten()).out_shape(video)) == (4, 5)
    with pytest.raises(ShapeError) as caught:
        TimeDistributed(Conv2d(2, 7)).out_shape(video)
    for remedy in caught.value.remedies:
        assert isinstance(remedy, Remedy)
        assert remedy.replace is not None
        assert remedy.replace.out_shape(video)[1] == 5


def test_a_network_over_frames_closes_and_sees_its_own_frame_alone() -> None:
    graph = chain([
        ("x", Input((1, 3, 8, 8))), ("c", TimeDistributed(Conv2d(4, 3))), ("p", TimeDistributed(MaxPool2d())),
        ("m", ConvLSTM2d(3, peepholes=True)), ("b", BatchNorm()), ("f", TimeDistributed(Flatten())), ("l", LSTM(5)),
        ("d", TimeDistributed(Dense(2))), ("s", TimeDistributed(Sigmoid())),
    ])  # fmt: skip
    from cnnviz.engine.trace import trace

    found = trace(build(graph, seed=2), np.random.default_rng(0).random((1, 3, 8, 8)).astype(np.float32))
    random = Random(0)
    for name, array in found.activations.items():
        for index in some_indices(array.shape, 6, random):
            assert explain(found, name, index).closes, (name, index)
    assert "l.o" in found.activations
    box = receptive_field(graph, "p", (1, 2, 1, 1))["x"]
    assert box == ((0, 1), (2, 3), (2, 6), (2, 6))
    assert receptive_field(graph, "s", (1, 2))["x"][1] == (0, 3)


def test_terms_of_a_step_lie_in_that_step() -> None:
    layer, shape = TimeDistributed(Conv2d(2, 2)), (3, 4, 5, 5)
    trace = draw_trace(layer, (shape,), np.random.default_rng(3))
    terms = explain(trace, "layer", (1, 2, 0, 3)).terms
    assert {term.index[1] for term in terms if term.index} == {2}
    assert len(terms) == 3 * 4 + 1


def test_layers_nested_without_end_are_refused_at_once() -> None:
    held: dict[str, object] = {"kind": "dense"}
    for _ in range(5000):
        held = {"kind": "time_distributed", "options": {"layer": held}}
    with pytest.raises(OptionError, match="Layer can't be Time-distributed"):
        layer_from_dict("time_distributed", {"layer": held})


@pytest.mark.parametrize(
    ("first", "second", "shape"),
    [
        (TimeDistributed(Conv2d(2, 2)), Conv3d(1, 2), (1, 4, 5, 5)),
        (TimeDistributed(Flatten()), Conv1d(3, 2), (2, 4, 2, 3)),
        (TimeDistributed(ConvTranspose2d(1, 2, 2)), TimeDistributed(Conv2d(1, 3)), (2, 3, 4, 4)),
        (TimeDistributed(Permute((2, 1))), TimeDistributed(Conv1d(1, 2)), (3, 2, 4)),
        (ConvLSTM2d(2, 3), TimeDistributed(Conv2d(1, 2)), (1, 3, 7, 6)),
        (ConvLSTM2d(2, (2, 1), every_step=False, peepholes=True), Conv2d(1, 1), (1, 3, 5, 4)),
        (LSTM(3), Conv1d(2, 2), (2, 5)),
        (PrimaryCapsules(2, 3, 2, 1), CapsuleLength(), (1, 4, 5)),
        (PrimaryCapsules(2, 3, 3, 2), CapsuleRouting(2, 4), (1, 6, 7)),
    ],
)
def test_the_receptive_field_holds_what_matters_and_no_row_more(
    first: Layer, second: Layer, shape: Shape
) -> None:
    graph = chain([("x", Input(shape)), ("first", first), ("second", second)])
    modules = torch.nn.ModuleList(
        (*modules_of(first, (shape,)), *modules_of(second, (first.out_shape(shape),)))
    )
    with torch.no_grad():
        for parameter in modules.parameters():
            parameter.fill_(0.2)  # so that nothing cancels, and no gate is saturated
    x = (torch.rand(1, *shape, generator=torch.Generator().manual_seed(0)) + 0.5).requires_grad_()
    values = run(modules, x)[0]
    for index in some_indices(tuple(values.shape), 12, Random(1)):
        (gradient,) = torch.autograd.grad(values[index], x, retain_graph=True)
        reached = np.argwhere(gradient[0].numpy() != 0)
        first_cell, end = reached.min(axis=0), reached.max(axis=0) + 1
        box = receptive_field(graph, "second", index)["x"]
        assert box == tuple(zip(first_cell.tolist(), end.tolist(), strict=True)), index
