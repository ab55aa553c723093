"""The parts of the canvas that need no hand: routes, faces, layouts, searches."""

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from cnnviz.errors import GraphError
from cnnviz.layers import (
    LAYERS,
    BatchNorm,
    CapsuleLength,
    CapsuleRouting,
    Conv2d,
    Dense,
    Flatten,
    Input,
    MaxPool2d,
    PrimaryCapsules,
    ReLU,
    Softmax,
)
from cnnviz.model.check import check
from cnnviz.model.graph import Edge, Graph, chain
from cnnviz.model.placing.layout import tidy
from cnnviz.model.recipe import Recipe
from cnnviz.model.table import channels_last, to_text
from cnnviz.ui import numbers
from cnnviz.ui.build.arrange import best_layout
from cnnviz.ui.build.canvas.places import CARD_HEIGHT, CARD_WIDTH
from cnnviz.ui.build.canvas.scene import CanvasScene
from cnnviz.ui.build.canvas.suggestions import FOLLOWS, family, follows, grouped, ranked
from cnnviz.ui.build.cards import cardpaint, mappaint
from cnnviz.ui.build.cards.faces import faces
from cnnviz.ui.build.cards.routing import is_clear, route
from cnnviz.ui.build.cards.strips import strip
from cnnviz.ui.build.gestures import edits
from cnnviz.ui.build.strip.amounts import memory
from cnnviz.ui.build.strip.sight import sight
from cnnviz.ui.build.wording import told


def small() -> Graph:
    return tidy(
        chain([Input(), Conv2d(8, padding="same"), ReLU(), MaxPool2d(), Flatten(), Dense(10), Softmax()])
    )


# -- routes -----------------------------------------------------------------------------------------------------------


def test_a_wire_straight_down_has_no_corners() -> None:
    assert route((0, 0), (0, 80), ()) == ((0, 0), (0, 80))


def test_a_wire_runs_around_the_card_between() -> None:
    card = (-120.0, 100.0, 120.0, 200.0)
    path = route((0.0, 0.0), (0.0, 300.0), [card])
    assert path[0] == (0, 0)
    assert path[-1] == (0, 300)
    assert is_clear(path, [card])
    assert not is_clear([(0.0, 0.0), (0.0, 300.0)], [card])


def test_a_wire_to_the_next_column_runs_up_between_the_columns() -> None:
    cards = [(-120.0, -108.0, 120.0, 0.0), (248.0, -500.0, 488.0, -392.0)]
    path = route((0.0, 0.0), (368.0, -500.0), cards)
    assert is_clear(path, cards)
    assert any(120 < x < 248 for x, _ in path[1:-1])


def test_every_part_of_a_route_is_straight() -> None:
    rng = np.random.default_rng(3)
    for _ in range(200):
        a, b = (tuple(float(v) for v in rng.integers(-600, 600, 2)) for _ in range(2))
        corners = [tuple(float(v) for v in rng.integers(-500, 500, 2)) for _ in range(4)]
        cards = [(x, y, x + CARD_WIDTH, y + CARD_HEIGHT) for x, y in corners]
        path = route(a, b, cards)  # type: ignore[arg-type]
        assert path[0] == a
        assert path[-1] == b
        assert all(p[0] == q[0] or p[1] == q[1] for p, q in pairwise(path))


# -- what cards say ---------------------------------------------------------------------------------------------------


def test_a_card_sums_up_its_chips() -> None:
    graph = chain([Input(), Conv2d(8, padding="same"), BatchNorm(), ReLU()])
    card = faces(graph, check(graph), "keras").cards["conv1"]
    assert card.footer == "96 params"
    assert card.macs == "56 k MACs"
    assert [chip.text for chip in card.chips] == ["BN", "ReLU"]
    assert card.tail == "relu1"


