"""Edits of the graph: what they join, replace, keep and refuse."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cnnviz.errors import GraphError
from cnnviz.layers import Add, Conv2d, Dense, Flatten, Input, MaxPool2d, ReLU, Softmax
from cnnviz.model.graph import Edge, Graph, Node, chain


@pytest.fixture
def graph() -> Graph:
    """x → a → b → c."""
    return chain([("x", Input((1, 8, 8))), ("a", Conv2d(4)), ("b", ReLU()), ("c", MaxPool2d())], "small")


def wires(graph: Graph) -> set[tuple[str, str, int]]:
    return {(edge.source, edge.target, edge.port) for edge in graph.edges}


def test_edits_share_untouched_nodes(graph: Graph) -> None:
    changed = graph.with_layer("a", Conv2d(8))
    assert graph.node("a").layer == Conv2d(4)
    assert changed.node("a").layer == Conv2d(8)
    assert all(changed.node(name) is graph.node(name) for name in "xbc")
    assert changed.edges is graph.edges


def test_insert_puts_a_node_into_a_wire(graph: Graph) -> None:
    grown = graph.insert(Edge("a", "b"), ReLU(), "new", (3.0, 4.0))
    assert wires(grown) == {("x", "a", 0), ("a", "new", 0), ("new", "b", 0), ("b", "c", 0)}
    assert grown.node("new").position == (3.0, 4.0)


def test_insert_keeps_the_port() -> None:
    graph = Graph().add(Input((1, 4, 4)), "x").add(ReLU(), "r", after="x").add(Add(), "s")
    graph = graph.connect("x", "s").connect("r", "s")
    grown = graph.insert(Edge("r", "s", 1), Conv2d(1, 1), "c")
    assert [(edge.source, edge.port) for edge in grown.inputs("s")] == [("x", 0), ("c", 1)]


def test_splice_uses_an_existing_node(graph: Graph) -> None:
    grown = graph.add(ReLU(), "loose").splice(Edge("b", "c"), "loose")
    assert wires(grown) == {("x", "a", 0), ("a", "b", 0), ("b", "loose", 0), ("loose", "c", 0)}


def test_an_input_cannot_be_inserted(graph: Graph) -> None:
    with pytest.raises(GraphError, match="has no input"):
        graph.insert(Edge("a", "b"), Input())


def test_remove_heals_the_gap(graph: Graph) -> None:
    assert wires(graph.remove(["b"])) == {("x", "a", 0), ("a", "c", 0)}
    assert wires(graph.remove(["a", "b"])) == {("x", "c", 0)}
    assert wires(graph.remove(["b"], heal=False)) == {("x", "a", 0)}
    assert wires(graph.remove(["x"])) == {("a", "b", 0), ("b", "c", 0)}
    assert len(graph.remove(["x", "a", "b", "c"])) == 0


def test_healing_reaches_every_follower_and_doubles_nothing() -> None:
    graph = Graph().add(Input((1, 4, 4)), "x").add(ReLU(), "r", after="x")
    graph = graph.add(ReLU(), "p", after="r").add(Add(), "s").connect("x", "s").connect("r", "s")
    healed = graph.remove(["r"])
    assert wires(healed) == {("x", "p", 0), ("x", "s", 0)}


def test_a_node_with_two_inputs_leaves_a_gap() -> None:
    graph = Graph().add(Input((1, 4, 4)), "x").add(ReLU(), "r", after="x").add(Add(), "s")
    graph = graph.connect("x", "s").connect("r", "s").add(ReLU(), "end", after="s")
    assert wires(graph.remove(["s"])) == {("x", "r", 0)}


def test_rename_keeps_the_layer_object(graph: Graph) -> None:
    named = graph.rename("b", "bend")
    assert named.node("bend").layer is graph.node("b").layer
    assert wires(named) == {("x", "a", 0), ("a", "bend", 0), ("bend", "c", 0)}
    assert [node.name for node in named] == ["x", "a", "bend", "c"]
    assert graph.rename("b", "b") is graph


@pytest.mark.parametrize("name", ["a", "", "1a", "a b", "class", "a.b", "ä", "x" * 65, "a\n"])
def test_bad_names_are_refused(graph: Graph, name: str) -> None:
    with pytest.raises(GraphError, match="name|already"):
        graph.rename("b", name)
    if name:
        with pytest.raises(GraphError):
            graph.add(ReLU(), name)


def test_connect_replaces_the_wire_at_a_taken_port(graph: Graph) -> None:
    changed = graph.connect("x", "c")
    assert ("x", "c", 0) in wires(changed)
    assert ("b", "c", 0) not in wires(changed)


def test_connect_fills_the_lowest_free_port() -> None:
    graph = Graph().add(Input((1, 4, 4)), "x").add(Add(), "s")
    for name in "abc":
        graph = graph.add(ReLU(), name, after="x").connect(name, "s")
    assert [edge.port for edge in graph.inputs("s")] == [0, 1, 2]
    gap = graph.disconnect(Edge("b", "s", 1))
    assert gap.free_port("s") == 1
    assert [edge.source for edge in gap.connect("b", "s").inputs("s")] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("source", "target", "port", "why"),
    [
        ("b", "b", None, "itself"),
        ("c", "a", None, "circle"),
        ("b", "x", None, "has no input"),
        ("x", "c", 1, "no port 1"),
        ("x", "c", -1, "no port -1"),
        ("a", "b", None, "already connected"),
    ],
)
def test_impossible_wires_say_why(graph: Graph, source: str, target: str, port: int | None, why: str) -> None:
    assert why in graph.why_not_connect(source, target, port)
    with pytest.raises(GraphError, match=why):
        graph.connect(source, target, port)


def test_a_negative_port_of_a_merge_is_refused() -> None:
    graph = Graph().add(Input((1, 4, 4)), "x").add(Add(), "s")
    with pytest.raises(GraphError, match="no port -1"):
        graph.connect("x", "s", -1)


@pytest.mark.parametrize(
    "edit",
    [
        lambda graph: graph.node("bb"),
        lambda graph: graph.connect("bb", "c"),
        lambda graph: graph.connect("b", "bb"),
        lambda graph: graph.remove(["bb"]),
        lambda graph: graph.rename("bb", "d"),
        lambda graph: graph.move({"bb": (0, 0)}),
        lambda graph: graph.with_layer("bb", ReLU()),
        lambda graph: graph.add(ReLU(), "d", after="bb"),
        lambda graph: graph.summary().row("bb"),
        lambda graph: graph.disconnect(Edge("a", "c")),
    ],
)
def test_unknown_nodes_and_wires_are_refused(graph: Graph, edit: Callable[[Graph], object]) -> None:
    with pytest.raises(GraphError, match="there is no"):
        edit(graph)


def test_move_and_title(graph: Graph) -> None:
    assert graph.move({"a": (5.0, 6.0)}).node("a") == Node("a", graph.node("a").layer, (5.0, 6.0))
    assert graph.with_title("other").title == "other"
    assert "a" in graph
    assert len(graph) == 4


def test_fresh_names_count_up() -> None:
    graph = chain([Input(), Conv2d(), Conv2d(), Flatten(), Dense(), Dense(), Softmax()])
    assert [node.name for node in graph] == [
        "input",
        "conv1",
        "conv2",
        "flatten",
        "dense1",
        "dense2",
        "softmax",
    ]
    assert graph.fresh_name(Flatten()) == "flatten1"


def test_ancestors_and_descendants(graph: Graph) -> None:
    assert graph.ancestors("b") == {"x", "a", "b"}
    assert graph.descendants("b") == {"b", "c"}
