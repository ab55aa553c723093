"""What stands in for modules of torch and our own while a network learns: the same function in less time."""

from __future__ import annotations

from torch import nn

from cnnviz.engine.layout import RowConv1d, RowMaxPool1d
from cnnviz.engine.modules import GatedMemory
from cnnviz.engine.recurrence import QuickMemory

_QUICK: dict[type[nn.Module], type[nn.Module]] = {
    GatedMemory: QuickMemory,
    nn.Conv1d: RowConv1d,
    nn.MaxPool1d: RowMaxPool1d,
}
"""Each has the constructor and the arrays of what it stands in for."""


def quicken(module: nn.Module) -> nn.Module:
    """Let a module compute faster, if there is a faster way, and return it."""
    module.__class__ = _QUICK.get(type(module), type(module))
    return module
