"""An ensemble sums what its members say, and refuses members that answer another question."""

from __future__ import annotations

import pytest
import torch

from cnnviz.data import Dataset
from cnnviz.engine.build import build
from cnnviz.engine.ensemble import Ensemble
from cnnviz.engine.evaluate import evaluate
from cnnviz.errors import WeightsError
from cnnviz.events import Evaluated
from cnnviz.layers import Dense, Flatten, Input, Output, Sigmoid, Softmax
from cnnviz.model.graph import chain
from tests.contract.engine.networks import noisy, small


def test_scores_are_summed_over_networks_of_any_make() -> None:
    members = [
        build(small(), seed=1),
        build(small(), seed=2),
        build(chain([Input((1, 28, 28)), Flatten(), Dense(10), Softmax()])),
    ]
    together, x = Ensemble(members).eval(), torch.rand(5, 1, 28, 28)
    (summed,) = together.scores(x).values()
    torch.testing.assert_close(summed, sum(member.eval().logits(x) for member in members))


def test_it_is_judged_like_one_network(strokes: Dataset) -> None:
    members = [build(small(), seed=seed) for seed in (1, 2)]
    *_, judged = evaluate(Ensemble(members), strokes.test)
    assert isinstance(judged, Evaluated)
    x = torch.from_numpy(strokes.test.images).float() / 255
    with torch.no_grad():
        scores = sum(member.eval().logits(x) for member in members)
    assert judged.predicted.tolist() == scores.argmax(dim=1).tolist()
    expected = torch.nn.functional.cross_entropy(scores, torch.from_numpy(strokes.test.labels))
    assert judged.loss == pytest.approx(expected.item(), rel=1e-5)


def test_ready_values_are_averaged() -> None:
    graph = chain([Input((1, 4, 4)), Flatten(), Dense(3), Sigmoid(), Output("mean squared error")])
    members, x = [build(graph, seed=seed) for seed in (1, 2)], torch.rand(2, 1, 4, 4)
    (found,) = Ensemble(members).scores(x).values()
    torch.testing.assert_close(found, (members[0](x) + members[1](x)) / 2)


def test_other_answers_can_not_join() -> None:
    other = chain([Input((1, 28, 28)), Flatten(), Dense(7)], "seven")
    with pytest.raises(WeightsError, match="seven answers with 7, small with 10"):
        Ensemble([build(small()), build(other)])
    assert Ensemble([build(noisy())]).graph == noisy()
