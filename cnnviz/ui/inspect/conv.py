"""Sums over windows: every product of values and weights, channel by channel, for one source or several."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QTabBar

from cnnviz.explain import split
from cnnviz.ui import numbers
from cnnviz.ui.inspect.account import MOST, order_by_size
from cnnviz.ui.inspect.batchswitch import BatchSwitch
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.pointwise import Curve
from cnnviz.ui.inspect.products import ProductBlocks
from cnnviz.ui.inspect.reading import Reading, Spot
from cnnviz.ui.inspect.views import FULL_HEIGHT, View, view
from cnnviz.ui.inspect.volumes import Cell
from cnnviz.ui.inspect.walk.flip import can_flip
from cnnviz.ui.widgets.chrome import button
from cnnviz.ui.widgets.legend import Legend

CURVE, ROOMY, STEP = 96, 300, 170


@view("window")
class ConvView(View):
    """One block per input channel; with more than 16, the largest contributions first and the rest folded.

    A sum over several sources (a gate reads the input and the state) has a tab for each; a function of the sum is
    drawn below.
    """

    title = "Patch × kernel"
    has_modes = True

    def __init__(self) -> None:
        super().__init__()
        self.at = 0
        self.sources = QTabBar()
        self.sources.setExpanding(False)
        self.sources.setDrawBase(False)
        self.blocks = ProductBlocks()
        self.legend = Legend(label="products")
        self.unfold = button("", "link")
        self.flip = button("Flip kernel", small=True)
        self.flip.setCheckable(True)
        self.flip.setToolTip(
            "True convolution turns the kernel round; networks multiply it as it is (cross-correlation)"
        )
        self.unfolded = False
        self.curve = Curve()
        self.curve.setFixedHeight(CURVE)
        foot = QHBoxLayout()
        foot.addWidget(self.legend, 1)
        foot.addWidget(self.unfold)
        foot.addWidget(self.flip)
        self.column.addWidget(self.sources)
        self.column.addWidget(self.blocks, 1)
        self.column.addLayout(foot)
        self.column.addWidget(self.curve)
        self.sources.currentChanged.connect(self._choose_source)
        self.unfold.clicked.connect(self._toggle)
        self.flip.clicked.connect(self._flip)
        self.blocks.hovered.connect(lambda cell: self.spot_hovered.emit(Spot(self.at, cell)))
        self.blocks.left.connect(lambda: self.spot_hovered.emit(None))
        self.blocks.clicked.connect(self._clicked)

    def refresh(self) -> None:
        if self.frame is None or not self.frame.readings:
            return
        self._fill_tabs(self.frame)
        self._show_products(self.frame.readings[self.at])
        self._show_function(self.frame)
        self.flip.setVisible(can_flip(self.frame))
        self.flip.setChecked(self.frame.flipped)

    def set_spot(self, spot: Spot | None) -> None:
        if spot is not None and spot.reading != self.at and spot.reading < self.sources.count():
            self.sources.setCurrentIndex(spot.reading)
        self.blocks.set_cell(spot.cell if spot is not None and spot.reading == self.at else None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw the function only where the products leave room for it."""
        super().resizeEvent(event)
        if self.frame is not None:
            self.curve.setVisible(bool(self.frame.explanation.function) and self.height() > ROOMY)

    def heading(self, frame: Frame) -> str:
        if len(frame.readings) > 1:
            return "Sums of products"
        reading = frame.readings[0]
        if not reading.weighted:
            return "Sum of products"
        if frame.flipped:
            return "Patch × kernel turned round"
        return "Inputs × weights" if reading.is_vector else self.title

    def full_height(self, frame: Frame) -> int:
        return FULL_HEIGHT + (2 * CURVE if frame.explanation.function else 0)

    def subtitle(self, frame: Frame) -> str:
        if len(frame.readings) > 1:
            return frame.explanation.rule
        words = window_words(frame.readings[0])
        return f"true convolution, {words}" if frame.flipped else words

    def _show_products(self, reading: Reading) -> None:
        count = len(reading.products)
        order = range(count) if count <= MOST else order_by_size(reading).tolist()
        folded = count > MOST and not self.unfolded
        self.blocks.show_reading(reading, order[:MOST] if folded else order, self.digits, self.mode)
        self.unfold.setVisible(count > MOST)
        self.unfold.setText(f"show all {count}" if folded else f"only the {MOST} largest")
        low, high = self.blocks.value_range
        self.legend.set_scale(low, high, "products, all channels")

    def _show_function(self, frame: Frame) -> None:
        found = frame.explanation
        self.curve.setVisible(bool(found.function) and self.height() > ROOMY)
        if found.function:
            self.curve.show_point(
                found.function, found.sum, found.result, max(abs(found.sum) * 1.2, 4.0), 1.0
            )

    def _fill_tabs(self, frame: Frame) -> None:
        """Name the sources with their sums; the chosen one stays as long as there is one at its place."""
        self.sources.blockSignals(True)
        while self.sources.count() > len(frame.readings):
            self.sources.removeTab(self.sources.count() - 1)
        for at, reading in enumerate(frame.readings):
            name = split(reading.node)[1] or reading.node
            text = f"{name}  Σ {numbers.fixed(float(reading.products.sum()), self.digits, plus=True)}"
            if at < self.sources.count():
                self.sources.setTabText(at, text)
            else:
                self.sources.addTab(text)
        self.at = min(self.at, len(frame.readings) - 1)
        self.sources.setCurrentIndex(self.at)
        self.sources.setVisible(len(frame.readings) > 1)
        self.sources.blockSignals(False)

    def _choose_source(self, at: int) -> None:
        self.at = max(at, 0)
        if self.frame is not None:
            self._show_products(self.frame.readings[self.at])
            self.spot_hovered.emit(Spot(self.at, (0, -1, -1, -1)))

    def _flip(self, wanted: bool) -> None:
        self.flip_wanted.emit(self.frame.owner if wanted and self.frame is not None else "")

    def _toggle(self) -> None:
        self.unfolded = not self.unfolded
        self.refresh()

    def _clicked(self, cell: Cell) -> None:
        spot = Spot(self.at, cell)
        self.spot_hovered.emit(spot)
        self.walk(spot)


