"""Networks for MNIST, in the order of the list of systems."""

from __future__ import annotations

from typing import Any

from cnnviz.layers import (
    Add,
    Conv2d,
    Dense,
    Dropout,
    Flatten,
    Input,
    Layer,
    MaxPool2d,
    ReLU,
    Softmax,
)
from cnnviz.model.augmentation import PRESETS
from cnnviz.model.graph import Graph, chain
from cnnviz.model.recipe import DataChoice, Recipe, recipe_from_dict
from cnnviz.templates.draft import Draft
from cnnviz.templates.parts import KERAS, Style, convolution, dense
from cnnviz.templates.template import Template, card, reached

LENET, DEEPER = "lenet5-mnist", "cnn-mnist"
DATA = DataChoice("mnist")
ROUNDED_UP = MaxPool2d(padding="same")


def conv_relu(out_channels: int, kernel: int = 3, padding: str = "same") -> tuple[Layer, ...]:
    """Return a convolution and its activation."""
    return Conv2d(out_channels=out_channels, kernel_size=(kernel, kernel), padding=padding), ReLU()


def mnist_postech() -> Template:
    """Return T1: two convolutions and one hidden layer.

    The lecture draws the initial weights from N(0, 0.1), which ends at 97.3 % of the 10,000 test images (seeds 0 to 2);
    He's scale, which keeps signals equally strong through all layers, ends at 98.2 % after the same 2,500 steps.
    """
    layers = (
        Input(),
        *conv_relu(32), MaxPool2d(),
        *conv_relu(64), MaxPool2d(),
        Flatten(), Dense(units=100), ReLU(), Dense(units=10), Softmax(),
    )  # fmt: skip
    return Template(
        id="t1",
        name="mnist-postech",
        title="MNIST CNN",
        sentence="Two convolutions, two poolings, one hidden layer: the smallest network that reads digits well.",
        make=lambda: chain(layers),
        recipe=Recipe(
            optimiser="adam", learning_rate=1e-4, batch_size=50, steps=2500, initialiser="he", epochs=3
        ),
        data=DATA,
        params=333_526,
        reported="99.0 % reported",
    )


def mnist_deep() -> Template:
    """Return T2: three convolutions, poolings that round up, dropout."""
    layers = (
        Input(),
        *conv_relu(32), ROUNDED_UP,
        *conv_relu(64), ROUNDED_UP,
        *conv_relu(128), ROUNDED_UP,
        Flatten(), Dense(units=256), ReLU(), Dropout(rate=0.4), Dense(units=10), Softmax(),
    )  # fmt: skip
    return Template(
        id="t2",
        name="mnist-deep",
        title="MNIST CNN, deeper",
        sentence="Three convolutions down to 4×4 maps, then dropout against learning by heart.",
        make=lambda: chain(layers),
        recipe=Recipe(optimiser="adam", learning_rate=1e-3, batch_size=100, epochs=15),
        data=DATA,
        params=619_786,
        reported=reached(DEEPER) or "99.2 % usual",
        trained=DEEPER,
    )


def mnist_ensemble() -> Template:
    """Return T3: T2 three times side by side, whose scores are added before the softmax."""
    return Template(
        id="t3",
        name="mnist-ensemble",
        title="Three networks vote",
        sentence="Three networks see the same digit and their scores are added: the vote errs less than each.",
        make=_ensemble,
        recipe=Recipe(optimiser="adam", learning_rate=1e-3, batch_size=100, epochs=15),
        data=DATA,
        params=3 * 619_786,
    )


def _ensemble() -> Graph:
    draft = Draft()
    entry, votes = draft.add(Input()), []
    for letter in "abc":
        draft.last = entry
        with draft.group(f"model_{letter}", f"Network {letter.upper()}"):
            votes.append(_member(draft, letter))
    draft.add(Add(), after=votes)
    draft.add(Softmax())
    return draft.graph()


def _member(draft: Draft, letter: str) -> str:
    """Add T2 up to its scores; the letter tells its nodes from those of the others."""
    for number, channels in enumerate((32, 64, 128), 1):
        draft.chain(*conv_relu(channels), ROUNDED_UP, tag=f"{number}{letter}")
    draft.add(Flatten(), f"_{letter}")
    draft.chain(Dense(units=256), ReLU(), Dropout(rate=0.4), tag=f"4{letter}")
    return draft.add(Dense(units=10), f"5{letter}")


