"""Volumes in space: the first picture of a digit, and pictures per second while it is turned, beside matplotlib."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Iterator
from statistics import median

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication

from benchmarks.claim import Claim, at_least, at_most
from benchmarks.rounds import percentile
from cnnviz.data import best
from cnnviz.data.resample import resize
from cnnviz.ui import theme
from cnnviz.ui.voxels import VoxelViewer
from cnnviz.ui.voxels.canvas import shared_renderer

SIZE = (1000, 700)
TURN = 7.0
"""Degrees between two pictures."""


def measure(rounds: int) -> list[Claim]:
    """Return the claims for volumes of 16 and 32 voxels a side."""
    application = QApplication.instance()
    application = application if isinstance(application, QApplication) else QApplication([])
    theme.apply(application, "dark")
    digits = best("voxels:count=16").test
    digit = digits.sample(3)
    return [*_first(digits.images, rounds), *_turning(digit, rounds), *_turning(_doubled(digit), rounds)]


def _doubled(digit: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a digit of 32 voxels a side: every slice twice, its pictures resized smoothly."""
    return np.repeat(np.clip(resize(digit, 32, 32), 0, 1), 2, axis=1)


def _first(images: NDArray[np.uint8], rounds: int) -> Iterator[Claim]:
    """Measure from the numbers of a digit to its picture, in a viewer that has just been made."""
    times = []
    for round_ in range(rounds):
        volume = np.asarray(images[round_ % len(images)], np.float32) / 255
        viewer = VoxelViewer()
        viewer.canvas.resize(*SIZE)
        begun = time.perf_counter()
        viewer.set_array(volume)
        viewer.canvas.grab()
        times.append((time.perf_counter() - begun) * 1000)
        viewer.deleteLater()
    told = f"{rounds} viewers, 9 of 10 within {percentile(times, 0.9):.0f} ms"
    yield at_most("digit of 16×16×16 voxels: first picture", median(times), 100, "ms", told)


def _turning(volume: NDArray[np.float32], rounds: int) -> Iterator[Claim]:
    side = volume.shape[-1]
    viewer = VoxelViewer()
    viewer.canvas.resize(*SIZE)
    viewer.set_array(volume)
    viewer.set_slice(0, side // 2)
    renderer = shared_renderer()
    drawers = [("QPainter", None)] + (
        [(f"with {renderer.name} at hand", renderer)] if renderer is not None else []
    )
    chosen = renderer is not None
    rates = {}
    for name, drawer in drawers:
        viewer.canvas.renderer = drawer
        rates[name] = _rate(lambda: _turn(viewer), rounds)
    used = drawers[-1][0] if chosen else "QPainter"
    told = (
        "; ".join(f"{name} {rate:.0f}/s" for name, rate in rates.items()) + f"; matplotlib {_rival(volume)}"
    )
    title = f"{side}×{side}×{side} voxels turned at {SIZE[0]}×{SIZE[1]}"
    yield at_least(title, rates[used], 15, "pictures/s", told)
    viewer.deleteLater()


def _turn(viewer: VoxelViewer) -> None:
    viewer.set_camera(viewer.canvas.camera.turned(TURN, 0))
    viewer.canvas.grab()


def _rate(draw: Callable[[], None], rounds: int) -> float:
    draw()
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        draw()
        times.append(time.perf_counter() - begun)
    return 1 / median(times)


def _rival(volume: NDArray[np.float32]) -> str:
    """Say how long matplotlib's `ax.voxels` takes for the same picture; it need not be installed."""
    if importlib.util.find_spec("matplotlib") is None:
        return "is not installed"
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(SIZE[0] / 100, SIZE[1] / 100), dpi=100)
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_subplot(projection="3d")
    colours = np.moveaxis(volume, 0, -1)
    axes.voxels(volume.max(axis=0) > 0.15, facecolors=colours)
    begun = time.perf_counter()
    axes.view_init(24, -32)
    canvas.draw()
    return f"{time.perf_counter() - begun:.1f} s per picture"
