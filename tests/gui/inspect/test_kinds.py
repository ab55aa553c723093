"""Every layer kind has a view that shows something and an account that closes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from cnnviz.explain import explain
from cnnviz.layers import LAYERS, Conv2d, Dense, Flatten, Input, ReLU
from cnnviz.layers.formula import WeightedSum
from cnnviz.model.graph import Graph, chain
from cnnviz.ui import numbers
from cnnviz.ui.inspect import closing, demo
from cnnviz.ui.inspect.account import lines
from cnnviz.ui.inspect.closing import exact
from cnnviz.ui.inspect.views import view_for
from cnnviz.ui.inspect.workpane import CHEVRON
from cnnviz.ui.inspect.workspace import InspectWorkspace
from tests.gui.inspect.hand import shades

Load = Callable[[Graph], InspectWorkspace]


def test_every_kind_shows_an_account_that_closes(load: Load, qapp: QApplication) -> None:
    """One window, a small graph per kind: its value, and one of every array inside it."""
    for kind in LAYERS:
        graph = demo.graph_for(kind)
        workspace = load(graph)
        if workspace.voxels.on:  # what is in space has tests of its own
            workspace.voxels.toggle()
        node = "layer" if "layer" in graph else "input"
        for array in (node, *workspace.frame.trace.internals(node)):
            workspace.steering.go(array, ())
            qapp.processEvents()
            _check_panes(workspace, array)


def _check_panes(workspace: InspectWorkspace, array: str) -> None:
    frame, card = workspace.frame, workspace.work.card
    about = (frame.layer, array)
    assert frame.node == array, about
    assert card.pill.text() == "closes", about
    assert card.sum.text() == exact(frame.explanation.result), about
    assert card.engine.text() == exact(float(frame.array[frame.index])), about
    assert card.line.text(), about
    assert workspace.work.view.isVisible(), about
    for pane in (workspace.work.view, workspace.input, workspace.output, workspace.lane):
        assert shades(pane) > 3, (*about, pane)


def test_the_numbers_of_a_narrow_card_are_small_but_whole(qapp: QApplication) -> None:
    card = closing.example()
    for width, small in ((640, False), (340, True), (640, False)):
        card.resize(width, 120)
        card.show()
        qapp.processEvents()
        assert bool(card.sum.property("small")) is small
        assert all(
            each.width() >= each.sizeHint().width() for each in (card.sum, card.engine, card.difference)
        )
    card.close()
    card.deleteLater()


@pytest.mark.parametrize("kind", list(LAYERS))
def test_demonstrates_itself(kind: str, qapp: QApplication) -> None:
    frame = demo.frame(kind)
    assert frame.explanation.closes
    view = view_for(frame)()
    view.show_frame(frame)
    view.resize(480, 320)
    assert shades(view) > 3
    view.deleteLater()


def test_an_unknown_formula_gets_the_plain_view(qapp: QApplication) -> None:
    """A sum without terms, as where no stamp of a transposed convolution reaches."""
    frame = demo.frame("relu")
    strange = replace(frame, explanation=replace(frame.explanation, formula=WeightedSum(())))
    assert view_for(strange).__name__ == "PlainView"
    view = view_for(strange)()
    view.show_frame(strange)
    assert view.rule.text() == frame.explanation.rule
    view.deleteLater()


# -- arrays inside a layer ------------------------------------------------------------------------------------


@pytest.fixture
def gates(load: Load) -> InspectWorkspace:
    """A convolutional LSTM on a video of five frames."""
    layer = LAYERS["conv_lstm2d"](units=3)
    workspace = load(demo.graph_of(layer, (2, 5, 6, 6)))
    workspace.steering.go("layer", (1, 3, 2, 4))
    return workspace


def test_tabs_choose_the_array_that_is_looked_at(gates: InspectWorkspace, qapp: QApplication) -> None:
    tabs = gates.output.arrays
    assert [tabs.tabText(at) for at in range(tabs.count())] == ["output", "i", "f", "g", "o", "c", "h"]
    for at in range(tabs.count()):
        tabs.setCurrentIndex(at)
        qapp.processEvents()
        assert gates.frame.inside == ("", "i", "f", "g", "o", "c", "h")[at]
        assert gates.frame.index == (1, 3, 2, 4)
        assert gates.work.card.pill.text() == "closes"
    assert gates.frame.arrays[-1] == "layer.h"


def test_a_gate_reads_the_frame_and_the_state_before(gates: InspectWorkspace, qapp: QApplication) -> None:
    gates.steering.look_at("layer.f")
    view = gates.work.view
    assert [reading.node for reading in gates.frame.readings] == ["input", "layer.h"]
    assert view.sources.count() == 2
    view.sources.setCurrentIndex(1)
    qapp.processEvents()
    assert view.blocks._reading.node == "layer.h"
    assert gates.input.reading.node == "layer.h"
    assert gates.input.picture.slice_at == 2
    assert gates.input.picture.slice.text() == "time 2 of 5"
    assert [chip.text() for chip in gates.work.chips if chip.isVisible()] == [f"c {CHEVRON}"]


def test_a_gated_value_has_two_factors_that_can_be_walked_to(gates: InspectWorkspace) -> None:
    gates.steering.look_at("layer.c")
    summand = gates.work.view.summands[0]
    assert len(summand.factors) == 2
    assert "·" in summand.value.text()
    summand._walk(1)
    assert (gates.frame.node, gates.frame.index) == ("layer.f", (1, 3, 2, 4))
    gates.steering.back()
    assert gates.frame.node == "layer.c"


def test_time_can_be_stepped(gates: InspectWorkspace) -> None:
    assert gates.bar.pixel.text() == "time 3, row 2, column 4"
    gates.steering.step_depth(1)
    assert gates.frame.index == (1, 4, 2, 4)
    assert gates.output.picture.slice.text() == "time 4 of 5"
    sample = gates.frame.trace.activations["input"]
    assert np.allclose(gates.side.sample.picture._array, sample[:, 4].mean(axis=0))


def test_layers_are_stepped_from_an_array_inside(gates: InspectWorkspace) -> None:
    gates.steering.look_at("layer.c")
    assert gates.lane.shown[1].array == "layer.c"
    gates.steering.step_layer(-1)
    assert gates.frame.node == "input"


def test_a_sampler_says_where_it_fetches_from(load: Load) -> None:
    workspace = load(demo.graph_for("affine_sampler"))
    workspace.steering.go("layer", (0, 4, 4))
    view = workspace.work.view
    assert "is fetched from" in view.sentence.text()
    view.thetas[2].click()
    assert (workspace.frame.node, workspace.frame.index) == ("theta", (2,))


def test_a_table_marks_the_row_of_the_token(load: Load) -> None:
    workspace = load(chain([Input(shape=(6,)), LAYERS["embedding"](tokens=5, dimension=3)]))
    workspace.steering.go("embedding1", (2, 4))
    assert workspace.work.view.table.selected == (0, 2)
    assert workspace.work.card.line.text().startswith("table[0, 2] = ")


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
    workspace.voxels.toggle()  # from the volume in space to the flat panes
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


def test_a_value_that_reads_nothing_says_so(load: Load) -> None:
    """The first logits of capsule routing are zero by definition."""
    workspace = load(demo.graph_for("capsule_routing"))
    workspace.steering.go("layer.b_1", (2, 3))
    assert workspace.work.card.line.text() == "0.000"
    assert workspace.work.card.pill.text() == "closes"
    assert workspace.input.nothing.isVisible()
    assert "reads no other" in workspace.input.nothing._sentence.text()


def test_gates_are_shown_from_shut_to_open(gates: InspectWorkspace) -> None:
    gates.steering.look_at("layer.i")
    assert gates.frame.colormap("layer.i") == "gate"
    assert gates.frame.limits("layer.i", gates.frame.output[0]) == (0.0, 1.0)
    assert gates.frame.colormap("layer.g") == gates.frame.colormap("layer.c") == "value"


def test_what_passes_unchanged_names_its_origin(load: Load) -> None:
    workspace = load(chain([Input(shape=(1, 4, 4)), LAYERS["pad"]()]))
    node = workspace.frame.trace.graph.summary().rows[-1].name
    workspace.steering.go(node, (0, 2, 3))
    view = workspace.work.view
    assert f"{node}[0,2,3] = input[0,1,2]" in view.formula.accessibleName()
    assert not view.curve.isVisible()
    workspace.steering.go(node, (0, 0, 0))
    assert "filled with zeros" in view.sentence.text()
    assert workspace.work.card.pill.text() == "closes"
