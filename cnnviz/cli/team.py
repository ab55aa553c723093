"""Several processes for one command, started and watched by PyTorch's torchrun."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from cnnviz.errors import UsageError


def in_team() -> int:
    """Return the number of this process among those that torchrun has started, from 1; 0 if it has not."""
    return int(os.environ.get("RANK", "0")) + 1 if "WORLD_SIZE" in os.environ else 0


def start_team(count: int, arguments: Sequence[str]) -> int:
    """Run this very command in `count` processes under torchrun; return the exit status."""
    if count > (most := 4 * (os.cpu_count() or 1)):
        raise UsageError(f"{count} processes are too many for this machine.", hint=f"Take {most} or fewer.")
    run = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={count}"]
    return subprocess.run([*run, "-m", "cnnviz", *_without_count(arguments)], check=False).returncode


def _without_count(arguments: Sequence[str]) -> list[str]:
    """Take --nproc out: torchrun would mistake it for an option of its own."""
    found, skip = [], False
    for each in arguments:
        if not skip and not each.startswith("--nproc"):
            found.append(each)
        skip = each == "--nproc"
    return found
