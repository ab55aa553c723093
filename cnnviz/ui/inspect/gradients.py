"""Frames of the way back: the same panes, with ∂L/∂value in place of every value, and parameters beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

import numpy as np

from cnnviz.explain import Explanation, Trace, split
from cnnviz.explain.backward import Slopes, explain_gradient, explain_weight
from cnnviz.ui.inspect.frame import Frame, Reaches
from cnnviz.ui.inspect.reading import Reading, read
from cnnviz.ui.inspect.volumes import SPATIAL

MOST_POSITIONS = 20_000
"""Of a map whose kernel is asked about: a second's work."""


class Way:
    """One way forward and back. `gradients` is the trace with gradients in place of values.

    A parameter stands among them as an array inside its layer: `conv1.weight`. Those with more dimensions than can be
    drawn (the kernels of a 3-D convolution) are left out, and those of layers with very large maps: a sum over so many
    positions would keep the window waiting.
    """

    def __init__(self, values: Trace, slopes: Slopes) -> None:
        self.values, self.slopes = values, slopes
        arrays = {
            name: slopes.gradients.get(name, np.zeros_like(array))
            for name, array in values.activations.items()
        }
        for node, parameters in slopes.parameters.items():
            positions = values.activations[node][0].size
            for name, array in parameters.items():
                if positions <= MOST_POSITIONS and array.ndim <= SPATIAL + 1:
                    arrays[f"{node}.{name}"] = array
        self.gradients = replace(values, activations=arrays, parameters=slopes.parameters)
        self.reaches = Reaches(self.gradients)

    def is_weight(self, array: str) -> bool:
        """Say whether an array is a parameter's gradient."""
        node, inside = split(array)
        return inside in self.slopes.parameters.get(node, {})

    def explain(self, array: str, index: Sequence[int]) -> Explanation:
        """Return what a gradient is made of; one that the engine does not take is 0, of nothing."""
        if self.is_weight(array):
            return replace(explain_weight(self.values, self.slopes, *split(array), index), node=array)
        slopes = self.slopes
        if array not in slopes.gradients:
            missing = {array: self.gradients.activations[array]}
            slopes = replace(slopes, gradients={**slopes.gradients, **missing})
        return explain_gradient(self.values, slopes, array, index)


@dataclass(frozen=True, eq=False, kw_only=True)
class GradientFrame(Frame):
    """One gradient; `trace` is that of the gradients."""

    backward: ClassVar[bool] = True
    way: Way

    @property
    def values(self) -> Trace:
        return self.way.values

    @property
    def of_weight(self) -> bool:
        return self.way.is_weight(self.node)

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """Return the gradients that the value's is made from, part by part."""
        return tuple(read(self.trace, replace(part, partners=())) for part in self.explanation.parts)

    def is_picture(self, node: str) -> bool:
        return False

    def is_gate(self, node: str) -> bool:
        return False

    def colormap(self, node: str) -> str:
        return "gradient"


def make_gradient_frame(
    way: Way, node: str, index: Sequence[int], scope: str = "layer", *, classes: tuple[str, ...] = ()
) -> GradientFrame:
    """Return the frame of a gradient; raise ExplainError where there is none."""
    return GradientFrame(
        way.gradients,
        way.explain(node, index),
        way.reaches,
        scope,
        classes,
        way=way,
        batch=way.slopes.batch is not None,
    )
