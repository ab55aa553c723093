"""Keras `fit` in turns: reads seconds from stdin, answers each with samples per second of an epoch about that long."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np

from benchmarks.rivals import BATCHES
from benchmarks.rivals.keras_networks import network


class EpochClock(keras.callbacks.Callback):  # type: ignore[misc]
    """Times whole epochs: it is called at their ends alone, which costs `fit` nothing."""

    def on_epoch_begin(self, _epoch: int, _logs: Any = None) -> None:
        """Start the clock."""
        self._since = time.perf_counter()

    def on_epoch_end(self, _epoch: int, _logs: Any = None) -> None:
        """Stop it."""
        self.seconds = time.perf_counter() - self._since


def serve(name: str, folder: Path, policy: str) -> None:
    """Train on the arrays in a folder whenever a line comes."""
    keras.mixed_precision.set_global_policy(policy)
    samples, answers = _arrays(name, folder)
    model, batch, clock = network(name), BATCHES[name], EpochClock()

    def epoch(count: int) -> float:
        size = min(count * batch, len(samples) // batch * batch)
        model.fit(samples[:size], answers[:size], batch_size=batch, verbose=0, callbacks=[clock])
        return size / clock.seconds

    epoch(2)  # builds its graph
    for line in sys.stdin:
        speed = epoch(2)
        print(epoch(max(round(float(line) * speed / batch), 2)), flush=True)


def _arrays(name: str, folder: Path) -> tuple[Any, Any]:
    """Return float32 samples with channels last, and what they should give."""
    samples, answers = (np.load(folder / f"{which}.npy") for which in ("samples", "answers"))
    given = (samples / np.float32(255)).astype(np.float32)
    given = given[:, 0] if name == "t18" else np.moveaxis(given, 1, -1)
    if answers.ndim > 1:
        answers = np.moveaxis((answers / np.float32(255)).astype(np.float32), 1, -1)
    return np.ascontiguousarray(given), answers


if __name__ == "__main__":
    serve(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