def test_shapes_follow_the_users_axis_order() -> None:
    graph = small()
    for order, label in (("keras", "28×28×8"), ("pytorch", "8×28×28")):
        assert faces(graph, check(graph), order).wires[Edge("relu1", "pool1", 0)].label == label  # type: ignore[arg-type]
    assert told("16×14×14 arrives, 3×3 window", ((16, 14, 14),), "keras") == "14×14×16 arrives, 3×3 window"


def test_capsules_are_written_alike_in_any_order() -> None:
    graph = chain([Input(), Conv2d(8, (9, 9)), PrimaryCapsules(2), CapsuleRouting(), CapsuleLength()])
    for order in ("keras", "pytorch"):
        found = faces(graph, check(graph), order)  # type: ignore[arg-type]
        assert found.wires[Edge("primary1", "routing1", 0)].label == "72×8"
        assert found.wires[Edge("routing1", "length1", 0)].label == "10×16"
    assert "72×8" in to_text(graph, channels_last)


def test_only_the_first_cause_is_an_error() -> None:
    graph = chain([Input(), Conv2d(8, (30, 30)), ReLU(), MaxPool2d(), Flatten(), Dense(3)])
    cards = faces(graph, check(graph), "keras").cards
    assert cards["conv1"].state == "error"
    assert [cards[name].state for name in ("pool1", "flatten", "dense1")] == ["waiting"] * 3
    assert cards["dense1"].footer == "waits for conv1"


def test_a_small_change_touches_only_what_follows(qapp: QApplication) -> None:
    scene = CanvasScene(lambda: "keras")
    graph = small()
    scene.sync(graph)
    before = {name: item.face for name, item in scene.cards.items()}
    items = dict(scene.cards)
    scene.sync(graph.with_layer("dense1", Dense(7)))
    changed = {name for name, item in scene.cards.items() if item.face != before[name]}
    assert changed == {"dense1"}
    assert all(scene.cards[name] is items[name] for name in items)


def test_more_chips_than_fit_are_counted(qapp: QApplication) -> None:
    scene = CanvasScene(lambda: "keras")
    scene.sync(chain([Input(), Conv2d(8), *(ReLU() for _ in range(9))]))
    card = scene.cards["conv1"]
    assert 3 <= len(card.chips) < 9
    assert card.chips[-1][0] == "relu9"
    assert all(rect.left() > 30 for _, rect in card.chips)
    picture = QImage(300, 160, QImage.Format.Format_ARGB32)
    painter = QPainter(picture)
    cardpaint.paint(painter, card, 1.0)
    painter.end()


def test_a_strip_shows_the_strongest_maps(qapp: QApplication) -> None:
    maps = np.zeros((20, 6, 6), np.float32)
    maps[[2, 5, 19]] = 1.0
    found = strip(maps)
    assert (found.count, found.total, found.width, found.height) == (7, 20, 6, 6)
    assert strip(np.ones(10, np.float32)).count == 1
    assert strip(np.ones((4, 3, 8, 8), np.float32)).height == 8
    assert strip(np.ones((4, 300), np.float32)).width <= 56


# -- numbers ----------------------------------------------------------------------------------------------------------


def test_memory_counts_values_gradients_and_moments() -> None:
    graph = chain([Input((1, 2, 2)), Flatten(), Dense(3)])
    activations, weights = memory(check(graph), Recipe(optimiser="adam", batch_size=10))
    assert activations == 2 * (4 + 4 + 3) * 10 * 4
    assert weights == 4 * 15 * 4


def test_the_last_maps_see_this_much() -> None:
    found = sight(chain([Input(), Conv2d(4), Conv2d(4), MaxPool2d(), Flatten(), Dense(2)]))
    assert found is not None
    assert (found.node, found.window, found.whole) == ("pool1", (6, 6), (28, 28))
    assert sight(chain([Input((4,)), Dense(2)])) is None
    assert sight(Graph()) is None


# -- edits and searches -----------------------------------------------------------------------------------------------


