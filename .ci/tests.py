"""Runs every test, each kind in the process it needs, and ends with one line that counts them all.

python .ci/tests.py [ARGUMENTS FOR PYTEST…]
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

_PYTEST = [sys.executable, "-m", "pytest"]

# unit: without pytest-qt, which would import PySide6; its conftest then asserts that nothing else does.
# e2e: one at a time, since a screen has one mouse and one keyboard.
ROOMS = {
    "unit": [*_PYTEST, "tests/unit", "-p", "no:pytest-qt", "-n", "2"],
    "contract": [*_PYTEST, "tests/contract", "-p", "no:pytest-qt", "-n", "2"],
    "gui": [*_PYTEST, "tests/gui", "-n", "2"],
    "e2e": [*_PYTEST, "tests/e2e"],
}

_COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|deselected)\b")


def count(closing_line: str) -> Counter[str]:
    """Read the numbers out of a closing line of pytest, such as `== 3 passed, 1 failed in 0.12s ==`."""
    return Counter({what: int(number) for number, what in _COUNT.findall(closing_line)})


def run_room(name: str, arguments: list[str]) -> tuple[int, Counter[str]]:
    """Run one kind of tests, passing its output on; return pytest's status and the counts."""
    command = [*ROOMS[name], *arguments]
    if name == "e2e" and sys.platform == "linux":
        command = [sys.executable, str(Path(__file__).with_name("xvfb.py")), *command]
    environment = dict(os.environ)
    if (
        "-n" in command
    ):  # two processes on two cores: a thread pool in each would only get in each other's way
        environment.setdefault("OMP_NUM_THREADS", "1")
    print(f"\n-- {name}: {' '.join(command[1:])}", flush=True)
    closing_line = ""
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            closing_line = line if _COUNT.search(line) else closing_line
    return process.returncode, count(closing_line)


def main(arguments: list[str]) -> int:
    """Run all rooms, print the sum; return 1 where anything failed."""
    start = time.monotonic()
    total, failed = Counter[str](), []
    for name in ROOMS:
        status, counts = run_room(name, arguments)
        total += counts
        if status:
            failed.append(name)
    told = ", ".join(f"{number} {what}" for what, number in total.items())
    print(f"\nfailures in: {', '.join(failed)}" if failed else "\neverything passed")
    print(f" {told or 'no tests ran'} in {time.monotonic() - start:.2f}s ".center(80, "="))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
