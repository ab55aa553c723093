"""Cards and their places."""

from __future__ import annotations

import itertools
import random
import time

import pytest

from cnnviz.layers import (
    Add,
    BatchNorm,
    Concat,
    Conv2d,
    Dense,
    Dropout,
    Flatten,
    Input,
    MaxPool2d,
    ReLU,
    Softmax,
)
from cnnviz.model.cards import Card, card_of, cards
from cnnviz.model.graph import Edge, Graph, Node, chain
from cnnviz.model.layout import CARD_HEIGHT, CARD_WIDTH, GRID, tidy
from cnnviz.templates import TEMPLATES


def residual(blocks: int) -> Graph:
    """Return a network with shortcuts: three layers per block."""
    nodes, edges, last = [Node("input", Input())], [], "input"
    for number in range(blocks):
        conv, relu, add = f"conv{number}", f"relu{number}", f"add{number}"
        nodes += [Node(conv, Conv2d(out_channels=1, padding="same")), Node(relu, ReLU()), Node(add, Add())]
        edges += [Edge(last, conv), Edge(conv, relu), Edge(relu, add), Edge(last, add, 1)]
        last = add
    return Graph(tuple(nodes), tuple(edges))


def random_graph(seed: int, count: int = 40) -> Graph:
    """Return a graph in which every node is fed by one to three earlier ones."""
    draw = random.Random(seed)
    nodes, edges = [Node("n0", Input())], []
    for number in range(1, count):
        sources = draw.sample(range(max(0, number - 6), number), k=min(number, draw.randint(1, 3)))
        layer = Concat() if len(sources) > 1 else draw.choice((Conv2d(), ReLU(), MaxPool2d(), BatchNorm()))
        nodes.append(Node(f"n{number}", layer))
        edges += [Edge(f"n{source}", f"n{number}", port) for port, source in enumerate(sources)]
    return Graph(tuple(nodes), tuple(edges))


# -- cards --------------------------------------------------------------------------------------------------------


def test_pointwise_layers_sit_on_the_card_before_them() -> None:
    layers = [Input(), Conv2d(), BatchNorm(), ReLU(), Dropout(), MaxPool2d(), Flatten(), Dense(), Softmax()]
    assert cards(chain(layers)) == (
        Card("input"),
        Card("conv1", ("bn1", "relu1", "dropout1")),
        Card("pool1"),
        Card("flatten"),
        Card("dense1", ("softmax",)),
    )


def test_a_layer_whose_output_is_used_twice_keeps_its_chips_off() -> None:
    graph = (
        chain([Input(), Conv2d(padding="same"), ReLU()]).add(Add(), after="conv1").connect("relu1", "add1")
    )
    assert [card.head for card in cards(graph)] == ["input", "conv1", "relu1", "add1"]


def test_loose_pointwise_layers_have_cards_of_their_own() -> None:
    graph = Graph().add(ReLU()).add(Softmax())
    assert [card.nodes for card in cards(graph)] == [("relu1",), ("softmax",)]


@pytest.mark.parametrize("seed", range(10))
def test_every_node_is_on_exactly_one_card(seed: int) -> None:
    graph = random_graph(seed)
    assert sorted(name for card in cards(graph) for name in card.nodes) == sorted(node.name for node in graph)


def test_a_circle_of_chips_loses_none() -> None:
    graph = Graph((Node("a", ReLU()), Node("b", ReLU())), (Edge("a", "b"), Edge("b", "a")))
    assert sorted(name for card in cards(graph) for name in card.nodes) == ["a", "b"]


def test_the_card_of_a_chip_is_found() -> None:
    graph = chain([Input(), Conv2d(), ReLU()])
    assert card_of(graph, "relu1") == Card("conv1", ("relu1",))
    assert card_of(graph, "relu1").tail == "relu1"


# -- places -------------------------------------------------------------------------------------------------------


def heads(graph: Graph) -> list[Node]:
    return [graph.node(card.head) for card in cards(graph)]


