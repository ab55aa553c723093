"""Whether a data set of videos asks for the frames that its samples show anyway, one step later."""

from __future__ import annotations

import numpy as np

from cnnviz.data.dataset import Split


def shows_next(split: Split) -> bool:
    """Say whether each answer (C, T, H, W) is its sample one frame later; read off the first, and no more."""
    shape, answer = tuple(split.images.shape[1:]), tuple(split.labels.shape[1:])
    if len(shape) != 4 or shape != answer or not len(split):
        return False
    seen, wanted = np.asarray(split.images[0]), np.asarray(split.labels[0])
    return bool(np.array_equal(seen[:, 1:], wanted[:, :-1]))
