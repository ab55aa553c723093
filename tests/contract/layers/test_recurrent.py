"""LSTM and ConvLSTM against torch's own LSTM, and against eight plain convolutions; their sizes and their sums."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import conv2d
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.engine.build import build
from cnnviz.engine.modules import GatedMemory
from cnnviz.engine.trace import trace
from cnnviz.explain import explain, receptive_field
from cnnviz.layers import LSTM, ConvLSTM2d, Input, Layer, Shape
from cnnviz.model.graph import chain
from tests.contract.layers.draws import draw_fitting, draw_trace, modules_of, some_indices


def filled(layer: Layer, shape: Shape, seed: int = 0) -> GatedMemory:
    """Return the module of a layer with random weights of a size that leaves no gate saturated."""
    (module,) = modules_of(layer, (shape,))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for array in module.parameters():
            array.normal_(0, 0.3, generator=generator)
    assert isinstance(module, GatedMemory)
    return module


def drawn(*shape: int, seed: int = 9) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("biases", ["none", "two"])
def test_without_peepholes_it_is_the_lstm_of_torch(biases: str) -> None:
    ours = filled(LSTM(6, biases=biases), (5, 7))
    theirs = nn.LSTM(5, 6, batch_first=True, bias=biases == "two")
    names = {
        "weight_ih_l0": "weight_x",
        "weight_hh_l0": "weight_h",
        "bias_ih_l0": "bias",
        "bias_hh_l0": "bias_h",
    }
    with torch.no_grad():
        for name, array in theirs.named_parameters():
            array.copy_(ours.get_parameter(names[name]))
    x = drawn(3, 5, 7)
    every, (_, state) = theirs(x.transpose(1, 2))
    torch.testing.assert_close(ours(x), every.transpose(1, 2), rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(ours.inside(x)["c"][:, :, -1], state[0], rtol=1e-5, atol=1e-6)


def by_eight_convolutions(module: GatedMemory, x: torch.Tensor, *, new_state: bool) -> torch.Tensor:
    """Return h of every step as the lecture notes write it: per gate one convolution of the frame, one of h."""
    units = len(module.weight_h) // 4
    kernel = module.weight_h.shape[2:]
    before = [(k - 1) // 2 for k in kernel]
    pads = (before[1], kernel[1] - 1 - before[1], before[0], kernel[0] - 1 - before[0])

    def gate(number: int, frame: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        rows = slice(number * units, (number + 1) * units)
        total = conv2d(nn.functional.pad(frame, pads), module.weight_x[rows])
        total = total + conv2d(nn.functional.pad(h, pads), module.weight_h[rows])
        for bias in (module.bias, module.bias_h):
            total = total if bias is None else total + bias[rows, None, None]
        return total

    c = h = torch.zeros(len(x), units, *x.shape[3:])
    steps = []
    zero = torch.zeros(1)
    peepholes = [zero if p is None else p for p in (module.peephole_i, module.peephole_f, module.peephole_o)]
    for frame in x.unbind(2):
        i = torch.sigmoid(gate(0, frame, h) + peepholes[0] * c)
        f = torch.sigmoid(gate(1, frame, h) + peepholes[1] * c)
        new = c * f + torch.tanh(gate(2, frame, h)) * i
        o = torch.sigmoid(gate(3, frame, h) + peepholes[2] * (new if new_state else c))
        c, h = new, torch.tanh(new) * o
        steps.append(h)
    return torch.stack(steps, 2)


@pytest.mark.parametrize("biases", ["none", "one", "two"])
@pytest.mark.parametrize("gate", ["previous state", "new state"])
@pytest.mark.parametrize("kernel", [(3, 3), (2, 4), (1, 5)])
def test_a_convolutional_lstm_is_eight_convolutions(kernel: tuple[int, int], gate: str, biases: str) -> None:
    shape, x = (2, 4, 5, 6), drawn(3, 2, 4, 5, 6)
    for peepholes in (False, True):
        layer = ConvLSTM2d(3, kernel, peepholes=peepholes, output_gate=gate, biases=biases)
        module = filled(layer, shape)
        wanted = by_eight_convolutions(module, x, new_state=gate == "new state")
        torch.testing.assert_close(module(x), wanted, rtol=1e-5, atol=1e-6)
        last = filled(layer.replace(every_step=False), shape)
        torch.testing.assert_close(last(x), wanted[:, :, -1], rtol=1e-5, atol=1e-6)


def test_the_two_output_gates_differ() -> None:
    x = drawn(1, 2, 3, 4, 4)
    before, after = (
        filled(ConvLSTM2d(3, peepholes=True, output_gate=gate), (2, 3, 4, 4))(x)
        for gate in ("previous state", "new state")
    )
    assert not torch.allclose(before, after)


@pytest.mark.parametrize(
    ("layer", "shape", "out", "count"),
    [
        (
            ConvLSTM2d(32, 5, every_step=False, peepholes=True, biases="two"),
            (1, 19, 64, 64),
            (32, 64, 64),
            499_072,
        ),
        (ConvLSTM2d(32, 5), (1, 19, 64, 64), (32, 19, 64, 64), 105_728),
        (ConvLSTM2d(32, 3), (32, 19, 64, 64), (32, 19, 64, 64), 73_856),
        (LSTM(20), (7, 30), (20, 30), 4 * (7 * 20 + 20 * 20 + 20)),
        (LSTM(20, every_step=False, peepholes=True, biases="none"), (7, 30), (20,), 4 * (7 * 20 + 400) + 60),
    ],
)
def test_sizes_and_counts_of_the_lecture_notes(layer: Layer, shape: Shape, out: Shape, count: int) -> None:
    assert layer.out_shape(shape) == out
    assert sum(parameter.count for parameter in layer.parameters(shape)) == count
    (told,) = layer.calculations(shape)
    assert told.worked.endswith(f"= {count:,}")
    assert eval(told.worked.split("=")[0].replace("·", "*").replace(",", "")) == count


@pytest.mark.parametrize(
    ("layer", "shape"), [(LSTM(5, biases="two"), (3, 6)), (ConvLSTM2d(4, (3, 2)), (2, 5, 6, 7))]
)
def test_multiply_adds_are_those_that_torch_counts(layer: Layer, shape: Shape) -> None:
    modules = modules_of(layer, (shape,))
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        modules[0](drawn(1, *shape))
    assert counter.get_total_flops() == 2 * layer.macs(shape)
    assert layer.replace(peepholes=True).macs(shape) > layer.macs(shape)


@pytest.mark.parametrize("kind", ["lstm", "conv_lstm2d"])
def test_every_gate_closes(kind: str) -> None:
    random, numbers = Random(kind), np.random.default_rng(5)
    for _ in range(25):
        layer, shapes = draw_fitting(kind, random)
        trace = draw_trace(layer, shapes, numbers)
        for name, shape in layer.internals(*shapes).items():
            assert trace.activations[f"layer.{name}"].shape == shape
            for index in some_indices(shape, 4, random):
                found = explain(trace, f"layer.{name}", index)
                assert found.closes, (layer, shapes, name, index, found.result, found.engine)


def test_a_corrupted_gate_is_caught() -> None:
    layer, shape = ConvLSTM2d(3, peepholes=True), (2, 3, 4, 4)
    trace = draw_trace(layer, (shape,), np.random.default_rng(1))
    trace.activations["layer.f"][1, 2, 1, 1] += 0.5
    assert not explain(trace, "layer.c", (1, 2, 1, 1)).closes
    assert explain(trace, "layer.c", (1, 1, 1, 1)).closes


@pytest.mark.parametrize("how", ["default", "normal", "glorot", "he"])
def test_weights_start_as_the_recipe_says(how: str) -> None:
    graph = chain([Input((3, 6, 8, 8)), ("memory", ConvLSTM2d(16, peepholes=True, biases="two"))])
    module: Any = build(graph, initialiser=how).memory.requires_grad_(False)
    spreads = {
        "default": (1 / np.sqrt(27 * 3), 1 / np.sqrt(144 * 3)),
        "normal": (0.1, 0.1),
        "glorot": (np.sqrt(2 / (27 + 576)), np.sqrt(2 / (144 + 576))),
        "he": (np.sqrt(2 / 27), np.sqrt(2 / 144)),
    }
    assert float(module.weight_x.std()) == pytest.approx(spreads[how][0], rel=0.1)
    assert float(module.weight_h.std()) == pytest.approx(spreads[how][1], rel=0.1)
    assert float(module.peephole_f.std()) == pytest.approx(0.05, rel=0.1)
    assert bool(module.bias_h.any()) == (how == "default")


def test_states_carry_the_gradient_back_to_the_first_frame() -> None:
    module = filled(ConvLSTM2d(3, every_step=False, peepholes=True), (2, 4, 5, 5))
    x = drawn(1, 2, 4, 5, 5).requires_grad_()
    module(x).sum().backward()
    assert x.grad is not None
    assert x.grad[:, :, 0].abs().max() > 0
    assert all(array.grad is not None for array in module.parameters())


def test_briefs_name_what_differs() -> None:
    assert LSTM(1).brief() == "1 unit"
    assert LSTM(8, every_step=False, biases="none").brief() == "8 units, last step, no bias"
    assert ConvLSTM2d(32, 5, peepholes=True, biases="two").brief() == "32 @ 5×5, peepholes, two biases"


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (ConvLSTM2d(2, (3, 2), peepholes=True, output_gate="new state"), (2, 4, 9, 8)),
        (ConvLSTM2d(1, 1), (1, 3, 2, 2)),
        (LSTM(3), (2, 4)),
    ],
)
def test_what_a_value_sees_is_what_following_the_formulas_finds(
    layer: Layer, shape: Shape, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph, random = chain([("x", Input(shape)), ("m", layer)]), Random(2)
    asked = [
        (f"m.{name}", index)
        for name, sizes in layer.internals(shape).items()
        for index in some_indices(sizes, 5, random)
    ]
    told = [receptive_field(graph, *place) for place in asked]
    monkeypatch.setattr(type(layer), "reach", Layer.reach)
    assert told == [receptive_field(graph, *place) for place in asked]


@pytest.mark.parametrize("every_step", [True, False])
def test_a_trace_computes_its_steps_once(every_step: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = chain([Input((2, 4, 5, 5)), ("m", ConvLSTM2d(3, peepholes=True, every_step=every_step))])
    module, x = build(graph, seed=1), drawn(2, 4, 5, 5).numpy()
    wanted = module(torch.from_numpy(x[None]))[0].detach().numpy()
    passes, plain = [], GatedMemory.steps
    monkeypatch.setattr(GatedMemory, "steps", lambda self, x: passes.append(1) or plain(self, x))
    found = trace(module, x)
    assert len(passes) == 1
    assert np.array_equal(found.activations["m"], wanted)
    assert found.activations["m.f"].shape == (3, 4, 5, 5)
