"""What a gradient is made of: of a value, of a weight, and the step that an optimiser makes of it. numpy, no torch."""

from cnnviz.explain.backward.batchnorm import with_batch_statistics
from cnnviz.explain.backward.gradient import explain_gradient
from cnnviz.explain.backward.loss import LossAccount, LossTerm, explain_loss
from cnnviz.explain.backward.memories import Memories, Moments
from cnnviz.explain.backward.slopes import Batch, End, Slopes, member
from cnnviz.explain.backward.step import Line, Memory, Rule, Step, rule_of, step
from cnnviz.explain.backward.weight import explain_weight

__all__ = [
    "Batch", "End", "Line", "LossAccount", "LossTerm", "Memories", "Memory", "Moments", "Rule", "Slopes", "Step",
    "explain_gradient", "explain_loss", "explain_weight", "member", "rule_of", "step", "with_batch_statistics",
]  # fmt: skip
