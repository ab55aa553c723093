"""Every layer kind has a view that shows something and an account that closes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from cnnviz.explain import explain
from cnnviz.layers import LAYERS, Conv2d, Dense, Flatten, Input, ReLU
from cnnviz.model.graph import Graph, chain
from cnnviz.ui import numbers
from cnnviz.ui.inspect import demo
from cnnviz.ui.inspect.account import lines
from cnnviz.ui.inspect.closing import exact
from cnnviz.ui.inspect.views import View, view_for
from cnnviz.ui.inspect.workspace import InspectWorkspace
from tests.gui.inspect.hand import shades

Load = Callable[[Graph], InspectWorkspace]
SHAPES = {"1d": (5, 12), "2d": (4, 9, 9), "3d": (2, 5, 6, 7)}


def graph_of(kind: str) -> Graph:
    shape = SHAPES.get(kind[-2:], (24,) if kind == "dense" else SHAPES["2d"])
    return demo.graph_of(LAYERS[kind](), shape if kind != "input" else (1, 28, 28))


@pytest.mark.parametrize("kind", list(LAYERS))
def test_shows_an_account_that_closes(kind: str, load: Load, qapp: QApplication) -> None:
    graph = graph_of(kind)
    workspace = load(graph)
    node = "layer" if "layer" in graph else "input"
    workspace.steering.go(node, ())
    qapp.processEvents()
    frame, card = workspace.frame, workspace.work.card
    assert frame is not None
    assert frame.node == node
    assert card.pill.text() == "closes"
    assert card.sum.text() == exact(frame.explanation.result)
    assert card.engine.text() == exact(float(frame.array[frame.index]))
    assert card.line.text()
    assert isinstance(workspace.work.view, View)
    for pane in (workspace.work.view, workspace.input, workspace.output):
        assert shades(pane) > 3, pane


@pytest.mark.parametrize("kind", list(LAYERS))
def test_demonstrates_itself(kind: str, qapp: QApplication) -> None:
    frame = demo.frame(kind)
    assert frame.explanation.closes
    view = view_for(frame.layer)()
    view.show_frame(frame)
    view.resize(480, 320)
    assert shades(view) > 3
    view.deleteLater()


def test_an_unknown_kind_gets_the_plain_view(qapp: QApplication) -> None:
    class Strange(ReLU):
        kind, group = "", "Strange"

    assert view_for(Strange()).__name__ == "PlainView"


def test_a_corrupted_engine_value_is_told(load: Load, session: object, qapp: QApplication) -> None:
    workspace = load(chain([Input(shape=(1, 8, 8)), ("conv1", Conv2d())]))
    trace = workspace.frame.trace
    trace.activations["conv1"][2, 3, 3] += 0.5
    workspace.steering.go("conv1", (2, 3, 3))
    assert workspace.work.card.pill.text() == "does not close"
    assert workspace.work.card.pill.property("tone") == "err"


def test_a_dense_layer_reads_maps_that_were_flattened(load: Load) -> None:
    layers = [Input(shape=(3, 6, 6)), ReLU(), Flatten(), ("dense1", Dense(units=4))]
    workspace = load(chain(layers))
    workspace.steering.go("dense1", (2,))
    reading = workspace.frame.readings[0]
    assert reading.folded
    assert reading.maps.shape == (3, 1, 6, 6)
    assert np.array_equal(reading.maps[:, 0], workspace.frame.trace.activations["relu1"])
    weight = workspace.frame.trace.parameters["dense1"]["weight"]
    assert np.allclose(reading.weights.ravel(), weight[2])
    cell = (1, 0, 4, 5)
    index = reading.index(cell)
    assert index is not None
    assert workspace.frame.trace.activations["flatten"][index] == reading.values[cell]


def test_a_volume_has_one_plane_of_products_per_slice(load: Load) -> None:
    graph = demo.graph_of(LAYERS["conv3d"](padding="same"), (2, 5, 6, 7))
    workspace = load(graph)
    workspace.steering.go("layer", (1, 2, 3, 4))
    blocks = workspace.work.view.blocks.blocks()
    assert (blocks.depth, blocks.rows, blocks.columns) == (3, 3, 3)
    assert workspace.input.picture.slider.isVisible()
    assert workspace.output.picture.slice_at == 2
    workspace.steering.step_depth(1)
    assert workspace.frame.index == (1, 3, 3, 4)
    assert workspace.output.picture.slice_at == 3


def test_ties_of_a_maximum_are_named(load: Load) -> None:
    workspace = load(demo.graph_of(LAYERS["maxpool2d"](), (1, 4, 4)))
    workspace.frame.trace.activations["input"][:] = 0.25
    workspace.frame.trace.activations["layer"][:] = 0.25
    workspace.steering.go("layer", (0, 1, 0))
    assert "equally large" in workspace.work.view.sentence.text()


def test_normalisation_fills_in_its_numbers(load: Load) -> None:
    workspace = load(demo.graph_of(LAYERS["batchnorm"](), (3, 4, 4)))
    workspace.steering.go("layer", (1, 2, 2))
    spoken = workspace.work.view.formula.accessibleName()
    x = float(workspace.frame.trace.activations["input"][1, 2, 2])
    assert numbers.fixed(x, 3) in spoken
    assert numbers.fixed(workspace.frame.explanation.result, 3) in spoken


def test_softmax_shows_the_logits_and_their_shares(load: Load) -> None:
    workspace = load(demo.graph_of(LAYERS["softmax"](), (6,)))
    workspace.steering.go("layer", (4,))
    account = explain(workspace.frame.trace, "layer", (4,))
    spoken = workspace.work.view.formula.accessibleName()
    assert numbers.fixed(float(account.parts[0].values[4]), 3) in spoken
    assert numbers.fixed(account.sum, 3) in spoken


def test_a_window_too_large_for_numbers_is_a_picture(load: Load, qapp: QApplication) -> None:
    workspace = load(demo.graph_of(LAYERS["globalmaxpool"](), (3, 96, 96)))
    workspace.steering.go("layer", (1,))
    qapp.processEvents()
    blocks = workspace.work.view.blocks
    assert blocks.blocks().width <= blocks.viewport().width() + 1
    assert workspace.work.card.pill.text() == "closes"
    assert len(blocks._marked) == 1


def test_a_dense_layer_of_thousands_names_its_strongest_inputs(load: Load) -> None:
    workspace = load(chain([Input(shape=(3000,)), ("dense1", Dense(units=3))]))
    workspace.steering.go("dense1", (1,))
    products = workspace.frame.readings[0].products.ravel()
    shown = lines(workspace.frame)
    best = int(np.abs(products).argmax())
    assert shown[0].label == f"input[{best}]"
    assert shown[0].value == products[best]
    assert shown[15].label == "2985 others"
    assert sum(line.value for line in shown) == pytest.approx(workspace.frame.explanation.sum)
