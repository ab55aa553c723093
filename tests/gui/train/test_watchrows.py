"""Which maps of the pinned image are shown, and in which range."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnnviz.events import Watched
from cnnviz.layers import Conv2d, Dense, Flatten, Input, MaxPool2d, ReLU, Softmax
from cnnviz.model.graph import chain
from cnnviz.templates import template
from cnnviz.ui.train.watchrows import (
    KERNELS,
    LEAD,
    MOST_ROWS,
    Row,
    fitting,
    mosaic,
    picture_of,
    rounded_up,
    rows,
)


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
    "name", ["two-sines", "mnist-rows", "resnet14-3d", "convlstm-many", "ae-64", "fc-lstm"]
)
def test_sequences_volumes_and_films_are_seen_too(name: str) -> None:
    graph = template(name).graph
    dice = np.random.default_rng(0)
    maps = {row.name: dice.normal(size=row.shape or (1,)).astype(np.float32) for row in graph.summary().rows}
    found = rows(graph, [Watched(1, maps[graph.summary().input], maps, np.zeros(0, np.float32))])
    assert 1 <= len(found) <= MOST_ROWS
    assert all(row.maps[0].ndim == 2 and row.maps[0].size for row in found)


def test_slices_of_a_volume_stand_in_two_lines() -> None:
    volume = np.arange(2 * 8 * 3 * 5, dtype=np.float32).reshape(2, 8, 3, 5)
    picture = picture_of(volume, 1)
    assert picture.shape == (6, 10)
    assert np.array_equal(picture[:3, :5], volume[1, 0])
    assert np.array_equal(picture[3:, 5:], volume[1, 7])


def test_kernels_come_first_and_show_every_weight() -> None:
    graph, maps = template("t10").graph, moment(1).maps
    kernels = np.arange(1, 1 + 5 * 9, dtype=np.float32).reshape(5, 1, 3, 3)
    seen = Watched(1, maps["input"], maps, np.full(10, 0.1, np.float32), {"conv1": kernels})
    first = rows(graph, [seen, seen])[0]
    assert (first.node, first.map, first.reach) == ("conv1", KERNELS, 45.0)
    assert first.maps[0].shape == (7, 11)
    assert set(first.maps[0][first.maps[0] > 0].tolist()) == set(kernels.ravel().tolist())
    assert mosaic(np.ones((4, 2, 7), np.float32)).shape == (4, 7)


@pytest.mark.parametrize(
    ("reach", "shown"), [(0.0, 1.0), (1.0, 1.0), (1.01, 1.1), (0.0234, 0.024), (99.1, 100.0), (np.inf, 1.0)]
)
def test_ranges_have_two_digits_and_never_cut_a_value_off(reach: float, shown: float) -> None:
    assert rounded_up(reach) == pytest.approx(shown)


@pytest.mark.parametrize(
    ("largest", "before", "shown"),
    [(0.9, 0.0, 0.9), (0.9, 1.0, 1.0), (1.0, 1.0, 1.0), (1.01, 1.0, 1.2), (0.61, 1.0, 1.0), (0.5, 1.0, 0.55)],
)
def test_a_range_stays_while_the_values_fit_and_fill_it(largest: float, before: float, shown: float) -> None:
    assert fitting(largest, before) == pytest.approx(shown)
    assert fitting(largest, before) >= largest


def test_a_row_keeps_its_range_from_look_to_look() -> None:
    graph = template("t10").graph
    first, later = moment(1), moment(2)
    before = rows(graph, [first])
    shrunk = replace(later, maps={name: 0.8 * values for name, values in first.maps.items()})
    assert [row.reach for row in rows(graph, [shrunk], before)] == [row.reach for row in before]
    assert [row.reach for row in rows(graph, [shrunk])] != [row.reach for row in before]
