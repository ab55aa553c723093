"""Changes batches of images at random, as a chain of `cnnviz.model.augmentation` says; all on tensors, seeded.

Turns, shifts, zooms and shears that follow each other become one movement, so that the image is sampled only once.
`Augment` and what is below it need torch alone: an exported script takes this text over as it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

Draw = Callable[..., Tensor]
"""Gives uniform numbers from −1 to 1 of a shape."""


class Augment:
    """A chain of (kind, options). Takes and returns (N, C, L), (N, C, H, W) or (N, C, D, H, W), float32.

    Volumes and videos are changed alike in all their slices. The generator's state is all that has to be kept to go on.
    """

    def __init__(
        self, steps: Sequence[tuple[str, Mapping[str, Any]]], seed: int, device: torch.device | str = "cpu"
    ) -> None:
        self.generator = torch.Generator(device).manual_seed(seed)
        self._steps = [(kind, dict(options)) for kind, options in steps]

    def __call__(self, images: Tensor) -> Tensor:
        """Return the images, each changed in its own way."""
        shape = images.shape
        found = images.flatten(1, -3) if images.dim() > 4 else images
        movement: Tensor | None = None
        fill = ""
        for kind, options in self._steps:
            if kind in MOVEMENTS:
                if movement is not None and options["fill"] != fill:
                    found, movement = moved(found, movement, fill), None
                values = {name: value for name, value in options.items() if name != "fill"}
                own = MOVEMENTS[kind](found, self._draw, **values)
                movement, fill = own if movement is None else movement @ own, options["fill"]
                continue
            if movement is not None:
                found, movement = moved(found, movement, fill), None
            found = CHANGES[kind](found, self._draw, **options)
        if movement is not None:
            found = moved(found, movement, fill)
        return found.reshape(shape) if images.dim() > 4 else found

    def _draw(self, *shape: int, normal: bool = False) -> Tensor:
        device = self.generator.device
        if normal:
            return torch.randn(shape, generator=self.generator, device=device)
        return torch.rand(shape, generator=self.generator, device=device) * 2 - 1


def moved(images: Tensor, movement: Tensor, fill: str) -> Tensor:
    """Return images (N, C, H, W) sampled where `movement` (N, 3, 3) sends each pixel (x, y, 1), from the middle."""
    height, width = images.shape[-2:]
    scale = movement.new_tensor([width / 2, height / 2, 1.0])
    shares = (movement * scale / scale[:, None])[:, :2]  # torch counts from −1 to 1 across the image
    grid = functional.affine_grid(shares, [len(images), 1, height, width], align_corners=False)
    modes = {"black": "zeros", "edge": "border", "mirror": "reflection"}
    return functional.grid_sample(
        images, grid.to(images.dtype), padding_mode=modes[fill], align_corners=False
    )


def _matrix(images: Tensor, *entries: Tensor | float) -> Tensor:
    """Return (N, 3, 3) from the six entries of its upper rows: numbers, or one value per image."""
    count, device = len(images), images.device
    columns = [
        each if isinstance(each, Tensor) else torch.full((count,), each, device=device) for each in entries
    ]
    last = torch.tensor([0.0, 0.0, 1.0], device=device).expand(count, 3)
    return torch.cat((torch.stack(columns, dim=1), last), dim=1).reshape(count, 3, 3)


# -- movements: where each pixel of the result comes from -----------------------------------------------------------


def rotation(images: Tensor, draw: Draw, degrees: float) -> Tensor:
    """Turn by up to so many degrees."""
    angle = draw(len(images)) * math.radians(degrees)
    return _matrix(images, angle.cos(), -angle.sin(), 0.0, angle.sin(), angle.cos(), 0.0)


def shift(images: Tensor, draw: Draw, share: float) -> Tensor:
    """Move by up to this share of width and height."""
    height, width = images.shape[-2:]
    across, down = draw(len(images)) * share * width, draw(len(images)) * share * height
    return _matrix(images, 1.0, 0.0, across, 0.0, 1.0, down)


def zoom(images: Tensor, draw: Draw, share: float) -> Tensor:
    """Enlarge by a factor between 1 − share and 1 + share."""
    inverse = 1 / (1 + draw(len(images)) * share)
    return _matrix(images, inverse, 0.0, 0.0, 0.0, inverse, 0.0)


def shear(images: Tensor, draw: Draw, slope: float) -> Tensor:
    """Push rows sideways by up to this slope."""
    return _matrix(images, 1.0, draw(len(images)) * slope, 0.0, 0.0, 1.0, 0.0)


# -- changes of the pixels ------------------------------------------------------------------------------------------


def _per_image(images: Tensor, values: Tensor) -> Tensor:
    return values.reshape(-1, *[1] * (images.dim() - 1))


def _some(images: Tensor, draw: Draw, probability: float) -> Tensor:
    """Return for each image whether it is chosen."""
    return _per_image(images, draw(len(images)) < 2 * probability - 1)


def flip_horizontal(images: Tensor, draw: Draw, probability: float) -> Tensor:
    """Swap left and right of some images."""
    return torch.where(_some(images, draw, probability), images.flip(-1), images)


def flip_vertical(images: Tensor, draw: Draw, probability: float) -> Tensor:
    """Swap top and bottom of some images."""
    return torch.where(_some(images, draw, probability), images.flip(-2), images)


def crop(images: Tensor, draw: Draw, padding: int) -> Tensor:
    """Pad with zeros and cut out a window of the old size."""
    count, _, height, width = images.shape
    padded = functional.pad(images, (padding,) * 4)
    down, across = (
        ((draw(count) + 1) / 2 * (2 * padding + 1)).long().clamp(max=2 * padding) for _ in range(2)
    )
    rows = down[:, None] + torch.arange(height, device=images.device)
    columns = across[:, None] + torch.arange(width, device=images.device)
    each = torch.arange(count, device=images.device)[:, None, None]
    return padded[each, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def noise(images: Tensor, draw: Draw, deviation: float) -> Tensor:
    """Add normal noise."""
    return images + draw(*images.shape, normal=True) * deviation


def contrast(images: Tensor, draw: Draw, share: float) -> Tensor:
    """Move values away from the image's mean or towards it."""
    mean = images.mean(dim=tuple(range(1, images.dim())), keepdim=True)
    return mean + (images - mean) * (1 + _per_image(images, draw(len(images)) * share))


