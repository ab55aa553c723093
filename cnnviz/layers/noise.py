"""Noise on purpose: what a denoising autoencoder learns to take away."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.layers.base import Layer, Shape, TorchCall
from cnnviz.layers.formula import Formula, Index, Pointwise, cell
from cnnviz.layers.options import opt


@dataclass(frozen=True)
class GaussianNoise(Layer):
    """Adds random numbers to every value while training; passes everything on afterwards."""

    kind, title, group, icon = "gaussian_noise", "Gaussian noise", "Autoencoder", "layer-noise"
    stem = "noise"
    pointwise, draws = True, True

    deviation: float = opt(
        0.1, lo=0.0, hi=100.0, label="Standard deviation", help="size of the noise; pixels are from 0 to 1"
    )

    def out_shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        return (TorchCall("GaussianNoise", (self.deviation,)),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return Pointwise(cell(0, index), "identity", note="Noise is added while training only.")

    def chip(self) -> str:
        return f"Noise {self.deviation:g}"

    def brief(self) -> str:
        return f"σ {self.deviation:g}"
