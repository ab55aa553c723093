"""Four sliders that move, turn and disturb the sample."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QSlider, QWidget

from cnnviz.layers import Shape
from cnnviz.model.whatif import Variation
from cnnviz.ui import theme
from cnnviz.ui.widgets.chrome import label

MOST_PIXELS, MOST_DEGREES, NOISE_STEPS = 8, 90, 50
MINUS = "\u2212"


class VariationSliders(QWidget):
    """`changed` carries the Variation that is set."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.right, self.down = _slider(-MOST_PIXELS, MOST_PIXELS), _slider(-MOST_PIXELS, MOST_PIXELS)
        self.turn, self.noise = _slider(-MOST_DEGREES, MOST_DEGREES), _slider(0, NOISE_STEPS)
        self._values = [label("", "mono") for _ in range(4)]
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        names = ("right", "down", "turn", "noise")
        for row, (name, slider, value) in enumerate(zip(names, self.sliders, self._values, strict=True)):
            slider.setAccessibleName(f"{name} of the input")
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            value.setFixedWidth(44)
            grid.addWidget(label(name, "secondary"), row, 0)
            grid.addWidget(slider, row, 1)
            grid.addWidget(value, row, 2)
            slider.valueChanged.connect(self._tell)
        self._write()

    @property
    def sliders(self) -> tuple[QSlider, ...]:
        """Return all four, from top to bottom."""
        return self.right, self.down, self.turn, self.noise

    @property
    def variation(self) -> Variation:
        """Return what is set."""
        right, down, turn, noise = (slider.value() for slider in self.sliders)
        return Variation(right, down, float(turn), noise / 100)

    def show_variation(self, variation: Variation) -> None:
        """Set the sliders; emits nothing."""
        values = (variation.dx, variation.dy, round(variation.degrees), round(100 * variation.noise))
        for slider, value in zip(self.sliders, values, strict=True):
            slider.blockSignals(True)
            slider.setValue(value)
            slider.blockSignals(False)
        self._write()

    def set_shape(self, shape: Shape) -> None:
        """Offer what a sample of a shape can do: a sequence moves along time, a vector does not move."""
        can = (len(shape) > 1, len(shape) > 2, len(shape) > 2, True)
        for slider, possible in zip(self.sliders, can, strict=True):
            slider.setEnabled(possible)
            slider.setToolTip("" if possible else "Samples of this form have no such direction")

    def _tell(self) -> None:
        self._write()
        self.changed.emit(self.variation)

    def _write(self) -> None:
        set_now = self.variation
        texts = (
            f"{set_now.dx:+d} px",
            f"{set_now.dy:+d} px",
            f"{set_now.degrees:g}°",
            f"{set_now.noise:.2f}",
        )
        for value, text in zip(self._values, texts, strict=True):
            value.setText("0" if text.startswith(("+0", "0.00", "0°")) else text.replace("-", MINUS))


def _slider(low: int, high: int) -> QSlider:
    made = QSlider(Qt.Orientation.Horizontal)
    made.setRange(low, high)
    made.setPageStep(1)
    made.setValue(0)
    theme.set_role(made, role="cursor")
    return made
