"""A forecast that is fed back: every step is what the network says by hand, and baselines say what they promise."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cnnviz.data import load
from cnnviz.data.series.outlook import LAST, PERIOD, Foreseen, Outlook, period_of
from cnnviz.data.timeline import Timeline, counted_steps
from cnnviz.engine.build import build
from cnnviz.engine.feedback import foresee
from cnnviz.engine.trace import trace
from cnnviz.engine.weights import load as load_weights
from cnnviz.engine.weights import weights_of
from cnnviz.errors import ExplainError
from cnnviz.layers import Dense, Dropout, Flatten, Input, Output
from cnnviz.model.graph import Graph, chain
from cnnviz.paths import shipped
from cnnviz.templates import template


def _joined(steps: list[Foreseen]) -> tuple[np.ndarray, np.ndarray]:
    assert [each.first for each in steps] == np.cumsum([0, *(len(each.line) for each in steps[:-1])]).tolist()
    return np.concatenate([each.line for each in steps]), np.concatenate([each.paths for each in steps])


def _sines() -> Timeline:
    found = load("two-sines:count=400").timeline
    assert found is not None
    return found


def _dropping(columns: int = 2, answers: int = 2) -> Graph:
    layers = (
        Input(shape=(columns, 10)), Flatten(), Dense(units=8), Dropout(rate=0.5), Dense(units=answers),
        Output(loss="mean squared error"),
    )  # fmt: skip
    return chain(layers)


def test_each_step_is_what_the_network_says_to_what_it_said_before() -> None:
    graph, weights = template("t17").graph, load_weights(shipped("conv1d-two-sines"))
    outlook = Outlook(_sines(), 350, 30, 60)
    line, paths = _joined(list(foresee([(graph, weights)], outlook, 0, 0)))
    assert (line.shape, paths.shape) == ((60, 2), (60, 0, 2))
    module = build(graph)
    module.load_state_dict({name: torch.tensor(value) for name, value in weights.items()}, strict=False)
    window = outlook.seen.T.copy()
    for step in range(60):
        said = trace(module, window).activation(module.report.output)
        assert np.array_equal(said, line[step])
        window = np.concatenate([window[:, 1:], said[:, None]], axis=1)
    ahead = outlook.truth
    assert len(ahead) == 50
    own, last = (np.sqrt(((each[:50] - ahead) ** 2).mean()) for each in (line, outlook.rules[LAST]))
    assert own < last


def test_what_is_not_predicted_is_taken_as_it_is_known() -> None:
    whole = _sines()
    timeline = Timeline(whole.names, whole.values, (1,), 320, whole.mean, whole.scale)
    graph = _dropping(answers=1)
    module = build(graph, seed=4)
    outlook = Outlook(timeline, 398, 10, 4)
    line, _ = _joined(list(foresee([(graph, weights_of(module))], outlook, 0, 0)))
    window = whole.values[388:398].T.copy()
    for step, known in enumerate((398, 399, 399, 399)):
        said = trace(module, window).activation(module.report.output)
        assert np.array_equal(said, line[step])
        entering = np.array([whole.values[known, 0], said[0]], np.float32)
        window = np.concatenate([window[:, 1:], entering[:, None]], axis=1)


def test_dropout_draws_paths_that_are_the_same_again_and_leave_the_line_alone() -> None:
    graph, outlook = _dropping(), Outlook(_sines(), 300, 10, 5)
    weights = weights_of(build(graph, seed=1))
    alone, _ = _joined(list(foresee([(graph, weights)], outlook, 0, 0)))
    line, paths = _joined(list(foresee([(graph, weights)], outlook, 20, 0)))
    torch.rand(3)
    again = _joined(list(foresee([(graph, weights)], outlook, 20, 0)))
    assert np.array_equal(alone, line)
    assert paths.shape == (5, 20, 2)
    assert np.array_equal(paths, again[1])
    assert (paths.std(axis=1) > 0).all()


def test_every_network_of_an_ensemble_is_fed_with_its_own_predictions() -> None:
    graph, outlook = _dropping(), Outlook(_sines(), 300, 10, 6)
    parts = [(graph, weights_of(build(graph, seed=seed))) for seed in (1, 2, 3)]
    _, paths = _joined(list(foresee(parts, outlook, 0, 0)))
    for member, part in enumerate(parts[1:]):
        own, _ = _joined(list(foresee([part], outlook, 0, 0)))
        assert np.array_equal(paths[:, member], own)


def test_a_network_of_other_windows_is_told() -> None:
    timeline = Timeline(("a", "b"), np.zeros((50, 2), np.float32), (0,), 40, np.zeros(2), np.ones(2))
    with pytest.raises(ExplainError, match="windows of 2×10 and 1 values"):
        next(foresee([(_dropping(), None)], Outlook(timeline, 30, 10, 3), 0, 0))


def test_rules_of_thumb() -> None:
    t = np.arange(300)
    series = np.sin(2 * np.pi * t / 25)[:, None].astype(np.float32)
    outlook = Outlook(counted_steps(series, ("a",), 200), 220, 30, 60)
    assert outlook.period == 25
    assert np.allclose(outlook.rules[PERIOD], outlook.truth[:60], atol=1e-5)
    assert (outlook.rules[LAST] == series[219]).all()
    noise = np.random.default_rng(0).normal(size=(300, 1)).astype(np.float32)
    assert period_of(noise) == 1
    assert PERIOD not in Outlook(counted_steps(noise, ("a",), 200), 220, 30, 5).rules