def mnist_batchnorm() -> Template:
    """Return T4: T2 from Conv-BN-ReLU and Dense-BN-ReLU blocks."""
    return Template(
        id="t4",
        name="mnist-batchnorm",
        title="MNIST CNN of blocks",
        sentence="Batch norm and ReLU behind every layer with weights: it trains faster and more steadily.",
        make=_of_blocks,
        recipe=Recipe(
            optimiser="adam",
            learning_rate=1e-3,
            batch_size=100,
            epochs=15,
            initialiser="glorot",
            augment=PRESETS["digits"],
        ),
        data=DATA,
        params=620_746,
        running=960,
    )


def _of_blocks() -> Graph:
    draft = Draft()
    draft.add(Input())
    for channels in (32, 64, 128):
        convolution(draft, channels, style=Style(norm=KERAS))
        draft.add(ROUNDED_UP)
    draft.add(Flatten())
    dense(draft, 256, norm=KERAS)
    draft.chain(Dropout(rate=0.4), Dense(units=10), Softmax())
    return draft.graph()


def mnist_wide() -> Template:
    """Return T5: two 5×5 convolutions and a hidden layer of 1,024."""
    layers = (
        Input(),
        *conv_relu(32, 5), MaxPool2d(),
        *conv_relu(64, 5), MaxPool2d(),
        Flatten(), Dense(units=1024), ReLU(), Dropout(rate=0.5), Dense(units=10), Softmax(),
    )  # fmt: skip
    return Template(
        id="t5",
        name="mnist-wide",
        title="MNIST CNN, wide",
        sentence="Two 5×5 convolutions and 1,024 hidden units: one dense layer has 98 % of the parameters.",
        make=lambda: chain(layers),
        recipe=Recipe(optimiser="adam", learning_rate=1e-4, batch_size=1000, epochs=5, initialiser="normal"),
        data=DATA,
        params=3_274_634,
    )


def mnist_normalised() -> Template:
    """Return T6: four convolutions without padding, batch norm behind each."""
    return Template(
        id="t6",
        name="mnist-bn",
        title="MNIST CNN, normalised",
        sentence="Four convolutions with batch norm; without padding, each makes the maps two pixels smaller.",
        make=_normalised,
        recipe=Recipe(
            optimiser="adam",
            learning_rate=1e-3,
            batch_size=64,
            epochs=5,
            initialiser="glorot",
            augment=PRESETS["digits-strong"],
        ),
        data=DATA,
        params=596_330,
        running=1_408,
    )


def _normalised() -> Graph:
    draft = Draft()
    draft.add(Input())
    for channels in (32, 64):
        for _ in range(2):
            draft.chain(Conv2d(out_channels=channels), KERAS, ReLU())
        draft.add(MaxPool2d())
    draft.add(Flatten())
    dense(draft, 512, norm=KERAS)
    draft.chain(Dropout(rate=0.2), Dense(units=10), Softmax())
    return draft.graph()


def lenet5() -> Template:
    """Return T10: LeNet-5 (LeCun et al. 1998) with the ReLU and max pooling of today; its weights are shipped."""
    layers = (
        Input(),
        *conv_relu(6, 5), MaxPool2d(),
        *conv_relu(16, 5, "valid"), MaxPool2d(),
        Flatten(), Dense(units=120), ReLU(), Dense(units=84), ReLU(), Dense(units=10), Softmax(),
    )  # fmt: skip
    about = card(LENET)
    return Template(
        id="t10",
        name="lenet5",
        title="LeNet-5",
        sentence="The network that read cheques in the 1990s: two convolutions, three dense layers.",
        make=lambda: chain(layers),
        recipe=_recipe(about),
        data=DATA,
        params=61_706,
        reported=reached(LENET),
        trained=LENET,
    )


def _recipe(about: dict[str, Any]) -> Recipe:
    """Return the recipe of the shipped weights, so that training again gives the same network."""
    if "recipe" in about:
        return recipe_from_dict(about["recipe"])
    return Recipe(optimiser="adamw", learning_rate=2e-3, batch_size=128, schedule="cosine", epochs=20)


def templates() -> tuple[Template, ...]:
    """Return all of them; the trained one comes first."""
    return (
        lenet5(), mnist_postech(), mnist_deep(), mnist_ensemble(), mnist_batchnorm(), mnist_wide(), mnist_normalised(),
    )  # fmt: skip
