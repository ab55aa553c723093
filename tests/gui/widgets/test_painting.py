"""Every widget paints itself in both themes, and looks different in them."""

from __future__ import annotations

import importlib

import pytest

from cnnviz.ui import theme
from cnnviz.ui.widgets import demo

MODULES = [
    "heatmap",
    "mosaic",
    "legend",
    "bars",
    "digitpad",
    "curves",
    "confusion",
    "gallery",
    "fields",
    "chrome",
]


@pytest.mark.parametrize("module", MODULES)
def test_example_follows_the_theme(module, qtbot, qapp):
    theme.apply(qapp, "dark")
    window = demo.framed(importlib.import_module(f"cnnviz.ui.widgets.{module}").example())
    qtbot.addWidget(window)
    window.resize(420, 360)
    window.show()
    pictures = []
    for name in ("dark", "light", "dark"):
        theme.apply(qapp, name)
        qapp.processEvents()
        pictures.append(window.grab().toImage())
    dark, light, again = pictures
    assert dark.pixelColor(2, 2).name().upper() == theme.DARK.bg1
    assert light.pixelColor(2, 2).name().upper() == theme.LIGHT.bg1
    assert dark != light
    different = sum(
        dark.pixelColor(x, y) != again.pixelColor(x, y) for x in range(0, 420, 7) for y in range(0, 360, 7)
    )
    assert different < 20, "a second change of the theme does not bring the first picture back"


def test_examples_are_not_blank(theme_name, qtbot, qapp):
    for module in MODULES:
        widget = importlib.import_module(f"cnnviz.ui.widgets.{module}").example()
        qtbot.addWidget(widget)
        widget.resize(400, 340)
        widget.show()
        qapp.processEvents()
        image = widget.grab().toImage()
        colors = {image.pixel(x, y) for x in range(0, 400, 3) for y in range(0, 340, 3)}
        assert len(colors) > 5, f"{module} shows next to nothing in the {theme_name} theme"
