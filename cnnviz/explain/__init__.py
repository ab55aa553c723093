"""What one number is made of: the account of a value, its rounding, and what it sees. numpy, no torch.

The package can be called: `cnnviz.explain(trace, "conv1", (0, 3, 4))` is `cnnviz.explain.explain(…)`. Arrays inside a
layer have its name in front: `lstm1.i`. A formula is computed in the module of its topic: `sums`, `curves`, `norms`,
`sampling`; `forward` knows them all.
"""

import sys
from collections.abc import Sequence
from types import ModuleType

from cnnviz.explain.explanation import Constant, Explanation, Partner, PartValues, Term
from cnnviz.explain.field import receptive_field, sources
from cnnviz.explain.forward import explain, formula_of
from cnnviz.explain.functions import FUNCTIONS
from cnnviz.explain.rounding import Column, rounded
from cnnviz.explain.trace import Trace, split
from cnnviz.layers.base import Box

__all__ = [
    "FUNCTIONS", "Box", "Column", "Constant", "Explanation", "PartValues", "Partner", "Term", "Trace",
    "explain", "formula_of", "receptive_field", "rounded", "sources", "split",
]  # fmt: skip


class _CallablePackage(ModuleType):
    """Lets the package be the function that `import cnnviz` offers under the same name."""

    def __call__(self, trace: Trace, node: str, index: Sequence[int]) -> Explanation:
        return explain(trace, node, index)


sys.modules[__name__].__class__ = _CallablePackage