@pytest.mark.parametrize(
    "graph",
    [*(random_graph(seed) for seed in range(20)), residual(30), *(t.graph for t in TEMPLATES.values())],
)
def test_cards_never_overlap_and_leave_room_for_labels(graph: Graph) -> None:
    places = [node.position for node in heads(tidy(graph))]
    for (x1, y1), (x2, y2) in itertools.combinations(places, 2):
        beside = abs(x1 - x2) >= CARD_WIDTH + 48
        assert beside or abs(y1 - y2) >= 190


@pytest.mark.parametrize("seed", range(20))
def test_places_lie_on_the_grid_and_within_the_height(seed: int) -> None:
    for node in tidy(random_graph(seed), height=1000.0):
        x, y = node.position
        assert x % GRID == 0
        assert y % GRID == 0
        assert 0 <= y <= 1000 - CARD_HEIGHT


@pytest.mark.parametrize("seed", range(20))
def test_wires_run_down_within_a_column(seed: int) -> None:
    graph = tidy(random_graph(seed), height=1e6)
    for edge in graph.edges:
        if card_of(graph, edge.source) != card_of(graph, edge.target):
            assert graph.node(edge.source).position[1] < graph.node(edge.target).position[1]


def test_chips_lie_where_their_card_lies() -> None:
    graph = tidy(chain([Input(), Conv2d(), ReLU()]))
    assert graph.node("relu1").position == graph.node("conv1").position


def test_a_chain_is_straight() -> None:
    graph = tidy(chain([Input(), Conv2d(), MaxPool2d(), Flatten(), Dense()]), height=1e6)
    assert {node.position[0] for node in graph} == {0.0}


def test_branches_stand_side_by_side_around_their_axis() -> None:
    graph = Graph().add(Input())
    for _ in range(3):
        graph = graph.add(Conv2d(), after="input")
    graph = graph.add(Concat())
    for number in (1, 2, 3):
        graph = graph.connect(f"conv{number}", "concat1")
    found = tidy(graph)
    across = [found.node(name).position[0] for name in ("conv1", "conv2", "conv3")]
    assert across == sorted(across)
    assert found.node("input").position[0] == found.node("concat1").position[0] == across[1]
    assert len({found.node(f"conv{number}").position[1] for number in (1, 2, 3)}) == 1


def test_a_tall_graph_is_folded_into_columns_of_like_length() -> None:
    graph = tidy(chain([Input(), *(Conv2d(padding="same") for _ in range(11))]), height=1200.0)
    columns: dict[float, int] = {}
    for node in graph:
        columns[node.position[0]] = columns.get(node.position[0], 0) + 1
    assert sorted(columns.values()) == [6, 6]


def test_a_fold_prefers_the_place_where_one_wire_runs() -> None:
    graph = tidy(residual(6), height=1000.0)
    for edge in graph.edges:
        if edge.port == 1:  # a shortcut starts and ends in one column, or starts at the end of the one before
            assert abs(graph.node(edge.source).position[0] - graph.node(edge.target).position[0]) <= 368


def test_tidying_twice_changes_nothing_more() -> None:
    once = tidy(random_graph(3))
    assert tidy(once) == once


def test_an_empty_graph_stays_empty() -> None:
    assert tidy(Graph()) == Graph()


def test_a_circle_gets_places_too() -> None:
    graph = Graph((Node("a", Conv2d()), Node("b", Conv2d())), (Edge("a", "b"), Edge("b", "a")))
    assert len({node.position for node in tidy(graph)}) == 2


def test_five_hundred_nodes_are_not_quadratic() -> None:
    def seconds(blocks: int) -> float:
        graph, began = residual(blocks), time.process_time()
        tidy(graph)
        return time.process_time() - began

    small = min(seconds(40) for _ in range(3))
    assert min(seconds(320) for _ in range(3)) < 8 * 4 * max(small, 1e-3)
