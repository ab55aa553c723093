"""Ready-made blocks as graphs of their own, to be put into any network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from cnnviz.layers import BatchNorm, Flatten, Input, Shape
from cnnviz.model.graph import Graph
from cnnviz.model.placing.layout import tidy
from cnnviz.templates import parts
from cnnviz.templates.draft import Draft
from cnnviz.templates.parts import UNBIASED, Inception, projection


@dataclass(frozen=True)
class BlockTemplate:
    """A block to put into any network."""

    name: str
    title: str
    sentence: str
    shape: Shape
    build: Callable[[Draft], object]

    @cached_property
    def graph(self) -> Graph:
        """Return the block as a graph: its Input stands for what comes before, its last node is the exit.

        All nodes but the Input are in one group with the block's title.
        """
        draft = Draft()
        draft.add(Input(shape=self.shape))
        with draft.group(self.name, self.title):
            self.build(draft)
        return tidy(draft.graph(self.title))


def _encode(draft: Draft) -> None:
    draft.add(Flatten())
    parts.encoder(draft, (128, 64))


_MAPS: Shape = (64, 28, 28)


BLOCKS: Mapping[str, BlockTemplate] = {
    block.name: block
    for block in (
        BlockTemplate(
            "conv_bn_relu",
            "Conv-BN-ReLU",
            "A convolution, batch norm and ReLU: the brick of most networks since 2015.",
            _MAPS,
            lambda draft: parts.convolution(draft, 64, style=UNBIASED),
        ),
        BlockTemplate(
            "dense_bn_relu",
            "Dense-BN-ReLU",
            "A dense layer with batch norm and ReLU.",
            (256,),
            lambda draft: parts.dense(draft, 128, norm=BatchNorm()),
        ),
        BlockTemplate(
            "residual",
            "Residual block",
            "Two 3×3 convolutions learn what to add to their input, which takes the shortcut.",
            _MAPS,
            lambda draft: parts.residual_basic(draft, 64, style=UNBIASED),
        ),
        BlockTemplate(
            "residual_down",
            "Residual block, half size",
            "Halves height and width and doubles the channels; a 1×1 convolution makes the shortcut fit.",
            _MAPS,
            lambda draft: parts.residual_basic(
                draft, 128, stride=2, shortcut=projection(128, 2, UNBIASED), style=UNBIASED
            ),
        ),
        BlockTemplate(
            "bottleneck",
            "Bottleneck",
            "A 1×1 convolution narrows, a 3×3 works, a 1×1 widens again: residual and cheap.",
            (256, 28, 28),
            lambda draft: parts.residual_bottleneck(draft, 64, style=UNBIASED),
        ),
        BlockTemplate(
            "bottleneck_down",
            "Bottleneck, half size",
            "Halves height and width and doubles the channels; a 1×1 convolution makes the shortcut fit.",
            (256, 28, 28),
            lambda draft: parts.residual_bottleneck(
                draft, 128, stride=2, shortcut=projection(512, 2, UNBIASED), style=UNBIASED
            ),
        ),
        BlockTemplate(
            "inception",
            "Inception",
            "Looks at several sizes at once: 1×1, 3×3, 5×5 and a pool, joined by their channels.",
            (192, 28, 28),
            lambda draft: parts.inception(draft, Inception(64, 96, 128, 16, 32, 32)),
        ),
        BlockTemplate(
            "encoder",
            "Encoder",
            "Squeezes a sample into a short code: flatten, then dense layers that get narrower.",
            (1, 28, 28),
            _encode,
        ),
        BlockTemplate(
            "decoder",
            "Decoder",
            "Unfolds a code into 784 values from 0 to 1, as many as a 28×28 image has.",
            (64,),
            lambda draft: parts.decoder(draft, (128, 784)),
        ),
    )
}
"""Every block that comes with cnnviz, by name, in the order in which they are shown."""
