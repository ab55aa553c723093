"""Comparing two networks tells what was done, and nothing else."""

from __future__ import annotations

from cnnviz.layers import Add, BatchNorm, Conv2d, Dense, Dropout, Flatten, Input, LeakyReLU, ReLU
from cnnviz.model.difference import compare
from cnnviz.model.graph import Graph, chain
from cnnviz.templates import template


def small() -> Graph:
    return chain([Input(), Conv2d(8), ReLU(), Flatten(), Dense(10)])


def told(before: Graph, after: Graph) -> list[tuple[str, str, str, str]]:
    return [(each.kind, each.before, each.after, each.text) for each in compare(before, after).changes]


def test_nothing_differs_from_itself_wherever_its_cards_lie() -> None:
    found = compare(small(), small().move({"conv1": (400.0, 3.0)}))
    assert (found.changes, found.parameters, found.macs) == ((), 0, 0)


def test_options_are_told_with_both_values() -> None:
    after = small().with_layer("conv1", Conv2d(16, 5, padding="same", bias=False))
    (change,) = compare(small(), after).changes
    assert change.text == "filters 8 → 16; kernel 3×3 → 5×5; padding valid → same; bias on → off"
    assert compare(small(), after).parameters == after.summary().trainable - small().summary().trainable


def test_an_inserted_layer_is_one_change() -> None:
    graph = small()
    after = graph.insert(graph.inputs("relu1")[0], BatchNorm())
    assert told(graph, after) == [
        ("added", "", "bn1", "Batch norm"),
        ("wired", "relu1", "relu1", "no wire from conv1 at port 0 any more"),
    ]


def test_a_removed_layer_and_a_renamed_one() -> None:
    assert told(small(), small().remove(["relu1"])) == [
        ("removed", "relu1", "", "ReLU"),
        ("wired", "flatten", "flatten", "a wire from conv1 at port 0"),
    ]
    assert told(small(), small().rename("conv1", "eyes")) == [
        ("renamed", "conv1", "eyes", "is now called eyes")
    ]


def test_another_kind_under_the_same_name() -> None:
    (change,) = compare(small(), small().with_layer("relu1", LeakyReLU(0.2))).changes
    assert change.text == "ReLU became Leaky ReLU slope 0.2"


def test_wires_between_layers_that_stay() -> None:
    before = small().add(Dropout(), "drop").add(Add(), "sum", after="flatten").connect("drop", "sum")
    after = before.disconnect(before.inputs("sum")[1])
    assert told(before, after) == [("wired", "sum", "sum", "no wire from drop at port 1 any more")]


def test_plain_and_residual_networks_differ_in_their_shortcuts() -> None:
    found = compare(template("plain20").graph, template("resnet20").graph)
    added = [change for change in found.changes if change.kind == "added"]
    assert (
        sum(change.text == "Add" for change in added) == 9
    )  # one shortcut around every pair of convolutions
    assert found.kinds("after")[added[0].after] == "added"
