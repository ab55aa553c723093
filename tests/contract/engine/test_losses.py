"""The loss of every output against torch's own functions, several outputs with their weights, and what is missing."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from cnnviz.engine.build import GraphModule, build
from cnnviz.engine.losses import Objective, hits, probabilities, step_loss
from cnnviz.errors import TrainError
from cnnviz.layers import Conv2d, Dense, Flatten, GlobalAvgPool, Input, Layer, Output, ReLU, Sigmoid, Softmax
from cnnviz.model.graph import Graph, chain

LABELS = torch.tensor([2, 0, 3, 3, 1])
X = torch.rand(5, 1, 6, 6, generator=torch.Generator().manual_seed(0))


def net(*end: Layer, units: int = 4) -> GraphModule:
    """Return a small network with this end."""
    return build(chain([Input((1, 6, 6)), Flatten(), Dense(units), *end]), seed=3)


def scores_of(module: GraphModule) -> Tensor:
    """Return what the first Dense layer gives."""
    return module.activations(X)["dense1"]


@pytest.mark.parametrize("end", [(), (Softmax(),), (Output(),), (Softmax(), Output())])
def test_cross_entropy_takes_the_scores(end: tuple[Layer, ...]) -> None:
    module = net(*end)
    wanted = functional.cross_entropy(scores_of(module), LABELS)
    torch.testing.assert_close(step_loss(module, (X,), LABELS), wanted)


def test_cross_entropy_of_probabilities_that_were_moved() -> None:
    """Between softmax and output they were only put into another order: log p, not a second softmax."""
    graph = chain([Input((1, 6, 6)), Conv2d(4, 6), Softmax(), Flatten(), Output()])
    module = build(graph)
    scores = module.activations(X)["conv1"].flatten(1)
    torch.testing.assert_close(step_loss(module, (X,), LABELS), functional.cross_entropy(scores, LABELS))


def test_cross_entropy_of_a_map_of_scores_asks_every_place() -> None:
    module = build(chain([Input((1, 6, 6)), Conv2d(4, 3), Softmax()]))
    scores = module.activations(X)["conv1"]
    wanted = functional.cross_entropy(scores, LABELS[:, None, None].expand(5, 4, 4))
    torch.testing.assert_close(step_loss(module, (X,), LABELS), wanted)
    torch.testing.assert_close(probabilities(module.main_head, module.logits(X)), module(X).mean(dim=(2, 3)))


@pytest.mark.parametrize("end", [(), (Sigmoid(),)])
def test_binary_cross_entropy_takes_the_scores(end: tuple[Layer, ...]) -> None:
    module = net(*end, Output("binary cross entropy"))
    wanted = functional.binary_cross_entropy_with_logits(
        scores_of(module), functional.one_hot(LABELS, 4).float()
    )
    torch.testing.assert_close(step_loss(module, (X,), LABELS), wanted)


def test_binary_cross_entropy_of_a_single_number() -> None:
    module, yes = net(Sigmoid(), Output("binary cross entropy"), units=1), LABELS % 2
    odds = module(X)[:, 0]
    torch.testing.assert_close(
        step_loss(module, (X,), yes), functional.binary_cross_entropy(odds, yes.float())
    )
    found = probabilities(module.main_head, module.logits(X))
    torch.testing.assert_close(found, torch.stack((1 - odds, odds), dim=1))
    assert int(hits(module.main_head, module.logits(X), yes)) == int(((odds > 0.5) == yes.bool()).sum())


@pytest.mark.parametrize(
    ("loss", "end", "oracle"),
    [
        ("mean squared error", (), functional.mse_loss),
        ("mean absolute error", (), functional.l1_loss),
        ("binary cross entropy", (Sigmoid(),), functional.binary_cross_entropy),
    ],
)
def test_a_flat_answer_is_compared_with_the_sample(loss: str, end: tuple[Layer, ...], oracle) -> None:
    module = net(*end, Output(loss, "sample"), units=36)
    torch.testing.assert_close(step_loss(module, (X,), None), oracle(module(X), X.flatten(1)))
    assert not module.main_head.classifies
    assert torch.isnan(hits(module.main_head, module.logits(X), LABELS))


def test_an_image_is_compared_with_the_sample_and_with_labels_that_are_images() -> None:
    end = [Input((1, 6, 6)), Conv2d(1, 3, padding="same"), Sigmoid()]
    against = build(chain([*end, Output("binary cross entropy", "sample")]))
    wanted = functional.binary_cross_entropy(against(X), X)
    torch.testing.assert_close(step_loss(against, (X,), None), wanted)
    labelled = build(chain([*end, Output("binary cross entropy")]))
    assert not labelled.main_head.classifies
    torch.testing.assert_close(step_loss(labelled, (X,), X), wanted)


def test_numbers_are_learned_from_numbers() -> None:
    module, wanted = net(Output("mean squared error"), units=2), torch.rand(5, 2)
    torch.testing.assert_close(step_loss(module, (X,), wanted), functional.mse_loss(module(X), wanted))


def test_the_margin_loss_follows_its_equation() -> None:
    module = net(Sigmoid(), Output("margin"))
    total = 0.0
    for lengths, label in zip(module(X).tolist(), LABELS.tolist(), strict=True):
        for number, length in enumerate(lengths):
            total += max(0, 0.9 - length) ** 2 if number == label else 0.5 * max(0, length - 0.1) ** 2
    assert step_loss(module, (X,), LABELS).item() == pytest.approx(total / len(X), rel=1e-5)


def test_the_length_of_a_capsule_is_its_probability() -> None:
    module = build(chain([Input((4, 3)), ReLU(), Output("margin")]))
    capsules = torch.rand(5, 4, 3)
    lengths = capsules.square().sum(dim=2).sqrt()
    torch.testing.assert_close(probabilities(module.main_head, module.logits(capsules)), lengths)
    flat = build(chain([Input((4,)), ReLU(), Output("margin")]))
    torch.testing.assert_close(step_loss(module, (capsules,), LABELS), step_loss(flat, (lengths,), LABELS))


def two_heads(first: Output, second: Output) -> Graph:
    graph = chain(
        [("x", Input((1, 6, 6))), ("c", Conv2d(4, 3)), ("f", Flatten()), ("d", Dense(4)), ("a", first)]
    )
    return graph.add(GlobalAvgPool(), "g", after="c").add(second, "b", after="g")


def test_several_outputs_add_up_with_their_weights() -> None:
    module = build(two_heads(Output(weight=0.3), Output(weight=2.0)))
    assert module.report.output == "b"
    d, g = (module.activations(X)[name] for name in ("d", "g"))
    wanted = 0.3 * functional.cross_entropy(d, LABELS) + 2 * functional.cross_entropy(g, LABELS)
    torch.testing.assert_close(step_loss(module, (X,), LABELS), wanted)
    torch.testing.assert_close(module(X), (d, g))
    torch.testing.assert_close(module.logits(X), g)


@pytest.mark.parametrize("silent", [Output("none"), Output(weight=0.0)])
def test_an_output_without_loss_only_answers(silent: Output) -> None:
    module = build(two_heads(Output(), silent))
    wanted = functional.cross_entropy(module.activations(X)["d"], LABELS)
    torch.testing.assert_close(step_loss(module, (X,), LABELS), wanted)
    assert [head.node for head in Objective(module).heads] == ["a"]


def test_the_sample_is_that_input_which_the_answer_depends_on() -> None:
    graph = Graph().add(Input((3,)), "x").add(Input((4,)), "y").add(Dense(4), "d", after="y")
    graph = graph.add(Output("mean squared error", "sample"), "o", after="d")
    graph = graph.add(Dense(2), "e", after="x").add(Output("none"), "p", after="e")
    module, x, y = build(graph), torch.rand(2, 3), torch.rand(2, 4)
    torch.testing.assert_close(step_loss(module, (x, y), None), functional.mse_loss(module(x, y)[0], y))


def test_gradients_reach_every_weight() -> None:
    module = build(two_heads(Output(weight=0.3), Output("mean squared error")))
    step_loss(module, (X,), LABELS).backward()
    assert all(p.grad is not None and float(p.grad.abs().sum()) > 0 for p in module.parameters())


def test_what_is_missing_is_said() -> None:
    with pytest.raises(TrainError, match="no output has a loss"):
        step_loss(net(Output("none")), (X,), LABELS)
    with pytest.raises(TrainError, match="output: it is compared with labels"):
        step_loss(net(Output()), (X,), None)
