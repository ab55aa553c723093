"""Networks that learn to give their own input back, through a code in the middle."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from cnnviz.layers import (
    ActivityPenalty,
    ContractivePenalty,
    Conv2d,
    ConvTranspose2d,
    Flatten,
    GaussianNoise,
    Input,
    Layer,
    MaxPool2d,
    Output,
    ReLU,
    Reshape,
    Sigmoid,
)
from cnnviz.model.graph import Graph
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.templates.draft import Draft
from cnnviz.templates.parts import decoder, encoder
from cnnviz.templates.template import Template

PIXELS = 28 * 28
RECIPE = Recipe(optimiser="adam", learning_rate=1e-3, batch_size=256, epochs=50, initialiser="glorot")
AGAINST_ITSELF = Output(loss="mean squared error", target="sample")


def symmetric(widths: Sequence[int], *, spoil: Layer | None = None, watch: Layer | None = None) -> Graph:
    """Return an autoencoder of dense layers: `widths` down to the code and back up again.

    `spoil` is what happens to the image first, `watch` what adds a penalty for the code; where that has a second
    input, it is the flattened image.
    """
    draft = Draft()
    draft.add(Input())
    if spoil is not None:
        draft.add(spoil)
    with draft.group("encoder", "Encoder", folded=False):
        image = draft.add(Flatten())
        code = encoder(draft, widths)
        if watch is not None:
            draft.add(watch, after=(code, image)[: watch.fewest_inputs])
    with draft.group("decoder", "Decoder", folded=False):
        decoder(draft, (*reversed(widths[:-1]), PIXELS))
        draft.add(Reshape(target=(1, 28, 28)))
    draft.add(AGAINST_ITSELF)
    return draft.graph()


def convolutional() -> Graph:
    """Return an autoencoder of convolutions: the code is eight maps of 4×4, and strides bring the size back."""
    draft = Draft()
    draft.add(Input())
    with draft.group("encoder", "Encoder", folded=False):
        for channels in (16, 8, 8):
            draft.chain(Conv2d(out_channels=channels, padding="same"), ReLU(), MaxPool2d(padding="same"))
    with draft.group("decoder", "Decoder", folded=False):
        draft.chain(
            ConvTranspose2d(out_channels=8, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1)), ReLU()
        )
        draft.chain(ConvTranspose2d(out_channels=16, kernel_size=(2, 2), stride=(2, 2)), ReLU())
        draft.chain(ConvTranspose2d(out_channels=1, kernel_size=(2, 2), stride=(2, 2)), Sigmoid())
    draft.add(AGAINST_ITSELF)
    return draft.graph()


def _template(
    name: str, title: str, sentence: str, make: partial[Graph], params: int, *, row: str, id: str = ""
) -> Template:
    return Template(
        id=id or name,
        name=name,
        title=title,
        sentence=sentence,
        make=make,
        recipe=RECIPE,
        data=DataChoice("mnist"),
        params=params,
        section="Autoencoders",
        row=row,
    )


def templates() -> tuple[Template, ...]:
    """Return all of them."""
    return (
        _template(
            "ae-64",
            "Autoencoder 784-64-784",
            "Squeezes a digit into 64 numbers, which can be looked at as an 8×8 image, and draws it again.",
            partial(symmetric, (64,)),
            101_200,
            row="t21",
        ),
        _template(
            "ae-32",
            "Autoencoder 784-32-784",
            "Half as long a code: 32 numbers, an 8×4 image.",
            partial(symmetric, (32,)),
            50_992,
            row="t21",
        ),
        _template(
            "ae-deep",
            "Deep autoencoder",
            "Four layers down to a code of 64 and four back up: bends where the shallow one is almost flat.",
            partial(symmetric, (512, 256, 128, 64)),
            1_149_520,
            row="t21",
        ),
        _template(
            "ae-undercomplete",
            "Undercomplete autoencoder",
            "A code of 16 for 784 pixels: what does not fit through must be understood.",
            partial(symmetric, (16,)),
            25_888,
            row="t21",
        ),
        _template(
            "ae-overcomplete",
            "Overcomplete autoencoder",
            "A code longer than the image: it could copy every pixel, and learn nothing from it.",
            partial(symmetric, (1024,)),
            1_607_440,
            row="t21",
        ),
        _template(
            "ae-sparse",
            "Sparse autoencoder",
            "A code as long as the hidden layers, but with a price on every value: few of them speak at a time.",
            partial(symmetric, (1024, 1024, 1024), watch=ActivityPenalty(rate=1e-5)),
            5_805_840,
            row="t21",
        ),
        _template(
            "ae-denoising",
            "Denoising autoencoder",
            "Sees a noisy digit and is asked for the clean one.",
            partial(symmetric, (128,), spoil=GaussianNoise(deviation=0.3)),
            201_616,
            row="t22",
        ),
        _template(
            "ae-contractive",
            "Contractive autoencoder",
            "Pays for every change of the code when the image changes a little: similar digits share a code.",
            partial(symmetric, (64,), watch=ContractivePenalty()),
            101_200,
            row="t22",
        ),
        _template(
            "ae-convolutional",
            "Convolutional autoencoder",
            "Pools a digit down to eight 4×4 maps; transposed convolutions bring it back to 28×28.",
            partial(convolutional),
            3_081,
            row="t23",
            id="t23",
        ),
    )
