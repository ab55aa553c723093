"""Several answers and several inputs: which one is the main one, what is loose, and what repairs it."""

from __future__ import annotations

import pytest

from cnnviz.layers import Add, Conv2d, Dense, Flatten, GlobalAvgPool, Input, Output, ReLU, Softmax
from cnnviz.model.check import Problem
from cnnviz.model.graph import Graph, chain


def trunk(*ends: Output) -> Graph:
    """Return a network with one answer per Output, in their order."""
    graph = chain([("x", Input((2, 6, 6))), ("c", Conv2d(4, 3)), ("f", Flatten())])
    for number, end in enumerate(ends):
        graph = graph.add(Dense(3), f"d{number}", after="f").add(end, f"o{number}", after=f"d{number}")
    return graph


def only(graph: Graph) -> Problem:
    (problem,) = graph.summary().errors
    return problem


def test_without_output_nodes_the_last_layer_answers() -> None:
    report = chain([Input((4,)), Dense(3), Softmax()]).summary().require()
    assert (report.output, report.outputs, report.inputs) == ("softmax", ("softmax",), ("input",))


@pytest.mark.parametrize(
    ("weights", "main"), [((1.0, 1.0), "o0"), ((0.3, 1.0), "o1"), ((0.3, 0.2, 0.3), "o0"), ((0.0, 0.0), "o0")]
)
def test_the_first_of_the_greatest_weight_is_the_main_output(weights: tuple[float, ...], main: str) -> None:
    report = trunk(*(Output(weight=weight) for weight in weights)).summary().require()
    assert report.output == main
    assert report.outputs == tuple(f"o{number}" for number in range(len(weights)))


def test_an_output_hands_its_value_on() -> None:
    """The reconstruction of a capsule network begins behind its answer."""
    graph = (
        trunk(Output())
        .add(Dense(72), "back", after="o0")
        .add(Output("mean squared error", "sample"), "r", after="back")
    )
    report = graph.summary().require()
    assert report.outputs == ("o0", "r")
    assert report.shapes["o0"] == (3,)


def test_a_loose_end_beside_outputs_becomes_one_or_goes() -> None:
    graph = trunk(Output()).add(ReLU(), "loose", after="c")
    problem = only(graph)
    assert problem.node == "loose"
    assert "is no Output as o0 is" in problem.text
    head, remove = problem.fixes
    assert head.label == "Make loose an auxiliary output"
    assert remove.edit(graph).summary().require().outputs == ("o0",)
    fixed = head.edit(graph)
    report = fixed.summary().require()
    assert (report.output, len(report.outputs)) == ("o0", 2)
    assert report.shapes[report.outputs[1]] == (3,)
    kinds = [node.layer for node in fixed if node.name not in graph]
    assert kinds == [GlobalAvgPool(), Dense(3), Output(weight=0.3)]


def test_all_loose_ends_become_outputs_at_once() -> None:
    graph = trunk().add(Dense(5), "long", after="f").add(Dense(5), "short", after="f")
    graph = graph.add(ReLU(), "longer", after="long")
    problem = only(graph)
    assert problem.node == "short"
    report = problem.fixes[0].edit(graph).summary().require()
    assert [report.row(name).inputs for name in report.outputs] == [((5,),), ((5,),)]
    assert report.output == report.outputs[0]


def test_while_shapes_are_unknown_a_loose_end_can_only_go() -> None:
    graph = chain([("x", Input((4,))), ("a", ReLU()), ("b", ReLU())]).add(Conv2d(2), "bad", after="x")
    loose = next(problem for problem in graph.summary().problems if "leads nowhere" in problem.text)
    assert [fix.label for fix in loose.fixes] == ["Remove bad"]


def test_inputs_come_in_the_order_of_the_graph() -> None:
    graph = Graph().add(Input((4,)), "b").add(Add(), "s").add(Input((4,)), "a")
    report = graph.connect("a", "s").connect("b", "s").summary().require()
    assert (report.input, report.inputs) == ("b", ("b", "a"))
