"""A colour for each class: hues at even distances, every second one paler, so that neighbours are told apart."""

from __future__ import annotations

from PySide6.QtGui import QColor

from cnnviz.ui import theme

FIRST_HUE = 0.63


def class_color(number: int, count: int) -> QColor:
    """Return the colour of a class, in the theme in force; grey where samples have no class."""
    if number < 0 or count < 1:
        return theme.color("t3")
    hue = (FIRST_HUE + number / count) % 1.0
    dark = theme.current().name == "dark"
    lightness = (0.70 if number % 2 else 0.56) if dark else (0.50 if number % 2 else 0.36)
    return QColor.fromHslF(hue, 0.62, lightness)
