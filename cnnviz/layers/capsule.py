"""Capsules: small vectors instead of numbers. Their length is a probability, their direction a pose.

Sabour, Frosst and Hinton, "Dynamic routing between capsules", 2017. Arrays are (capsules, dimension).
"""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.errors import ShapeError
from cnnviz.layers.base import Layer, Parameter, Remedy, Shape, TorchCall, size, times, window_text
from cnnviz.layers.calculation import Calculation, calculation
from cnnviz.layers.convolution import Conv2d
from cnnviz.layers.dense import unravel
from cnnviz.layers.formula import (
    Block,
    Formula,
    Index,
    Largest,
    Part,
    PowerSum,
    Softmax,
    Squash,
    WeightedSum,
    cell,
)
from cnnviz.layers.options import opt
from cnnviz.layers.reshape import Reshape
from cnnviz.layers.vectors import Vectors


@dataclass(frozen=True)
class PrimaryCapsules(Layer):
    """Convolves, then takes the values of several maps at one place for one small vector: a capsule."""

    kind, title, group, icon = "primary_capsules", "Primary capsules", "Capsule", "layer-primarycapsules"
    stem = "primary"

    maps: int = opt(32, lo=1, hi=256, help="how many capsules lie at every place")
    dimension: int = opt(8, lo=1, hi=64, help="how many numbers a capsule has")
    kernel_size: tuple[int, ...] = opt(
        (9, 9), label="Kernel", lo=1, hi=31, help="height and width of the window"
    )
    stride: tuple[int, ...] = opt(
        (2, 2), lo=1, hi=16, help="how far the window moves down and right each time"
    )

    def out_shape(self, *inputs: Shape) -> Shape:
        _, height, width = self._convolved(inputs[0])
        return Vectors((self.maps * height * width, self.dimension))

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        return self._convolution.parameters(*inputs)

    def macs(self, *inputs: Shape) -> int:
        return self._convolution.macs(*inputs)

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        self.out_shape(*inputs)
        args = (inputs[0][0], self.maps, self.dimension, self.kernel_size, self.stride)
        return (TorchCall("PrimaryCapsules", args),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return _squashed("s", index, self.dimension)

    def internals(self, *inputs: Shape) -> dict[str, Shape]:
        return {"s": self.out_shape(*inputs)}

    def internal_formula(self, name: str, index: Index, *inputs: Shape) -> Formula:
        """Return the convolution behind a capsule: its values lie in neighbouring maps, at one place."""
        capsule, entry = index
        first, *place = unravel(capsule, (self.maps, *self._convolved(inputs[0])[1:]))
        return self._convolution.formula((first * self.dimension + entry, *place), *inputs)

    def calculations(self, *inputs: Shape) -> tuple[Calculation, ...]:
        _, height, width = self._convolved(inputs[0])
        values = {"maps": self.maps, "height": height, "width": width, "result": self.maps * height * width}
        capsules = calculation("capsules = maps·H·W", "{maps}·{height}·{width} = {result}", **values)
        return (*self._convolution.calculations(*inputs), capsules)

    def brief(self) -> str:
        window = window_text(self.kernel_size, self.stride, "valid")
        return f"{self.maps} × {self.dimension}D @ {window}"

    @property
    def _convolution(self) -> Conv2d:
        return Conv2d(self.maps * self.dimension, self.kernel_size, self.stride)

    def _convolved(self, shape: Shape) -> Shape:
        """Return (maps · dimension, height, width); a window that does not fit can be made smaller."""
        try:
            return self._convolution.out_shape(shape)
        except ShapeError as error:
            if len(shape) != 3:
                raise
            smaller = tuple(min(k, n) for k, n in zip(self.kernel_size, shape[1:], strict=True))
            remedy = Remedy(
                f"Kernel {times(smaller)}: as large as the input", replace=self.replace(kernel_size=smaller)
            )
            raise ShapeError(error.what, remedies=(remedy,)) from None


@dataclass(frozen=True)
class CapsuleRouting(Layer):
    """Lets every capsule below predict every one above, and listens most to predictions that agree."""

    kind, title, group, icon = "capsule_routing", "Capsule routing", "Capsule", "layer-routing"
    stem = "routing"

    capsules: int = opt(10, lo=1, hi=1024, help="how many capsules come out: one per class")
    dimension: int = opt(16, lo=1, hi=256, help="how many numbers each of them has")
    iterations: int = opt(3, lo=1, hi=10, help="how many times agreement is measured")

    def out_shape(self, *inputs: Shape) -> Shape:
        _need_capsules(inputs[0])
        return Vectors((self.capsules, self.dimension))

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        _need_capsules(inputs[0])
        count, dimension = inputs[0]
        return (Parameter("weight", (count, self.capsules, self.dimension, dimension)),)

    def macs(self, *inputs: Shape) -> int:
        """Return the products with weights, and those of the rounds, where couplings are the weights."""
        pairs = inputs[0][0] * self.capsules * self.dimension
        return pairs * (inputs[0][1] + 2 * self.iterations - 1)

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        _need_capsules(inputs[0])
        return (TorchCall("CapsuleRouting", (*inputs[0], self.capsules, self.dimension, self.iterations)),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return _squashed(f"s_{self.iterations}", index, self.dimension)

    def passed_on(self, index: Index, *inputs: Shape) -> tuple[str, Index] | None:
        return f"v_{self.iterations}", index

    def internals(self, *inputs: Shape) -> dict[str, Shape]:
        """Return the predictions, and of every round the logits b, couplings c, sums s and outputs v."""
        count = inputs[0][0]
        pairs, sums = (count, self.capsules), (self.capsules, self.dimension)
        found: dict[str, Shape] = {"u_hat": (count, *sums)}
        for turn in range(1, self.iterations + 1):
            found |= {f"b_{turn}": pairs, f"c_{turn}": pairs, f"s_{turn}": sums, f"v_{turn}": sums}
        return found

    def internal_formula(self, name: str, index: Index, *inputs: Shape) -> Formula:
        if name == "u_hat":
            part = Part(Block(0, (range(index[0], index[0] + 1), range(inputs[0][1]))), "weight", index)
            return WeightedSum((part,), rule="Σ u · W")
        letter, turn = name.split("_")
        if letter == "b":
            return self._logit(index, int(turn))
        if letter == "c":
            first, above = index
            return Softmax(Block(f"b_{turn}", (range(first, first + 1), range(self.capsules))), above)
        if letter == "s":
            return self._sum(index, turn, inputs[0][0])
        return _squashed(f"s_{turn}", index, self.dimension)

    def _sum(self, index: Index, turn: str, count: int) -> Formula:
        above, entry = (range(place, place + 1) for place in index)
        predictions = Block("u_hat", (range(count), above, entry))
        part = Part(predictions, times=Block(f"c_{turn}", (range(count), above)))
        return WeightedSum((part,), rule="Σ c · û")

    def _logit(self, index: Index, turn: int) -> Formula:
        """Say how a pair's logit grows by its agreement: the product of prediction and output of the round before."""
        if turn == 1:
            return WeightedSum((), rule="0: at first all couplings are equal")
        first, above = (range(place, place + 1) for place in index)
        entries = range(self.dimension)
        agreement = Part(
            Block("u_hat", (first, above, entries)), times=Block(f"v_{turn - 1}", (above, entries))
        )
        return WeightedSum((Part(cell(f"b_{turn - 1}", index)), agreement), rule="b + Σ û · v")

    def calculations(self, *inputs: Shape) -> tuple[Calculation, ...]:
        count, arriving = inputs[0]
        values = {
            "count": count,
            "capsules": self.capsules,
            "dimension": self.dimension,
            "arriving": arriving,
        }
        return (
            calculation(
                "capsules below·capsules above·d_out·d_in",
                "{count}·{capsules}·{dimension}·{arriving} = {result}",
                **values,
                result=count * self.capsules * self.dimension * arriving,
            ),
        )

    def brief(self) -> str:
        rounds = f"{self.iterations} round{'s' if self.iterations != 1 else ''}"
        return f"{self.capsules} × {self.dimension}D, {rounds}"


@dataclass(frozen=True)
class CapsuleLength(Layer):
    """Measures every capsule: its length is the probability that what it stands for is there."""

    kind, title, group, icon = "capsule_length", "Capsule length", "Capsule", "layer-capsulelength"
    stem = "length"

    def out_shape(self, *inputs: Shape) -> Shape:
        _need_capsules(inputs[0])
        return (inputs[0][0],)

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        return (TorchCall("CapsuleLength"),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        return PowerSum(_vector(0, index[0], inputs[0][1]), rule="√ Σ x²")


@dataclass(frozen=True)
class CapsuleMask(Layer):
    """Keeps the longest capsule, sets all others to zero, and writes them into one row for a decoder.

    While training, too, it is the longest one that is kept, not the label's.
    """

    kind, title, group, icon = "capsule_mask", "Capsule mask", "Capsule", "layer-capsulemask"
    stem = "mask"

    def out_shape(self, *inputs: Shape) -> Shape:
        _need_capsules(inputs[0])
        return (inputs[0][0] * inputs[0][1],)

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        return (TorchCall("CapsuleMask"),)

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        capsule, entry = divmod(index[0], inputs[0][1])
        part = Part(cell(0, (capsule, entry)), times=cell("kept", (capsule,)))
        return WeightedSum((part,), rule="x where its capsule is kept, else 0")

    def internals(self, *inputs: Shape) -> dict[str, Shape]:
        return {"length": (inputs[0][0],), "kept": (inputs[0][0],)}

    def internal_formula(self, name: str, index: Index, *inputs: Shape) -> Formula:
        if name == "length":
            return PowerSum(_vector(0, index[0], inputs[0][1]), rule="√ Σ x²")
        return Largest(Block("length", (range(inputs[0][0]),)), index[0])

    def calculations(self, *inputs: Shape) -> tuple[Calculation, ...]:
        count, dimension = inputs[0]
        values = {"count": count, "dimension": dimension, "result": count * dimension}
        return (calculation("out = all capsules in one row", "{count}·{dimension} = {result}", **values),)


def _need_capsules(shape: Shape) -> None:
    """Raise ShapeError unless the shape is (capsules, dimension)."""
    if len(shape) != 2:
        maps = Remedy("Insert Primary capsules", insert=PrimaryCapsules(kernel_size=_window(shape)))
        remedies = (maps,) if len(shape) == 3 else _as_capsules(size(shape))
        raise ShapeError(f"it takes capsules × dimension, but {times(shape)} arrives.", remedies=remedies)


def _as_capsules(count: int) -> tuple[Remedy, ...]:
    """Suggest to cut a row of numbers into capsules of a usual dimension, where it can be cut."""
    found = next((entry for entry in (16, 8, 4, 2) if count % entry == 0), 0)
    text = f"Insert Reshape: {count // found} capsules of {found} numbers" if found else ""
    return (Remedy(text, insert=Reshape((count // found, found))),) if found else ()


def _window(shape: Shape) -> tuple[int, ...]:
    """Return the usual 9×9 window, or one as large as smaller maps."""
    return tuple(min(9, entry) for entry in shape[1:3]) if len(shape) == 3 else (9, 9)


def _vector(array: int | str, capsule: int, dimension: int) -> Block:
    """Return all entries of one capsule."""
    return Block(array, (range(capsule, capsule + 1), range(dimension)))


def _squashed(array: str, index: Index, dimension: int) -> Squash:
    """Say that a capsule's entry is squashed together with the others."""
    return Squash(_vector(array, index[0], dimension), index[1])
