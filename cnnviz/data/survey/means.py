"""The mean sample of a data set, whole and of each class, summed piece by piece."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_VALUES = 32 * 2**20
"""Of all mean samples together: 256 MB. A thousand classes of large pictures have one mean for all only."""


class Means:
    """Sums of samples by class; values that are not finite count as 0."""

    def __init__(self, shape: tuple[int, ...], classes: int) -> None:
        values = int(np.prod(shape, dtype=np.int64))
        self.by_class = classes > 0 and classes * values <= MOST_VALUES
        """Whether each class has a mean of its own."""
        self.counts = np.zeros(classes if self.by_class else 1, np.int64)
        self._shape = shape
        self._sums = np.zeros((len(self.counts), values))

    def add(self, samples: NDArray[Any], labels: NDArray[np.int64]) -> None:
        """Add samples (n, …); `labels` (n,) are not looked at where there is one mean for all."""
        flat = samples.reshape(len(samples), -1)
        if flat.dtype != np.uint8:
            flat = np.nan_to_num(flat, nan=0.0, posinf=0.0, neginf=0.0)
        if not self.by_class:
            self._sums[0] += flat.sum(axis=0, dtype=np.float64)
            self.counts[0] += len(flat)
            return
        order = np.argsort(labels, kind="stable")
        present, starts = np.unique(labels[order], return_index=True)
        self._sums[present] += np.add.reduceat(flat[order], starts, axis=0, dtype=np.float64)
        self.counts[present] += np.diff(np.append(starts, len(flat)))

    def whole(self) -> NDArray[np.float64]:
        """Return the mean of all samples, in the values they are stored in."""
        return (self._sums.sum(axis=0) / max(int(self.counts.sum()), 1)).reshape(self._shape)

    def of(self, label: int) -> NDArray[np.float64] | None:
        """Return the mean of a class; None where it has no samples, or none of its own."""
        if not self.by_class or not self.counts[label]:
            return None
        return (self._sums[label] / self.counts[label]).reshape(self._shape)
