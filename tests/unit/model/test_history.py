"""Undo and redo as an index into a list of graphs."""

from __future__ import annotations

import pytest

from cnnviz.layers import Conv2d, Input, ReLU
from cnnviz.model.graph import Graph, chain
from cnnviz.model.history import MERGE_SECONDS, History


class Clock:
    """A clock that the test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def history(clock: Clock) -> History:
    return History(chain([("x", Input((1, 8, 8))), ("c", Conv2d(1))]), clock)


def widened(graph: Graph, filters: int) -> Graph:
    return graph.with_layer("c", Conv2d(filters))


def test_undo_and_redo_return_the_identical_graph(history: History) -> None:
    states = [history.graph]
    for filters in (2, 3, 4):
        history.push(f"Set {filters}", widened(history.graph, filters))
        states.append(history.graph)
    assert [history.undo() for _ in range(4)] == ["Set 4", "Set 3", "Set 2", ""]
    assert history.graph is states[0]
    assert [history.redo() for _ in range(4)] == ["Set 2", "Set 3", "Set 4", ""]
    assert history.graph is states[3]
    history.go(1)
    assert history.graph is states[1]
    assert [step.label for step in history.steps] == ["Open", "Set 2", "Set 3", "Set 4"]


def test_an_edit_cuts_what_was_undone(history: History) -> None:
    history.push("A", widened(history.graph, 2))
    history.undo()
    history.push("B", widened(history.graph, 3))
    assert [step.label for step in history.steps] == ["Open", "B"]
    assert history.redo() == ""


def test_scrolling_becomes_one_step(history: History, clock: Clock) -> None:
    for filters in range(2, 9):
        history.push("Filters", widened(history.graph, filters), key="c.out_channels")
        clock.now += MERGE_SECONDS * 0.9
    assert len(history.steps) == 2
    history.undo()
    assert history.graph.node("c").layer == Conv2d(1)
    assert history.redo() == "Filters"
    assert history.graph.node("c").layer == Conv2d(8)


@pytest.mark.parametrize(("pause", "key"), [(MERGE_SECONDS * 1.1, "k"), (0.0, "other"), (0.0, "")])
def test_a_pause_or_another_key_starts_a_new_step(
    history: History, clock: Clock, pause: float, key: str
) -> None:
    history.push("A", widened(history.graph, 2), key="k")
    clock.now += pause
    history.push("B", widened(history.graph, 3), key=key)
    assert [step.label for step in history.steps] == ["Open", "A", "B"]


def test_nothing_merges_into_a_step_that_was_returned_to(history: History) -> None:
    history.push("A", widened(history.graph, 2), key="k")
    history.push("B", history.graph.add(ReLU(), "r", after="c"))
    history.undo()
    history.push("C", widened(history.graph, 3), key="k")
    assert [step.label for step in history.steps] == ["Open", "A", "C"]


def test_no_change_is_no_step(history: History) -> None:
    history.push("Same", widened(history.graph, 1))
    assert len(history.steps) == 1


def test_modified_is_a_comparison(history: History) -> None:
    assert not history.modified
    history.push("A", widened(history.graph, 2))
    assert history.modified
    history.mark_saved()
    assert not history.modified
    history.undo()
    assert history.modified
    history.push("Again", widened(history.graph, 2))
    assert not history.modified
    history.go(99)
    assert history.position == 1
