"""Predictions that nobody has to learn: black frames, the last frame again, and its pixels carried on.

The third stands for the extrapolation of radar echoes along their optical flow (ROVER), which convolutional LSTMs were
first compared with (Shi et al. 2015). Here the flow is found by block matching: every bright pixel's surroundings are
looked for in the frame before the last but one.
"""

from __future__ import annotations

import itertools

import numpy as np

from cnnviz.explain.trace import Array
from cnnviz.explain.video.metrics import window_sums

BLACK, COPY, FLOW = "black", "copy last", "optical flow"
SPAN = 2
"""Frames between the two that are compared: speeds are found to half a pixel."""
RADIUS = 8
"""The farthest that anything is looked for, in pixels: four per frame."""
BLOCK = 9
FAINT = 0.05


def black(seen: Array, count: int) -> Array:
    """Return frames (…, count, H, W) of zeros, for what was seen, (…, T, H, W)."""
    return np.zeros((*seen.shape[:-3], count, *seen.shape[-2:]), np.float32)


def copy_last(seen: Array, count: int) -> Array:
    """Return the last frame `count` times."""
    return np.repeat(seen[..., -1:, :, :], count, axis=-3)


def carry_on(seen: Array, count: int) -> Array:
    """Return the pixels of the last frame, each moved on in a straight line at its own speed; what leaves is lost."""
    if seen.ndim > 3:
        return np.stack([carry_on(each, count) for each in seen])
    if seen.shape[0] <= SPAN:
        return copy_last(seen, count)
    last = seen[-1]
    velocity = displacements(seen[-1 - SPAN], last) / SPAN
    rows, columns = np.nonzero(last > FAINT)
    bright, speed = last[rows, columns], velocity[:, rows, columns]
    found = black(seen, count)
    for ahead, frame in enumerate(found, 1):
        # not the place is rounded but the way: neighbours that move alike stay neighbours
        to = np.stack([rows, columns]) + np.rint(ahead * speed).astype(np.int64)
        inside = ((to >= 0) & (to < np.array(last.shape)[:, None])).all(axis=0)
        np.maximum.at(frame, (to[0, inside], to[1, inside]), bright[inside])
    return found


def displacements(before: Array, after: Array) -> Array:
    """Return where every pixel of a frame (H, W) came from: (2, H, W), rows and columns moved since `before`.

    The shift with the smallest squared difference over a block around the pixel; of equal ones, the shortest.
    """
    shifts = sorted(
        itertools.product(range(-RADIUS, RADIUS + 1), repeat=2), key=lambda s: (s[0] ** 2 + s[1] ** 2, s)
    )
    edge, half = RADIUS, BLOCK // 2
    padded = np.pad(before, edge).astype(np.float64)
    rows, columns = after.shape
    best = np.full(after.shape, np.inf)
    found = np.zeros((2, *after.shape))
    for down, right in shifts:
        old = padded[edge - down : edge - down + rows, edge - right : edge - right + columns]
        cost = window_sums(np.pad(np.square(after - old), half), BLOCK)
        better = cost < best - 1e-9
        best[better] = cost[better]
        found[0, better], found[1, better] = down, right
    return found


BASELINES = {BLACK: black, COPY: copy_last, FLOW: carry_on}
