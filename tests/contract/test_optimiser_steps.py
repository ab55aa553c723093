"""An optimiser's step as arithmetic gives the very weights that torch's optimiser gives."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from cnnviz.engine.optimiser import make_optimiser
from cnnviz.errors import ExplainError
from cnnviz.explain.backward import Memory, Rule, rule_of, step
from cnnviz.model.recipe import OPTIMISERS, Recipe


@pytest.mark.parametrize("decay", [0.0, 0.02])
@pytest.mark.parametrize("name", OPTIMISERS)
@pytest.mark.parametrize(("kind", "tolerance"), [(torch.float32, 1e-6), (torch.float64, 1e-12)])
def test_steps_are_those_of_torch(name: str, decay: float, kind: torch.dtype, tolerance: float) -> None:
    recipe = Recipe(optimiser=name, learning_rate=0.02, weight_decay=decay, momentum=0.8)
    random = np.random.default_rng(0)
    weights = torch.nn.Parameter(torch.from_numpy(random.normal(size=20)).to(kind))
    optimiser = make_optimiser([weights], recipe)
    memories = [Memory()] * 20
    for _ in range(10):
        gradient = torch.from_numpy(random.normal(size=20)).to(kind)
        old, weights.grad = weights.detach().clone(), gradient
        optimiser.step()
        found = [
            step(rule_of(recipe), w, g, memory)
            for w, g, memory in zip(old.tolist(), gradient.tolist(), memories, strict=True)
        ]
        np.testing.assert_allclose(
            [each.new for each in found], weights.detach().numpy(), rtol=tolerance, atol=tolerance / 10
        )
        memories = [each.after for each in found]


@pytest.mark.parametrize("name", OPTIMISERS)
def test_each_line_is_what_it_says(name: str) -> None:
    """Python computes every line, with its numbers put in, to the value beside it."""
    made = step(Rule(name, 0.1, weight_decay=0.3), 0.7, -0.4, Memory(3, 0.05, 0.02))
    for line in made.lines:
        text = line.filled(lambda number: f"({number!r})")
        for sign, word in {"²": "**2", "·": "*", "−": "-", "^": "**", "√": "sqrt"}.items():
            text = text.replace(sign, word)
        assert eval(text, {"sqrt": math.sqrt}) == pytest.approx(line.value, rel=1e-12)
        assert "{" not in line.rule
    assert made.lines[-1].symbol == "w"
    assert made.lines[-1].value == made.new
    assert made.after.count == 4


def test_an_unknown_optimiser() -> None:
    with pytest.raises(ExplainError, match="adamm"):
        step(Rule("adamm"), 0.0, 0.0)
