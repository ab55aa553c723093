"""How far predicted frames are from the true ones, one number per frame. Pixels are 0..1.

As in the literature on Moving-MNIST, squares and absolute differences are summed over a frame; cross-entropy is the
mean over its pixels. SSIM: Wang, Bovik, Sheikh and Simoncelli 2004, over flat windows of 7×7.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cnnviz.explain.trace import Array

WINDOW = 7
LUMINANCE, CONTRAST = 0.01**2, 0.03**2
"""What keeps SSIM's two fractions finite where windows are black, for values that range over 1."""
LEAST = 1e-7
"""Predictions are kept so far from 0 and 1, where a logarithm would be infinite."""


def squared_error(predicted: Array, truth: Array) -> Array:
    """Return Σ (p − y)² of frames (…, H, W): one number each, (…)."""
    return np.square(np.subtract(predicted, truth, dtype=np.float64)).sum(axis=(-2, -1))


def absolute_error(predicted: Array, truth: Array) -> Array:
    """Return Σ |p − y| of frames (…, H, W)."""
    return np.abs(np.subtract(predicted, truth, dtype=np.float64)).sum(axis=(-2, -1))


def cross_entropy(predicted: Array, truth: Array) -> Array:
    """Return the mean of −y·ln p − (1 − y)·ln(1 − p) over the pixels of frames (…, H, W), in nats."""
    p, y = np.clip(np.asarray(predicted, np.float64), LEAST, 1 - LEAST), np.asarray(truth, np.float64)
    return np.asarray(-(y * np.log(p) + (1 - y) * np.log1p(-p)).mean(axis=(-2, -1)))


def similarity(predicted: Array, truth: Array) -> Array:
    """Return SSIM of frames (…, H, W), the mean over all windows that lie inside: 1 where they are equal."""
    x, y = np.asarray(predicted, np.float64), np.asarray(truth, np.float64)
    side = min(WINDOW, *x.shape[-2:])
    count = side * side
    mean_x, mean_y = window_sums(x, side) / count, window_sums(y, side) / count
    # the unbiased estimates, as in scikit-image
    scale = 1 / max(count - 1, 1)
    var_x = (window_sums(x * x, side) - count * mean_x**2) * scale
    var_y = (window_sums(y * y, side) - count * mean_y**2) * scale
    shared = (window_sums(x * y, side) - count * mean_x * mean_y) * scale
    above = (2 * mean_x * mean_y + LUMINANCE) * (2 * shared + CONTRAST)
    below = (mean_x**2 + mean_y**2 + LUMINANCE) * (var_x + var_y + CONTRAST)
    return np.asarray((above / below).mean(axis=(-2, -1)))


def window_sums(frames: Array, side: int) -> Array:
    """Return the sums over all windows side × side inside frames (…, H, W): (…, H − side + 1, W − side + 1)."""
    pads = [(0, 0)] * (frames.ndim - 2) + [(1, 0), (1, 0)]
    summed = np.pad(frames, pads).cumsum(axis=-2).cumsum(axis=-1)
    rows = summed[..., side:, :] - summed[..., :-side, :]
    return np.asarray(rows[..., side:] - rows[..., :-side])


METRICS: dict[str, Callable[[Array, Array], Array]] = {
    "MSE": squared_error,
    "MAE": absolute_error,
    "SSIM": similarity,
    "BCE": cross_entropy,
}
IN_WORDS = {
    "MSE": "squared error summed over the frame",
    "MAE": "absolute error summed over the frame",
    "SSIM": "structural similarity: 1 is equal",
    "BCE": "binary cross-entropy per pixel",
}


def larger_is_better(metric: str) -> bool:
    """Say whether a larger number is better: of a similarity, not of an error."""
    return metric == "SSIM"
