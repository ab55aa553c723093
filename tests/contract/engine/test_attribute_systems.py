"""Systems of every kind can be asked: recurrent, with capsules, with a spatial transformer, in three dimensions."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.engine.attribute import attribute
from cnnviz.engine.build import build
from cnnviz.engine.trace import trace
from cnnviz.explain.attribution import Question, Target, obstacle
from cnnviz.model.heads import main_head
from cnnviz.templates import template

RANDOM = np.random.default_rng(5)


@pytest.mark.parametrize("name", ["t6", "t15", "t16", "t17", "t18", "t25", "t26", "ae-64", "t27-peephole"])
def test_systems_of_all_kinds_can_be_asked(name: str) -> None:
    graph = template(name).graph
    module, head = build(graph), main_head(graph)
    samples = [
        RANDOM.random(module.report.row(each).shape).astype(np.float32) for each in module.report.inputs
    ]
    target = Target(head.source, (0,) if head.classifies else (0,) * len(head.shape))
    scores = trace(module, *samples).activation(head.source)
    for method in ("saliency", "guided", "grad-cam", "cam"):
        question = Question(method, target)
        if obstacle(graph, question):
            continue
        found = attribute(module, samples, question)
        assert found.map.shape[1:] == samples[0].shape[1:]
        assert np.isfinite(found.map).all()
        assert found.score == pytest.approx(scores[target.index].sum(), rel=1e-4, abs=1e-5)
