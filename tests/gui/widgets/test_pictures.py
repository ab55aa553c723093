"""Bars, digit pad, gallery, confusion matrix, panels."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLabel

from cnnviz.ui import theme
from cnnviz.ui.widgets.bars import ProbabilityBars
from cnnviz.ui.widgets.chrome import Elided, EmptyState, Panel, Segmented
from cnnviz.ui.widgets.confusion import ConfusionMatrix
from cnnviz.ui.widgets.digitpad import DigitPad
from cnnviz.ui.widgets.gallery import Caption, Gallery

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


def test_the_most_probable_class_is_orange_and_spoken(shown):
    widget = shown(ProbabilityBars(), 300, 100)
    widget.set_values(np.array([0.1, 0.7, 0.2]), ["cat", "dog", "cow"])
    assert widget.accessibleName() == "class probabilities dog, 0.7000"
    image = widget.grab().toImage()
    lines = [y for y in range(100) if image.pixelColor(60, y).name().upper() == theme.DARK.pos]
    assert lines
    assert {widget.row_at(QPointF(60, y)) for y in lines} == {1}


def test_bars_take_logits_nan_and_nothing(shown, qtbot):
    widget = shown(ProbabilityBars(), 300, 100)
    widget.grab()
    widget.set_values(np.array([np.nan, 0.5]), logits=np.array([np.nan, 1.0]), truth=0)
    widget.grab()
    with qtbot.waitSignal(widget.clicked) as clicked:
        qtbot.mouseClick(widget, LEFT, pos=QPointF(50, 30).toPoint())
    assert clicked.args == [0]


def test_pad_draws_with_left_and_erases_with_right(shown, qtbot):
    pad = shown(DigitPad(), 284, 284)
    pictures = []
    pad.changed.connect(pictures.append)
    spot = pad.grid().cell_rect(14, 10).center().toPoint()
    qtbot.mousePress(pad, LEFT, pos=spot)
    qtbot.mouseRelease(pad, LEFT, pos=spot)
    drawn = pictures[-1]
    assert drawn.shape == (28, 28)
    assert drawn.dtype == np.float32
    assert drawn[14, 10] == 1
    assert 0 < drawn[14, 11] <= 1
    assert drawn[14, 14] == 0
    qtbot.mouseClick(pad, RIGHT, pos=spot)
    assert pictures[-1][14, 10] == 0


def test_stroke_is_soft_and_continuous(shown):
    pad = shown(DigitPad())
    pad.stroke(QPointF(5, 14.5), QPointF(23, 14.5))
    picture = pad.image()
    assert (picture[14, 5:23] == 1).all()
    assert ((picture > 0) & (picture < 1)).any()
    assert picture.max() <= 1


def test_pad_set_image_is_silent_and_clear_tells(shown, qtbot):
    pad = shown(DigitPad())
    with qtbot.assertNotEmitted(pad.changed):
        pad.set_image(np.ones((28, 28)) * 2)
    assert pad.image().max() == 1
    with qtbot.waitSignal(pad.changed) as changed:
        pad.clear()
    assert changed.args[0].sum() == 0
    copy = pad.image()
    copy[:] = 1
    assert pad.image().sum() == 0, "the caller's copy is the pad's own memory"


def gallery(shown, count=30):
    widget = shown(Gallery(name="mistakes"), 300, 200)
    widget.set_images(list(np.zeros((count, 28, 28))), [Caption("5", "6", 0.99)] * count)
    return widget


def test_gallery_click_double_click_and_keys(shown, qtbot):
    widget = gallery(shown)
    spot = widget.cell_rect(5).center().toPoint()
    with qtbot.waitSignal(widget.clicked) as clicked:
        qtbot.mouseClick(widget.viewport(), LEFT, pos=spot)
    assert clicked.args == [5]
    with qtbot.waitSignal(widget.double_clicked):
        qtbot.mouseDClick(widget.viewport(), LEFT, pos=spot)
    qtbot.keyClick(widget, Qt.Key.Key_Right)
    qtbot.keyClick(widget, Qt.Key.Key_Down)
    assert widget.selected == 10
    assert widget.accessibleName() == "mistakes 10: label 5, taken for 6, probability 0.9900"
    with qtbot.waitSignal(widget.double_clicked) as opened:
        qtbot.keyClick(widget, Qt.Key.Key_Return)
    assert opened.args == [10]


def test_gallery_scrolls_to_the_selection(shown, qtbot):
    widget = gallery(shown, 200)
    widget.set_selected(190)
    qtbot.keyClick(widget, Qt.Key.Key_Right)
    assert widget.selected == 191
    top = widget.verticalScrollBar().value()
    assert top <= widget.cell_rect(191).top() <= top + widget.viewport().height()


def matrix(shown):
    widget = shown(ConfusionMatrix(), 360, 300)
    widget.set_counts(np.array([[90, 10, 0], [1, 99, 0], [0, 0, 0]]))
    return widget


def test_confusion_cells_and_keys(shown, qtbot):
    widget = matrix(shown)
    spot = widget.grid().cell_rect(0, 1).center()
    with qtbot.waitSignal(widget.cell_clicked) as clicked:
        qtbot.mouseClick(widget, LEFT, pos=spot.toPoint())
    assert clicked.args == [0, 1]
    assert widget.accessibleName() == "confusion matrix true 0, taken for 1: 10 of 100"
    qtbot.keyClick(widget, Qt.Key.Key_Down)
    assert widget.selected == (1, 1)


def test_confusion_colors_mistakes_only(theme_name, shown, qapp):
    widget = matrix(shown)
    theme.apply(qapp, theme_name)
    image = widget.grab().toImage()
    corner = QPointF(-13, -13)
    colors = [
        image.pixelColor((widget.grid().cell_rect(*cell).center() + corner).toPoint()).name().upper()
        for cell in ((0, 0), (0, 2), (0, 1))
    ]
    assert colors[:2] == [theme.current().bg4, theme.current().bg2]
    assert colors[2] not in colors[:2]


def test_confusion_percent_switch(shown):
    widget = matrix(shown)
    before = widget.grab().toImage()
    switch = shown(widget.switch())
    switch.part(True).click()
    assert widget.grab().toImage() != before


def test_segmented_emits_only_for_the_user(shown, qtbot):
    widget = shown(Segmented([(1, "one"), (2, "two"), (3, "three")]), 200, 30)
    with qtbot.assertNotEmitted(widget.chosen):
        widget.set_value(3)
    assert widget.value() == 3
    with qtbot.waitSignal(widget.chosen) as chosen:
        widget.part(2).click()
    assert chosen.args == [2]
    with pytest.raises(ValueError, match="not in list"):
        widget.set_value(4)


def test_elided_keeps_the_whole_text(shown):
    widget = shown(Elided("a very long name of a layer that nobody can read"), 60, 20)
    assert widget.text().startswith("a very long")
    assert widget.toolTip() == widget.text()
    widget.resize(600, 20)
    assert widget.toolTip() == ""
    assert widget.sizeHint().width() > 200 > widget.minimumSizeHint().width()


def test_a_formula_without_room_does_without_its_spaces_first(shown):
    widget = shown(Elided("(14 + 2·0 - 5) / 1 + 1 = 10", "mono", formula=True), 600, 20)
    assert QLabel.text(widget) == widget.text()
    widget.resize(QFontMetrics(widget.font()).horizontalAdvance("(14+2·0-5)/1+1=10") + 2, 20)
    assert QLabel.text(widget) == "(14+2·0-5)/1+1=10"
    assert widget.toolTip() == widget.text()


def test_panel_header_and_empty_state(shown, qtbot):
    panel = shown(Panel("Loss", "cross-entropy, log"))
    with qtbot.waitSignal(panel.header_double_clicked):
        qtbot.mouseDClick(panel.header, LEFT)
    empty = shown(EmptyState("Nothing here yet.", "Generate digits"))
    with qtbot.waitSignal(empty.pressed):
        empty.button.click()
