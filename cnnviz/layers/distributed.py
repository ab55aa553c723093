"""One layer for every step of a sequence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cnnviz.errors import ShapeError
from cnnviz.layers.base import Box, Layer, Parameter, Remedy, Shape, TorchCall, times
from cnnviz.layers.calculation import Calculation
from cnnviz.layers.dense import Dense
from cnnviz.layers.formula import Block, Formula, Index, with_blocks
from cnnviz.layers.options import opt


@dataclass(frozen=True)
class TimeDistributed(Layer):
    """Applies one and the same layer to every step of a sequence or every frame of a video."""

    kind, title, group, icon = "time_distributed", "Time-distributed", "Recurrent", "layer-timedistributed"
    stem = "each"

    layer: Layer = opt(
        Dense(), form="layer", help="what is applied to every step, always with the same weights"
    )

    @property
    def draws(self) -> bool:  # type: ignore[override]
        """Say whether what it holds draws random numbers while it learns, as dropout does."""
        return self.layer.draws

    @classmethod
    def repeatable(cls) -> bool:
        return False  # steps of steps would need a second time

    def out_shape(self, *inputs: Shape) -> Shape:
        step = self._step(inputs[0])
        try:
            first, *others = self.layer.out_shape(step)
        except ShapeError as error:
            raise ShapeError(f"on every step: {error.what}", remedies=self._remedies(error)) from None
        return (first, inputs[0][1], *others)

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        return self.layer.parameters(self._step(inputs[0]))

    def macs(self, *inputs: Shape) -> int:
        return inputs[0][1] * self.layer.macs(self._step(inputs[0]))

    def torch_calls(self, *inputs: Shape) -> tuple[TorchCall, ...]:
        """Put time into the batch and back: the layer's own module carries the name and the weights."""
        self.out_shape(*inputs)
        inside = self.layer.torch_calls(self._step(inputs[0]))
        unfold = TorchCall("UnfoldTime", (inputs[0][1],), role="unfold")
        return (TorchCall("FoldTime", role="fold"), *inside, unfold) if inside else ()

    def formula(self, index: Index, *inputs: Shape) -> Formula:
        channel, step, *place = index

        def at_step(block: Block) -> Block:
            first, *others = block.ranges
            return replace(block, ranges=(first, range(step, step + 1), *others))

        return with_blocks(self.layer.formula((channel, *place), self._step(inputs[0])), at_step)

    def telling_cells(self, box: Box, *inputs: Shape) -> Iterator[Index]:
        channels, (first, end), *places = box
        for channel, *place in self.layer.telling_cells((channels, *places), self._step(inputs[0])):
            yield from ((channel, step, *place) for step in {first, end - 1})

    def idle(self, *inputs: Shape) -> bool:
        return self.layer.idle(self._step(inputs[0]))

    def calculations(self, *inputs: Shape) -> tuple[Calculation, ...]:
        return self.layer.calculations(self._step(inputs[0]))

    def brief(self) -> str:
        return f"{self.layer.title} {self.layer.brief()}".rstrip()

    def _step(self, shape: Shape) -> Shape:
        """Return what the layer sees: the shape without its time."""
        if len(shape) < 2:
            text = (
                f"it takes features × time, or channels × time × height × width, but {times(shape)} arrives."
            )
            alone = Remedy(f"{self.layer.title} alone: there is no time", replace=self.layer)
            raise ShapeError(text, remedies=(alone,))
        return (shape[0], *shape[2:])

    def _remedies(self, error: ShapeError) -> tuple[Remedy, ...]:
        """Wrap the layer's own remedies: other options go inside, a layer in front is applied to every step too."""
        found = []
        for remedy in error.remedies:
            if isinstance(remedy, Remedy) and remedy.replace is not None and remedy.replace.repeatable():
                found.append(replace(remedy, replace=TimeDistributed(remedy.replace)))
            elif isinstance(remedy, Remedy) and remedy.insert is not None and remedy.insert.repeatable():
                found.append(replace(remedy, insert=TimeDistributed(remedy.insert)))
        return tuple(found)
