"""Predicted sequences in files: a film of truth, prediction and difference, or the numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QFileDialog, QWidget

from cnnviz.explain.trace import Array
from cnnviz.explain.video.forecast import FREE, Forecast
from cnnviz.ui import colormaps, theme
from cnnviz.ui.provenance import files
from cnnviz.ui.provenance.stamp import Stamp

KINDS = "GIF (*.gif);;NumPy (*.npy)"
ENDINGS = (".gif", ".npy")
ENLARGED, GAP, MILLISECONDS = 4, 2, 200


def ask_path(parent: QWidget, start: str) -> Path | None:
    """Let the user choose where a sequence is saved, as .gif or .npy."""
    name, chosen = QFileDialog.getSaveFileName(parent, "Save the predicted sequence", f"{start}.gif", KINDS)
    if not name:
        return None
    path = Path(name)
    ending = ".npy" if "npy" in chosen else ".gif"
    return path if path.suffix.lower() in ENDINGS else path.with_name(path.name + ending)


def predicted(forecast: Forecast, mode: str) -> Array:
    """Return the frames that are shown, (C, K, H, W)."""
    return forecast.free if mode == FREE else forecast.forced


def content(forecast: Forecast, mode: str, path: Path, stamp: Stamp) -> bytes:
    """Return the file for a path: a film, or the predicted frames (K, H, W) as numbers."""
    frames = predicted(forecast, mode)
    if path.suffix.lower() == ".npy":
        return files.numbers_file(frames[0] if len(frames) == 1 else frames, stamp)
    return files.film(pictures(forecast, mode, theme.current().name), MILLISECONDS, stamp)


def pictures(forecast: Forecast, mode: str, theme_name: str) -> list[Array]:
    """Return frames (H, W, 3), uint8: the truth, the prediction and their difference side by side, enlarged."""
    frames, truth = predicted(forecast, mode)[0], forecast.truth[0]
    grey, signed = colormaps.table("photo", theme_name), colormaps.table("value", theme_name)
    empty = np.zeros_like(frames[0])
    found = []
    for at, frame in enumerate(frames):
        known = at < len(truth)
        true = truth[at] if known else empty
        difference = frame - true if known else empty
        parts = (
            grey[colormaps.indices(true, 0.0, 1.0)],
            grey[colormaps.indices(frame, 0.0, 1.0)],
            signed[colormaps.indices(difference, -1.0, 1.0)],
        )
        large = [part.repeat(ENLARGED, axis=0).repeat(ENLARGED, axis=1) for part in parts]
        bar = np.full((large[0].shape[0], GAP * ENLARGED, 3), 96, np.uint8)
        found.append(np.concatenate([large[0], bar, large[1], bar, large[2]], axis=1))
    return found
