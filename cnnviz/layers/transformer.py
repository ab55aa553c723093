"""A spatial transformer's parts: six numbers of an affine map, and the sampler that moves an image by them.

Jaderberg et al. 2015. The localisation network in front is made of ordinary layers.
"""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.errors import ShapeError
from cnnviz.layers.base import Layer, Parameter, Remedy, Shape, TorchCall, size, times
from cnnviz.layers.calculation import Calculation, calculation
from cnnviz.layers.dense import Dense, Flatten
from cnnviz.layers.formula import Formula, Index, Sampled
from cnnviz.layers.options import opt

NUMBERS = 6


@dataclass(frozen=True)
class AffineParameters(Layer):
    """Turns features into the six numbers of an affine map; before training, the map that changes nothing."""

    kind, title, group = "affine_parameters", "Affine parameters", "Spatial transformer"
    icon, stem, linear = "layer-affine", "theta", True

    def out_shape(self, *inputs: Shape) -> Shape:
        if len(inputs[0]) != 1:
            flat = Remedy(f"Insert Flatten: {times(inputs[0])} becomes {size(inputs[0])}", insert=Flatten())
            raise ShapeError(f"it takes a flat vector, but {times(inputs[0])} arrives.", remedies=(flat,))
        return (NUMBERS,)

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        return self._dense.parameters(*inputs)

    def macs(self, *inputs: Shape) -> int:
        return self._dense.macs(*inputs)

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        self.out_shape(*inputs)
        return (TorchCall("AffineParameters", (inputs[0][0],)),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return self._dense.formula(index, *inputs)

    def calculations(self, *inputs: Shape) -> tuple[Calculation, ...]:
        return self._dense.calculations(*inputs)

    @property
    def _dense(self) -> Dense:
        """Return the dense layer that it is, apart from how it starts."""
        return Dense(units=NUMBERS)


@dataclass(frozen=True)
class AffineSampler(Layer):
    """Fetches every pixel of its output from where six numbers say: shifted, turned, zoomed or sheared."""

    kind, title, group = "affine_sampler", "Affine sampler", "Spatial transformer"
    icon, stem = "layer-sampler", "sampler"
    fewest_inputs, most_inputs = 2, 2
    unlike_inputs = ((1, 8, 8), (NUMBERS,))

    size: tuple[int, ...] = opt(
        (0, 0), label="Output size", lo=0, hi=1024, help="height and width of the output; 0: as the image"
    )

    def out_shape(self, *inputs: Shape) -> Shape:
        image, numbers = inputs
        if len(image) != 3:
            swapped = " The image comes first, then the six numbers." if len(numbers) == 3 else ""
            raise ShapeError(
                f"its first input is an image, channels × height × width, but {times(image)} arrives.{swapped}"
            )
        if numbers != (NUMBERS,):
            front = (AffineParameters(),) if len(numbers) == 1 else ()
            remedies = tuple(Remedy("Insert Affine parameters", insert=layer, port=1) for layer in front)
            text = f"its second input is the six numbers of an affine map, but {times(numbers)} arrives."
            raise ShapeError(text, remedies=remedies)
        return (image[0], self.size[0] or image[1], self.size[1] or image[2])

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        return (TorchCall("AffineSampler", self.out_shape(*inputs)[1:]),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        height, width = self.out_shape(*inputs)[1:]
        return Sampled(0, 1, index, (height, width))

    def calculations(self, *inputs: Shape) -> tuple[Calculation, ...]:
        """Return how many pixels are fetched, each from between four."""
        channels, height, width = self.out_shape(*inputs)
        worked = "{channels}·{height}·{width} = {result}"
        values = {"channels": channels, "height": height, "width": width}
        return (calculation("pixels = d·H·W", worked, **values, result=channels * height * width),)

    def brief(self) -> str:
        return "" if self.size == (0, 0) else f"to {times(self.size)}"
