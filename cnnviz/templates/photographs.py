"""Networks for photographs of 1,000 kinds (ImageNet), before the residual ones."""

from __future__ import annotations

from functools import partial

from cnnviz.layers import (
    AvgPool2d,
    Conv2d,
    Dense,
    Dropout,
    Flatten,
    GlobalAvgPool,
    Input,
    LocalResponseNorm,
    MaxPool2d,
    Output,
    ReLU,
    Softmax,
)
from cnnviz.model.graph import Graph
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.templates.draft import Draft
from cnnviz.templates.parts import BARE, Inception, convolution, inception
from cnnviz.templates.template import Template

DATA, GREY = DataChoice("imagenet"), DataChoice("imagenet:channels=1")
SECTION = "Architectures"
RECIPE = Recipe(
    optimiser="momentum", learning_rate=0.01, momentum=0.9, weight_decay=5e-4, batch_size=128, epochs=90
)
THREE = MaxPool2d(kernel_size=(3, 3), stride=(2, 2))
ROUNDED_UP = MaxPool2d(kernel_size=(3, 3), stride=(2, 2), padding="same")
SIXTEEN = (2, 2, 3, 3, 3)
ALEXNET_NORM = LocalResponseNorm(neighbours=5, alpha=5e-4, beta=0.75, k=2.0)
"""The paper's 10⁻⁴ counts the sum of five squares, alpha here counts their mean."""
VGG_WIDTHS = (64, 128, 256, 512, 512)
INCEPTIONS = {
    "3a": Inception(64, 96, 128, 16, 32, 32),
    "3b": Inception(128, 128, 192, 32, 96, 64),
    "4a": Inception(192, 96, 208, 16, 48, 64),
    "4b": Inception(160, 112, 224, 24, 64, 64),
    "4c": Inception(128, 128, 256, 24, 64, 64),
    "4d": Inception(112, 144, 288, 32, 64, 64),
    "4e": Inception(256, 160, 320, 32, 128, 128),
    "5a": Inception(256, 160, 320, 32, 128, 128),
    "5b": Inception(384, 192, 384, 48, 128, 128),
}
"""The widths of GoogLeNet's blocks (Szegedy et al. 2015, table 1)."""


def alexnet() -> Graph:
    """Return AlexNet in one tower (Krizhevsky et al. 2012, without the split over two cards)."""
    draft = Draft()
    draft.add(Input(shape=(3, 227, 227)))
    draft.chain(Conv2d(out_channels=96, kernel_size=(11, 11), stride=(4, 4)), ReLU(), ALEXNET_NORM, THREE)
    convolution(draft, 256, 5, style=BARE)
    draft.chain(ALEXNET_NORM, THREE)
    for channels in (384, 384, 256):
        convolution(draft, channels, style=BARE)
    draft.chain(THREE, Flatten())
    _classify(draft)
    return draft.graph()


def _classify(draft: Draft) -> None:
    for _ in range(2):
        draft.chain(Dense(units=4096), ReLU(), Dropout(rate=0.5))
    draft.chain(Dense(units=1000), Softmax())


def vgg(repeats: tuple[int, ...], channels: int = 3) -> Graph:
    """Return a VGG network (Simonyan and Zisserman 2015): five blocks of 3×3 convolutions, each behind it a pooling."""
    draft = Draft()
    draft.add(Input(shape=(channels, 224, 224)))
    for block, (count, width) in enumerate(zip(repeats, VGG_WIDTHS, strict=True), 1):
        with draft.group(f"block{block}", f"{count} × conv {width}, pool"):
            for number in range(1, count + 1):
                convolution(draft, width, style=BARE, tag=f"{block}_{number}")
            draft.add(MaxPool2d(), str(block))
    draft.add(Flatten())
    _classify(draft)
    return draft.graph()


