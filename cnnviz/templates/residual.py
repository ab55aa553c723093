"""Residual networks, and the plain ones that they were compared with (He et al. 2016, "Deep residual learning")."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from functools import partial

from cnnviz.layers import Concat, Conv3d, Dense, FixedFilter2d, GlobalAvgPool, Input, MaxPool2d, Softmax
from cnnviz.model.augmentation import PRESETS
from cnnviz.model.graph import Graph
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.templates.draft import Draft
from cnnviz.templates.parts import (
    KERAS,
    UNBIASED,
    Style,
    convolution,
    projection,
    residual_basic,
    residual_bottleneck,
)
from cnnviz.templates.template import Template, reached

KERAS_STYLE = Style(norm=KERAS)
WIDTHS = (16, 32, 64)
FLAT, SOLID = "resnet20-cifar10", "resnet14-3d"
Block = Callable[[Draft, int, int, Style, str], None]
"""Adds a block: draft, channels, stride, style, tag."""
COLOUR = Input(shape=(3, 32, 32))
PHOTOGRAPH = Input(shape=(3, 224, 224))
RECIPE = Recipe(
    optimiser="momentum",
    learning_rate=0.1,
    weight_decay=1e-4,
    batch_size=256,
    epochs=90,
    initialiser="he",
)
"""As published, but for the learning rate, which falls tenfold three times there."""
COMPARED = {3: (269_722, 1_376), 9: (853_018, 4_064)}
"""Parameters and running statistics by the blocks per stage: with or without shortcuts, they are the same."""
SMALL_RECIPE = replace(RECIPE, batch_size=128, epochs=164)


# -- for small pictures ---------------------------------------------------------------------------------------------


def small(n: int, entry: Input, style: Style, block: Block) -> Graph:
    """Return a network of 6n + 2 layers: three stages of n blocks with 16, 32 and 64 channels.

    More than nine blocks are put into a group per stage.
    """
    draft = Draft()
    draft.add(entry)
    convolution(draft, WIDTHS[0], style=style)
    for stage, channels in enumerate(WIDTHS, 1):
        staged = draft.group(f"stage{stage}", f"Stage {stage}: {n} blocks") if n > 3 else nullcontext()
        with staged:
            for number in range(1, n + 1):
                tag, stride = f"{stage}_{number}", 2 if stage > 1 and number == 1 else 1
                block(draft, channels, stride, style, tag)
    draft.chain(GlobalAvgPool(), Dense(units=10), Softmax())
    return draft.graph()


def projected(draft: Draft, channels: int, stride: int, style: Style, tag: str) -> None:
    """Add a residual block; where the stride is 2, a 1×1 convolution makes the shortcut fit."""
    around = projection(channels, stride, style, tag) if stride == 2 else None
    with draft.group(f"block{tag}", f"Residual {channels}"):
        residual_basic(draft, channels, stride=stride, shortcut=around, style=style, tag=tag)


def padded(draft: Draft, channels: int, stride: int, style: Style, tag: str) -> None:
    """Add a residual block whose shortcut has no parameters: every second pixel, and zeros for the new channels."""
    around = partial(_widened, tag=tag) if stride == 2 else None
    with draft.group(f"block{tag}", f"Residual {channels}"):
        residual_basic(draft, channels, stride=stride, shortcut=around, style=style, tag=tag)


def _widened(draft: Draft, tag: str) -> str:
    kept = draft.add(MaxPool2d(kernel_size=(1, 1)), f"{tag}_shortcut")
    zeros = draft.add(FixedFilter2d(preset="typed", kernel="0"), f"{tag}_zeros")
    return draft.add(Concat(), tag, after=(kept, zeros))


def plain(draft: Draft, channels: int, stride: int, style: Style, tag: str) -> None:
    """Add what a residual block is without its shortcut."""
    with draft.group(f"block{tag}", f"Plain {channels}"):
        for letter, step in (("a", stride), ("b", 1)):
            convolution(draft, channels, stride=step, style=style, tag=f"{tag}{letter}")


def resnet20_keras() -> Template:
    """Return T15: nine blocks whose convolutions keep their biases."""
    return Template(
        id="t15",
        name="cifar-resnet20",
        title="ResNet-20, 1×1 shortcuts",
        sentence="Nine residual blocks: each learns only what to add to its input, so twenty layers train like six.",
        make=partial(small, 3, COLOUR, KERAS_STYLE, projected),
        recipe=Recipe(
            optimiser="adam",
            learning_rate=1e-3,
            batch_size=256,
            epochs=1000,
            initialiser="glorot",
            augment=PRESETS["pictures-strong"],
        ),
        data=DataChoice("cifar-10"),
        params=273_258,
        running=1_568,
        reported=reached(FLAT) or "83.24 % reported",
        trained=FLAT,
        section="Images",
    )


def resnet14_volumes() -> Template:
    """Return T16: six blocks of 3D convolutions."""
    return Template(
        id="t16",
        name="resnet14-3d",
        title="ResNet-14 in 3D",
        sentence="Residual blocks with 3D windows read digits made of coloured voxels, 16×16×16.",
        make=partial(small, 2, Input(shape=(3, 16, 16, 16)), Style(Conv3d, norm=KERAS), projected),
        recipe=Recipe(optimiser="adam", learning_rate=1e-3, batch_size=256, epochs=50, initialiser="glorot"),
        data=DataChoice("3d-mnist"),
        params=517_674,
        running=1_120,
        reported=reached(SOLID) or "99.02 % reported",
        trained=SOLID,
        dimensions="3D",
        section="Sequences and 3D",
    )


def _compared(name: str, n: int, block: Block, sentence: str, told: str = "") -> Template:
    kind, layers = name.rstrip("0123456789"), 6 * n + 2
    return Template(
        id=name,
        name=name,
        title=f"{'ResNet' if kind == 'resnet' else 'Plain'}-{layers}, CIFAR-10",
        sentence=sentence,
        make=partial(small, n, COLOUR, UNBIASED, block),
        recipe=SMALL_RECIPE,
        data=DataChoice("cifar-10"),
        params=COMPARED[n][0],
        running=COMPARED[n][1],
        reported=told,
        section="Architectures",
    )


# -- for photographs ------------------------------------------------------------------------------------------------


def deep(blocks: tuple[int, int, int, int], bottleneck: bool) -> Graph:
    """Return a network for 224×224 pictures and 1,000 classes, with so many blocks in each of its four stages."""
    draft = Draft()
    draft.add(PHOTOGRAPH)
    convolution(draft, 64, 7, stride=2, style=UNBIASED, tag="1")
    draft.add(MaxPool2d(kernel_size=(3, 3), stride=(2, 2), padding=(1, 1)), "1")
    before = 64
    for stage, count in enumerate(blocks, 2):
        channels = 64 * 2 ** (stage - 2)
        kind = "bottlenecks" if bottleneck else "residual blocks"
        with draft.group(f"stage{stage}", f"Stage {stage}: {count} {kind}"):
            for block in range(1, count + 1):
                stride = 2 if stage > 2 and block == 1 else 1
                before = _block(draft, before, channels, stride, bottleneck, f"{stage}_{block}")
    draft.chain(GlobalAvgPool(), Dense(units=1000), Softmax())
    return draft.graph()


def _block(draft: Draft, before: int, channels: int, stride: int, bottleneck: bool, tag: str) -> int:
    """Add one block in a group of its own and return how many channels leave it."""
    wide = 4 * channels if bottleneck else channels
    around = projection(wide, stride, UNBIASED, tag) if stride == 2 or wide != before else None
    add: Callable[..., str] = residual_bottleneck if bottleneck else residual_basic
    with draft.group(f"block{tag}", f"{'Bottleneck' if bottleneck else 'Residual'} {wide}"):
        add(draft, channels, stride=stride, shortcut=around, style=UNBIASED, tag=tag)
    return wide


def _imagenet(
    layers: int, blocks: tuple[int, int, int, int], params: int, running: int, sentence: str
) -> Template:
    return Template(
        id=f"resnet{layers}",
        name=f"resnet{layers}",
        title=f"ResNet-{layers}",
        sentence=sentence,
        make=partial(deep, blocks, layers >= 50),
        recipe=RECIPE,
        data=DataChoice("imagenet"),
        params=params,
        running=running,
        section="Architectures",
    )


def templates() -> tuple[Template, ...]:
    """Return those of the list of systems."""
    return (resnet20_keras(), resnet14_volumes())


def architectures() -> tuple[Template, ...]:
    """Return those that are there to be opened and counted."""
    return (
        _compared("plain20", 3, plain, "Twenty layers without shortcuts, beside ResNet-20."),
        _compared("plain56", 9, plain, "56 layers without shortcuts train worse than 20: the degradation."),
        _compared("resnet20", 3, padded, "Plain-20 with shortcuts that cost no parameters.", "91.25 % published"),
        _compared("resnet56", 9, padded, "Plain-56 with shortcuts: now more layers help.", "93.03 % published"),
        _imagenet(18, (2, 2, 2, 2), 11_689_512, 9_600, "Eight residual blocks: the shortest of the family."),
        _imagenet(34, (3, 4, 6, 3), 21_797_672, 17_024, "Sixteen residual blocks, two 3×3 convolutions in each."),
        _imagenet(50, (3, 4, 6, 3), 25_557_032, 53_120, "Bottlenecks in place of pairs: 50 layers at the price of 34."),
        _imagenet(101, (3, 4, 23, 3), 44_549_160, 105_344, "The third stage grows to 23 bottlenecks."),
        _imagenet(152, (3, 8, 36, 3), 60_192_808, 151_424, "Won ImageNet in 2015: 152 layers, fewer sums than VGG19."),
    )  # fmt: skip
