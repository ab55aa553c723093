"""Networks for Fashion-MNIST: pictures of clothes, in the order of the list of systems."""

from __future__ import annotations

from collections.abc import Iterable

from cnnviz.layers import AvgPool2d, Conv2d, Dense, Dropout, Flatten, Input, Layer, MaxPool2d, ReLU, Softmax
from cnnviz.model.graph import chain
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.templates.template import Template, reached

DATA = DataChoice("fashion-mnist")
SECTION = "Images"
POOLED, STRIDED = "cnn-fashion-max", "cnn-fashion"
RECIPE = Recipe(optimiser="adam", learning_rate=1e-3, batch_size=32, epochs=10, initialiser="glorot")


def _convolution(
    out_channels: int, kernel: int = 3, stride: int = 1, padding: str = "valid"
) -> tuple[Layer, ...]:
    conv = Conv2d(
        out_channels=out_channels, kernel_size=(kernel, kernel), stride=(stride, stride), padding=padding
    )
    return conv, ReLU()


def fashion_cnn() -> Template:
    """Return T7: two convolutions, one pooling, two dropouts."""
    layers = (
        Input(), *_convolution(32), *_convolution(64), MaxPool2d(), Dropout(rate=0.25),
        Flatten(), Dense(units=128), ReLU(), Dropout(rate=0.5), Dense(units=10), Softmax(),
    )  # fmt: skip
    return Template(
        id="t7",
        name="fashion-cnn",
        title="Fashion CNN",
        sentence="Two convolutions and one pooling tell clothes apart; two dropouts keep it from memorising.",
        make=lambda: chain(layers),
        recipe=Recipe(optimiser="adam", learning_rate=1e-3, batch_size=128, epochs=20, initialiser="glorot"),
        data=DATA,
        params=1_199_882,
        section=SECTION,
    )


def fashion_large_windows() -> Template:
    """Return T8: four 7×7 convolutions and nothing that pools."""
    layers = (
        Input(), *_convolution(32, 7), *_convolution(64, 7), *_convolution(128, 7), *_convolution(256, 7),
        Flatten(), Dense(units=10), Softmax(),
    )  # fmt: skip
    return Template(
        id="t8",
        name="fashion-7x7",
        title="Fashion CNN, 7×7 windows",
        sentence="Four 7×7 convolutions shrink 28×28 to 4×4: large windows cost many parameters.",
        make=lambda: chain(layers),
        recipe=RECIPE,
        data=DATA,
        params=2_150_410,
        reported="88.58 % reported",
        section=SECTION,
    )


def ways_to_shrink() -> tuple[Template, ...]:
    """Return T9: one network that halves its maps in three ways, always with the same parameters."""
    pools: tuple[tuple[str, str, Layer, str, str], ...] = (
        ("max", "max pooling", MaxPool2d(), "91.25 % reported", POOLED),
        ("average", "average pooling", AvgPool2d(), "", ""),
    )
    found = []
    for word, how, pool, reported, trained in pools:
        layers = (*_convolution(32), *_convolution(64), pool, *_convolution(128), *_convolution(256), pool)
        what = "keeps the largest" if word == "max" else "takes the mean"
        sentence = f"Halves its maps by {how}, which {what} of each 2×2 window."
        found.append(_shrinking(word, f"Shrink by {how}", sentence, layers, reported, trained))
    strided = (
        *_convolution(32),
        *_convolution(64, stride=2),
        *_convolution(128),
        *_convolution(256, stride=2),
    )
    sentence = "Halves its maps with convolutions that take two steps at once, and pools nothing."
    last = _shrinking("stride", "Shrink by strides", sentence, strided, "90.55 % reported", STRIDED)
    return (*found, last)


def _shrinking(
    word: str, title: str, sentence: str, layers: Iterable[Layer], reported: str, trained: str
) -> Template:
    whole = (Input(), *layers, Flatten(), Dense(units=10), Softmax())
    return Template(
        id=f"t9-{word}",
        name=f"fashion-{word}",
        title=title,
        sentence=sentence,
        make=lambda: chain(whole),
        recipe=RECIPE,
        data=DATA,
        params=428_810,
        reported=reached(trained) or reported,
        section=SECTION,
        trained=trained,
        row="t9",
    )


def fully_convolutional() -> Template:
    """Return T14: no dense layer, so that a larger input gives a map of answers."""
    layers = (
        Input(free_size=True),
        *_convolution(32, padding="same"), *_convolution(64, stride=2, padding="same"),
        *_convolution(128, padding="same"), *_convolution(256, stride=2, padding="same"),
        *_convolution(512, 7), Conv2d(out_channels=10, kernel_size=(1, 1)), Softmax(),
    )  # fmt: skip
    return Template(
        id="t14",
        name="fully-convolutional",
        title="Fully convolutional",
        sentence="A 7×7 and a 1×1 convolution replace the dense layers: a larger picture gives a map of answers.",
        make=lambda: chain(layers),
        recipe=RECIPE,
        data=DATA,
        params=6_816_010,
        section=SECTION,
    )


def templates() -> tuple[Template, ...]:
    """Return all of them."""
    return (fashion_cnn(), fashion_large_windows(), *ways_to_shrink(), fully_convolutional())
