"""Cards and their places."""

from __future__ import annotations

import itertools
import random
import time
from dataclasses import replace

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
from cnnviz.model.graph import Edge, Graph, Node, chain
from cnnviz.model.groups.folding import members, outermost_folded
from cnnviz.model.groups.framing import FRAME_HEAD, FRAME_SIDE, frames
from cnnviz.model.groups.group import Group
from cnnviz.model.placing.cards import Card, card_of, cards
from cnnviz.model.placing.layout import CARD_HEIGHT, CARD_WIDTH, GRID, Direction, tidy, tidy_for
from cnnviz.templates import BLOCKS, TEMPLATES


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


def shown(graph: Graph) -> set[tuple[str, float, float]]:
    """Return name and place of every card that is seen, folded groups among them."""
    groups = {group.name: group for group in graph.groups}
    found = set()
    for card in cards(graph):
        folded = outermost_folded(graph, card.head)
        found.add((folded or card.head, *(groups[folded] if folded else graph.node(card.head)).position))
    return found


def opened(graph: Graph) -> Graph:
    """Return the graph with all its groups open."""
    return replace(graph, groups=tuple(replace(group, folded=False) for group in graph.groups))


@pytest.mark.parametrize("direction", ["down", "right"])
@pytest.mark.parametrize(
    "graph",
    [
        *(random_graph(seed) for seed in range(20)),
        residual(30),
        *(template.graph for template in TEMPLATES.values()),
        *(opened(TEMPLATES[name].graph) for name in ("t3", "t15", "vgg16", "googlenet", "resnet50")),
    ],
)
def test_cards_never_overlap_and_leave_room_for_labels(graph: Graph, direction: Direction) -> None:
    places = [(x, y) for _, x, y in shown(tidy(graph, direction=direction))]
    for (x1, y1), (x2, y2) in itertools.combinations(places, 2):
        beside = abs(x1 - x2) >= CARD_WIDTH + 48
        assert beside or abs(y1 - y2) >= CARD_HEIGHT + 48


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


def test_branches_of_different_length_keep_their_order() -> None:
    graph = tidy(opened(BLOCKS["inception"].graph), height=1e6)
    heads = ["conv1", "conv2", "conv4", "pool1"]
    across = [graph.node(name).position[0] for name in heads]
    assert across == sorted(across)
    entry, concat = graph.node("input").position[0], graph.node("concat1").position[0]
    assert across[0] < entry < across[-1]
    assert across[0] < concat < across[-1]


def test_what_a_shortcut_passes_stays_straight_and_leaves_it_a_lane() -> None:
    graph = tidy(residual(1).add(Conv2d(), "beside").connect("input", "beside"), height=1e6)
    places = {name: graph.node(name).position for name in ("input", "conv0", "add0", "beside")}
    assert places["conv0"][0] == places["add0"][0]
    assert places["conv0"][1] == places["beside"][1]
    alone = tidy(residual(3), height=1e6)
    assert len({alone.node(card.head).position[0] for card in cards(alone)}) == 1


# -- groups and directions ----------------------------------------------------------------------------------------


def two_branches(folded: bool) -> Graph:
    """Return an input that feeds a group of three convolutions and one convolution beside it, both into a sum."""
    inside = [Node(f"conv{number}", Conv2d(padding="same"), group="left") for number in (1, 2, 3)]
    nodes = (Node("input", Input()), *inside, Node("conv4", Conv2d(padding="same")), Node("add1", Add()))
    pairs = [
        ("input", "conv1"),
        ("conv1", "conv2"),
        ("conv2", "conv3"),
        ("input", "conv4"),
        ("conv3", "add1"),
    ]
    edges = (*(Edge(source, target) for source, target in pairs), Edge("conv4", "add1", 1))
    return Graph(nodes, edges, groups=(Group("left", "Left", folded=folded),))


def test_a_folded_group_takes_the_room_of_one_card() -> None:
    graph = tidy(two_branches(folded=True), height=1e6)
    group, beside = graph.groups[0].position, graph.node("conv4").position
    assert group[1] == beside[1]
    assert abs(group[0] - beside[0]) == 304
    assert graph.node("add1").position[1] == 2 * 192


