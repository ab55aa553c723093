"""What there is to compute on."""

from __future__ import annotations

import torch

from cnnviz.errors import TrainError


def devices() -> tuple[str, ...]:
    """Return the devices of this machine: `cpu` always, `cuda` and `mps` where they are."""
    found = ["cpu"]
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return tuple(found)


def device(name: str) -> torch.device:
    """Return a device by its name; raise TrainError where it is not there."""
    if name not in devices():
        raise TrainError(f"there is no device {name!r} here.", hint=f"There is: {', '.join(devices())}.")
    return torch.device(name)
