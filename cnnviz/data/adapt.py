"""Making a sample of any shape out of one of another, to look at a network that no loaded data fit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.resample import resize

Floats = NDArray[np.float32]


def adapted(sample: Floats, shape: tuple[int, ...]) -> Floats:
    """Return the sample, float32 from 0 to 1, in another shape (channels first); its own where that is the same.

    Pictures are resized, channels averaged or repeated. A volume is the picture in every slice; in a video (channels,
    time, H, W), which can't be told from a volume, that is a picture that stands still. A sequence (features, time) is
    a picture read column by column; a vector all its values in a row, resampled.
    """
    if sample.shape == shape:
        return sample
    picture = _picture(sample)
    if len(shape) == 1:
        row = picture.mean(axis=0).ravel()
        found = np.interp(np.linspace(0, row.size - 1, shape[0]), np.arange(row.size), row)
    elif len(shape) == 2:
        found = _resized(picture.mean(axis=0, keepdims=True), *shape)[0]
    else:
        found = _with_channels(_resized(picture, *shape[-2:]), shape[0])
        if len(shape) == 4:
            found = np.repeat(found[:, None], shape[1], axis=1)
    return np.ascontiguousarray(found, np.float32)


def _picture(sample: Floats) -> Floats:
    """Return any sample as a picture (C, H, W): a volume's middle slice, a sequence as rows, a vector as a square."""
    if sample.ndim == 4:
        return sample[:, sample.shape[1] // 2]
    if sample.ndim == 3:
        return sample
    if sample.ndim == 2:
        return sample[None]
    side = int(np.ceil(np.sqrt(sample.size)))
    square = np.zeros(side * side, np.float32)
    square[: sample.size] = sample
    return square.reshape(1, side, side)


def _resized(picture: Floats, height: int, width: int) -> Floats:
    if picture.shape[-2:] == (height, width):
        return picture
    low, high = picture.min(), picture.max()
    return np.clip(resize(picture, height, width), low, high)  # cubic interpolation overshoots at edges


def _with_channels(picture: Floats, channels: int) -> Floats:
    if len(picture) == channels:
        return picture
    return np.repeat(picture.mean(axis=0, keepdims=True), channels, axis=0)
