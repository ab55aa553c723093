"""Where convolutional networks come from: the neocognitron (Fukushima 1980), as a graph of today's layers."""

from __future__ import annotations

from cnnviz.layers import AvgPool2d, Conv2d, Flatten, Input, ReLU, Softmax
from cnnviz.model.graph import Graph
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.templates.draft import Draft
from cnnviz.templates.template import Template

MODULES = ((24, 5, 4), (24, 5, 3), (10, 3, 2))
"""Planes and window of the S-layer, window of the C-layer; the last module has one plane per digit."""


def neocognitron() -> Graph:
    """Return three modules: S-cells look for a pattern everywhere, C-cells blur where it was.

    The first S-layer sees the border too. Every C-layer moves by two cells, as the thinning out of the original does;
    the last one leaves a single cell per plane. Learning without a teacher is replaced by gradients.
    """
    draft = Draft()
    draft.add(Input())
    for number, (planes, seen, blurred) in enumerate(MODULES, 1):
        padding = "same" if number == 1 else "valid"
        with draft.group(f"module{number}", f"Module {number}: S and C", folded=False):
            draft.chain(
                Conv2d(out_channels=planes, kernel_size=(seen, seen), padding=padding),
                ReLU(),
                tag=f"_s{number}",
            )
            draft.add(AvgPool2d(kernel_size=(blurred, blurred)), f"_c{number}")
    draft.chain(Flatten(), Softmax())
    return draft.graph()


def templates() -> tuple[Template, ...]:
    """Return the neocognitron."""
    return (
        Template(
            id="neocognitron",
            name="neocognitron",
            title="Neocognitron",
            sentence="1980: S-layers find patterns, C-layers forgive small shifts: convolution and pooling at birth.",
            make=neocognitron,
            recipe=Recipe(optimiser="adam", learning_rate=1e-3, batch_size=64, epochs=5),
            data=DataChoice("mnist"),
            params=17_218,
            section="Architectures",
        ),
    )
