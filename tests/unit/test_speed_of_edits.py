"""What an edit of a large graph may cost: what did not change is not computed again."""

from dataclasses import replace

from cnnviz.layers import Conv2d, Input
from cnnviz.model.check import check
from cnnviz.model.graph import Graph, chain
from cnnviz.model.history import FRESH, History


def long(layers: int = 60) -> Graph:
    return chain([Input((1, 64, 64)), *(Conv2d(4, padding="same") for _ in range(layers))])


def test_an_edit_measures_only_what_is_behind_it() -> None:
    graph = long()
    before = check(graph)
    after = check(graph.with_layer("conv30", Conv2d(7, padding="same")))
    same = [new.name for old, new in zip(before.rows, after.rows, strict=True) if old is new]
    assert "conv29" in same
    assert "conv30" not in same
    assert "conv31" not in same, "it takes 7 channels now"
    assert "conv32" in same, "nothing changed for it"


def test_a_move_measures_nothing() -> None:
    graph = long()
    before, after = check(graph), check(graph.move({"conv3": (8.0, 8.0)}))
    assert all(old is new for old, new in zip(before.rows, after.rows, strict=True))


def test_equal_graphs_have_equal_hashes_and_unequal_ones_differ() -> None:
    graph = long(3)
    assert graph == long(3)
    assert hash(graph) == hash(long(3))
    assert graph != graph.move({"conv2": (1.0, 0.0)})
    assert replace(graph, edges=graph.edges[:-1]) != graph


def test_the_wires_found_before_a_change_of_a_layer_are_those_found_after_it() -> None:
    graph = long(3)
    assert graph.inputs("conv2")
    changed = graph.with_layer("conv2", Conv2d(9))
    assert changed.inputs("conv2") is graph.inputs("conv2")
    assert changed.node("conv2").layer == Conv2d(9)
    wired = changed.connect("conv1", "conv3")
    assert wired.inputs("conv3")[0].source == "conv1", "other wires are looked up anew"


def test_a_long_history_keeps_no_tables_of_old_states() -> None:
    graph = long(3)
    history = History(graph)
    for number in range(2 * FRESH):
        graph = graph.move({"conv1": (float(number + 1), 0.0)})
        assert graph.inputs("conv2")
        assert "conv2" in graph
        history.push("Move", graph)
    old, new = history.steps[1].graph, history.steps[-1].graph
    assert "_by_name" not in vars(old)
    assert "_by_name" in vars(new)
    assert "conv2" in old, "asked again, it makes them again"
