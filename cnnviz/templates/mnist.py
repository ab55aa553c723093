"""Networks for MNIST, in the order of the list of systems."""

from __future__ import annotations

from typing import Any

from cnnviz.layers import Conv2d, Dense, Dropout, Flatten, Input, Layer, MaxPool2d, ReLU, Softmax
from cnnviz.model.graph import Graph, chain
from cnnviz.model.layout import tidy
from cnnviz.model.recipe import DataChoice, Recipe, recipe_from_dict
from cnnviz.templates.template import Template, card

LENET = "lenet5-mnist"
COLUMN_HEIGHT = 720.0
"""Four cards to a column: three short columns are shown larger on a wide screen than two long ones."""


def _convolution(out_channels: int, kernel: int = 3, padding: str = "same") -> tuple[Layer, ...]:
    """Return a convolution and its activation."""
    return Conv2d(out_channels=out_channels, kernel_size=(kernel, kernel), padding=padding), ReLU()


def mnist_postech() -> Template:
    """Return T1: two convolutions and one hidden layer.

    The lecture draws the initial weights from N(0, 0.1), which ends at 97.3 % of the 10,000 test images (seeds 0 to 2);
    He's scale, which keeps signals equally strong through all layers, ends at 98.2 % after the same 2,500 steps.
    """
    layers = (
        Input(),
        *_convolution(32), MaxPool2d(),
        *_convolution(64), MaxPool2d(),
        Flatten(), Dense(units=100), ReLU(), Dense(units=10), Softmax(),
    )  # fmt: skip
    return Template(
        id="t1",
        name="mnist-postech",
        title="MNIST CNN",
        sentence="Two convolutions, two poolings, one hidden layer: the smallest network that reads digits well.",
        graph=_laid_out(layers, "MNIST CNN"),
        recipe=Recipe(
            optimiser="adam", learning_rate=1e-4, batch_size=50, steps=2500, initialiser="he", epochs=3
        ),
        data=DataChoice("mnist"),
        params=333_526,
        reported="99.0 % reported",
    )


def mnist_deep() -> Template:
    """Return T2: three convolutions, poolings that round up, dropout."""
    pool = MaxPool2d(padding="same")
    layers = (
        Input(),
        *_convolution(32), pool,
        *_convolution(64), pool,
        *_convolution(128), pool,
        Flatten(), Dense(units=256), ReLU(), Dropout(rate=0.4), Dense(units=10), Softmax(),
    )  # fmt: skip
    return Template(
        id="t2",
        name="mnist-deep",
        title="MNIST CNN, deeper",
        sentence="Three convolutions down to 4×4 maps, then dropout against learning by heart.",
        graph=_laid_out(layers, "MNIST CNN, deeper"),
        recipe=Recipe(optimiser="adam", learning_rate=1e-3, batch_size=100, epochs=15),
        data=DataChoice("mnist"),
        params=619_786,
        reported="99.2 % usual",
    )


def lenet5() -> Template:
    """Return T10: LeNet-5 (LeCun et al. 1998) with the ReLU and max pooling of today; its weights are shipped."""
    layers = (
        Input(),
        *_convolution(6, 5), MaxPool2d(),
        *_convolution(16, 5, "valid"), MaxPool2d(),
        Flatten(), Dense(units=120), ReLU(), Dense(units=84), ReLU(), Dense(units=10), Softmax(),
    )  # fmt: skip
    about = card(LENET)
    return Template(
        id="t10",
        name="lenet5",
        title="LeNet-5",
        sentence="The network that read cheques in the 1990s: two convolutions, three dense layers.",
        graph=_laid_out(layers, "LeNet-5"),
        recipe=_recipe(about),
        data=DataChoice("mnist"),
        params=61_706,
        reported=_reached(about),
        trained=LENET,
    )


def _laid_out(layers: tuple[Layer, ...], title: str) -> Graph:
    return tidy(chain(layers, title), height=COLUMN_HEIGHT)


def _recipe(about: dict[str, Any]) -> Recipe:
    """Return the recipe of the shipped weights, so that training again gives the same network."""
    if "recipe" in about:
        return recipe_from_dict(about["recipe"])
    return Recipe(optimiser="adamw", learning_rate=2e-3, batch_size=128, schedule="cosine", epochs=20)


def _reached(about: dict[str, Any]) -> str:
    accuracy = about.get("test_accuracy")
    return f"{accuracy:.2%} on MNIST".replace("%", " %") if isinstance(accuracy, float) else ""
