"""Which maps of the pinned image are shown, and in which range."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.events import Watched
from cnnviz.layers import Conv2d, Dense, Flatten, Input, MaxPool2d, ReLU, Softmax
from cnnviz.model.graph import chain
from cnnviz.templates import template
from cnnviz.ui.train.watchrows import LEAD, Row, rounded_up, rows


def moment(step: int, **strengths: tuple[float, ...]) -> Watched:
    """Return maps of T10 that are constant, except that some layers' first maps have these values."""
    maps = {
        row.name: np.full(row.shape or (1,), 0.1, np.float32) for row in template("t10").graph.summary().rows
    }
    for node, values in strengths.items():
        for number, value in enumerate(values):
            maps[node][number] = value
    return Watched(step, maps["input"], maps, np.full(10, 0.1, np.float32))


def test_a_row_shows_the_strongest_map_in_one_range_for_all_moments() -> None:
    found = rows(template("t10").graph, [moment(1, relu1=(9, 1, 2.34)), moment(9, relu1=(0, 0, 1))])
    row = next(row for row in found if row.node == "relu1")
    assert row.map == 2
    assert [float(values.max()) for values in row.maps] == pytest.approx([2.34, 1.0])
    assert row.reach == pytest.approx(2.4)


def test_a_shown_map_stays_until_another_one_is_clearly_stronger() -> None:
    graph = template("t10").graph
    before = rows(graph, [moment(1, relu1=(1.0, 0.9))])
    a_little = rows(graph, [moment(2, relu1=(1.0, 0.98 * LEAD))], before)
    clearly = rows(graph, [moment(3, relu1=(1.0, 1.02 * LEAD))], a_little)
    assert [row.map for row in (before[0], a_little[0], clearly[0])] == [0, 0, 1]


def test_a_small_network_shows_several_maps_of_a_layer_each_in_its_place() -> None:
    layers = [Input(), Conv2d(out_channels=8), ReLU(), MaxPool2d(), Flatten(), Dense(), Softmax()]
    graph = chain(layers)
    shapes = {row.name: row.shape for row in graph.summary().rows}

    def watched(*strengths: float) -> Watched:
        maps = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
        for number, value in enumerate(strengths):
            maps["relu1"][number] = value
        return Watched(1, maps["input"], maps, np.full(10, 0.1, np.float32))

    def shown(found: list[Row]) -> list[int]:
        return [row.map for row in found if row.node == "relu1"]

    first = rows(graph, [watched(1, 3, 2)])
    assert [row.node for row in first] == ["relu1", "relu1", "pool1", "pool1"]
    assert shown(first) == [1, 2]
    assert shown(rows(graph, [watched(9, 3, 2)], first)) == [1, 0]
    assert shown(rows(graph, [watched(9, 1, 8)], first)) == [0, 2]


@pytest.mark.parametrize(
    ("reach", "shown"), [(0.0, 1.0), (1.0, 1.0), (1.01, 1.1), (0.0234, 0.024), (99.1, 100.0), (np.inf, 1.0)]
)
def test_ranges_have_two_digits_and_never_cut_a_value_off(reach: float, shown: float) -> None:
    assert rounded_up(reach) == pytest.approx(shown)