def test_an_open_group_keeps_its_members_together() -> None:
    graph = tidy(two_branches(folded=False), height=1e6)
    left, top = graph.groups[0].position
    assert [graph.node(name).position for name in members(graph, "left")] == [
        (left, top + row * 192) for row in range(3)
    ]
    frame = frames(graph, (CARD_WIDTH, CARD_HEIGHT))["left"]
    x, y = graph.node("conv4").position
    assert x >= frame[2] + 48 or x + CARD_WIDTH <= frame[0] - 48
    assert y == frame[1]
    assert graph.node("add1").position[1] >= frame[3] + 48


def test_members_of_a_folded_group_lie_where_they_will_be_seen() -> None:
    graph = tidy(two_branches(folded=True), height=1e6)
    left, top = graph.groups[0].position
    places = [graph.node(name).position for name in members(graph, "left")]
    assert places == [(left, top + row * 192) for row in range(3)]


@pytest.mark.parametrize("name", ["t3", "vgg16", "googlenet", "resnet50"])
@pytest.mark.parametrize("direction", ["down", "right"])
def test_frames_never_overlap_but_for_those_around(name: str, direction: Direction) -> None:
    graph = tidy(opened(TEMPLATES[name].graph), direction=direction)
    found = frames(graph, (CARD_WIDTH, CARD_HEIGHT))
    around = {group.name: group.parent for group in graph.groups}
    for one, other in itertools.combinations(found, 2):
        if around[one] != around[other]:
            continue
        apart = [found[one][i] >= found[other][i + 2] or found[other][i] >= found[one][i + 2] for i in (0, 1)]
        assert any(apart)
    for inner, outer in around.items():
        if outer:
            assert found[inner][0] >= found[outer][0] + FRAME_SIDE
            assert found[inner][1] >= found[outer][1] + FRAME_HEAD


def test_groups_that_feed_each_other_get_places_too() -> None:
    nodes = tuple(Node(f"n{number}", Conv2d(), group="ab"[number % 2]) for number in range(4))
    edges = tuple(Edge(f"n{number}", f"n{number + 1}") for number in range(3))
    graph = tidy(Graph(nodes, edges, groups=(Group("a"), Group("b"))))
    assert len({group.position for group in graph.groups}) == 2


def test_the_flow_can_run_to_the_right() -> None:
    graph = tidy(chain([Input(), Conv2d(), MaxPool2d(), Flatten()]), direction="right")
    assert {node.position[1] for node in graph} == {0.0}
    across = [node.position[0] for node in graph]
    assert across == [0.0, 368.0, 736.0, 1104.0]


def test_a_wide_row_is_folded() -> None:
    layers = [Input(), *(Conv2d(padding="same") for _ in range(7))]
    graph = tidy(chain(layers), direction="right", width=1400.0)
    assert max(node.position[0] for node in graph) <= 1400 - CARD_WIDTH
    assert sorted({node.position[1] for node in graph}) == [0.0, 272.0]


@pytest.mark.parametrize(("room", "columns"), [((400.0, 2400.0), 1), ((3000.0, 500.0), 4)])
def test_the_proportions_of_a_view_decide_how_many_columns_there_are(
    room: tuple[float, float], columns: int
) -> None:
    graph = tidy_for(chain([Input(), *(Conv2d(padding="same") for _ in range(11))]), room)
    assert len({node.position[0] for node in graph}) == columns


def test_a_view_of_the_flow_to_the_right_has_rows() -> None:
    layers = [Input(), *(Conv2d(padding="same") for _ in range(11))]
    graph = tidy_for(chain(layers), (1400.0, 800.0), "right")
    assert 1 < len({node.position[1] for node in graph}) < 12
    assert tidy_for(Graph(), (400.0, 400.0)) == Graph()


def test_the_largest_template_is_tidy_at_once() -> None:
    graph = TEMPLATES["resnet152"].graph
    cards(graph)

    def seconds() -> float:
        began = time.process_time()
        tidy(graph)
        return time.process_time() - began

    assert min(seconds() for _ in range(3)) < 0.3


def test_five_hundred_nodes_are_not_quadratic() -> None:
    def seconds(blocks: int) -> float:
        graph, began = residual(blocks), time.process_time()
        tidy(graph)
        return time.process_time() - began

    small = min(seconds(40) for _ in range(3))
    assert min(seconds(320) for _ in range(3)) < 8 * 4 * max(small, 1e-3)
