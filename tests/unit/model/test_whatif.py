"""A what-if is a value: every change can be taken back, follows names, and leaves out what a graph lacks."""

from __future__ import annotations

from cnnviz.layers import Conv2d, Dense, Flatten, Input, MuteChannels, ReLU, SwapChannels
from cnnviz.model.graph import Graph, chain
from cnnviz.model.history import History
from cnnviz.model.whatif import Cell, Variation, WhatIf

WEIGHT = Cell("conv1", "weight", (0, 0, 1, 1))


def small() -> Graph:
    return chain([Input((1, 8, 8)), Conv2d(4, 3), ReLU(), Flatten(), Dense(10)])


def everything() -> WhatIf:
    changed = WhatIf().with_cell(WEIGHT, 0.5).toggled("conv1", 3).swapping("relu1", 2, 1)
    return changed.varying(Variation(dx=-2, dy=1, degrees=-10, noise=0.1))


def test_each_change_is_taken_back_by_its_opposite() -> None:
    found = everything().without_cell(WEIGHT).toggled("conv1", 3).swapping("relu1", 1, 2)
    assert found.varying(Variation()) == WhatIf()
    assert not found.varying(Variation())


def test_it_is_told_in_words() -> None:
    assert everything().words() == (
        "1 weight changed, map 3 of conv1 muted, maps 1 and 2 of relu1 swapped, "
        "input moved 2 left and 1 down, turned by \u221210\u00b0, noise 0.1"
    )
    assert WhatIf().solo("conv1", 0, 16).words() == "15 maps of conv1 muted"
    assert WhatIf().words() == ""


def test_solo_mutes_the_others_and_then_nobody() -> None:
    alone = WhatIf().solo("conv1", 2, 4)
    assert alone.muted == {"conv1": (0, 1, 3)}
    assert alone.solo("conv1", 2, 4) == WhatIf()
    assert alone.solo("conv1", 1, 4).muted == {"conv1": (0, 2, 3)}


def test_the_graph_gets_a_node_behind_the_maps_and_runs() -> None:
    graph, whatif = small(), everything()
    changed = whatif.graph(graph)
    assert not changed.summary().errors
    assert changed.node("conv1_alt").layer == MuteChannels((3,))
    assert changed.node("relu1_alt").layer == SwapChannels(1, 2)
    assert [edge.source for edge in changed.inputs("relu1")] == ["conv1_alt"]
    assert [edge.source for edge in changed.inputs("flatten")] == ["relu1_alt"]
    assert "conv1_alt" not in graph
    assert WhatIf().graph(graph) is graph


def test_several_readers_all_read_the_changed_maps() -> None:
    graph = small().add(ReLU(), "other", after="conv1")
    changed = WhatIf().toggled("conv1", 0).graph(graph)
    assert {edge.target for edge in changed.outputs("conv1_alt")} == {"relu1", "other"}
    assert [edge.target for edge in changed.outputs("conv1")] == ["conv1_alt"]


def test_names_that_are_taken_are_left_alone() -> None:
    graph = small().rename("relu1", "conv1_alt")
    changed = WhatIf().toggled("conv1", 0).graph(graph)
    assert changed.node("conv1_alt").layer == ReLU()
    assert isinstance(changed.node("conv1_alt2").layer, MuteChannels)


def test_what_a_graph_lacks_is_left_out() -> None:
    graph = small()
    wrong = WhatIf(
        {Cell("conv9", "weight", (0,)): 1.0, Cell("conv1", "weight", (0, 0, 3, 0)): 1.0, WEIGHT: 2.0}
    )
    assert wrong.fitting(graph).cells == {WEIGHT: 2.0}
    assert WhatIf(muted={"conv1": (1, 4), "gone": (0,)}).fitting(graph).muted == {"conv1": (1,)}
    assert WhatIf(swapped={"conv1": ((0, 4), (0, 1))}).fitting(graph).swapped == {"conv1": ((0, 1),)}
    assert not WhatIf(muted={"dense": (0,)}).fitting(graph).muted  # nobody reads the answer


def test_it_follows_names() -> None:
    found = everything().renamed({"conv1": "edges"})
    assert found.cells == {Cell("edges", "weight", (0, 0, 1, 1)): 0.5}
    assert found.muted == {"edges": (3,)}
    assert everything().renamed({}) == everything()


def test_history_keeps_it_beside_the_graph() -> None:
    history = History(small())
    history.push("Mute", history.graph, "", WhatIf().toggled("conv1", 0))
    history.push("Rename", history.graph.rename("relu1", "bend"))
    assert history.whatif.muted == {"conv1": (0,)}
    history.undo()
    history.undo()
    assert not history.whatif
    history.redo()
    assert history.whatif.muted == {"conv1": (0,)}
    assert history.steps[1].label == "Mute"
    assert not history.modified


def test_a_dragged_slider_is_one_step() -> None:
    now = [0.0]
    history = History(small(), lambda: now[0])
    for dx in range(1, 6):
        now[0] += 0.1
        history.push("Move the input", history.graph, "vary", history.whatif.varying(Variation(dx)))
    assert [step.label for step in history.steps] == ["Open", "Move the input"]
    assert history.whatif.variation == Variation(5)
