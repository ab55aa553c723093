"""Networks for CIFAR-10: small colour pictures, in the order of the list of systems."""

from __future__ import annotations

from cnnviz.layers import (
    AvgPool2d,
    Concat,
    Conv2d,
    Dense,
    Dropout,
    FixedFilter2d,
    Flatten,
    Input,
    Layer,
    MaxPool2d,
    ReLU,
    Softmax,
)
from cnnviz.model.augmentation import PRESETS
from cnnviz.model.graph import Graph, chain
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.templates.draft import Draft
from cnnviz.templates.parts import KERAS
from cnnviz.templates.template import Template

DATA = DataChoice("cifar-10")
COLOUR = Input(shape=(3, 32, 32))
SECTION = "Images"
FILTER_RECIPE = Recipe(optimiser="adam", learning_rate=1e-3, batch_size=1024, epochs=50, initialiser="glorot")


def averaging() -> Template:
    """Return T11: three convolutions with batch norm, each behind it an average pooling."""
    layers: list[Layer] = [COLOUR]
    for channels in (16, 32, 64):
        layers += [Conv2d(out_channels=channels), KERAS, ReLU(), AvgPool2d()]
    layers += [Flatten(), Dense(units=128), ReLU(), Dropout(rate=0.5), Dense(units=10), Softmax()]
    return Template(
        id="t11",
        name="cifar-cnn",
        title="CIFAR-10 CNN",
        sentence="Three convolutions with batch norm and average pooling: small enough to train on any computer.",
        make=lambda: chain(layers),
        recipe=Recipe(
            optimiser="adam",
            learning_rate=1e-3,
            batch_size=1000,
            epochs=300,
            initialiser="glorot",
            augment=PRESETS["pictures"],
        ),
        data=DATA,
        params=57_994,
        running=224,
        section=SECTION,
    )


def strided() -> Template:
    """Return T12: six convolutions, every second one with stride 2."""
    layers: list[Layer] = [COLOUR]
    for number, channels in enumerate((32, 64, 128, 256, 512, 1024)):
        stride = 1 + number % 2
        layers += [Conv2d(out_channels=channels, stride=(stride, stride), padding="same"), ReLU()]
    layers += [Flatten(), Dense(units=512), ReLU(), Dense(units=10), Softmax()]
    return Template(
        id="t12",
        name="cifar-strided",
        title="CIFAR-10 CNN, six convolutions",
        sentence="Channels double six times from 32 to 1,024 while strides halve the maps down to 4×4.",
        make=lambda: chain(layers),
        recipe=Recipe(optimiser="adam", learning_rate=1e-3, batch_size=32, epochs=10, initialiser="glorot"),
        data=DATA,
        params=14_682_442,
        section=SECTION,
    )


def classic_filters() -> Template:
    """Return the first half of T13: twelve maps of fixed filters, and nothing learned before the dense layers."""
    return Template(
        id="t13-classic",
        name="classic-filters",
        title="Classic filters",
        sentence="Sobel edges and image gradients, as before networks learned their filters themselves.",
        make=_classic,
        recipe=FILTER_RECIPE,
        data=DATA,
        params=394_634,
        section=SECTION,
        row="t13",
    )


def _classic() -> Graph:
    draft = Draft()
    picture = draft.add(COLOUR)
    maps = [draft.add(FixedFilter2d(preset=preset), after=picture) for preset in ("gradient", "sobel")]
    draft.add(Concat(), after=maps)
    draft.chain(MaxPool2d(), Flatten(), Dense(units=128), ReLU(), Dense(units=10), Softmax())
    return draft.graph()


def learned_filters() -> Template:
    """Return the second half of T13: four learned filters in the place of fixed ones."""
    layers = (
        COLOUR, Conv2d(out_channels=4), ReLU(), MaxPool2d(),
        Flatten(), Dense(units=128), ReLU(), Dense(units=10), Softmax(),
    )  # fmt: skip
    return Template(
        id="t13-learned",
        name="learned-filters",
        title="Learned filters",
        sentence="Four learned 3×3 filters against twelve fixed ones: fewer parameters, better answers.",
        make=lambda: chain(layers),
        recipe=FILTER_RECIPE,
        data=DATA,
        params=116_730,
        section=SECTION,
        row="t13",
    )


def templates() -> tuple[Template, ...]:
    """Return all of them."""
    return (averaging(), strided(), classic_filters(), learned_filters())
