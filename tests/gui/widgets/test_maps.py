"""Heat map, mosaic and legend: the cell under the mouse, keys, ranges, spoken values."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from cnnviz.ui import colormaps, theme
from cnnviz.ui.widgets import grid as grids
from cnnviz.ui.widgets import mosaic
from cnnviz.ui.widgets.heatmap import HeatMap, Window
from cnnviz.ui.widgets.legend import Legend
from cnnviz.ui.widgets.mosaic import Mosaic
from cnnviz.ui.widgets.tiles import wrap

LEFT = Qt.MouseButton.LeftButton


def ramp(rows=6, columns=8):
    return np.arange(rows * columns, dtype=np.float32).reshape(rows, columns) - 20


def pixel(widget, point):
    return widget.grab().toImage().pixelColor(point.toPoint()).name().upper()


def test_fit_centres_and_keeps_padding():
    grid = grids.fit(QRectF(0, 0, 100, 100), 8, 8, padding=(1, 1, 1, 1))
    assert grid.size == 10
    assert (grid.left, grid.top) == (10, 10)
    assert grid.cell_rect(-1, -1, 10, 10) == QRectF(0, 0, 100, 100)


@pytest.mark.parametrize("dpr", [1.0, 1.5, 2.0])
def test_cells_are_whole_device_pixels(dpr):
    size = grids.fit(QRectF(0, 0, 333, 333), 28, 28, dpr=dpr).size
    assert (size * dpr) == pytest.approx(round(size * dpr))


def test_every_cell_is_found_where_it_is_drawn(shown):
    widget = shown(HeatMap())
    widget.set_array(ramp())
    for row in range(6):
        for column in range(8):
            assert widget.cell_at(widget.grid().cell_rect(row, column).center()) == (row, column)
    assert widget.cell_at(QPointF(0, 0)) is None


def test_colors_are_at_their_cells(shown):
    widget = shown(HeatMap())
    widget.set_values(False)
    widget.set_array(ramp(), -20, 20)
    corner = widget.grid().cell_rect(0, 0).center()
    assert pixel(widget, corner) == colormaps.MAPS["value"].dark[0]


def test_mouse_names_cells(shown, qtbot):
    widget = shown(HeatMap())
    widget.set_array(ramp())
    seen, gone = [], []
    widget.hovered.connect(lambda row, column: seen.append((row, column)))
    widget.left.connect(lambda: gone.append(True))
    spot = widget.grid().cell_rect(2, 3).center().toPoint()
    qtbot.mouseMove(widget, spot)
    qtbot.mouseMove(widget, spot + QPoint(1, 1))
    assert seen == [(2, 3)]
    qtbot.mouseMove(widget, QPoint(1, 1))
    assert gone == [True]
    with qtbot.waitSignal(widget.clicked) as clicked:
        qtbot.mouseClick(widget, LEFT, pos=spot)
    assert clicked.args == [2, 3]
    assert widget.selected == (2, 3)


def test_linked_panes_can_not_echo(shown, qtbot):
    widget = shown(HeatMap())
    widget.set_array(ramp())
    with qtbot.assertNotEmitted(widget.clicked), qtbot.assertNotEmitted(widget.hovered):
        widget.set_selected((1, 1))
        widget.set_hovered((1, 2))
        widget.set_window(Window(-1, -1, 3, 3))


def test_arrow_keys_move_and_stop_at_the_edge(shown, qtbot):
    widget = shown(HeatMap(name="conv2 map 2"))
    widget.set_array(ramp())
    widget.set_selected((0, 0))
    seen = []
    widget.clicked.connect(lambda row, column: seen.append((row, column)))
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Up):
        qtbot.keyClick(widget, key)
    assert seen == [(0, 1), (1, 1), (1, 0), (1, 0), (0, 0)]
    assert widget.accessibleName() == "conv2 map 2 row 0 column 0, −20"


def test_selection_survives_a_new_array_only_if_it_exists(shown):
    widget = shown(HeatMap())
    widget.set_array(ramp())
    widget.set_selected((5, 7))
    widget.set_array(ramp() * 2)
    assert widget.selected == (5, 7)
    widget.set_array(ramp(3, 3))
    assert widget.selected is None


def test_copy_puts_a_picture_on_the_clipboard(shown, qtbot):
    widget = shown(HeatMap())
    widget.set_array(ramp())
    QApplication.clipboard().clear()
    qtbot.keyClick(widget, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().image().width() == widget.width()


def test_empty_and_broken_arrays_are_shown(shown, qtbot):
    widget = shown(HeatMap())
    widget.grab()
    qtbot.keyClick(widget, Qt.Key.Key_Right)
    widget.set_array(np.full((3, 3), np.nan))
    assert pixel(widget, widget.grid().cell_rect(0, 0).center() + QPointF(-20, -20)) == theme.DARK.err


# mosaic


def test_tiles_wrap_and_are_found():
    tiles = wrap(10, (28, 28), 56, 200, captions=True)
    assert tiles.cell == 2
    assert tiles.across == 3
    assert tiles.lines == 4
    for index in range(10):
        assert tiles.hit(tiles.grid(index).cell_rect(5, 7).center()) == (index, 5, 7)
    assert tiles.hit(QPointF(199, 5)) is None
    assert tiles.hit(QPointF(-3, 5)) is None


def test_only_visible_tiles_are_painted():
    tiles = wrap(2048, (28, 28), 56, 640, captions=False)
    shown_tiles = tiles.visible(1000, 1400)
    assert len(shown_tiles) < 100
    assert tiles.grid(shown_tiles.start).top <= 1000
    assert tiles.grid(shown_tiles.stop - 1).rect.bottom() >= 1400


@pytest.mark.parametrize("count", [0, 1, 7, 2048])
def test_any_number_of_maps(count, shown):
    widget = shown(Mosaic())
    widget.set_maps(np.random.default_rng(0).normal(size=(count, 5, 5)))
    widget.verticalScrollBar().setValue(widget.verticalScrollBar().maximum())
    widget.grab()
    assert (widget.verticalScrollBar().maximum() > 0) == (count == 2048)


@pytest.mark.parametrize(("count", "shape"), [(512, (14, 14)), (100, (5, 7)), (301, (1, 1))])
def test_many_tiles_baked_at_once_look_the_same(count, shape, shown, monkeypatch):
    widget = shown(Mosaic())
    widget.set_tile_size(28)
    widget.set_maps(np.random.default_rng(0).normal(size=(count, *shape)))
    widget.verticalScrollBar().setValue(37)
    baked = widget.viewport().grab().toImage()
    assert widget._sheet is not None
    monkeypatch.setattr(mosaic, "suits", lambda *_: False)
    assert widget.viewport().grab().toImage() == baked


def test_mosaic_mouse_after_scrolling(shown, qtbot):
    widget = shown(Mosaic())
    widget.set_maps(np.zeros((200, 4, 4)))
    widget.verticalScrollBar().setValue(300)
    place = widget.tiles().grid(31).cell_rect(1, 2).center() - QPointF(0, 300)
    with qtbot.waitSignals([widget.hovered, widget.clicked]):
        qtbot.mouseMove(widget.viewport(), place.toPoint())
        qtbot.mouseClick(widget.viewport(), LEFT, pos=place.toPoint())
    assert widget.selected == (31, 1, 2)


def test_mosaic_keys(shown, qtbot):
    widget = shown(Mosaic(name="conv1"))
    widget.set_maps(np.arange(4 * 9, dtype=float).reshape(4, 3, 3))
    widget.set_selected((1, 2, 2))
    for key in (
        Qt.Key.Key_Right,
        Qt.Key.Key_Up,
        Qt.Key.Key_Apostrophe,
        Qt.Key.Key_Apostrophe,
        Qt.Key.Key_Apostrophe,
    ):
        qtbot.keyClick(widget, key)
    assert widget.selected == (3, 1, 2)
    assert widget.accessibleName() == "conv1 map 3 row 1 column 2, 32"


def test_vector_is_a_grid_of_cells(shown, qtbot):
    widget = shown(Mosaic())
    widget.set_maps(np.linspace(-1, 1, 64))
    across = widget.tiles().across
    assert 1 < across < 64
    widget.set_selected((0, 0, 0))
    qtbot.keyClick(widget, Qt.Key.Key_Down)
    assert widget.selected == (across, 0, 0)
    assert widget.accessibleName().startswith(f"maps unit {across}, ")


def test_range_per_map(shown):
    widget = shown(Mosaic())
    maps = np.stack([np.full((4, 4), 1.0), np.full((4, 4), 10.0)])
    widget.set_maps(maps, np.array([-1, -20]), np.array([1, 20]))
    assert widget.value_range == (-20, 20)
    spots = [widget.tiles().grid(index).rect.center() for index in range(2)]
    assert pixel(widget.viewport(), spots[0]) == colormaps.MAPS["value"].dark[-1]
    assert pixel(widget.viewport(), spots[1]) != colormaps.MAPS["value"].dark[-1]


def test_control_wheel_zooms(shown, qapp):
    widget = shown(Mosaic())
    widget.set_maps(np.zeros((4, 4, 4)))
    before = widget.tiles().cell
    wheel = QWheelEvent(
        QPointF(9, 9), QPointF(9, 9), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    qapp.sendEvent(widget.viewport(), wheel)
    assert widget.tiles().cell > before


def test_legend_says_its_range(shown):
    legend = shown(Legend(colormap="value"), 320, 26)
    legend.set_scale(-5.7, 5.7, "conv2, layer range")
    assert legend.accessibleName() == "colour scale from −5.7 to 5.7 conv2, layer range"
    image = legend.grab().toImage()
    colors = {image.pixelColor(x, 8).name().upper() for x in range(160)}
    assert {colormaps.MAPS["value"].dark[0], colormaps.MAPS["value"].dark[-1]} <= colors
