"""An LSTM whose state is a stack of maps: it remembers where something was."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.errors import ShapeError
from cnnviz.layers.base import Remedy, Shape, times, window_text
from cnnviz.layers.convolution import Conv2d
from cnnviz.layers.gates import (
    GatedLayer,
    Gates,
    bias_option,
    output_gate_option,
    peephole_option,
    step_option,
)
from cnnviz.layers.options import opt
from cnnviz.layers.recurrent import LSTM


@dataclass(frozen=True)
class ConvLSTM2d(GatedLayer):
    """Reads a video frame by frame and remembers maps; each gate is a convolution of the frame and of the state."""

    kind, title, icon, stem = "conv_lstm2d", "Conv LSTM 2D", "layer-convlstm", "convlstm"

    units: int = opt(
        32, label="Filters", lo=1, hi=1024, help="how many maps it remembers, and gives out per frame"
    )
    kernel_size: tuple[int, ...] = opt(
        (3, 3),
        label="Kernel",
        lo=1,
        hi=31,
        help="height and width of the windows on frame and state (same padding)",
    )
    every_step: bool = step_option()
    peepholes: bool = peephole_option()
    output_gate: str = output_gate_option()
    biases: str = bias_option()

    def gates(self, shape: Shape) -> Gates:
        """Return the gates for a video (channels, time, height, width)."""
        if len(shape) != 4:
            text = f"it takes channels × time × height × width, but {times(shape)} arrives."
            raise ShapeError(text, remedies=self._remedies(shape))
        return Gates(shape[0], shape[1], shape[2:], self.kernel_size, self)

    def brief(self) -> str:
        first, *others = super().brief().split(", ")
        return ", ".join((f"{first} @ {window_text(self.kernel_size, (1,), 'valid')}", *others))

    def _remedies(self, shape: Shape) -> tuple[Remedy, ...]:
        """Suggest what fits: a convolution for one image, an LSTM for a sequence of vectors."""
        if len(shape) == 3:
            conv = Conv2d(self.units, self.kernel_size, padding="same")
            return (Remedy(f"Conv 2D instead, {self.units} filters", replace=conv),)
        if len(shape) == 2:
            return (Remedy("LSTM instead: remembers vectors", replace=LSTM(**self.shared())),)
        return ()