def exposure(images: Tensor, draw: Draw, share: float) -> Tensor:
    """Multiply all values of an image."""
    return images * (1 + _per_image(images, draw(len(images)) * share))


def erase(images: Tensor, draw: Draw, probability: float, share: float) -> Tensor:
    """Blacken a rectangle of up to this share of the area in some images."""
    height, width = images.shape[-2:]
    chosen = _some(images, draw, probability)
    side = (share * (draw(len(images)) + 1) / 2).sqrt() / 2
    masks = []
    for length in (height, width):
        middle = (draw(len(images)) + 1) / 2 * length
        place = torch.arange(length, device=images.device) + 0.5
        masks.append((place - middle[:, None]).abs() <= (side * length)[:, None])
    inside = masks[0][:, None, :, None] & masks[1][:, None, None, :]
    return images.masked_fill(inside & chosen, 0.0)


MOVEMENTS: dict[str, Callable[..., Tensor]] = {
    "rotation": rotation, "shift": shift, "zoom": zoom, "shear": shear,
}  # fmt: skip
CHANGES: dict[str, Callable[..., Tensor]] = {
    "flip-horizontal": flip_horizontal, "flip-vertical": flip_vertical, "crop": crop, "noise": noise,
    "contrast": contrast, "exposure": exposure, "erase": erase,
}  # fmt: skip
