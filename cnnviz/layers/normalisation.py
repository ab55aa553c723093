"""Layers that keep training stable: normalisation over the batch or over neighbours, and dropout."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.errors import ShapeError
from cnnviz.layers.base import Layer, Parameter, Shape, TorchCall, times
from cnnviz.layers.calculation import Calculation, calculation
from cnnviz.layers.formula import Block, Formula, Index, Normalise, Pointwise, ResponseNorm, cell
from cnnviz.layers.options import opt


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Shifts and scales every channel to mean 0 and variance 1, then to a learned mean and scale."""

    stem = "bn"
    kind, title, group, icon = "batchnorm", "Batch norm", "Normalisation", "layer-batchnorm"
    pointwise, recentres = True, True

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

    def idle(self, *inputs: Shape) -> bool:
        return self.rate == 0

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return Pointwise(cell(0, index), "identity", note="Dropout passes everything on outside of training.")

    def chip(self) -> str:
        return f"Drop {self.rate:g}"

    def brief(self) -> str:
        return f"rate {self.rate:g}"


@dataclass(frozen=True)
class LocalResponseNorm(Layer):
    """Divides every value by the strength of the neighbouring channels at the same place, as in AlexNet."""

    kind, title, group = "local_response_norm", "Local response norm", "Normalisation"
    icon, stem = "layer-responsenorm", "lrn"
    pointwise = True

    neighbours: int = opt(5, lo=1, hi=255, help="how many channels count, half of them on either side")
    alpha: float = opt(1e-4, lo=0.0, hi=10.0, help="how much their squares count")
    beta: float = opt(0.75, lo=0.0, hi=10.0, help="the power of the divisor")
    k: float = opt(1.0, lo=0.001, hi=100.0, label="k", help="what the divisor begins with; 2 in AlexNet")

    def out_shape(self, *inputs: Shape) -> Shape:
        if len(inputs[0]) < 2:
            raise ShapeError(f"it takes maps with channels, but {times(inputs[0])} arrives.")
        return inputs[0]

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        self.out_shape(*inputs)
        return (TorchCall("LocalResponseNorm", (self.neighbours, self.alpha, self.beta, self.k)),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        before = self.neighbours // 2  # torch, as TensorFlow, lets an even number reach further to the front
        start = index[0] - before
        box = (range(start, start + self.neighbours), *(range(at, at + 1) for at in index[1:]))
        return ResponseNorm(Block(0, box), before, self.neighbours, self.alpha, self.beta, self.k)

    def chip(self) -> str:
        return "LRN"

    def brief(self) -> str:
        return f"{self.neighbours} channels"
