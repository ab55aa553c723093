"""Random edits: never a dangling wire or a circle, and undo gives back the identical graph."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cnnviz.errors import GraphError
from cnnviz.layers import LAYERS, Dense, Input, ReLU
from cnnviz.model.graph import Graph, chain
from cnnviz.model.history import History

KINDS = st.sampled_from(sorted(LAYERS))


class Edits(RuleBasedStateMachine):
    """Edits a document at random, as an impatient user would."""

    @initialize()
    def begin(self) -> None:
        self.history = History(Graph())
        self.seen = [self.history.graph]

    @property
    def graph(self) -> Graph:
        return self.history.graph

    def push(self, graph: Graph) -> None:
        if graph != self.graph:
            self.seen[self.history.position + 1 :] = [graph]
        self.history.push("Edit", graph)

    def name(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from([node.name for node in self.graph]))

    @rule(kind=KINDS)
    def add(self, kind: str) -> None:
        self.push(self.graph.add(LAYERS[kind]()))

    @rule(kind=KINDS, data=st.data())
    @precondition(lambda self: len(self.graph) > 0)
    def append(self, kind: str, data: st.DataObject) -> None:
        name = self.name(data)
        if LAYERS[kind].most_inputs != 0:
            self.push(self.graph.add(LAYERS[kind](), after=name))

    @rule(data=st.data(), port=st.sampled_from([None, None, -1, 0, 1, 2]))
    @precondition(lambda self: len(self.graph) > 1)
    def connect(self, data: st.DataObject, port: int | None) -> None:
        source, target = self.name(data), self.name(data)
        allowed = not self.graph.why_not_connect(source, target, port)
        try:
            grown = self.graph.connect(source, target, port)
        except GraphError:
            assert not allowed
        else:
            assert allowed
            assert any((e.source, e.target) == (source, target) for e in grown.edges)
            self.push(grown)

    @rule(data=st.data(), kind=KINDS)
    @precondition(lambda self: self.graph.edges)
    def insert(self, data: st.DataObject, kind: str) -> None:
        edge = data.draw(st.sampled_from(self.graph.edges))
        if LAYERS[kind].most_inputs != 0:
            self.push(self.graph.insert(edge, LAYERS[kind]()))

    @rule(data=st.data())
    @precondition(lambda self: self.graph.edges)
    def disconnect(self, data: st.DataObject) -> None:
        self.push(self.graph.disconnect(data.draw(st.sampled_from(self.graph.edges))))

    @rule(data=st.data(), heal=st.booleans())
    @precondition(lambda self: len(self.graph) > 0)
    def remove(self, data: st.DataObject, heal: bool) -> None:
        self.push(self.graph.remove(sorted({self.name(data), self.name(data)}), heal=heal))

    @rule(data=st.data())
    @precondition(lambda self: len(self.graph) > 0)
    def rename(self, data: st.DataObject) -> None:
        name = self.name(data)
        self.push(self.graph.rename(name, self.graph.fresh_name(self.graph.node(name).layer)))

    @rule(data=st.data())
    def fix(self, data: st.DataObject) -> None:
        fixes = [fix for problem in self.graph.summary().problems for fix in problem.fixes]
        if fixes:
            self.push(data.draw(st.sampled_from(fixes)).edit(self.graph))

    @rule()
    def undo(self) -> None:
        self.history.undo()
        assert self.graph is self.seen[self.history.position]

    @rule()
    def redo(self) -> None:
        self.history.redo()
        assert self.graph is self.seen[self.history.position]

    @invariant()
    def wires_join_known_nodes(self) -> None:
        names = [node.name for node in self.graph]
        assert len(set(names)) == len(names)
        assert all(edge.source in names and edge.target in names for edge in self.graph.edges)
        ends = [(edge.target, edge.port) for edge in self.graph.edges]
        assert len(set(ends)) == len(ends)

    @invariant()
    def every_node_has_a_row_and_none_a_circle(self) -> None:
        report = self.graph.summary()
        assert {row.name for row in report.rows} == {node.name for node in self.graph}
        assert not any("circle" in problem.text for problem in report.problems)
        assert all(problem.node in self.graph for problem in report.problems)


Edits.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestEdits = Edits.TestCase


def test_what_is_put_into_a_wire_lies_halfway_unless_told_otherwise() -> None:
    graph = chain([("x", Input((4,))), ("a", Dense(2))]).move({"x": (100.0, 0.0), "a": (300.0, 400.0)})
    (wire,) = graph.inputs("a")
    assert graph.insert(wire, ReLU(), "r").node("r").position == (200.0, 200.0)
    assert graph.insert(wire, ReLU(), "r", (8.0, 9.0)).node("r").position == (8.0, 9.0)
