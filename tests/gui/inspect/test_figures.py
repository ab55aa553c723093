"""Pictures made for one kind of arithmetic: passages, spreads, sampling grids, arrays side by side."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from cnnviz.layers import LAYERS, AffineSampler, Dense, Flatten, Input
from cnnviz.model.graph import Graph, chain
from cnnviz.ui.inspect import demo
from cnnviz.ui.inspect.cells import wrapped
from cnnviz.ui.inspect.figures.bands import Bands
from cnnviz.ui.inspect.figures.samplinggrid import SamplingGrid
from cnnviz.ui.inspect.figures.spread import Spread
from cnnviz.ui.inspect.figures.strip import Strip, inside
from cnnviz.ui.inspect.workspace import InspectWorkspace
from tests.gui.inspect.hand import click, press, shades

Load = Callable[[Graph], InspectWorkspace]
PASSING = ("pad", "crop", "flatten", "reshape", "permute", "concat", "dropout", "gaussian_noise", "upsample")


@pytest.mark.parametrize("kind", PASSING)
def test_what_passes_on_is_shown_on_both_maps(kind: str, load: Load) -> None:
    workspace = load(demo.graph_for(kind))
    workspace.steering.go("layer", ())
    passage, frame = workspace.work.view.passage, workspace.frame
    assert passage.isVisible()
    value = float(frame.array[frame.index])
    for factor in (passage.source, passage.target):
        assert factor.map._array[factor.map.selected] == pytest.approx(value)
    passage.source.map.clicked.emit(0, 0)
    assert workspace.frame.node == frame.readings[0].node
    assert float(workspace.frame.array[workspace.frame.index]) == pytest.approx(value)


def test_what_is_padding_has_no_source(load: Load) -> None:
    workspace = load(demo.graph_for("pad"))
    workspace.steering.go("layer", (0, 0, 0))
    assert not workspace.work.view.passage.source.isVisible()
    assert workspace.work.view.passage.target.isVisible()


def test_a_long_vector_stands_in_lines() -> None:
    picture = wrapped(np.arange(30.0))
    assert picture.shape == (5, 6)
    assert np.array_equal(picture.ravel()[:30], np.arange(30.0))
    assert wrapped(np.arange(31.0)).shape == (6, 6)
    assert np.isnan(wrapped(np.arange(31.0))[-1, -1])
    assert wrapped(np.arange(4.0)).shape == (1, 4)


# -- normalisation --------------------------------------------------------------------------------------------


def test_a_norm_shows_its_channel_among_all(load: Load) -> None:
    workspace = load(demo.graph_for("batchnorm"))
    workspace.steering.go("layer", (2, 5, 5))
    view, trace = workspace.work.view, workspace.frame.trace
    assert np.array_equal(view.spread._values, trace.activations["input"][2].ravel())
    assert np.array_equal(view.bands._means, trace.parameters["layer"]["running_mean"])
    before = workspace.frame.index
    click(view.bands, QPointF(46 + 0.5 * view.bands.step, 30))
    assert workspace.frame.index == (0, *before[1:])


def test_a_layer_norm_shows_what_is_normalised_together(load: Load) -> None:
    workspace = load(demo.graph_for("layer_norm"))
    workspace.steering.go("layer", (1, 2, 3))
    view = workspace.work.view
    assert not view.bands.isVisible()
    assert np.allclose(
        np.sort(view.spread._values), np.sort(workspace.frame.trace.activations["input"].ravel())
    )
    known = {each.name: each.value for each in workspace.frame.explanation.constants}
    assert view.spread._mean == known["mean"]


def test_a_spread_of_what_is_no_number_stays_whole(qapp: QApplication) -> None:
    widget = Spread()
    widget.resize(300, 160)
    widget.show_values(np.array([np.nan, np.inf, 1.0]), 1.0, 0.0, 1.0)
    assert shades(widget) > 2
    widget.show_values(np.zeros(0), float("nan"), 1.0, 0.0)
    widget.grab()
    widget.deleteLater()


def test_bands_of_no_channel_are_empty(qapp: QApplication) -> None:
    widget = Bands()
    widget.resize(200, 80)
    widget.grab()
    widget.show_statistics(np.array([0.0, np.nan]), np.array([1.0, 1.0]), 1)
    assert shades(widget) > 1
    widget.deleteLater()


# -- spatial transformer --------------------------------------------------------------------------------------


def test_a_sampling_grid_marks_the_neighbours(qapp: QApplication) -> None:
    shown = demo.frame("affine_sampler")
    grid = SamplingGrid()
    grid.resize(320, 240)
    grid.show_frame(shown)
    row, column = (each.value for each in shown.explanation.constants[:2])
    assert "fetched from row" in grid.accessibleName()
    assert shades(grid) > 10
    assert np.isfinite((row, column)).all()
    grid.deleteLater()


def test_the_grid_of_the_identity_covers_the_picture(load: Load) -> None:
    """With the six numbers of the identity, every pixel is fetched from its own place, with a share of 1."""
    graph = Graph().add(Input((1, 6, 6)), "input").add(Flatten(), "flatten", after="input")
    graph = graph.add(LAYERS["affine_parameters"](), "theta", after="flatten")
    graph = graph.add(AffineSampler(), "layer").connect("input", "layer", 0).connect("theta", "layer", 1)
    workspace = load(graph)
    workspace.steering.go("layer", (0, 2, 3))
    row, column = (each.value for each in workspace.frame.explanation.constants[:2])
    assert (row, column) == pytest.approx((2, 3), abs=1e-4)
    assert workspace.work.view.grid.isVisible()


# -- arrays side by side --------------------------------------------------------------------------------------


def test_gates_stand_side_by_side(qapp: QApplication) -> None:
    tiles = inside(demo.frame("conv_lstm2d"))
    assert [tile.name for tile in tiles] == ["i", "f", "g", "o", "c", "h", "output"]
    assert {tile.colormap for tile in tiles[:2]} == {"gate"}
    trace = demo.trace("conv_lstm2d")
    for tile in tiles:
        assert tile.value == trace.activations[tile.node][tile.index]


def test_routing_shows_every_round(qapp: QApplication) -> None:
    shown = demo.frame("capsule_routing")
    tiles = {tile.name: tile for tile in inside(shown)}
    assert [name for name in tiles if name.startswith("c_")] == ["c_1", "c_2", "c_3"]
    assert np.array_equal(tiles["c_3"].picture, shown.trace.activations["layer.c_3"])
    assert tiles["length" if "length" in tiles else "v_3"].value == pytest.approx(tiles["output"].value)


def test_a_tile_leads_to_its_array(load: Load) -> None:
    workspace = load(demo.graph_for("lstm"))
    workspace.resize(1440, 1100)
    workspace.steering.go("layer", (1, 3))
    strip: Strip = workspace.work.inside
    assert strip.isVisible()
    click(strip, strip.rect_of(1).center())
    assert (workspace.frame.node, workspace.frame.index) == ("layer.f", (1, 3))
    strip = workspace.work.inside
    strip.setFocus()
    press(strip, Qt.Key.Key_Right)
    assert workspace.frame.node == "layer.g"


def test_most_layers_keep_nothing_inside(load: Load) -> None:
    workspace = load(demo.graph_for("conv2d"))
    workspace.steering.go("layer", ())
    assert not workspace.work.inside.isVisible()


# -- dense ----------------------------------------------------------------------------------------------------


def test_the_weights_of_all_units_are_one_picture(load: Load) -> None:
    workspace = load(chain([("x", Input((12,))), ("layer", Dense(5))]))
    workspace.steering.go("layer", (1,))
    view = workspace.work.view
    view.shown.set_value("matrix")
    view.refresh()
    assert np.array_equal(view.matrix._array, workspace.frame.trace.parameters["layer"]["weight"])
    view.matrix.clicked.emit(3, 0)
    assert workspace.frame.index == (3,)
