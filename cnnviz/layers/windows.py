"""Layers whose windows slide along every dimension of the maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cnnviz.errors import ShapeError
from cnnviz.layers.base import Layer, Remedy, Shape, need_rank, times
from cnnviz.layers.geometry import Axis, Padding, axes


@dataclass(frozen=True)
class Windowed(Layer):
    """The base of kinds with the options kernel_size and padding, and one dimension or more beside the channels."""

    spatial: ClassVar[int] = 0
    window: ClassVar[str] = "Window"
    same: ClassVar[str] = "Padding same: keep the size"

    def shrunk(self, kernel_size: tuple[int, ...]) -> Layer:
        """Return the layer with a smaller window, and nothing that would make it wider again."""
        raise NotImplementedError

    def slide(
        self,
        shape: Shape,
        kernel_size: tuple[int, ...],
        stride: tuple[int, ...],
        padding: Padding,
        dilation: tuple[int, ...] | None = None,
    ) -> tuple[Axis, ...]:
        """Return one Axis per dimension; raise ShapeError with ways out where the window does not fit."""
        need_rank(shape, self.spatial)
        try:
            return axes(shape[1:], kernel_size, stride, padding, dilation)
        except ShapeError as error:
            smaller = tuple(min(k, n) for k, n in zip(kernel_size, shape[1:], strict=True))
            remedies = (
                Remedy(self.same, replace=self.replace(padding="same")),
                Remedy(
                    f"{self.window} {times(smaller)}: as large as the input", replace=self.shrunk(smaller)
                ),
            )
            raise ShapeError(error.what, remedies=remedies, worked=error.worked) from None
