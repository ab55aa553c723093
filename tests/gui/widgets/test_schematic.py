"""Networks drawn as bars."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from cnnviz.templates import TEMPLATES
from cnnviz.ui import theme
from cnnviz.ui.widgets.schematic import MOST, draw_schematic, schematic


def length(name: str) -> float:
    return sum(bar.width for bar in schematic(TEMPLATES[name]))


def test_every_layer_of_a_small_network_is_a_bar() -> None:
    groups = [bar.group for bar in schematic(TEMPLATES["t10"])]
    assert groups == ["Input", *(["Convolution", "Pooling"] * 2), "Dense", "Dense", "Dense"]


def test_maps_get_smaller_and_more() -> None:
    first, second = (bar for bar in schematic(TEMPLATES["t10"]) if bar.group == "Convolution")
    assert first.height > second.height
    assert first.width < second.width


@pytest.mark.parametrize("name", list(TEMPLATES))
def test_large_networks_are_drawn_by_size(name: str) -> None:
    bars = schematic(TEMPLATES[name])
    assert 3 <= len(bars) <= MOST
    assert all(0 < bar.height <= 1 and bar.width > 0 for bar in bars)


def test_depth_is_seen_as_length() -> None:
    depths = [length(f"resnet{layers}") for layers in (18, 34, 50, 101, 152)]
    assert depths == sorted(depths)
    assert depths[-1] > 3 * depths[0]


def test_a_picture_stays_in_its_place(qapp: QApplication) -> None:
    image = QImage(240, 80, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    painter = QPainter(image)
    draw_schematic(painter, QRectF(20, 10, 200, 60), schematic(TEMPLATES["resnet152"]))
    painter.end()
    black = QColor("black").rgb()
    coloured = [(x, y) for x in range(240) for y in range(80) if image.pixel(x, y) != black]
    assert min(x for x, _ in coloured) == 20
    assert 200 <= max(x for x, _ in coloured) <= 220
    assert (min(y for _, y in coloured), max(y for _, y in coloured)) == (10, 69)
    assert image.pixel(21, 40) == theme.group_color("Input").rgb()
