"""Layers that don't learn: their weights stay as they are, and so do the statistics of their norms."""

from __future__ import annotations

from collections.abc import Sequence

from cnnviz.engine.build import GraphModule
from cnnviz.errors import TrainError, did_you_mean
from cnnviz.model.names import attribute


def freeze(module: GraphModule, names: Sequence[str]) -> None:
    """Freeze the layers of these names; raise TrainError where there is no such layer, or where none is left to learn.

    A frozen batch norm uses its running statistics, as it does after training.
    """
    known = {row.name: row for row in module.report.rows if row.parameters}
    for name in names:
        if name not in known:
            raise TrainError(
                f"there is no layer {name!r} with weights to freeze.", hint=did_you_mean(name, known)
            )
    module.still = tuple(attribute(name) for name in names)
    for name in module.still:
        module.get_submodule(name).requires_grad_(False)
    if not any(weight.requires_grad for weight in module.parameters()):
        raise TrainError("all layers are frozen, so nothing learns.", hint="Let one of them learn.")
