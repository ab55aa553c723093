"""What one number is made of: the account of a value, its rounding, and what it sees. numpy, no torch."""

from cnnviz.explain.explanation import Constant, Explanation, PartValues, Term
from cnnviz.explain.field import Box, receptive_field, sources
from cnnviz.explain.forward import explain
from cnnviz.explain.rounding import Column, rounded
from cnnviz.explain.trace import Trace

__all__ = [
    "Box", "Column", "Constant", "Explanation", "PartValues", "Term", "Trace",
    "explain", "receptive_field", "rounded", "sources",
]  # fmt: skip
