"""Where data enters the graph."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.layers.base import Layer, Shape, times
from cnnviz.layers.formula import Formula, Given, Index
from cnnviz.layers.options import opt


@dataclass(frozen=True)
class Input(Layer):
    """Receives one sample of the data set: channels first, values from 0 to 1."""

    kind, title, group, icon = "input", "Input", "Input", "layer-input"
    numbered, takes_sample = False, True
    fewest_inputs, most_inputs = 0, 0

    shape: Shape = opt(
        (1, 28, 28),
        form="shape",
        lo=1,
        hi=4096,
        help="shape of one sample, channels first: 1×28×28 is a grey image",
    )

    free_size: bool = opt(
        False,
        help="larger samples are welcome too; shapes and counts are those of the size above",
    )

    def out_shape(self, *inputs: Shape) -> Shape:
        return self.shape

    def enlarged(self) -> Layer:
        if not self.free_size or len(self.shape) == 1:
            return self
        most = next(option.hi for option in self.options() if option.name == "shape") or 1
        sizes = (min(2 * size, int(most)) for size in self.shape[1:])
        return self.replace(shape=(self.shape[0], *sizes))

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return Given()

    def brief(self) -> str:
        return times(self.shape) + (" or larger" if self.free_size else "")
