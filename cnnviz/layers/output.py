"""Where the network answers, and what its answer is measured by."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.errors import ShapeError
from cnnviz.layers.base import Layer, Remedy, Shape, times
from cnnviz.layers.formula import Formula, Index, Pointwise, cell
from cnnviz.layers.options import opt

LOSSES = (
    "cross entropy",
    "binary cross entropy",
    "mean squared error",
    "mean absolute error",
    "margin",
    "none",
)
TARGETS = ("labels", "sample")


@dataclass(frozen=True)
class Output(Layer):
    """Marks a value as an answer of the network, and says which loss it learns from."""

    kind, title, group, icon = "output", "Output", "Output", "layer-output"
    numbered, ends = False, True

    loss: str = opt(
        "cross entropy",
        choices=LOSSES,
        help="what is made small: cross entropy for classes, squared or absolute error for numbers, margin for "
        "capsules; none only marks an answer",
    )
    target: str = opt(
        "labels",
        choices=TARGETS,
        help="what the answer is compared with: the labels of the data, or the sample itself (autoencoder)",
    )
    weight: float = opt(
        1.0,
        lo=0.0,
        hi=1e6,
        help="how much this loss counts beside those of other outputs; the heaviest output is the main one",
    )

    def out_shape(self, *inputs: Shape) -> Shape:
        if self.loss == "margin" and len(inputs[0]) > 2:
            raise ShapeError(
                f"the margin loss takes capsules or their lengths, but {times(inputs[0])} arrives.",
                remedies=(Remedy("Use cross entropy", replace=self.replace(loss="cross entropy")),),
            )
        return inputs[0]

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return Pointwise(cell(0, index), "identity", note="An output passes its value on.")

    def brief(self) -> str:
        words = [self.loss if self.loss != "none" else "no loss"]
        if self.loss != "none" and self.target == "sample":
            words.append("against the sample")
        if self.weight != 1.0:
            words.append(f"weight {self.weight:g}")
        return ", ".join(words)
