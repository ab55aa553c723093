"""Problems name the right node, and their fixes repair the graph."""

from __future__ import annotations

import pytest

from cnnviz.errors import GraphError
from cnnviz.layers import (
    Add,
    BatchNorm,
    Concat,
    Conv2d,
    Conv3d,
    Dense,
    Flatten,
    Input,
    Layer,
    MaxPool2d,
    ReLU,
    Shape,
    Softmax,
)
from cnnviz.model.check import Problem, check
from cnnviz.model.graph import Edge, Graph, Node, chain


def mnist_cnn() -> Graph:
    """Return the first MNIST network of the notes: 333,526 parameters."""
    conv = [layer for n in (32, 64) for layer in (Conv2d(n, 3, padding="same"), ReLU(), MaxPool2d())]
    return chain([Input(), *conv, Flatten(), Dense(100), ReLU(), Dense(10), Softmax()])


def only(graph: Graph) -> Problem:
    (problem,) = graph.summary().problems
    return problem


def test_a_good_graph_has_shapes_and_counts_and_no_problem() -> None:
    report = mnist_cnn().summary().require()
    assert (report.trainable, report.non_trainable) == (333_526, 0)
    assert (report.input, report.output) == ("input", "softmax")
    assert report.shapes["pool2"] == (64, 7, 7)
    assert report.row("conv2").params == 18_496
    assert report.macs == 784 * 32 * 9 + 196 * 64 * 32 * 9 + 3136 * 100 + 1000


def test_running_statistics_do_not_train() -> None:
    report = chain([Input(), Conv2d(32), BatchNorm()]).summary()
    assert (report.trainable, report.non_trainable) == (320 + 64, 64)


def test_reports_are_kept() -> None:
    assert check(mnist_cnn()) is check(mnist_cnn())


def test_rows_are_in_computing_order() -> None:
    graph = (
        Graph().add(Dense(2), "d").add(Flatten(), "f").add(Input(), "x").connect("x", "f").connect("f", "d")
    )
    assert [row.name for row in graph.summary().rows] == ["x", "f", "d"]


@pytest.mark.parametrize(
    ("shape", "layer"),
    [
        ((1, 28, 28), Dense(10)),
        ((1, 5, 9), Conv2d(1, 7, 2)),
        ((1, 5, 9), Conv2d(1, 3, 1, 0, 4)),
        ((3, 9, 9), Conv2d(4, 3, groups=2)),
        ((1, 3, 9), MaxPool2d(4)),
        ((1, 9, 9), MaxPool2d(2, 2, 2)),
        ((1, 1, 9), MaxPool2d(7, 2, 2)),
        ((1, 4, 4, 4), Conv3d(2, 9, 1, 1)),
    ],
)
def test_fixes_repair(shape: Shape, layer: Layer) -> None:
    graph = chain([("x", Input(shape)), ("bad", layer), ("after", ReLU())])
    wrong, waiting = graph.summary().problems
    assert (wrong.node, wrong.severity) == ("bad", "error")
    assert (waiting.node, waiting.severity, waiting.text) == (
        "after",
        "waiting",
        "waits for a shape from bad.",
    )
    assert wrong.fixes
    for fix in wrong.fixes:
        fix.edit(graph).summary().require()
    with pytest.raises(GraphError, match="bad: .* Possible fix: "):
        graph.summary().require()


@pytest.mark.parametrize(
    "first", [Conv2d(8, 3, 2, 1), Conv2d(8, 3, padding="same"), Conv2d(16, 1, 4, "same")]
)
@pytest.mark.parametrize("swapped", [False, True])
def test_a_shortcut_is_projected(first: Layer, swapped: bool) -> None:
    graph = Graph().add(Input((4, 8, 8)), "x").add(first, "c", after="x").add(Add(), "sum")
    ends = ("x", "c") if swapped else ("c", "x")
    graph = graph.connect(ends[0], "sum").connect(ends[1], "sum")
    problem = only(graph)
    assert problem.node == "sum"
    assert problem.fixes[0].label.startswith("Insert 1×1 conv")
    for fix in problem.fixes:
        fixed = fix.edit(graph).summary().require()
        assert fixed.shapes["sum"] in ((first.out_shape((4, 8, 8))), (4, 8, 8))


def test_where_nothing_makes_shapes_equal_one_input_goes_on_alone() -> None:
    graph = Graph().add(Input((4, 64, 64)), "x").add(MaxPool2d(64, 64), "p", after="x").add(Add(), "sum")
    graph = graph.connect("x", "sum").connect("p", "sum")
    problem = only(graph)
    assert problem.node == "sum"
    assert [fix.label for fix in problem.fixes] == ["Go on with x alone", "Go on with p alone"]
    assert [node.name for node in problem.fixes[1].edit(graph)] == ["x", "p"]


def test_joining_needs_equal_sizes() -> None:
    graph = Graph().add(Input((4, 8, 8)), "x").add(MaxPool2d(), "p", after="x").add(Concat(), "cat")
    assert only(graph.connect("x", "cat").connect("p", "cat")).node == "cat"


