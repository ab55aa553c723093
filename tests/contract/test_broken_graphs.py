"""Every mistake of the catalogue is told at the right node, and after the first fix the network trains."""

from __future__ import annotations

import pytest
import torch

from cnnviz.engine.build import build
from cnnviz.engine.losses import step_loss
from cnnviz.model.checking.problem import Problem
from cnnviz.model.checking.suitability import judge
from tests.broken_graphs import CATALOGUE, Broken


def told(broken: Broken) -> Problem:
    """Return the problem that is meant."""
    found = [
        each for each in judge(broken.graph, broken.samples).problems if each.severity == broken.severity
    ]
    return next(each for each in found if each.node == broken.node)


def test_the_catalogue_is_long_enough() -> None:
    assert len(CATALOGUE) >= 40


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_right_node_is_named_with_its_numbers(name: str) -> None:
    broken = CATALOGUE[name]()
    problem = told(broken)
    assert broken.words in problem.text
    assert problem.text.endswith(".")
    assert 1 <= len(problem.fixes) <= 3
    others = [each.node for each in judge(broken.graph, broken.samples).problems if each.severity == "error"]
    assert set(others) <= {broken.node}  # whatever waits for it is no error of its own


@pytest.mark.parametrize("name", CATALOGUE)
def test_after_the_first_fix_it_trains(name: str) -> None:
    broken = CATALOGUE[name]()
    fixed = told(broken).fixes[0].edit(broken.graph)
    report = judge(fixed, broken.samples).require()
    module = build(fixed).train()
    count = min(broken.samples.batch_size, 2)
    arriving = [torch.rand(count, *(report.row(each).shape or ())) for each in report.inputs]
    step_loss(module, arriving, torch.arange(count)).backward()
    slopes = [weight.grad for weight in module.parameters() if weight.grad is not None]
    assert slopes
    assert all(slope.isfinite().all() for slope in slopes)


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_fix_is_one_edit_that_leaves_less_to_repair(name: str) -> None:
    broken = CATALOGUE[name]()
    problem = told(broken)
    for fix in problem.fixes:
        fixed = fix.edit(broken.graph)
        assert fixed != broken.graph
        remaining = judge(fixed, broken.samples).problems
        assert (problem.node, problem.text) not in [(each.node, each.text) for each in remaining]
