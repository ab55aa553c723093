"""Layers that remember along time, where every unit sees every feature."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.errors import ShapeError
from cnnviz.layers.base import Remedy, Shape, times
from cnnviz.layers.dense import Dense
from cnnviz.layers.gates import (
    GatedLayer,
    Gates,
    bias_option,
    output_gate_option,
    peephole_option,
    step_option,
)
from cnnviz.layers.options import opt
from cnnviz.layers.reshape import Reshape


@dataclass(frozen=True)
class LSTM(GatedLayer):
    """Reads a sequence step by step and keeps a memory; gates decide what it stores, forgets and gives out."""

    kind, title, icon = "lstm", "LSTM", "layer-lstm"

    units: int = opt(32, lo=1, hi=4096, help="how many numbers it remembers, and gives out per step")
    every_step: bool = step_option()
    peepholes: bool = peephole_option()
    output_gate: str = output_gate_option()
    biases: str = bias_option()

    def gates(self, shape: Shape) -> Gates:
        """Return the gates for a sequence (features, time)."""
        if len(shape) != 2:
            text = f"it takes features × time, but {times(shape)} arrives."
            raise ShapeError(text, remedies=self._remedies(shape))
        return Gates(shape[0], shape[1], (), (), self)

    def brief(self) -> str:
        first, *others = super().brief().split(", ")
        return ", ".join((f"{first} unit{'s' if self.units != 1 else ''}", *others))

    def _remedies(self, shape: Shape) -> tuple[Remedy, ...]:
        """Suggest what fits: Dense for a vector, an image column by column, a convolutional LSTM for a video."""
        from cnnviz.layers.convlstm import ConvLSTM2d  # which suggests this one for sequences

        if len(shape) == 1:
            return (Remedy(f"Dense instead, {self.units} units", replace=Dense(units=self.units)),)
        if len(shape) == 3:
            text = f"Insert Reshape: {shape[2]} columns become steps of {shape[0] * shape[1]} features"
            return (Remedy(text, insert=Reshape((shape[0] * shape[1], shape[2]))),)
        if len(shape) != 4:
            return ()
        video = ConvLSTM2d(**self.shared())
        return (Remedy("Conv LSTM 2D instead: remembers maps", replace=video),)