def test_missing_inputs_wait() -> None:
    graph = chain([("x", Input((4, 8, 8))), ("s", Add())])
    problem = only(graph)
    assert (problem.node, problem.severity) == ("s", "waiting")
    assert "needs 2 inputs, has 1" in problem.text


def test_a_gap_between_ports_is_named() -> None:
    graph = chain([("x", Input((4,))), ("a", ReLU()), ("b", ReLU())]).add(Add(), "s")
    gap = only(graph.connect("a", "s", 0).connect("b", "s", 2))
    assert (gap.node, gap.severity, gap.text) == (
        "s",
        "waiting",
        "has nothing at its port 1; drag a wire to it.",
    )


@pytest.mark.parametrize(
    ("edges", "words"),
    [
        ((Edge("x", "r", 0), Edge("x", "r", 1)), "has 1 input, but 2 wires arrive"),
        ((Edge("x", "s", 0), Edge("x", "s", 0)), "has two wires at its port 0"),
    ],
)
def test_wires_that_no_edit_could_make_are_named(edges: tuple[Edge, ...], words: str) -> None:
    target = edges[0].target
    graph = Graph((Node("x", Input((4,))), Node(target, ReLU() if target == "r" else Add())), edges)
    problem = only(graph)
    assert problem.node == target
    assert words in problem.text


def test_a_circle_is_told_from_what_waits_behind_it() -> None:
    nodes = (Node("x", Input((4,))), Node("s", Add()), Node("r", ReLU()), Node("end", ReLU()))
    edges = (Edge("x", "s", 0), Edge("r", "s", 1), Edge("s", "r"), Edge("r", "end"))
    problems = {problem.node: problem for problem in Graph(nodes, edges).summary().problems}
    assert "circle" in problems["s"].text
    assert problems["r"].severity == "waiting"  # one of them is to blame, not both
    assert (problems["end"].text, problems["end"].severity) == ("waits for a shape from r.", "waiting")
    with pytest.raises(GraphError, match="circle"):
        Graph(nodes, edges).summary().require()


def test_two_ends_are_repaired_by_removing_the_loose_one() -> None:
    graph = chain([("x", Input((4,))), ("a", ReLU()), ("b", ReLU())]).add(Dense(3), "loose", after="x")
    problem = only(graph)
    assert problem.node == "loose"
    assert graph.summary().output == ""
    head, remove = problem.fixes
    assert remove.edit(graph).summary().require().output == "b"
    assert head.edit(graph).summary().require().outputs == ("output", "output1")


def test_several_inputs_are_welcome() -> None:
    graph = chain([("x", Input((4,))), ("s", Add())]).add(Input((4,)), "y").connect("y", "s")
    report = graph.summary().require()
    assert (report.input, report.inputs, report.outputs) == ("x", ("x", "y"), ("s",))


def test_an_input_that_feeds_nothing_is_repaired_by_removing_it() -> None:
    graph = chain([("x", Input((4,))), ("r", ReLU())]).add(Input((4,)), "y")
    problem = only(graph)
    assert (problem.node, problem.text) == ("y", "is an input that feeds nothing.")
    assert problem.fixes[0].edit(graph).summary().require().output == "r"


def test_a_missing_input_is_named() -> None:
    texts = [problem.text for problem in Graph().add(ReLU(), "r").summary().problems]
    assert any("there is no Input" in text for text in texts)


def test_an_empty_graph_has_no_problem_but_cannot_run() -> None:
    assert Graph().summary().problems == ()
    with pytest.raises(GraphError, match="empty"):
        Graph().summary().require()


def test_a_branch_of_another_width_can_be_given_the_width_of_the_other() -> None:
    graph = chain(
        [("x", Input((4, 8, 8))), ("a", Conv2d(4, 3, padding="same")), ("n", BatchNorm()), ("sum", Add())]
    )
    graph = graph.with_layer("a", Conv2d(6, 3, padding="same")).connect("x", "sum")
    problem = next(each for each in graph.summary().problems if each.node == "sum")
    assert [fix.label for fix in problem.fixes] == ["Insert 1×1 conv, 6 filters", "Give a 4 filters"]
    assert problem.worked == ("n  6×8×8", "x  4×8×8")
    assert not problem.fixes[1].edit(graph).summary().errors


def test_a_branch_that_lost_its_border_is_told_to_keep_it() -> None:
    graph = chain([("x", Input()), ("a", Conv2d(8)), ("b", Conv2d(8)), ("c", Conv2d(8))])
    graph = graph.add(Add(), "sum", after="c").connect("a", "sum")
    first = next(problem for problem in graph.summary().errors if problem.node == "sum").fixes[0]
    assert first.label == "Let 2 layers keep the size: padding same"
    mended = first.edit(graph).summary()
    assert mended.shapes["sum"] == (8, 26, 26)
    strided = graph.with_layer("b", Conv2d(8, stride=(2, 2)))
    problem = next(problem for problem in strided.summary().errors if problem.node == "sum")
    assert not any("keep the size" in fix.label for fix in problem.fixes)