def test_what_is_copied_comes_back_the_same() -> None:
    graph = small()
    made = edits.paste(graph, edits.copy_text(graph, ["conv1", "relu1", "dense1"]))
    pasted = made.graph
    assert tuple(made.nodes.values()) == ("conv2", "relu2", "dense2")
    assert pasted.node("conv2").layer == graph.node("conv1").layer
    assert [edge for edge in pasted.edges if edge not in graph.edges] == [Edge("conv2", "relu2", 0)]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"cnnviz": "layers", "nodes": [{"kind": "conv2d"}], "edges": []}', "null"]
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(GraphError, match="no layers"):
        edits.paste(Graph(), text)


def test_every_kind_is_found_by_its_title_and_in_its_group() -> None:
    for cls in LAYERS.values():
        assert ranked(cls.title, "", None)[0] is cls
    assert sum(len(members) for members in grouped("").values()) == len(LAYERS)
    assert [cls.kind for members in grouped("bn").values() for cls in members] == ["batchnorm"]
    assert grouped("zzz") == {}


def test_what_follows_a_special_kind_is_its_own() -> None:
    wanted = {
        "primary_capsules": "capsule_routing",
        "affine_parameters": "affine_sampler",
        "flatten": "dense",
        "softmax": "output",
        "upsample": "conv",
        "conv2d": "relu",
    }
    found = {kind: family(ranked("", follows(LAYERS[kind]()), None)[0].kind) for kind in wanted}
    assert found == wanted


def test_what_usually_follows_exists_and_fits() -> None:
    families = {family(kind) for kind in LAYERS}
    assert {name for names in FOLLOWS.values() for name in names} <= families
    assert ranked("", "Convolution", (8, 28, 28))[0].kind == "relu"
    assert ranked("", "Input", (1, 28, 28))[0].kind == "conv2d"
    assert ranked("", "Input", (3, 100))[0].kind == "conv1d"
    assert (
        ranked("", "affine_parameters", (6,))[0].kind == "affine_sampler"
    )  # whose ports want different shapes
    assert ranked("", "affine_parameters", (7,))[0].kind != "affine_sampler"


def test_the_layout_suits_the_view() -> None:
    graph = chain([Input(), *(Conv2d(4, padding="same") for _ in range(11))])
    wide = best_layout(graph, QSize(1600, 600))
    tall = best_layout(graph, QSize(500, 1600))
    columns = [len({node.position[0] for node in found}) for found in (wide, tall)]
    assert columns[0] > columns[1]
    assert best_layout(Graph(), QSize(100, 100)) == Graph()


def test_an_edit_among_five_hundred_layers_repaints_one_card(qapp: QApplication) -> None:
    layers = [layer for _ in range(166) for layer in (Conv2d(4, padding="same"), BatchNorm(), ReLU())]
    graph = tidy(chain([Input(), *layers]), height=4000)
    scene = CanvasScene(lambda: "keras")
    scene.sync(graph)
    updates: list[str] = []
    for name, item in scene.cards.items():
        item.update = lambda name=name: updates.append(name)  # type: ignore[method-assign]
    scene.sync(graph.with_layer("conv166", Conv2d(9, padding="same")))
    assert set(updates) == {"conv166"}


def test_near_by_values_are_printed_where_cells_have_room(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[str] = []
    real = numbers.cell
    monkeypatch.setattr(numbers, "cell", lambda *args: printed.append(real(*args)) or printed[-1])
    picture = QImage(1000, 400, QImage.Format.Format_ARGB32)
    for maps, zoom, count in (
        (np.full((3, 4, 4), 0.25, np.float32), 1.0, 0),
        (np.full((3, 4, 4), 0.25, np.float32), 3.0, 3 * 16),
        (np.full((3, 8, 8), 0.25, np.float32), 3.0, 0),
        (np.full(10, 0.25, np.float32), 1.6, 10),
    ):
        printed.clear()
        painter = QPainter(picture)
        painter.scale(zoom, zoom)
        mappaint.paint(painter, strip(maps))
        painter.end()
        assert len(printed) == count
        assert set(printed) <= {".25", "0.250"}
