"""ONNX files of networks give what the engine gives (onnxruntime), have its parameters, and come back as they were."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from cnnviz.engine.build import build
from cnnviz.engine.exchange.onnx_reading import read_onnx
from cnnviz.engine.exchange.onnx_writing import to_onnx
from cnnviz.errors import FileError
from cnnviz.layers import (
    AdaptiveAvgPool,
    AvgPool2d,
    BatchNorm,
    Conv2d,
    Dense,
    Dropout,
    Flatten,
    GlobalAvgPool,
    Input,
    LeakyReLU,
    MaxPool2d,
    Output,
    ReLU,
    Softmax,
)  # fmt: skip
from cnnviz.model.graph import Graph, chain
from cnnviz.templates import TEMPLATES
from tests.contract.exchange.foreign import module_of


def mixed() -> Graph:
    """Return a network with odd paddings, statistics, and everything that is gone after training."""
    return chain([
        Input((2, 9, 9)), Conv2d(4, (2, 2), padding="same"), BatchNorm(), LeakyReLU(0.2),
        AvgPool2d((3, 3), (2, 2), "same"), MaxPool2d(padding="same"), Dropout(), Flatten(), Dense(5), Softmax(),
    ])  # fmt: skip


def branched() -> Graph:
    """Return a network with two inputs and two outputs."""
    graph = Graph(title="branched").add(Input((3,)), "left").add(Input((2, 4, 4)), "right")
    graph = (
        graph.add(Dense(4), "a", after="left")
        .add(GlobalAvgPool(), "b", after="right")
        .add(Dense(4), "c", after="b")
    )
    graph = graph.add(Output(), "first", after="a").add(ReLU(), "r", after="c")
    return graph.add(Output("none"), "second", after="r")


def assert_same_answers(graph: Graph, content: bytes) -> None:
    module, report = build(graph, seed=3).eval(), graph.summary()
    samples = [torch.rand(3, *(report.row(name).shape or ())) for name in report.inputs]
    with torch.no_grad():
        expected = module(*samples)
    session = onnxruntime.InferenceSession(content)
    names = [each.name for each in session.get_inputs()]
    assert names == list(report.inputs)
    found = session.run(None, {name: each.numpy() for name, each in zip(names, samples, strict=True)})
    for one, other in zip(found, expected if isinstance(expected, tuple) else (expected,), strict=True):
        scale = float(other.abs().max())
        np.testing.assert_allclose(one, other.numpy(), rtol=1e-5, atol=1e-5 * scale)


GRAPHS = {
    "mixed": mixed(),
    "t9-stride": TEMPLATES["t9-stride"].graph,
    "t15": TEMPLATES["t15"].graph,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", list(GRAPHS))
def test_networks_go_there_and_back(name: str, tmp_path: Path) -> None:
    graph = GRAPHS[name]
    module = build(graph, seed=3).eval()
    content = to_onnx(module)
    assert_same_answers(graph, content)
    (tmp_path / "net.onnx").write_bytes(content)
    found = read_onnx(tmp_path / "net.onnx")
    ours, theirs = graph.summary(), found.graph.summary()
    assert (theirs.trainable, theirs.non_trainable) == (ours.trainable, ours.non_trainable)
    x = torch.rand(3, *(ours.row(ours.input).shape or ()))
    with torch.no_grad():
        torch.testing.assert_close(module_of(found)(x), module(x), rtol=1e-5, atol=1e-6)


@pytest.mark.slow
def test_several_inputs_and_outputs_keep_their_names_and_order() -> None:
    graph = branched()
    assert_same_answers(graph, to_onnx(build(graph, seed=3)))


@pytest.mark.slow
def test_what_onnx_can_not_say_is_named() -> None:
    graph = chain([Input((6, 3, 3, 3)), ReLU(), ("odd", AdaptiveAvgPool((2,))), Flatten(), Dense(2)], "net")
    with pytest.raises(FileError, match=r"odd \(Adaptive average\)"):
        to_onnx(build(graph))
