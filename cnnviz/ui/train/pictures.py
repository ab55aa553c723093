"""Samples of any shape as one flat picture each."""

from __future__ import annotations

import numpy as np

RGB = 3


def flat(sample: np.ndarray) -> np.ndarray:
    """Return a sample as a picture (H, W) or (H, W, 3): of a volume its middle slice, of a sequence its rows."""
    sample = sample.reshape(1, 1, -1) if sample.ndim == 1 else sample[None] if sample.ndim == 2 else sample
    sample = sample[:, sample.shape[1] // 2] if sample.ndim == 4 else sample
    return np.moveaxis(sample, 0, -1) if len(sample) == RGB else sample[0]
