"""Run one widget alone: `python -m cnnviz.ui.widgets.heatmap --theme light --save picture.png`."""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from cnnviz.ui import theme


def run(build: Callable[[], QWidget], size: tuple[int, int] = (640, 520)) -> None:
    """Show the widget that `build` makes, or save its picture and leave."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--theme", choices=("dark", "light"), default="dark")
    parser.add_argument("--save", help="write a picture to this file and leave")
    options = parser.parse_args()
    app = QApplication([])
    theme.apply(app, options.theme)
    window = framed(build())
    window.resize(*size)
    window.show()
    if options.save:
        app.processEvents()
        window.grab().save(options.save)
    else:
        app.exec()


def framed(widget: QWidget) -> QWidget:
    """`widget` on a panel with the usual margin."""
    window = QWidget()
    theme.set_role(window, role="panel")
    layout = QVBoxLayout(window)
    layout.setContentsMargins(12, 12, 12, 12)
    layout.addWidget(widget)
    return window


def digit(size: int = 28) -> np.ndarray:
    """A drawn seven, float32 (size, size) in 0..1, for demonstrations."""
    y, x = np.mgrid[0:size, 0:size] / (size - 1)
    bar = np.clip(1.6 - np.abs(y - 0.22) * 18, 0, 1) * ((x > 0.2) & (x < 0.8))
    leg = np.clip(1.6 - np.abs(x - 0.78 + (y - 0.22) * 0.55) * 14, 0, 1) * ((y > 0.22) & (y < 0.85))
    return np.maximum(bar, leg).astype(np.float32)


def maps(count: int, size: int = 28, seed: int = 0) -> np.ndarray:
    """Signed maps as a small convolution layer would make them, float32 (count, size, size)."""
    rng = np.random.default_rng(seed)
    image = np.pad(digit(size), 1)
    result = np.zeros((count, size, size), dtype=np.float32)
    for index, kernel in enumerate(rng.normal(size=(count, 3, 3))):
        for row in range(3):
            for column in range(3):
                result[index] += kernel[row, column] * image[row : row + size, column : column + size]
    return result