def googlenet(heads: bool = False) -> Graph:
    """Return GoogLeNet; with `heads`, two auxiliary ones help the early blocks to learn, each with weight 0.3."""
    draft = Draft()
    draft.add(Input(shape=(3, 224, 224)))
    convolution(draft, 64, 7, stride=2, style=BARE, tag="1")
    draft.add(ROUNDED_UP, "1")
    draft.add(LocalResponseNorm(), "1")
    convolution(draft, 64, 1, style=BARE, tag="2a")
    convolution(draft, 192, style=BARE, tag="2b")
    draft.add(LocalResponseNorm(), "2")
    draft.add(ROUNDED_UP, "2")
    for tag, widths in INCEPTIONS.items():
        with draft.group(f"inception{tag}", f"Inception {tag}"):
            inception(draft, widths, tag=f"_{tag}_")
        if heads and tag in ("4a", "4d"):
            _auxiliary(draft, tag)
        if tag in ("3b", "4e"):
            draft.add(ROUNDED_UP, tag[0])
    draft.chain(GlobalAvgPool(), Dropout(rate=0.4), Dense(units=1000), Softmax())
    if heads:
        draft.add(Output())
    return draft.graph()


def _auxiliary(draft: Draft, tag: str) -> None:
    """Add a head beside the way on (Szegedy et al. 2015, section 5)."""
    entry, name = draft.last, f"_{tag}_head"
    with draft.group(f"head{tag}", f"Auxiliary head {tag}"):
        draft.add(AvgPool2d(kernel_size=(5, 5), stride=(3, 3)), name)
        convolution(draft, 128, 1, style=BARE, tag=name)
        draft.chain(Flatten(), Dense(units=1024), ReLU(), Dropout(rate=0.7), tag=f"{name}1")
        draft.chain(Dense(units=1000), Softmax(), tag=f"{name}2")
    draft.add(Output(weight=0.3), name)
    draft.last = entry


def _vgg(layers: str, repeats: tuple[int, ...], params: int, sentence: str, channels: int = 3) -> Template:
    name, _, grey = layers.partition("-")
    return Template(
        id=layers,
        name=layers,
        title=f"{name.upper()}{', grey pictures' if grey else ''}",
        sentence=sentence,
        make=partial(vgg, repeats, channels),
        recipe=RECIPE,
        data=GREY if grey else DATA,
        params=params,
        section=SECTION,
    )


def templates() -> tuple[Template, ...]:
    """Return all of them."""
    return (
        Template(
            id="alexnet",
            name="alexnet",
            title="AlexNet",
            sentence="Won ImageNet in 2012: large windows first, ReLU, dropout, and two wide dense layers.",
            make=alexnet,
            recipe=RECIPE,
            data=DataChoice("imagenet:size=227"),
            params=62_378_344,
            section=SECTION,
        ),
        _vgg(
            "vgg16",
            SIXTEEN,
            138_357_544,
            "Thirteen 3×3 convolutions in five blocks; nine tenths of the parameters are dense.",
        ),
        _vgg(
            "vgg16-gray",
            SIXTEEN,
            138_356_392,
            "VGG16 for pictures with one channel: only the first convolution is smaller.",
            channels=1,
        ),
        _vgg(
            "vgg19",
            (2, 2, 4, 4, 4),
            143_667_240,
            "Sixteen 3×3 convolutions: two of them see as far as one 5×5, with fewer weights.",
        ),
        Template(
            id="googlenet",
            name="googlenet",
            title="GoogLeNet",
            sentence="Nine inception blocks look at several sizes at once, with a ninth of AlexNet's parameters.",
            make=googlenet,
            recipe=RECIPE,
            data=DATA,
            params=6_998_552,
            section=SECTION,
        ),
        Template(
            id="googlenet-aux",
            name="googlenet-aux",
            title="GoogLeNet with its heads",
            sentence="Two auxiliary heads answer half-way, so that the early blocks hear sooner what was wrong.",
            make=partial(googlenet, heads=True),
            recipe=RECIPE,
            data=DATA,
            params=13_378_280,
            section=SECTION,
        ),
    )
