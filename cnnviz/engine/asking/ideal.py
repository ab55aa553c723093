"""Inputs that a channel answers to most, made from nothing by gradient ascent, for small and for grey pictures too.

The picture is a spectrum (Olah, Mordvintsev and Schubert 2017): coarse and fine waves move alike fast, so that no
speckles grow. Its channels are mixed as those of the data are. A sigmoid keeps it in the range of the data, and steps
see it moved a little, so that what is found does not hang on single pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from cnnviz.engine.attribute.subject import held_still
from cnnviz.engine.build import GraphModule
from cnnviz.engine.trace import to_array
from cnnviz.errors import ExplainError
from cnnviz.events import Answer, Progress
from cnnviz.explain.asking.questions import AskIdeal, Ideal, Samples
from cnnviz.explain.asking.sight import sight
from cnnviz.explain.trace import Array, Trace

RATE = 0.2
JITTER = 14
"""A picture moves by up to this part of what the value sees: 2 of 28 pixels, none of 5."""
STILL = 1 / 3
"""In the last third of the steps it stands still."""
ROUGHNESS = 1.0
"""How much the sum of differences between neighbours counts, in shares of the value."""
LOOKED_AT = 64
"""So many samples tell the range of the data, their mean and how their channels go together."""
SPREAD = 0.01
TINY = 1e-8


@dataclass(frozen=True, eq=False)
class Palette:
    """What inputs look like: their range, the mean of each channel as a logit (C,), and how channels mix (C, C)."""

    low: float
    high: float
    middle: Tensor
    mixing: Tensor


def ideal(
    module: GraphModule, trace: Trace, question: AskIdeal, splits: Mapping[str, Samples]
) -> Iterator[Progress | Answer]:
    """Yield the Ideal inputs of a channel; raise ExplainError where no gradient reaches the input."""
    climb = _Climb(module, trace, question, splits["test"])
    for step in range(question.steps):
        with held_still(climb.module):
            climb.step(moving=step < (1 - STILL) * question.steps)
        yield Progress("Climbing", step + 1, question.steps)
    with held_still(climb.module), torch.no_grad():
        found = climb.found()
    yield Answer(found)


class _Climb:
    """Pictures on their way to what a value answers to most."""

    def __init__(self, module: GraphModule, trace: Trace, question: AskIdeal, samples: Samples) -> None:
        self._shape = trace.activation(module.report.input).shape
        self.module, self._question = module.resized(self._shape), question
        self._climbed, self._index = _uphill_of(self.module, question.node), self._centre()
        (self._field,) = sight(self.module.graph, question.node, [self._index])
        self._palette = _palette(samples)
        self._random = torch.Generator().manual_seed(question.seed)
        self._spectrum = _Spectrum(self._shape, question.starts, self._random)
        self._adam = torch.optim.Adam([self._spectrum.waves], lr=RATE)
        with held_still(self.module):
            self._require_slope()

    def step(self, *, moving: bool) -> None:
        """Climb a little: towards a larger value in shares of itself, so that no scale has to be known."""
        images = self._images()
        seen = self._moved(images) if moving else images
        values = self.module.some((self._climbed,), seen)[self._climbed]
        place: tuple[Any, ...] = (slice(None), *self._index)
        score = values[place]
        gain = (score / score.detach().abs().clamp(min=TINY)).sum()
        waves = self._spectrum.waves
        (waves.grad,) = torch.autograd.grad(ROUGHNESS * _roughness(images) - gain, waves)
        self._adam.step()

    def _require_slope(self) -> None:
        """Raise ExplainError where the value does not change with the sample, so that there is nothing to climb."""
        images = self._images().detach().requires_grad_()
        values = self.module.some((self._climbed,), images)[self._climbed]
        found = (
            torch.autograd.grad(values.sum(), images, allow_unused=True)[0] if values.requires_grad else None
        )
        if found is None:
            raise ExplainError(
                "no gradient reaches the input: a layer on the way only looks numbers up.",
                where=self._question.node,
            )

    def found(self) -> Ideal:
        """Return the pictures with the channel's largest value on each, the best first."""
        images, node, channel = self._images(), self._question.node, self._question.channel
        values = self.module.some((node,), images)[node][:, channel]
        reached = values.reshape(len(images), -1).amax(dim=1)
        order = reached.argsort(descending=True)
        pictures, limits = to_array(images[order]), (self._palette.low, self._palette.high)
        return Ideal(node, channel, pictures, to_array(reached[order]), self._index, self._field, limits)

    def _images(self) -> Tensor:
        return _coloured(self._spectrum.picture(), self._palette)

    def _centre(self) -> tuple[int, ...]:
        shape, channel = self.module.report.row(self._question.node).shape or (), self._question.channel
        if not 0 <= channel < shape[0]:
            raise ExplainError(f"there is no channel {channel} of {shape[0]}.", where=self._question.node)
        return (channel, *(entry // 2 for entry in shape[1:]))

    def _moved(self, images: Tensor) -> Tensor:
        """Return the images, all moved by the same few cells at random."""
        sizes = [end - first for first, end in self._field[1:]]
        most = [min(seen, n) // JITTER for seen, n in zip(sizes, self._shape[1:], strict=True)]
        shifts = [int(torch.randint(-far, far + 1, (), generator=self._random)) for far in most]
        return torch.roll(images, shifts, dims=tuple(range(2, images.dim()))) if any(shifts) else images


def _uphill_of(module: GraphModule, node: str) -> str:
    """Return the node whose value is climbed: what goes into a ReLU, which has a slope where the ReLU has none."""
    wires = module.graph.inputs(node)
    return wires[0].source if module.graph.node(node).layer.cuts and len(wires) == 1 else node


# -- pictures ---------------------------------------------------------------------------------------------------------


class _Spectrum:
    """Pictures (S, C, …) as waves: complex amplitudes, of which the fine ones count less. Vectors are as they are."""

    def __init__(self, shape: tuple[int, ...], starts: int, random: torch.Generator) -> None:
        self._size = shape[1:]
        axes = [torch.fft.fftfreq(n) for n in self._size[:-1]] + [
            torch.fft.rfftfreq(n) for n in self._size[-1:]
        ]
        if self._size:
            grid = torch.meshgrid(*axes, indexing="ij")
            pitch = torch.stack([each**2 for each in grid]).sum(dim=0).sqrt()
            self._scale = (
                (1 / pitch.clamp(min=1 / max(self._size))) * SPREAD * float(np.sqrt(np.prod(self._size)))
            )
            drawn = torch.randn((starts, shape[0], *pitch.shape, 2), generator=random)
        else:
            drawn = torch.randn((starts, shape[0]), generator=random) * SPREAD
        self.waves = drawn.requires_grad_()

    def picture(self) -> Tensor:
        """Return the pictures, about 0."""
        if not self._size:
            return self.waves
        waves = torch.view_as_complex(self.waves) * self._scale
        dims = tuple(range(2, 2 + len(self._size)))
        return torch.fft.irfftn(waves, s=self._size, dim=dims, norm="ortho")


def _palette(samples: Samples) -> Palette:
    """Return what the data look like, from their first samples."""
    some = np.stack([samples.sample(at) for at in range(min(samples.count, LOOKED_AT))]).astype(np.float64)
    low, high = min(0.0, float(some.min())), max(1.0, float(some.max()))
    places = np.moveaxis(some, 1, 0).reshape(some.shape[1], -1)
    share = np.clip((places.mean(axis=1) - low) / (high - low), 0.02, 0.98)
    middle = torch.from_numpy(np.log(share / (1 - share))).float()
    return Palette(low, high, middle, torch.from_numpy(_mixing(places)).float())


def _mixing(places: Array) -> Array:
    """Return the matrix that makes independent channels go together as those of the data do, few channels only."""
    channels = len(places)
    if channels == 1 or channels > 16:
        return np.eye(channels)
    values, vectors = np.linalg.eigh(np.cov(places))
    root = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
    largest = float(np.linalg.norm(root, axis=0).max())
    return root / largest if largest > 0 else np.eye(channels)


def _coloured(picture: Tensor, palette: Palette) -> Tensor:
    """Return pictures in the range of the data."""
    mixed = torch.einsum("oc,nc...->no...", palette.mixing, picture)
    middle = palette.middle.view(1, -1, *(1,) * (picture.dim() - 2))
    return palette.low + (palette.high - palette.low) * torch.sigmoid(mixed + middle)


def _roughness(images: Tensor) -> Tensor:
    """Return the sum over the images of how far neighbours differ on average."""
    wide = [dim for dim in range(2, images.dim()) if images.shape[dim] > 1]
    return sum((images.diff(dim=dim).abs().flatten(1).mean(dim=1).sum() for dim in wide), torch.zeros(()))
