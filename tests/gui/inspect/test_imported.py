"""A residual network read from another program's file is looked into like one's own, in every direction."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cnnviz.events import Answer
from cnnviz.explain.attribution import METHODS, Question, Target
from cnnviz.explain.backward import explain_gradient
from cnnviz.model.whatif import Cell
from cnnviz.ui.inspect.asking import ideals
from cnnviz.ui.inspect.asking.pane import AskPane
from cnnviz.ui.inspect.workspace import InspectWorkspace
from cnnviz.ui.state import Session
from cnnviz.ui.state.exchange import Exchange
from tests.contract.exchange.foreign import drawn, model, written
from tests.gui.rooms import wait

LAYERS = ["x", "conv", "relu", "conv_2", "add", "relu_2", "pool", "dense"]


@pytest.fixture(scope="module")
def residual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An ONNX file with a short cut around a convolution, and no softmax at its end."""
    window = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
    steps = [
        ("Conv", ["x", "stem"], {**window, "strides": [2, 2]}),
        ("Relu", ["v0"], {}),
        ("Conv", ["v1", "inner", "offset"], window),
        ("Add", ["v2", "v1"], {}),
        ("Relu", ["v3"], {}),
        ("GlobalAveragePool", ["v4"], {}),
        ("Flatten", ["v5"], {}),
        ("Gemm", ["v6", "head", "last"], {"transB": 1}),
    ]
    arrays = {
        "stem": drawn(6, 1, 3, 3),
        "inner": drawn(6, 6, 3, 3, seed=1),
        "offset": drawn(6, seed=2),
        "head": drawn(10, 6, seed=3),
        "last": drawn(10, seed=4),
    }
    return written(tmp_path_factory.mktemp("foreign") / "residual.onnx", model(steps, (1, 28, 28), arrays))


@pytest.fixture
def imported(session: Session, workspace: InspectWorkspace, residual: Path) -> InspectWorkspace:
    session.material.wanted = "mnist"  # which an import keeps: here the few digits stand for it
    Exchange(session).read_network(residual)
    wait(lambda: workspace.frame is not None and session.looking.settled)
    assert session.looking.origin == "imported from residual.onnx"
    return workspace


def answered(workspace: InspectWorkspace, title: str) -> AskPane:
    """Ask a question of the Ask page, and wait for what it shows."""
    workspace.asking.show(title)
    pane = workspace.asking.page.stack.currentWidget()
    assert isinstance(pane, AskPane)
    wait(lambda: not pane.inquiry.busy and pane._pages.currentWidget() is not pane.nothing)
    return pane


def test_every_layer_is_explained_forwards_and_backwards(
    session: Session, imported: InspectWorkspace
) -> None:
    trace, chance = session.looking.trace, np.random.default_rng(5)
    assert [row.name for row in trace.graph.summary().rows] == LAYERS
    assert len(imported.side.probabilities.bars._values) == 10
    places = {name: tuple(chance.integers(trace.activation(name).shape).tolist()) for name in LAYERS}
    for name, place in places.items():
        imported.steering.go(name, place)
        wait(lambda: imported.frame.node == name)  # noqa: B023 (waited for before it changes)
        assert imported.work.card.pill.text() == "closes"
    session.looking.set_backward(True)
    wait(lambda: imported.frame.backward)
    slopes = session.looking.slopes
    for name, place in places.items():
        assert explain_gradient(imported.frame.values, slopes, name, place).closes
    imported.steering.go("conv_2.weight", (2, 3, 0, 1))
    wait(lambda: imported.frame.node == "conv_2.weight")
    assert imported.work.card.pill.text() == "closes"


def test_the_whole_network_is_asked(
    session: Session, imported: InspectWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ideals, "STEPS", 8)
    imported.steering.go("add", (1, 5, 5))
    names = [node.name for node in session.document.graph]
    assert [bar.name for bar in answered(imported, "Probes").bars.bars] == names
    assert answered(imported, "Code map").code.node == "add"
    answered(imported, "Mistakes")
    for title in ("Ideal input", "Filters", "Similarity"):
        assert "add" in str(answered(imported, title).wanted())


def test_what_an_answer_rests_on(session: Session, imported: InspectWorkspace) -> None:
    trace = session.looking.trace
    for method in METHODS:
        *_, last = session.services.attribute(
            trace, Question(method, Target("dense", (3,)), steps=4, stride=14)
        )
        assert isinstance(last, Answer)
        assert np.isfinite(last.value.map).all()
        assert last.value.map.any() or method == "deconvnet"


def test_what_if_and_the_network_as_it_was_beside_it(session: Session, imported: InspectWorkspace) -> None:
    before, inner = (session.looking.trace.activation(name).copy() for name in ("dense", "conv_2"))
    imported.whatif.changes.set_cell(Cell("conv_2", "weight", (1, 0, 2, 2)), 3.0)
    imported.whatif.changes.mute("add", 4)
    wait(lambda: session.looking.settled and "add_alt" in session.looking.trace.activations)
    seen = session.looking.trace
    assert not seen.activation("add_alt")[4].any()
    assert not np.array_equal(seen.activation("dense"), before)
    place = tuple(int(at) for at in np.argwhere(seen.activation("conv_2") != inner)[0])
    imported.steering.go("conv_2", place)
    imported.beside.toggle()
    wait(lambda: imported.beside.rival.trace is not None and imported.beside.second._frame is not None)
    first, second = imported.beside.first._frame, imported.beside.second._frame
    assert (second.node, second.index) == ("conv_2", place)
    assert np.array_equal(imported.beside.rival.trace.activation("dense"), before)
    assert first.explanation.closes
    assert second.explanation.closes
    assert first.explanation.result != second.explanation.result
    imported.beside.toggle()
    for _ in range(2):
        session.document.undo()
    wait(lambda: session.looking.settled and "add_alt" not in session.looking.trace.activations)
    assert np.array_equal(session.looking.trace.activation("dense"), before)
