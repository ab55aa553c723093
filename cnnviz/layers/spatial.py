"""Layers that treat every dimension beside the channels alike, whether there are one, two or three."""

from __future__ import annotations

from cnnviz.errors import ShapeError
from cnnviz.layers.base import Shape, times


def need_maps(shape: Shape) -> None:
    """Raise ShapeError unless the shape is channels and 1 to 3 dimensions."""
    if not 2 <= len(shape) <= 4:
        raise ShapeError(f"it takes maps (channels and 1 to 3 dimensions), but {times(shape)} arrives.")


def per_dimension(amounts: tuple[int, ...], shape: Shape, what: str) -> tuple[int, ...]:
    """Return one number for every dimension beside the channels; a single one stands for all of them."""
    need_maps(shape)
    dimensions = len(shape) - 1
    if len(amounts) == 1:
        return amounts * dimensions
    if len(amounts) != dimensions:
        raise ShapeError(
            f"it has {len(amounts)} numbers for {what}, but {times(shape)} has {dimensions} "
            f"dimension{'s' if dimensions > 1 else ''} beside the channels.",
            hint="One number stands for all of them.",
        )
    return amounts


def written(amounts: tuple[int, ...]) -> str:
    """Write 2 for 2×2, else 1×2×2."""
    return str(amounts[0]) if len(set(amounts)) == 1 else times(amounts)
