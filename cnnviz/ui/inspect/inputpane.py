"""Pane 1: what the value reads. The source's map with the window on it, all channels read, and the kernel."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QTabBar, QVBoxLayout, QWidget

from cnnviz.explain import split
from cnnviz.explain.trace import Array
from cnnviz.layers.formula import Given, WeightedSum
from cnnviz.ui.inspect.figures.kernelmap import KernelMap
from cnnviz.ui.inspect.frame import Frame, reach
from cnnviz.ui.inspect.picture import NO_PADDING, MapPicture, Padding
from cnnviz.ui.inspect.reading import Reading, Spot
from cnnviz.ui.inspect.volumes import Cell, box, identity, middle
from cnnviz.ui.widgets.chrome import EmptyState, Panel, label
from cnnviz.ui.widgets.legend import Legend
from cnnviz.ui.widgets.mosaic import Mosaic

STRIP_TILE, KERNEL = 34, 160
GIVEN = "Nothing lies before the input: its numbers come from the sample."
ALONE = "This value reads no other one."
LOSS = "The way back begins here: this slope comes from the loss itself."
UNUSED = "The loss does not depend on this value."


class InputPane(Panel):
    """`spot_hovered` carries the cell pointed at or None; `walked` asks to go to a source value."""

    spot_hovered = Signal(object)
    walked = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("1 · Input", parent=parent)
        self._frame: Frame | None = None
        self.at, self.channel = 0, 0
        self._node, self._name = "", "1 · Input"
        self._asked: tuple[object, ...] = ()
        self._kept: Array | None = None
        self.tabs = QTabBar()
        self.picture = MapPicture("input map")
        self.legend = Legend()
        self.channels_title = label("", "secondary")
        self.channels = Mosaic(name="channels read")
        self.kernel_title = label("", "heading")
        self.kernel = KernelMap(name="kernel")
        self.kernel_legend = Legend(label="kernel")
        self.nothing = EmptyState(GIVEN)
        self._assemble()
        self._connect()

    def _assemble(self) -> None:
        self.kernel.set_axes(False)
        self.kernel.setMinimumSize(84, 72)
        self.kernel.setMaximumHeight(KERNEL)
        self.channels.setFixedHeight(STRIP_TILE + 28)
        self.channels.set_tile_size(STRIP_TILE)
        self._kernel_box = QWidget()
        kernel = QVBoxLayout(self._kernel_box)
        kernel.setContentsMargins(0, 0, 0, 0)
        kernel.setSpacing(4)
        kernel.addWidget(self.kernel_title)
        row = QHBoxLayout()
        self.kernel_legend.setMinimumWidth(138)
        row.addWidget(self.kernel, 3)
        row.addWidget(self.kernel_legend, 2, Qt.AlignmentFlag.AlignTop)
        kernel.addLayout(row)
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        for part, stretch in (
            (self.nothing, 1),
            (self.tabs, 0),
            (self.picture, 3),
            (self.legend, 0),
            (self.channels_title, 0),
            (self.channels, 0),
            (self._kernel_box, 2),
        ):
            self.body.addWidget(part, stretch)
        self.body.addStretch(1)

    def _connect(self) -> None:
        self.picture.hovered.connect(self._hover)
        self.picture.left.connect(lambda: self.spot_hovered.emit(None))
        self.picture.clicked.connect(self._walk)
        self.picture.depth_changed.connect(lambda _depth: self._show_kernel())
        self.channels.clicked.connect(lambda place, _row, _column: self.choose_channel(place))
        self.channels.hovered.connect(
            lambda place, _row, _column: self.spot_hovered.emit(Spot(self.at, (place, -1, -1, -1)))
        )
        self.channels.left.connect(lambda: self.spot_hovered.emit(None))
        self.kernel.hovered.connect(self._hover_kernel)
        self.kernel.clicked.connect(self._hover_kernel)
        self.kernel.left.connect(lambda: self.spot_hovered.emit(None))
        self.tabs.currentChanged.connect(self._choose_reading)

    # -- what is shown ------------------------------------------------------------------------------------------

    @property
    def reading(self) -> Reading | None:
        """The part of the sum that is shown."""
        readings = self._frame.readings if self._frame is not None else ()
        return readings[min(self.at, len(readings) - 1)] if readings else None

    def show_frame(self, frame: Frame) -> None:
        """Show what another value reads; the channel stays as long as the node does."""
        fresh = frame.node != self._node
        self._frame, self._node = frame, frame.node
        self._name = "1 · ∂L/∂output" if frame.backward else "1 · Input"
        self._fill_tabs(frame)
        reading = self.reading
        if fresh:
            self.kernel.set_selected(None)
        if reading is not None and (fresh or self.channel >= len(reading.products)):
            self.channel = int(abs(reading.sums).argmax())
        self._show()

    def choose_channel(self, place: int) -> None:
        """Show another of the channels that are read."""
        reading = self.reading
        if reading is not None and 0 <= place < len(reading.products) and place != self.channel:
            self.channel = place
            self._show()

    def set_spot(self, spot: Spot | None) -> None:
        """Light up the cell that is pointed at in another pane, and bring its channel to the front."""
        reading = self.reading
        if spot is not None and spot.reading != self.at and spot.reading < self.tabs.count():
            self.tabs.setCurrentIndex(spot.reading)
            reading = self.reading
        if spot is None or reading is None:
            self.picture.set_hovered(None)
            self.kernel.set_hovered(None)
            return
        if not reading.is_vector:
            self.choose_channel(spot.cell[0])
        if spot.whole_channel:
            return
        self.picture.set_hovered(reading.source(spot.cell))
        if self._kernel_box.isVisible():
            self.kernel.set_hovered((spot.cell[2], spot.cell[3]))

    def _fill_tabs(self, frame: Frame) -> None:
        names = [_tab(reading) for reading in frame.readings]
        if [self.tabs.tabText(at) for at in range(self.tabs.count())] == names:
            return
        self.tabs.blockSignals(True)
        while self.tabs.count():
            self.tabs.removeTab(0)
        for name in names:
            self.tabs.addTab(name)
        self.tabs.blockSignals(False)
        self.at, self.channel = 0, 0

    def _choose_reading(self, at: int) -> None:
        self.at = max(at, 0)
        self._show()

    def _show(self) -> None:
        frame, reading = self._frame, self.reading
        self.picture.setVisible(reading is not None)
        self.legend.setVisible(reading is not None)
        self.nothing.setVisible(reading is None)
        given = frame is None or isinstance(frame.explanation.formula, Given)
        self.nothing.set_sentence(_why_nothing(frame, given))
        self.tabs.setVisible(self.tabs.count() > 1)
        if frame is None or reading is None:
            self.set_title(self._name, "")
            for part in (self.channels, self.channels_title, self._kernel_box):
                part.hide()
            return
        self._show_map(frame, reading)
        self._show_channels(frame, reading)
        self._show_kernel()

    def _show_map(self, frame: Frame, reading: Reading) -> None:
        channel = reading.channels[min(self.channel, len(reading.channels) - 1)]
        pads = padding_of(frame, frame.readings.index(reading)) if not reading.folded else NO_PADDING
        low, high = frame.limits(reading.node, reading.maps[channel])
        self.picture.show_map(
            reading.maps,
            channel,
            (low, high),
            depth=middle(reading.ranges[1], reading.maps.shape[1]),
            colormap=frame.colormap(reading.node),
            padding=pads,
            slices=frame.slice_word,
        )
        self.picture.set_selected(None)
        self.picture.set_window(reading.ranges if not reading.is_vector else None)
        self.legend.set_scale(low, high, frame.range_name(reading.node), frame.colormap(reading.node))
        zeros = f", zero padding {max(pads)}" if any(pads) else ""
        what = "all its values" if reading.is_vector else f"channel {channel} of {len(reading.maps)}{zeros}"
        self.set_title(self._name, f"{reading.node}, {what}")

    def _show_channels(self, frame: Frame, reading: Reading) -> None:
        shown = len(reading.channels) > 1 and not reading.is_vector
        self.channels.setVisible(shown)
        self.channels_title.setVisible(shown)
        if not shown:
            return
        first, count = reading.channels[0], len(reading.channels)
        maps = reading.maps[first : first + count, self.picture.slice_at]
        asked = (identity(maps), frame.scope, reading.node)
        if asked != self._asked:
            self._asked, self._kept = asked, maps
            low, high = frame.limits_of_all(reading.node, maps)
            self.channels.set_maps(maps, low, high, colormap=frame.colormap(reading.node), curves=True)
            self.channels.set_captions([str(channel) for channel in reading.channels])
        row, column = (
            middle(cells, size) for cells, size in zip(reading.ranges[2:], maps.shape[1:], strict=True)
        )
        self.channels.set_selected((min(self.channel, count - 1), row, column))
        self.channels.reveal(self.channels.tiles().grid(min(self.channel, count - 1)).rect)
        part = "all" if count == len(reading.maps) else f"{first} to {first + count - 1}"
        self.channels_title.setText(f"Channels read by this value: {part} {count if part == 'all' else ''}")

    def _show_kernel(self) -> None:
        frame, reading = self._frame, self.reading
        shown = frame is not None and reading is not None and _has_kernel(frame, reading)
        self._kernel_box.setVisible(shown)
        if frame is None or reading is None or not shown:
            return
        place = min(self.channel, len(reading.products) - 1)
        cells = reading.ranges[1]
        depth = cells.index(self.picture.slice_at) if self.picture.slice_at in cells else len(cells) // 2
        size = reach(reading.weights)
        self.kernel.set_array(reading.weights[place, depth], -size, size)
        self.kernel_legend.set_scale(-size, size, "")
        plane = f", plane {depth}" if len(cells) > 1 else ""
        self.kernel_title.setText(_kernel_words(frame, reading, reading.channels[place]) + plane)

    # -- pointing -----------------------------------------------------------------------------------------------

    def _hover(self, source: Cell) -> None:
        found = self.reading.find(source) if self.reading is not None else None
        self.spot_hovered.emit(Spot(self.at, found) if found is not None else None)

    def spot_of_kernel(self, row: int, column: int) -> Spot | None:
        """Return the cell of the window that a cell of the kernel meets."""
        reading = self.reading
        if reading is None:
            return None
        cells = reading.ranges[1]
        depth = cells.index(self.picture.slice_at) if self.picture.slice_at in cells else len(cells) // 2
        return Spot(self.at, (min(self.channel, len(reading.products) - 1), depth, row, column))

    def _hover_kernel(self, row: int, column: int) -> None:
        spot = self.spot_of_kernel(row, column)
        if spot is not None and self.reading is not None:
            self.picture.set_hovered(self.reading.source(spot.cell))
            self.spot_hovered.emit(spot)

    def _walk(self, source: Cell) -> None:
        if self.reading is not None:
            self.walked.emit(self.reading.node, self.reading.index_of(source))


def _tab(reading: Reading) -> str:
    """Return what a part is called beside the others."""
    beside = "".join(f" × {split(each.node)[1] or each.node}" for each in reading.partners)
    name = split(reading.node)[1] or reading.node
    return f"{name}{beside}{' (mean)' if reading.names[1].endswith('μ') else ''}"


def _why_nothing(frame: Frame | None, given: bool) -> str:
    if frame is not None and frame.backward:
        return UNUSED if not frame.explanation.offsets else LOSS
    return GIVEN if given else ALONE


def _has_kernel(frame: Frame, reading: Reading) -> bool:
    """Say whether the second factors are a picture worth seeing: weights, or the inputs that a weight met."""
    wanted = reading.weighted or (frame.of_weight and reading.names[1] == "input")
    return wanted and reading.window_size > 1


def _kernel_words(frame: Frame, reading: Reading, channel: int) -> str:
    """Say what the second factors are."""
    if frame.of_weight:
        return "Input that this weight met"
    if frame.backward:
        return f"Weights towards map {channel}"
    return f"{'Weights of unit' if reading.folded else 'Kernel'} {frame.index[0]}, channel {channel}"


def padding_of(frame: Frame, at: int = 0) -> Padding:
    """Return how far the windows of a part reach over the source's edges: top, left, bottom, right."""
    if frame.backward:
        return NO_PADDING
    shape, source = frame.array.shape, frame.trace.activation(frame.readings[at].node).shape
    if len(shape) < 2 or len(source) != len(shape):
        return NO_PADDING
    sliding = min(len(shape) - 1, 2)
    kept = frame.index[:-sliding]
    found = []
    for corner in ((*kept, *(0,) * sliding), (*kept, *(size - 1 for size in shape[-sliding:]))):
        formula = frame.formula(corner)
        parts = formula.parts if isinstance(formula, WeightedSum) else ()
        block = parts[at].block if at < len(parts) else getattr(formula, "block", None)
        if block is None or not all(block.ranges):
            return NO_PADDING
        found.append(box(block.ranges))
    (_, _, top, left), (_, _, bottom, right) = found
    rows, columns = (1, *source[1:])[-2:]
    return (
        max(-top[0], 0),
        max(-left[0], 0),
        max(bottom[-1] + 1 - rows, 0),
        max(right[-1] + 1 - columns, 0),
    )
