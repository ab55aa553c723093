"""Networks with several inputs, and with inputs of free size: values, traces, training and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.data import Dataset, Split
from cnnviz.engine.build import GraphModule, build
from cnnviz.engine.losses import step_loss
from cnnviz.engine.trace import predict, trace
from cnnviz.engine.train import train
from cnnviz.errors import ExplainError, GraphError, TrainError
from cnnviz.events import Evaluated, StepDone
from cnnviz.explain import explain
from cnnviz.layers import (
    BatchNorm,
    Concat,
    Conv2d,
    Dense,
    Flatten,
    Input,
    Output,
    ReLU,
    Sigmoid,
    Softmax,
)  # fmt: skip
from cnnviz.model.graph import Graph, chain
from cnnviz.model.recipe import DataChoice, Recipe


def scoring(size: int = 28) -> Graph:
    """Return a small fully convolutional network for 10 classes: one place at the given size, a map at larger ones."""
    return chain(
        [
            ("x", Input((1, size, size), free_size=True)),
            Conv2d(4, 3, padding="same"), ReLU(), Conv2d(6, 3, 2, "same"), BatchNorm(), ReLU(),
            Conv2d(8, 3, 2, "same"), ReLU(), Conv2d(16, 7), ReLU(), ("s", Conv2d(10, 1)), ("p", Softmax()),
        ]
    )  # fmt: skip


def two_inputs() -> Graph:
    graph = (
        Graph().add(Input((1, 4, 4)), "image").add(Flatten(), "f", after="image").add(Input((3,)), "facts")
    )
    graph = graph.add(Concat(), "both", after="f").connect("facts", "both")
    return graph.add(Dense(2), "d", after="both")


def padded(module: GraphModule, x: torch.Tensor) -> torch.Tensor:
    """Compute `scoring` by hand, TensorFlow's padding for the size that arrives."""
    for name in ("conv1", "conv2", "conv3", "conv4", "s"):
        layer = module.graph.node(name).layer
        if layer.to_dict()["padding"] == "same":
            rows = [max((-(-n // layer.stride[0]) - 1) * layer.stride[0] + 3 - n, 0) for n in x.shape[2:]]
            pads = (rows[1] // 2, rows[1] - rows[1] // 2, rows[0] // 2, rows[0] - rows[0] // 2)
            x = nn.functional.pad(x, pads)
        conv = module.get_submodule(name)
        x = nn.functional.conv2d(x, conv.weight, conv.bias, stride=layer.stride)
        x = module.get_submodule("bn1")(x) if name == "conv2" else x
        x = x.relu() if name != "s" else x.softmax(dim=1)
    return x


@pytest.mark.parametrize("size", [(28, 28), (56, 56), (29, 31), (28, 45)])
@pytest.mark.parametrize("fast", [False, True])
def test_larger_samples_give_maps_of_scores(size: tuple[int, int], fast: bool) -> None:
    module = build(scoring(), fast=fast).eval()
    x = torch.rand(2, 1, *size, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        torch.testing.assert_close(module(x), padded(module, x))
    assert (module(x).shape[2:] == (1, 1)) == (size == (28, 28))


def test_the_weights_of_all_sizes_are_the_same_objects() -> None:
    module = build(scoring())
    module.train()
    larger = module.resized((1, 56, 56))
    assert all(p is q for p, q in zip(module.parameters(), larger.parameters(), strict=True))
    step_loss(module, (torch.rand(2, 1, 56, 56),), torch.tensor([1, 2])).backward()
    assert all(p.grad is not None for p in module.parameters())
    before = module.get_buffer("bn1.running_mean").clone()
    larger(torch.rand(2, 1, 56, 56))
    assert not torch.equal(module.get_buffer("bn1.running_mean"), before)
    assert module.resized((1, 28, 28)) is module


def test_a_larger_sample_can_be_asked_why() -> None:
    module = build(scoring())
    small = trace(module, np.zeros((1, 28, 28), np.float32))
    x = np.random.default_rng(0).random((1, 56, 51), np.float32)
    found = trace(module, x)
    assert small.activations["p"].shape == (10, 1, 1)
    assert found.activations["p"].shape == (10, 8, 7)
    for name, index in (("p", (3, 7, 6)), ("conv3", (2, 13, 12)), ("conv2", (1, 27, 25)), ("s", (9, 0, 3))):
        assert explain(found, name, index).closes
    assert predict(module, np.stack([x, x])).shape == (2, 10)


def test_smaller_or_other_samples_are_refused() -> None:
    with pytest.raises(ExplainError, match="x: the network takes 1×28×28, but the sample is 1×27×28"):
        trace(build(scoring()), np.zeros((1, 27, 28), np.float32))
    with pytest.raises(ExplainError, match="the network takes 2 inputs, but 1 arrived"):
        trace(build(two_inputs()), np.zeros((1, 4, 4), np.float32))


def test_every_input_takes_its_tensor() -> None:
    module = build(two_inputs(), seed=2)
    image, facts = torch.rand(5, 1, 4, 4), torch.rand(5, 3)
    dense = module.get_submodule("d")
    wanted = dense(torch.cat([image.flatten(1), facts], dim=1))
    torch.testing.assert_close(module(image, facts), wanted)
    torch.testing.assert_close(module.logits(image, facts), wanted)
    found = trace(module, image[0].numpy(), facts[0].numpy())
    assert np.array_equal(found.activations["facts"], facts[0].numpy())
    assert explain(found, "both", (17,)).closes
    with pytest.raises(GraphError, match="takes 2 inputs, but 1 arrived"):
        module(image)


# -- training -------------------------------------------------------------------------------------------------------

QUICK = Recipe(batch_size=20, steps=12, learning_rate=0.01, seed=1)
CHOICE = DataChoice("strokes", validation=60)


def evaluated(graph: Graph, dataset: Dataset) -> tuple[list[StepDone], Evaluated]:
    events = list(train(graph, dataset, QUICK, CHOICE, live=0))
    return [e for e in events if isinstance(e, StepDone)], [e for e in events if isinstance(e, Evaluated)][-1]


def larger(dataset: Dataset) -> Dataset:
    """Return the images in the middle of larger ones."""
    parts = [
        Split(np.pad(split.images[:200], ((0, 0), (0, 0), (4, 4), (4, 4))), split.labels[:200])
        for split in (dataset.train, dataset.test)
    ]
    return replace(dataset, train=parts[0], test=parts[1])


def test_larger_images_train_a_network_of_free_size(strokes: Dataset) -> None:
    steps, judged = evaluated(scoring(), larger(strokes))
    assert steps[-1].loss < steps[0].loss
    assert judged.accuracy is not None
    assert judged.confusion.sum() == len(judged.labels) == 200


def test_an_autoencoder_learns_without_an_accuracy(strokes: Dataset) -> None:
    code = [Input(), Flatten(), Dense(16), ReLU(), Dense(784), Sigmoid()]
    steps, judged = evaluated(chain([*code, Output("binary cross entropy", "sample")]), strokes)
    assert all(step.accuracy is None for step in steps)
    assert steps[-1].loss < 0.9 * steps[0].loss
    assert judged.accuracy is None
    assert judged.confusion.size == judged.predicted.size == judged.confidence.size == 0
    assert judged.loss == pytest.approx(steps[-1].loss, rel=0.3)


def test_two_heads_learn_and_the_main_one_is_judged(strokes: Dataset) -> None:
    graph = chain([("x", Input()), ("c", Conv2d(4, 5, 3)), ("r", ReLU()), ("f", Flatten())])
    graph = graph.add(Dense(10), "a", after="f").add(Output(), "main", after="a")
    graph = graph.add(Dense(784), "b", after="f").add(
        Output("mean squared error", "sample", 0.5), "copy", after="b"
    )
    steps, judged = evaluated(graph, strokes)
    assert steps[-1].loss < steps[0].loss
    assert judged.accuracy is not None
    assert judged.accuracy > 0.3


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ([Dense(5), Output("mean squared error")], "output is 5, but Drawn digits has 10 classes"),
        ([Dense(1), Output("binary cross entropy")], "output is 1, but Drawn digits has 10 classes"),
        ([Dense(10), Output("none")], "no output has a loss"),
    ],
)
def test_answers_that_class_numbers_do_not_fit_are_refused(strokes: Dataset, end: list, words: str) -> None:
    with pytest.raises(TrainError, match=words):
        next(train(chain([Input(), Flatten(), *end]), strokes, QUICK, CHOICE))


def test_one_kind_of_sample_is_not_enough_for_two_inputs(strokes: Dataset) -> None:
    with pytest.raises(TrainError, match="facts: the network takes 2 inputs, but Drawn digits has one kind"):
        next(train(two_inputs(), strokes, QUICK, CHOICE))
