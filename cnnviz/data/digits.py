"""The 1,797 real handwritten digits that come with scikit-learn (8 × 8, UCI), scaled to MNIST's form."""

from __future__ import annotations

import numpy as np

from cnnviz.data.dataset import Images, Labels, Split
from cnnviz.data.resample import centred, resize
from cnnviz.errors import DataError

_SIZE = 28
_BOX = 20  # the 8 × 8 digits fill their box, as MNIST's fill 20 of 28 pixels
_TEST = 36  # of each class, so 360 of 1,797


def real_digits(seed: int = 0) -> tuple[Split, Split]:
    """Return the training split (1,437 digits) and the test split (360, 36 of each class), shuffled by seed.

    Images are uint8 (N, 1, 28, 28), light on dark. DataError if scikit-learn is not installed.
    """
    images, labels = _load()
    order = np.random.Generator(np.random.PCG64(seed)).permutation(len(labels))
    # Of each class, the first 36 in the shuffled order are the test.
    rank = np.empty(len(labels), np.int64)
    for digit in range(10):
        of_class = order[labels[order] == digit]
        rank[of_class] = np.arange(len(of_class))
    held = rank[order] < _TEST
    train, test = order[~held], order[held]
    return Split(images[train], labels[train]), Split(images[test], labels[test])


def _load() -> tuple[Images, Labels]:
    try:
        # Imported here because scikit-learn takes about a second.
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise DataError(
            "The 8×8 digits come with scikit-learn, which is not installed.",
            hint="Run: pip install scikit-learn",
        ) from error
    pixels, labels = load_digits(return_X_y=True)
    small = (pixels.reshape(-1, 8, 8) / 16).astype(np.float32)
    large = np.clip(resize(small, _BOX, _BOX), 0, 1)
    images = np.stack([centred(digit, _SIZE, _SIZE) for digit in large])
    return np.rint(images * 255).astype(np.uint8)[:, None], labels.astype(np.int64)
