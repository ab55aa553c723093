"""How samples come to the network: from tensors in memory, or read ahead from where they are stored."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cnnviz.data import Split, Stored

AHEAD = 3
"""Batches that are read before they are asked for: enough to bridge a slow read, and few enough for little memory."""


@dataclass(frozen=True)
class Batch:
    """Samples (n, …), uint8 or float32, and what they should give: int64 (n,), or values or frames (n, …)."""

    samples: torch.Tensor
    answers: torch.Tensor

    def __len__(self) -> int:
        return len(self.samples)


class Resident:
    """Keeps the whole split as tensors on the device; a batch is taken by its places."""

    def __init__(self, split: Split, device: torch.device) -> None:
        self._device = device
        self._samples = torch.tensor(split.images).to(device)
        self._answers = torch.tensor(split.labels).to(device)

    def batches(self, order: torch.Tensor, size: int, count: int) -> Iterator[Batch]:
        """Yield the first `count` batches of `size` of the samples at the places in `order`."""
        for places in torch.split(order.to(self._device), size)[:count]:
            # not samples[places], which copies byte after byte: 30 times slower
            samples, answers = (each.index_select(0, places) for each in (self._samples, self._answers))
            yield Batch(samples, as_fractions(answers))


class Streamed:
    """Reads batches in a thread of its own while the network learns from those before: no split is too large."""

    def __init__(self, split: Split, device: torch.device) -> None:
        self._split, self._device = split, device

    def batches(self, order: torch.Tensor, size: int, count: int) -> Iterator[Batch]:
        """Yield the first `count` batches of `size` of the samples at the places in `order`; read errors come here."""
        parts = iter(torch.split(order, size)[:count])
        coming: deque[Future[Batch]] = deque()
        with ThreadPoolExecutor(1, thread_name_prefix="read ahead") as reader:
            try:
                for places in parts:
                    coming.append(reader.submit(self._read, places.numpy()))
                    if len(coming) > AHEAD:
                        yield self._sent(coming.popleft().result())
                while coming:
                    yield self._sent(coming.popleft().result())
            finally:
                reader.shutdown(wait=True, cancel_futures=True)

    def _read(self, places: NDArray[Any]) -> Batch:
        samples, answers = self._split.images[places], self._split.labels[places]
        return Batch(torch.from_numpy(samples), torch.from_numpy(np.asarray(answers)))

    def _sent(self, batch: Batch) -> Batch:
        answers = as_fractions(batch.answers.to(self._device))
        return Batch(batch.samples.to(self._device), answers)


def make_feed(split: Split, device: torch.device) -> Resident | Streamed:
    """Return what feeds a split: from memory where its arrays are there already."""
    lies_in_memory = not any(isinstance(each, Stored) for each in (split.images, split.labels))
    return (Resident if lies_in_memory else Streamed)(split, device)


def as_fractions(values: torch.Tensor) -> torch.Tensor:
    """Return bytes as fractions of 255, and everything else as it is."""
    return values.to(torch.float32).div_(255) if values.dtype == torch.uint8 else values


def samples_at_once(shape: Sequence[int], most: int, values: int) -> int:
    """Return how many samples of a shape to take at once: `most`, or fewer where all have more than `values`."""
    return max(1, min(most, values // max(int(np.prod(shape)), 1)))


__all__ = ["Batch", "Resident", "Streamed", "as_fractions", "make_feed", "samples_at_once"]
