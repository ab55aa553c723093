from cnnviz.layers import Add, Conv2d, Flatten, Input, MaxPool2d
from cnnviz.model.check import check
from cnnviz.model.graph import Edge, Graph, Node, chain
from cnnviz.ui.build.cards.waiting import Causes


def test_all_that_follows_waits_for_the_first_mistake() -> None:
    graph = chain([Input((1, 4, 4)), Conv2d(3), Conv2d(3), Conv2d(3), MaxPool2d(), Flatten()])
    causes = Causes(graph, check(graph))
    assert {name: causes.of(name) for name in ("flatten", "pool1", "conv3")} == {
        "flatten": "conv2",
        "pool1": "conv2",
        "conv3": "conv2",
    }
    assert causes.of("conv2") == "conv2"
    assert causes.of("conv1") == "conv1", "nothing is wrong here"


def test_a_gap_is_a_cause_too() -> None:
    graph = chain([Input()]).add(Conv2d(), "loose").add(Conv2d(), "after", after="loose")
    graph = graph.add(Add(), "sum", after="input").connect("after", "sum")
    causes = Causes(graph, check(graph))
    assert causes.of("sum") == "loose"
    assert causes.of("after") == "loose"


def test_a_circle_is_walked_once() -> None:
    nodes = [Node("input", Input()), *(Node(name, Conv2d()) for name in ("a", "b", "c"))]
    edges = (Edge("a", "b"), Edge("b", "a"), Edge("b", "c"))
    graph = Graph(tuple(nodes), edges)
    assert Causes(graph, check(graph)).of("c") in ("a", "b")
