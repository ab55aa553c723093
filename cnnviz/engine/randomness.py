"""A stream of random numbers for dropout, kept apart from torch's global one, which every thread may use."""

from __future__ import annotations

from types import TracebackType

import torch


class Randomness:
    """Inside `with`, torch's global generator continues this stream; outside, everything is as it was before.

    So a training draws the same numbers for the same seed, whatever else draws between its steps.
    """

    def __init__(self, seed: int, device: torch.device) -> None:
        self._device = device
        self._own = torch.Generator(device).manual_seed(seed).get_state()
        self._others = self._own

    @property
    def state(self) -> torch.Tensor:
        """The state of the stream between two uses, as bytes."""
        return self._own

    @state.setter
    def state(self, state: torch.Tensor) -> None:
        self._own = state

    def __enter__(self) -> None:
        self._others = self._read()
        self._write(self._own)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._own = self._read()
        self._write(self._others)

    def _read(self) -> torch.Tensor:
        if self._device.type == "cuda":
            return torch.cuda.get_rng_state(self._device)
        return torch.mps.get_rng_state() if self._device.type == "mps" else torch.get_rng_state()

    def _write(self, state: torch.Tensor) -> None:
        if self._device.type == "cuda":
            torch.cuda.set_rng_state(state, self._device)
        elif self._device.type == "mps":
            torch.mps.set_rng_state(state)
        else:
            torch.set_rng_state(state)
