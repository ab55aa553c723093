"""The chain of random changes that a recipe asks for, ready for the samples of a data set."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cnnviz.data import Dataset
from cnnviz.data.dataset import as_floats
from cnnviz.engine.augment import Augment
from cnnviz.errors import TrainError
from cnnviz.model.augmentation import Chain


def make_augment(
    chain: Chain, dataset: Dataset, seed: int, device: torch.device | str = "cpu"
) -> Augment | None:
    """Return what changes batches of a data set, None where nothing is to be changed; TrainError where it can't."""
    if not chain:
        return None
    if dataset.answers == "frames":
        raise TrainError(
            f"{dataset.title} asks for frames, which would no longer fit samples that are changed at random.",
            hint="Take the augmentation out of the recipe.",
        )
    for step in chain:
        if len(dataset.shape) - 1 < step.fewest_axes:
            raise TrainError(
                f"{step.title.lower()} needs images, but the samples of {dataset.title} are sequences.",
                hint="Take it out of the augmentation.",
            )
    return Augment([(step.kind, step.settings()) for step in chain], seed, device)


def preview(chain: Chain, dataset: Dataset, places: NDArray[Any], seed: int) -> NDArray[Any]:
    """Return the training samples at `places` as a network sees them, float32: changed at random, or as they are."""
    samples = as_floats(np.asarray(dataset.train.images[places]))
    augment = make_augment(chain, dataset, seed)
    return samples if augment is None else augment(torch.from_numpy(samples)).numpy()
