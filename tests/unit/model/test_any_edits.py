"""Any series of edits, undos and redos leaves a graph whose parts fit together, and a file that reopens to it."""

import random

import pytest

from cnnviz.layers import Input
from cnnviz.model.check import check
from cnnviz.model.files import Project, from_json, to_json
from cnnviz.model.graph import Graph, chain
from cnnviz.model.groups.folding import members
from cnnviz.model.history import History
from cnnviz.model.placing.cards import cards
from tests.scribble import Scribble

STEPS = 150


def consistent(graph: Graph) -> None:
    names = [node.name for node in graph]
    assert len(set(names)) == len(names)
    groups = {group.name for group in graph.groups}
    for edge in graph.edges:
        assert edge.source in graph
        assert edge.target in graph
        assert edge in graph.inputs(edge.target)
        assert edge in graph.outputs(edge.source)
    assert {node.group for node in graph} <= groups | {""}
    assert {group.parent for group in graph.groups} <= groups | {""}
    assert sorted(name for card in cards(graph) for name in card.nodes) == sorted(names)
    report = check(graph)
    assert {row.name for row in report.rows} == set(names)
    assert all(set(members(graph, name)) <= set(names) for name in groups)


@pytest.mark.parametrize("seed", range(25))
def test_any_series_leaves_a_graph_that_fits_together_and_reopens(seed: int) -> None:
    scribble, rng = Scribble(seed), random.Random(seed)
    history = History(chain([Input()]))
    for step in range(STEPS):
        deed = rng.random()
        if deed < 0.15:
            history.undo()
        elif deed < 0.25:
            history.redo()
        else:
            history.push(f"step {step}", scribble.edit(history.graph))
        consistent(history.graph)
        if step % 5 == 0:
            graph = history.graph
            assert from_json(to_json(Project(graph))).graph == graph
    assert len({step.graph for step in history.steps}) > STEPS / 8, "edits were made, not refused"


def test_undoing_everything_and_redoing_it_shows_the_same_states() -> None:
    scribble = Scribble(11)
    history = History(chain([Input()]))
    for step in range(STEPS):
        history.push(f"step {step}", scribble.edit(history.graph))
    last, states = history.graph, len(history.steps)
    while history.undo():
        consistent(history.graph)
    assert history.graph == chain([Input()])
    assert not history.modified
    while history.redo():
        pass
    assert history.graph is last
    assert len(history.steps) == states


def test_a_report_does_not_depend_on_the_edits_before_it() -> None:
    scribble = Scribble(5)
    graph = chain([Input()])
    for _ in range(STEPS):
        graph = scribble.edit(graph)
        check(graph)
    afresh = Graph(graph.nodes, graph.edges, "another title", graph.groups, graph.notes)
    assert check(afresh).rows == check(graph).rows
    assert [(p.node, p.text) for p in check(afresh).problems] == [
        (p.node, p.text) for p in check(graph).problems
    ]
