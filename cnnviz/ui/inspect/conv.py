"""Convolution: every product of the window and the kernel, channel by channel."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout

from cnnviz.ui.inspect.account import MOST, order_by_size
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.products import ProductBlocks
from cnnviz.ui.inspect.reading import Reading, Spot
from cnnviz.ui.inspect.views import View, view
from cnnviz.ui.inspect.volumes import Cell
from cnnviz.ui.widgets.chrome import button
from cnnviz.ui.widgets.legend import Legend


@view("Convolution")
class ConvView(View):
    """One block per input channel; with more than 16, the largest contributions first and the rest folded."""

    title = "Patch × kernel"
    has_modes = True

    def __init__(self) -> None:
        super().__init__()
        self.blocks = ProductBlocks()
        self.legend = Legend(label="products")
        self.unfold = button("", "link")
        self.unfolded = False
        self.column.addWidget(self.blocks, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.legend, 1)
        foot.addWidget(self.unfold)
        self.column.addLayout(foot)
        self.unfold.clicked.connect(self._toggle)
        self.blocks.hovered.connect(lambda cell: self.spot_hovered.emit(Spot(0, cell)))
        self.blocks.left.connect(lambda: self.spot_hovered.emit(None))
        self.blocks.clicked.connect(self._clicked)

    def refresh(self) -> None:
        if self.frame is None or not self.frame.readings:
            return
        reading = self.frame.readings[0]
        count = len(reading.products)
        order = range(count) if count <= MOST else order_by_size(reading).tolist()
        folded = count > MOST and not self.unfolded
        self.blocks.show_reading(reading, order[:MOST] if folded else order, self.digits, self.mode)
        self.unfold.setVisible(count > MOST)
        self.unfold.setText(f"show all {count}" if folded else f"only the {MOST} largest")
        low, high = self.blocks.value_range
        self.legend.set_scale(low, high, "products, all channels")

    def set_spot(self, spot: Spot | None) -> None:
        self.blocks.set_cell(spot.cell if spot is not None and spot.reading == 0 else None)

    def subtitle(self, frame: Frame) -> str:
        return window_words(frame.readings[0]) if frame.readings else ""

    def _toggle(self) -> None:
        self.unfolded = not self.unfolded
        self.refresh()

    def _clicked(self, cell: Cell) -> None:
        spot = Spot(0, cell)
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


if __name__ == "__main__":
    from cnnviz.ui.inspect import demo
    from cnnviz.ui.widgets import demo as stage

    stage.run(demo.example("conv2d"), (1240, 760))
