"""The lectures' worked numbers come out digit for digit from the window's own views."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cnnviz.layers import AvgPool2d, Conv1d, Conv2d, Input, Layer, MaxPool2d, Output, ReLU, Softmax
from cnnviz.model.files import Project
from cnnviz.model.graph import chain
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.ui.inspect.workspace import InspectWorkspace
from cnnviz.ui.state import Session
from cnnviz.ui.state.material import Sample
from tests.gui.rooms import wait

SIXTEEN = [[[1, 5, 3, 7], [7, 3, 9, 2], [3, 5, 8, 4], [8, 7, 3, 5]]]
NINE = [[[1, 1, 2], [1, 2, 1], [2, 1, 1]]]
KERNEL = [[[[0.6779961, -0.3282364], [0.61954254, -0.02001727]]]]
Open = Callable[..., InspectWorkspace]


@pytest.fixture
def opened(session: Session, workspace: InspectWorkspace) -> Open:
    """Show layers behind an input on given numbers, with given weights; the target is all ones."""

    def show(image: Any, *layers: Layer, **weights: Any) -> InspectWorkspace:
        sample = np.array(image, np.float32)
        graph = chain([("x", Input(sample.shape)), *((layer.kind, layer) for layer in layers)])
        session.document.start(Project(graph, DataChoice(), Recipe()))
        answer = graph.summary().row(graph.summary().output).shape
        session.material._show(Sample(sample, answer=np.ones(answer, np.float32)))
        named = {name.replace("_", "."): np.array(each, np.float32) for name, each in weights.items()}
        session.looking.set_weights(named or None, "the lecture's")
        wait(
            lambda: (
                session.looking.settled
                and workspace.frame is not None
                and workspace.frame.trace.graph == graph
            )
        )
        return workspace

    return show


def shown(workspace: InspectWorkspace, node: str) -> Any:
    """Return the map that the output pane shows of a node; the sum of every cell closes on the card."""
    shape = workspace.frame.trace.activations[node].shape
    for place in np.ndindex(*shape):
        workspace.steering.go(node, place)
        wait(lambda place=place: (workspace.frame.node, workspace.frame.index) == (node, place))
        assert workspace.work.card.pill.text() == "closes"
    return np.squeeze(workspace.frame.array)


def backward(workspace: InspectWorkspace) -> float:
    workspace.turn_round()
    wait(lambda: workspace.frame.backward)
    return float(workspace.frame.way.slopes.loss)


def test_cross_correlation_valid_and_same(opened: Open) -> None:
    image = [[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]
    ones = np.ones((1, 1, 2, 2))
    valid = opened(image, Conv2d(1, (2, 2)), conv2d_weight=ones, conv2d_bias=[0])
    assert shown(valid, "conv2d").tolist() == [[12, 16], [24, 28]]
    same = opened(image, Conv2d(1, (2, 2), padding="same"), conv2d_weight=ones, conv2d_bias=[0])
    assert shown(same, "conv2d").tolist() == [[12, 16, 9], [24, 28, 15], [15, 17, 9]]


def test_true_convolution_in_one_dimension(opened: Open) -> None:
    """np.convolve([0, 1, 2, 3, 4], [1, −1, 2]): the kernel turned round, on the signal with two zeros on each side."""
    workspace = opened(
        [[0, 1, 2, 3, 4]], Conv1d(1, (3,), padding=(2,)), conv1d_weight=[[[1, -1, 2]]], conv1d_bias=[0]
    )
    workspace.steering.go("conv1d", (0, 0))
    workspace.work.view.flip.click()
    wait(lambda: workspace.frame.flipped)
    assert shown(workspace, "conv1d").tolist() == [0, 1, 1, 3, 5, 2, 8]


def test_max_pooling(opened: Open) -> None:
    workspace = opened(SIXTEEN, MaxPool2d(), Output("mean squared error"))
    assert shown(workspace, "maxpool2d").tolist() == [[7, 9], [8, 8]]
    assert backward(workspace) == 49.5
    assert shown(workspace, "maxpool2d").tolist() == [[3, 4], [3.5, 3.5]]
    assert shown(workspace, "x").tolist() == [[0, 0, 0, 0], [3, 0, 4, 0], [0, 0, 3.5, 0], [3.5, 0, 0, 0]]


def test_average_pooling(opened: Open) -> None:
    workspace = opened(SIXTEEN, AvgPool2d(), Output("mean squared error"))
    assert shown(workspace, "avgpool2d").tolist() == [[4, 5.25], [5.75, 5]]
    assert backward(workspace) == 16.40625
    out = [[1.5, 2.125], [2.375, 2]]
    assert shown(workspace, "avgpool2d").tolist() == out
    assert shown(workspace, "x").tolist() == (np.kron(out, np.ones((2, 2))) / 4).tolist()


def test_convolution_with_relu(opened: Open) -> None:
    layers = Conv2d(1, (2, 2)), ReLU(), Output("mean squared error")
    workspace = opened(NINE, *layers, conv2d_weight=KERNEL, conv2d_bias=[0])
    wanted = [[0.9292677, 1.2405912], [1.2405912, 1.6272811]]
    np.testing.assert_allclose(shown(workspace, "relu"), wanted, rtol=1e-7)
    assert backward(workspace) == pytest.approx(0.12856321, abs=5e-9)
    slopes = [[0.83250606, 0.75945675], [0.75945675, 0.4834994]]
    np.testing.assert_allclose(shown(workspace, "conv2d.weight"), slopes, rtol=2e-7)
    np.testing.assert_allclose(shown(workspace, "conv2d.bias"), 0.5188656, rtol=2e-7)
    workspace.steering.go("conv2d.weight", (0, 0, 0, 0))
    wait(lambda: workspace.frame.node == "conv2d.weight")
    assert workspace.work.step.isVisible()


def test_softmax(opened: Open) -> None:
    workspace = opened([1, 2, 3], Softmax())
    np.testing.assert_allclose(shown(workspace, "softmax"), [0.09003057, 0.24472847, 0.66524096], rtol=1e-7)
    assert "The largest logit, 3.000, is taken off" in workspace.work.view.sentence.text()
    large = opened([1000, 1001, 1002], Softmax())
    np.testing.assert_allclose(shown(large, "softmax"), [0.09003057, 0.24472847, 0.66524096], rtol=1e-6)
