"""Layers that change no value, but add to the loss: what they measure is to become small."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.layers.base import Layer, Shape, TorchCall
from cnnviz.layers.formula import Formula, Index, Pointwise, cell
from cnnviz.layers.options import opt


@dataclass(frozen=True)
class ActivityPenalty(Layer):
    """Adds rate · Σ |value| per sample to the loss, so that few values differ from 0 (sparse code)."""

    kind, title, group, icon = "activity_penalty", "Activity penalty", "Autoencoder", "layer-activitypenalty"
    stem = "sparsity"
    pointwise = True

    rate: float = opt(1e-5, lo=0.0, hi=1000.0, help="what the sum of all absolute values is multiplied by")

    @property
    def activity_rate(self) -> float:
        return self.rate

    def out_shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        return (TorchCall("ActivityPenalty", (self.rate,)),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return Pointwise(
            cell(0, index), "identity", note="The penalty adds to the loss; the value passes on."
        )

    def chip(self) -> str:
        return f"L1 {self.rate:g}"

    def brief(self) -> str:
        return f"rate {self.rate:g}"


@dataclass(frozen=True)
class ContractivePenalty(Layer):
    """Adds rate · ‖∂code/∂input‖² to the loss, so that the code hardly moves with its input.

    Port 0 takes the code, which passes on, port 1 the value it depends on. The squared Frobenius norm of the Jacobian
    is estimated without bias from random projections of the code: E ‖Jᵀv‖² = ‖J‖² for random signs v. Source: Rifai
    et al., "Contractive auto-encoders" (2011); Hutchinson (1990) for the estimate.
    """

    kind, title, group, icon = (
        "contractive_penalty", "Contractive penalty", "Autoencoder", "layer-contractivepenalty",
    )  # fmt: skip
    stem = "contraction"
    fewest_inputs, most_inputs = 2, 2
    draws, differentiates = True, (1,)

    rate: float = opt(1e-4, lo=0.0, hi=1000.0, help="what the squared norm of the Jacobian is multiplied by")
    projections: int = opt(
        1,
        lo=1,
        hi=64,
        help="random directions per step: the norm is estimated from them, more of them with less noise",
    )

    def out_shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        return (TorchCall("ContractivePenalty", (self.rate, self.projections)),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return Pointwise(cell(0, index), "identity", note="The penalty adds to the loss; the code passes on.")

    def brief(self) -> str:
        return f"rate {self.rate:g}"
