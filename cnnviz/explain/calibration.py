"""How far a network may be believed: confidence beside the share of right answers (Guo et al. 2017)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
BINS = 15
"""As in Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks"."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """Answers in equally wide bins of confidence: `counts`, mean `confidence`, share that is `right` (B,), NaN if none.

    `error` is the expected calibration error, Σ counts / N · |right − confidence|, and `worst` the largest of these
    differences; both 0 to 1. `mean_confidence` and `accuracy` are those of all N answers.
    """

    counts: Array
    confidence: Array
    right: Array
    error: float
    worst: float
    mean_confidence: float
    accuracy: float


def calibration(confidence: Array, right: Array, bins: int = BINS) -> Calibration:
    """Return how confidence (N,) from 0 to 1 agrees with right answers (N,), booleans; a bin includes its upper end."""
    sure, hit = np.asarray(confidence, np.float64), np.asarray(right, np.float64)
    place = np.clip(np.ceil(sure * bins).astype(np.int64) - 1, 0, bins - 1)
    counts = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        means = np.bincount(place, sure, bins) / counts
        shares = np.bincount(place, hit, bins) / counts
    gaps = np.nan_to_num(np.abs(shares - means))
    total = max(len(sure), 1)
    return Calibration(
        counts, means, shares, float((counts * gaps).sum() / total), float(gaps.max()),
        float(sure.sum() / total), float(hit.sum() / total),
    )  # fmt: skip
