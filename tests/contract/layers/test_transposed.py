"""Transposed convolution against torch's own; `same` against the gradient of a convolution by TensorFlow's rule."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.engine.build import construct
from cnnviz.errors import ShapeError
from cnnviz.explain import explain, receptive_field
from cnnviz.layers import LAYERS, ConvTranspose1d, ConvTranspose2d, Layer, Shape
from tests.contract.layers.draws import draw_fitting, draw_trace, modules_of, randomise, run, some_indices

KINDS = ["conv_transpose1d", "conv_transpose2d", "conv_transpose3d"]


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_equal_torch(kind: str) -> None:
    """Built from the options alone, without our arithmetic of cuts and extra cells."""
    random, numbers = Random(kind), np.random.default_rng(1)
    compared = 0
    while compared < 30:
        layer, shapes = draw_fitting(kind, random)
        options = layer.to_dict()
        if options["padding"] == "same":
            continue
        options["padding"] = 0 if options["padding"] == "valid" else tuple(options["padding"])
        options = {
            name: tuple(value) if isinstance(value, list) else value for name, value in options.items()
        }
        theirs = getattr(nn, f"ConvTranspose{kind[-2:]}")(shapes[0][0], **options)
        ours = modules_of(layer, shapes)
        randomise(ours, numbers)
        theirs.load_state_dict({name.split(".")[-1]: value for name, value in ours.state_dict().items()})
        batch = torch.from_numpy(numbers.normal(size=(2, *shapes[0])).astype(np.float32))
        assert torch.equal(run(ours, batch), theirs(batch)), (layer, shapes)
        compared += 1


@pytest.mark.parametrize("kind", KINDS)
def test_same_is_the_way_back_of_tensorflows_same(kind: str) -> None:
    """The output is the input times the stride; its values are the gradient of the convolution that leads back."""
    random, numbers = Random(kind), np.random.default_rng(2)
    for _ in range(30):
        drawn, shapes = draw_fitting(kind, random)
        layer = drawn.replace(padding="same", output_padding=0, bias=False)
        options = layer.to_dict()
        found = layer.out_shape(*shapes)
        assert found[1:] == tuple(n * s for n, s in zip(shapes[0][1:], options["stride"], strict=True))
        there = LAYERS[f"conv{kind[-2:]}"](
            out_channels=shapes[0][0],
            **{
                name: options[name]
                for name in ("kernel_size", "stride", "dilation", "groups", "bias", "padding")
            },
        )
        back, forth = modules_of(layer, shapes), modules_of(there, (found,))
        randomise(back, numbers)
        (weight,) = (value for value in back.state_dict().values())
        (target,) = (value for value in forth.state_dict().values())
        target.copy_(weight)
        small = torch.from_numpy(numbers.normal(size=(1, *shapes[0])).astype(np.float32))
        large = torch.zeros(1, *found, requires_grad=True)
        run(forth, large).backward(small)
        torch.testing.assert_close(run(back, small), large.grad, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_a_corrupted_weight_is_caught(kind: str) -> None:
    random, numbers = Random(kind), np.random.default_rng(3)
    caught = 0
    while caught < 25:
        layer, shapes = draw_fitting(kind, random)
        trace = draw_trace(layer, shapes, numbers)
        index = some_indices(trace.activations["layer"].shape, 1, random)[0]
        found = explain(trace, "layer", index)
        for part in found.parts:
            cell = np.unravel_index(np.abs(part.products).argmax(), part.products.shape)
            if abs(part.products[cell]) < 1e-2:
                continue
            entries = trace.parameters["layer"]["weight"]
            entries[np.isclose(entries, part.weights[cell], rtol=1e-6, atol=0)] += 1.0
            assert not explain(trace, "layer", index).closes
            caught += 1


def test_a_cell_between_the_stamps_holds_the_bias_alone() -> None:
    layer = ConvTranspose1d(1, 1, 3)
    trace = draw_trace(layer, ((2, 3),), np.random.default_rng(4))
    found = explain(trace, "layer", (0, 1))
    assert found.closes
    assert [term.label for term in found.terms] == ["bias"]
    assert found.result == pytest.approx(float(trace.parameters["layer"]["bias"][0]))
    bare = draw_trace(layer.replace(bias=False), ((2, 3),), np.random.default_rng(4))
    assert explain(bare, "layer", (0, 2)).terms == ()
    assert explain(bare, "layer", (0, 2)).closes


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (ConvTranspose2d(2, 3, 2, "same"), (2, 3, 4)),
        (ConvTranspose2d(2, 1, 3), (1, 3, 3)),
        (ConvTranspose2d(4, (3, 2), (1, 2), (1, 0), groups=2), (2, 4, 3)),
    ],
)
def test_the_receptive_field_holds_every_cell_that_matters(layer: Layer, shape: Shape) -> None:
    """Compared with torch's gradient of each value, cell by cell."""
    trace = draw_trace(layer, (shape,), np.random.default_rng(5))
    modules = nn.ModuleList(construct(call) for call in layer.torch_calls(shape))
    x = torch.zeros(1, *shape, requires_grad=True)
    values = run(modules, x)[0]
    for index in np.ndindex(*values.shape):
        (gradient,) = torch.autograd.grad(values[index], x, retain_graph=True)
        box = receptive_field(trace.graph, "layer", index).get("input0")
        reached = np.argwhere(gradient[0].numpy() != 0)
        assert (box is None) == (len(reached) == 0)
        if box is not None:
            first, last = reached.min(axis=0), reached.max(axis=0) + 1
            assert box == tuple(zip(first.tolist(), last.tolist(), strict=True))


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (
            ConvTranspose1d(4, 2, 2, output_padding=2),
            "output padding 2 must be less than the stride 2 or",
        ),
        (ConvTranspose1d(4, 2, 1, 9), "padding 9 on both sides leaves nothing of the 4 cells that come out"),
        (ConvTranspose1d(4, 2, groups=3), "4 filters can't be split into 3 equal groups"),
    ],
)
def test_refusals_say_why_and_have_a_way_out(layer: Layer, words: str) -> None:
    with pytest.raises(ShapeError) as caught:
        layer.out_shape((3, 3))
    assert words in caught.value.what
    for remedy in caught.value.remedies:
        remedy.replace.out_shape((3, 3))  # type: ignore[attr-defined]
