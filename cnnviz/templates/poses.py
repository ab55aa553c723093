"""Networks that ask where something is and how it is turned, not only what it is."""

from __future__ import annotations

from cnnviz.layers import (
    AffineParameters,
    AffineSampler,
    CapsuleLength,
    CapsuleMask,
    CapsuleRouting,
    Conv2d,
    Dense,
    Flatten,
    Input,
    MaxPool2d,
    Output,
    PrimaryCapsules,
    ReLU,
    Reshape,
    Softmax,
)
from cnnviz.model.graph import Graph
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.templates.draft import Draft
from cnnviz.templates.mnist import conv_relu
from cnnviz.templates.parts import decoder
from cnnviz.templates.template import Template

RECONSTRUCTION_WEIGHT = 0.0005 * 784
"""The paper adds 0.0005 times the sum over all pixels (section 4.1); the loss here is their mean."""


def straightened() -> Graph:
    """Return T25: a small network finds six numbers, by which the image is fetched before it is read."""
    draft = Draft()
    image = draft.add(Input())
    with draft.group("localisation", "Localisation", folded=False):
        for _ in range(2):
            draft.chain(MaxPool2d(), Conv2d(out_channels=20, kernel_size=(5, 5)), ReLU())
        draft.chain(Flatten(), Dense(units=50), ReLU(), AffineParameters())
    draft.add(AffineSampler(), after=(image, draft.last))
    for channels in (32, 64):
        draft.chain(*conv_relu(channels), MaxPool2d())
    draft.chain(Flatten(), Dense(units=100), ReLU(), Dense(units=10), Softmax())
    return draft.graph()


def capsules() -> Graph:
    """Return T26: one capsule per digit, and a decoder that draws the digit from the longest one."""
    draft = Draft()
    draft.chain(Input(), Conv2d(out_channels=256, kernel_size=(9, 9)), ReLU(), PrimaryCapsules())
    digits = draft.add(CapsuleRouting())
    draft.add(CapsuleLength())
    draft.add(Output(loss="margin"))
    draft.add(CapsuleMask(), after=digits)
    with draft.group("decoder", "Decoder"):
        decoder(draft, (512, 1024, 784))
        draft.add(Reshape(target=(1, 28, 28)))
    reconstruction = Output(loss="mean squared error", target="sample", weight=RECONSTRUCTION_WEIGHT)
    draft.add(reconstruction, "_picture")
    return draft.graph()


def templates() -> tuple[Template, ...]:
    """Return all of them."""
    return (
        Template(
            id="t25",
            name="spatial-transformer",
            title="Spatial transformer",
            sentence="Finds out how a digit was shifted and turned, straightens it, and only then reads it.",
            make=straightened,
            recipe=Recipe(optimiser="adam", learning_rate=1e-3, batch_size=128, epochs=10),
            data=DataChoice("mnist"),
            params=345_422,
        ),
        Template(
            id="t26",
            name="capsules",
            title="Capsule network",
            sentence="Small vectors instead of numbers: their length says what is there, their direction how it lies.",
            make=capsules,
            recipe=Recipe(optimiser="adam", learning_rate=1e-3, batch_size=128, epochs=10),
            data=DataChoice("mnist"),
            params=8_215_568,
        ),
    )
