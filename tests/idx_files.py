"""Writes small data sets in MNIST's official file format, for machines without the real ones."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_IMAGES_MAGIC, _LABELS_MAGIC = 0x803, 0x801  # unsigned bytes in 3 dimensions, in 1 dimension


def write_small_mnist(folder: Path, *, seed: int, train: int = 600, test: int = 200) -> Path:
    """Write the four files of MNIST with that many images into a folder (made if needed); return the folder.

    A class is a bright 6×6 square in a place of its own over noise, so a network learns it within a few steps.
    """
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    for part, number in (("train", train), ("t10k", test)):
        labels = (np.arange(number) % 10).astype(np.uint8)
        random.shuffle(labels)
        write_idx(folder / f"{part}-images-idx3-ubyte.gz", _IMAGES_MAGIC, draw_images(labels, random))
        write_idx(folder / f"{part}-labels-idx1-ubyte.gz", _LABELS_MAGIC, labels)
    return folder


def draw_images(labels: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """Return one image per label, (N, 28, 28) in 0…255."""
    images = random.integers(0, 40, (len(labels), 28, 28), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        row, column = divmod(int(label), 4)
        image[2 + 9 * row : 8 + 9 * row, 1 + 7 * column : 7 + 7 * column] = random.integers(180, 256)
    return images


def write_idx(path: Path, magic: int, array: NDArray[np.uint8]) -> None:
    """Write an array of bytes as IDX: the magic number and the sizes as big-endian 32 bits, then the bytes."""
    header = struct.pack(f">{1 + array.ndim}i", magic, *array.shape)
    path.write_bytes(gzip.compress(header + array.tobytes(), mtime=0))
