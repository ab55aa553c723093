"""Layers that keep training stable: batch normalisation and dropout."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.errors import ShapeError
from cnnviz.layers.base import Layer, Parameter, Shape, TorchCall, times
from cnnviz.layers.calculation import Calculation, calculation
from cnnviz.layers.formula import Formula, Index, Normalise, Pointwise, cell
from cnnviz.layers.options import opt


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Shifts and scales every channel to mean 0 and variance 1, then to a learned mean and scale."""

    stem = "bn"
    kind, title, group, icon = "batchnorm", "Batch norm", "Normalisation", "layer-batchnorm"
    pointwise = True

    epsilon: float = opt(1e-5, lo=1e-12, hi=1.0, help="a small number that keeps the division safe")
    momentum: float = opt(
        0.1, lo=0.0, hi=1.0, help="how much of each batch enters the running mean and variance"
    )
    affine: bool = opt(True, label="Scale and shift", help="learns a scale and a shift per channel")

    def out_shape(self, *inputs: Shape) -> Shape:
        if not 1 <= len(inputs[0]) <= 4:
            raise ShapeError(f"it takes up to 4 dimensions, but {times(inputs[0])} arrives.")
        return inputs[0]

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        channels = self.out_shape(*inputs)[:1]
        running = (Parameter("running_mean", channels, False), Parameter("running_var", channels, False))
        return (
            (Parameter("weight", channels), Parameter("bias", channels), *running) if self.affine else running
        )

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        rank = max(len(self.out_shape(*inputs)) - 1, 1)
        kwargs = {"eps": self.epsilon, "momentum": self.momentum}
        if not self.affine:
            kwargs["affine"] = False
        return (TorchCall(f"BatchNorm{rank}d", (inputs[0][0],), kwargs),)

    def calculations(self, *inputs: Shape) -> tuple[Calculation, ...]:
        if not self.affine:
            return ()
        channels = inputs[0][0]
        return (calculation("scale + shift", "{d} + {d} = {result}", d=channels, result=2 * channels),)

    def chip(self) -> str:
        return "BN"

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return Normalise(cell(0, index), index[0], self.epsilon, self.affine)


@dataclass(frozen=True)
class Dropout(Layer):
    """Switches off a random share of the values while training; passes everything on afterwards."""

    kind, title, group, icon = "dropout", "Dropout", "Normalisation", "layer-dropout"
    pointwise, draws = True, True

    rate: float = opt(0.5, lo=0.0, hi=0.95, help="share of values switched off in each training step")

    def out_shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        return (TorchCall("Dropout", (self.rate,)),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return Pointwise(cell(0, index), "identity", note="Dropout passes everything on outside of training.")

    def chip(self) -> str:
        return f"Drop {self.rate:g}"

    def brief(self) -> str:
        return f"rate {self.rate:g}"
