"""Samples that are the same to the byte, found by their digests: the samples are never in memory together."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]
_DIGEST_BYTES = 16
"""Of BLAKE2: two different samples among a billion share one with a probability below 10⁻²⁰."""


class Twins:
    """Takes the samples of all parts one after the other, and then says which are the same."""

    def __init__(self, count: int) -> None:
        self._digests = np.zeros(count, np.dtype((np.void, _DIGEST_BYTES)))
        self._taken = 0

    def add(self, samples: NDArray[Any]) -> None:
        """Take the next samples (n, …)."""
        rows = np.ascontiguousarray(samples).reshape(len(samples), -1)
        found = b"".join(hashlib.blake2b(row.data, digest_size=_DIGEST_BYTES).digest() for row in rows)
        end = self._taken + len(rows)
        self._digests[self._taken : end] = np.frombuffer(found, self._digests.dtype)
        self._taken = end

    def groups(self) -> tuple[Places, ...]:
        """Return the places of samples that are the same, two or more each, in the order of the first of them."""
        words = np.ascontiguousarray(self._digests[: self._taken]).view(np.uint64).reshape(-1, 2)
        order = np.lexsort((np.arange(len(words)), words[:, 1], words[:, 0]))
        same = (words[order[1:]] == words[order[:-1]]).all(axis=1)
        edges = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]]).astype(np.int8)))
        pairs = edges.reshape(-1, 2)
        found = [order[first : last + 1].astype(np.int64) for first, last in pairs]
        return tuple(sorted(found, key=lambda group: int(group[0])))
