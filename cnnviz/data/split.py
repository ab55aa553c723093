"""Holding out some training samples for validation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnnviz.errors import DataError


def hold_out(count: int, validation: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (training indices, validation indices) of a seeded shuffle of 0 … count - 1.

    The same three numbers always give the same indices. DataError if nothing would be left to train on.
    """
    if count < 1 or not 0 <= validation < count:
        raise DataError(
            f"Can't hold out {validation} of {count} samples.",
            hint=f"Hold out 0 to {max(count - 1, 0)}, so that one sample is left to train on.",
        )
    if seed < 0:
        raise DataError(f"The seed is {seed}.", hint="Seeds are 0 or more.")
    order = np.random.Generator(np.random.PCG64(seed)).permutation(count)
    return order[validation:], order[:validation]


def one_fold(count: int, folds: int, fold: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (training indices, validation indices) of cross-validation: the same shuffle, dealt into `folds` parts.

    Part `fold` (from 0) is held out, so that over all folds every sample is judged by once. DataError where there is
    no such fold.
    """
    if not 2 <= folds <= count or not 0 <= fold < folds:
        raise DataError(
            f"There is no fold {fold} when {count} samples are dealt into {folds}.",
            hint=f"Deal them into 2 to {count} folds, which count from 0.",
        )
    order = np.random.Generator(np.random.PCG64(seed)).permutation(count)
    parts = np.array_split(order, folds)
    return np.concatenate([part for at, part in enumerate(parts) if at != fold]), parts[fold]