def window_words(reading: Reading) -> str:
    """Say how many products there are: `3×3 window × 8 channels = 72 products`."""
    sizes = [
        str(size) for size, whole in zip(reading.products.shape[1:], reading.maps.shape[1:], strict=True)
    ]
    while len(sizes) > 1 and sizes[0] == "1" and reading.dimensions <= len(sizes):
        sizes = sizes[1:]
    count = len(reading.products)
    channels = f"{count} channel" + ("s" if count != 1 else "")
    return f"{'×'.join(sizes)} window × {channels} = {reading.products.size:,} products"


@view("backward")
class BackwardView(ConvView):
    """The same, turned round: every ∂L/∂output with its slope, output channel by output channel."""

    def __init__(self) -> None:
        super().__init__()
        self.batch = BatchSwitch()
        self.batch.wanted.connect(self.batch_wanted)
        self.column.insertWidget(0, self.batch)
        self.blocks.colormap = "gradient"
        self.legend.set_scale(-1, 1, colormap="gradient")

    def refresh(self) -> None:
        super().refresh()
        if self.frame is not None:
            self.batch.show_frame(self.frame)

    def full_height(self, frame: Frame) -> int:
        return super().full_height(frame) + (STEP if frame.of_weight else 0)

    def heading(self, frame: Frame) -> str:
        return "Gradient"

    def subtitle(self, frame: Frame) -> str:
        return frame.explanation.rule


if __name__ == "__main__":
    from cnnviz.ui.inspect import demo
    from cnnviz.ui.widgets import demo as stage

    stage.run(demo.example("conv2d"), (1240, 760))
