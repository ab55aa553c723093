"""Activation functions: what bends the network, so that layers don't collapse into one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cnnviz.layers.base import Layer, Shape, TorchCall
from cnnviz.layers.formula import Block, Formula, Index, Pointwise, cell
from cnnviz.layers.formula import Softmax as SoftmaxFormula
from cnnviz.layers.options import opt


@dataclass(frozen=True)
class _Activation(Layer):
    group = "Activation"
    pointwise, bends = True, True
    torch_name: ClassVar[str] = ""
    function: ClassVar[str] = ""

    def out_shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        return (TorchCall(self.torch_name),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return Pointwise(cell(0, index), self.function)


@dataclass(frozen=True)
class ReLU(_Activation):
    """Keeps what is positive and sets the rest to zero."""

    kind, title, icon, torch_name, function = "relu", "ReLU", "layer-relu", "ReLU", "relu"
    cuts = True


@dataclass(frozen=True)
class LeakyReLU(_Activation):
    """Keeps what is positive and lets a small share of the negative through."""

    kind, title, icon, torch_name, function = (
        "leakyrelu",
        "Leaky ReLU",
        "layer-relu",
        "LeakyReLU",
        "leaky_relu",
    )

    slope: float = opt(0.01, lo=0.0, hi=1.0, help="what a negative value is multiplied by")

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        return (TorchCall(self.torch_name, (self.slope,)),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return Pointwise(cell(0, index), self.function, self.slope)


@dataclass(frozen=True)
class ELU(_Activation):
    """Keeps what is positive and lets the negative run smoothly towards a bound."""

    kind, title, icon, torch_name, function = "elu", "ELU", "layer-elu", "ELU", "elu"

    alpha: float = opt(1.0, lo=0.0, hi=100.0, help="how far below zero the bound lies")

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        return (TorchCall(self.torch_name, (self.alpha,)),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return Pointwise(cell(0, index), self.function, self.alpha)


@dataclass(frozen=True)
class GELU(_Activation):
    """Multiplies a value by the share of the normal distribution below it: a smooth ReLU."""

    kind, title, icon, torch_name, function = "gelu", "GELU", "layer-gelu", "GELU", "gelu"


@dataclass(frozen=True)
class SiLU(_Activation):
    """Multiplies a value by its own sigmoid: a smooth ReLU, also called Swish."""

    kind, title, icon, torch_name, function = "silu", "SiLU", "layer-gelu", "SiLU", "silu"


@dataclass(frozen=True)
class Softplus(_Activation):
    """A ReLU with a round corner: always positive, and smooth."""

    kind, title, icon, torch_name, function = "softplus", "Softplus", "layer-softplus", "Softplus", "softplus"

    beta: float = opt(1.0, lo=0.01, hi=100.0, help="how sharp the corner is")

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        return (TorchCall(self.torch_name, (self.beta,)),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return Pointwise(cell(0, index), self.function, self.beta)


@dataclass(frozen=True)
class Sigmoid(_Activation):
    """Squeezes every value into the range from 0 to 1."""

    kind, title, icon, torch_name, function = "sigmoid", "Sigmoid", "layer-sigmoid", "Sigmoid", "sigmoid"
    scores_loss = "binary cross entropy"


@dataclass(frozen=True)
class Tanh(_Activation):
    """Squeezes every value into the range from −1 to 1."""

    kind, title, icon, torch_name, function = "tanh", "Tanh", "layer-sigmoid", "Tanh", "tanh"


@dataclass(frozen=True)
class Softmax(_Activation):
    """Turns scores into probabilities that add up to 1, along the channels."""

    kind, title, icon, torch_name = "softmax", "Softmax", "layer-softmax", "Softmax"
    numbered, gives_probabilities, scores_loss = False, True, "cross entropy"

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        return (TorchCall("Softmax", (), {"dim": 1}),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        rest = tuple(range(i, i + 1) for i in index[1:])
        return SoftmaxFormula(Block(0, (range(inputs[0][0]), *rest)), index[0])
