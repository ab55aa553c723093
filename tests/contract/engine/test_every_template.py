"""Every template can make a step on samples of its own size: losses fit their answers, and every weight is reached.

On torch's meta device, which computes shapes and gradients' paths but no numbers, so that the largest take no time.
"""

from __future__ import annotations

import pytest
import torch

from cnnviz.engine.build import GraphModule
from cnnviz.engine.losses import step_loss
from cnnviz.model.heads import Head
from cnnviz.templates import TEMPLATES


def labels_for(head: Head) -> torch.Tensor | None:
    """Return what an answer is compared with: class numbers, values of its shape, or the sample itself."""
    if head.classifies:
        return torch.zeros(2, dtype=torch.long)
    return None if head.sample else torch.zeros(2, *head.shape)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_step_reaches_every_weight(name: str) -> None:
    with torch.device("meta"):
        module = GraphModule(TEMPLATES[name].graph, fast=True).train()
        samples = [torch.zeros(2, *(module.report.row(each).shape or ())) for each in module.report.inputs]
        step_loss(module, samples, labels_for(module.main_head)).backward()
    assert [each for each, weight in module.named_parameters() if weight.grad is None] == []
