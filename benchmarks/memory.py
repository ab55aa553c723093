"""How much memory a training needs: the command itself in a process of its own, asked of the system when it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import setting
from benchmarks.claim import Claim, at_most

STEPS = 120
"""Memory no longer grows after a few steps; judging on all test images at the end is part of it."""


def measure(_rounds: int) -> list[Claim]:
    """Return the claim about T2."""
    data = setting.dataset()
    peak = _peak_bytes("t2")
    detail = f"cnnviz train t2 --steps {STEPS}, {len(data.train):,} images of {data.title}"
    return [at_most("T2 trained: peak memory", peak / 1e9, 1.5, "GB", detail)]


def training_processes() -> list[int]:
    """Return the processes in which this one trains (Linux; elsewhere none are found)."""
    found = []
    for children in Path("/proc/self/task").glob("*/children"):
        for number in children.read_text().split():
            command = Path(f"/proc/{number}/cmdline")
            if command.exists() and b"cnnviz.process" in command.read_bytes():
                found.append(int(number))
    return found


def peak_of(process: int) -> int:
    """Return the largest resident size of a running process so far, in bytes (Linux)."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def _peak_bytes(name: str) -> int:
    """Return the largest resident size that a training had."""
    with TemporaryDirectory() as folder:
        out = str(Path(folder) / "run")
        train = ["train", name, "--data", setting.dataset().name, "--steps", str(STEPS), "--out", out]
        process = subprocess.Popen(
            [sys.executable, "-m", "cnnviz", *train], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        _, status, usage = os.wait4(process.pid, 0)
        assert process.stderr is not None
        told = process.stderr.read().decode()
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stderr.close()
    if process.returncode:
        raise RuntimeError(f"the training failed: {told}")
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
