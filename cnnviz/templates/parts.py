"""What networks repeat: each function adds one block to a draft and returns the name of its exit.

A `tag` names the nodes (`conv2_1a`, `bn2_1a` …); without one they are numbered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cnnviz.layers import Add, BatchNorm, Concat, Conv2d, Conv3d, Dense, Layer, MaxPool2d, ReLU, Sigmoid
from cnnviz.templates.draft import Draft


@dataclass(frozen=True)
class Style:
    """How all convolutions of a network are made: their kind, with a bias or without, and what normalises them."""

    kind: type[Conv2d] | type[Conv3d] = Conv2d
    bias: bool = True
    norm: Layer | None = None

    def convolution(self, channels: int, kernel: int, stride: int = 1) -> Layer:
        """Return a convolution that keeps the size at stride 1; odd kernels only."""
        every = self.kind.spatial
        return self.kind(
            out_channels=channels,
            kernel_size=(kernel,) * every,
            stride=(stride,) * every,
            padding=(kernel // 2,) * every if kernel > 1 else "valid",
            bias=self.bias,
        )


USUAL = Style(norm=BatchNorm())
UNBIASED = Style(bias=False, norm=BatchNorm())
"""Batch norm has a shift of its own, so the bias can go."""
BARE = Style()
KERAS = BatchNorm(epsilon=1e-3, momentum=0.01)
"""Batch norm with the settings of Keras, in which the running statistics keep 0.99 of what they were."""


def convolution(
    draft: Draft,
    channels: int,
    kernel: int = 3,
    *,
    stride: int = 1,
    style: Style = USUAL,
    active: bool = True,
    tag: str = "",
    after: str = "",
) -> str:
    """Add Conv-BN-ReLU: a convolution, its normalisation where the style has one, and its activation if `active`."""
    draft.add(style.convolution(channels, kernel, stride), tag, after=after)
    if style.norm is not None:
        draft.add(style.norm, tag)
    return draft.add(ReLU(), tag) if active else draft.last


def dense(draft: Draft, units: int, *, norm: Layer | None = None, tag: str = "") -> str:
    """Add Dense-BN-ReLU, or Dense-ReLU without a `norm`."""
    draft.add(Dense(units=units), tag)
    if norm is not None:
        draft.add(norm, tag)
    return draft.add(ReLU(), tag)


def residual_basic(
    draft: Draft,
    channels: int,
    *,
    stride: int = 1,
    shortcut: Callable[[Draft], str] | None = None,
    style: Style = USUAL,
    tag: str = "",
) -> str:
    """Add two 3×3 convolutions and a shortcut around them (He et al. 2016, figure 5 left).

    `shortcut` adds what lies on the shortcut, behind the draft's last node; without it the input itself is added.
    """
    widths = ((channels, 3, stride), (channels, 3, 1))
    return _residual(draft, widths, shortcut, style, tag)


def residual_bottleneck(
    draft: Draft,
    channels: int,
    *,
    stride: int = 1,
    shortcut: Callable[[Draft], str] | None = None,
    style: Style = USUAL,
    tag: str = "",
) -> str:
    """Add 1×1, 3×3, 1×1 convolutions and a shortcut (He et al. 2016, figure 5 right): `channels`, then four times.

    The stride is that of the first 1×1, as published.
    """
    widths = ((channels, 1, stride), (channels, 3, 1), (4 * channels, 1, 1))
    return _residual(draft, widths, shortcut, style, tag)


def _residual(
    draft: Draft,
    widths: Sequence[tuple[int, int, int]],
    shortcut: Callable[[Draft], str] | None,
    style: Style,
    tag: str,
) -> str:
    entry = draft.last
    for place, (channels, kernel, stride) in enumerate(widths):
        letter = f"{tag}{'abc'[place]}" if tag else ""
        last = place == len(widths) - 1
        convolution(draft, channels, kernel, stride=stride, style=style, active=not last, tag=letter)
    inside, draft.last = draft.last, entry
    around = shortcut(draft) if shortcut is not None else entry
    draft.add(Add(), tag, after=(inside, around))
    return draft.add(ReLU(), tag)


def projection(
    channels: int,
    stride: int,
    style: Style = USUAL,
    tag: str = "",
) -> Callable[[Draft], str]:
    """Return a shortcut that fits sizes and channels with a 1×1 convolution."""
    name = f"{tag}_shortcut" if tag else ""
    return lambda draft: convolution(draft, channels, 1, stride=stride, style=style, active=False, tag=name)


@dataclass(frozen=True)
class Inception:
    """The widths of an inception block: 1×1, 3×3 and 5×5 behind their reductions, and the 1×1 behind the pool."""

    one: int
    three_reduced: int
    three: int
    five_reduced: int
    five: int
    pooled: int


def inception(
    draft: Draft,
    widths: Inception,
    *,
    style: Style = BARE,
    tag: str = "",
) -> str:
    """Add four branches side by side, joined by their channels (Szegedy et al. 2015, figure 2b)."""
    entry = draft.last
    branches = (
        ("a", None, ((widths.one, 1),)),
        ("b", None, ((widths.three_reduced, 1), (widths.three, 3))),
        ("c", None, ((widths.five_reduced, 1), (widths.five, 5))),
        ("d", MaxPool2d(kernel_size=(3, 3), stride=(1, 1), padding=(1, 1)), ((widths.pooled, 1),)),
    )
    ends = []
    for letter, pool, convolutions in branches:
        draft.last = entry
        if pool is not None:
            draft.add(pool, tag)
        for number, (channels, kernel) in enumerate(convolutions, 1):
            name = f"{tag}{letter}{number}" if tag else ""
            convolution(draft, channels, kernel, style=style, tag=name)
        ends.append(draft.last)
    return draft.add(Concat(), tag, after=ends)


def encoder(draft: Draft, widths: Sequence[int]) -> str:
    """Add dense layers with ReLU; the last one is the code."""
    for units in widths:
        dense(draft, units)
    return draft.last


def decoder(draft: Draft, widths: Sequence[int]) -> str:
    """Add dense layers with ReLU, and a last one whose sigmoid gives values from 0 to 1."""
    for units in widths[:-1]:
        dense(draft, units)
    draft.add(Dense(units=widths[-1]))
    return draft.add(Sigmoid())
