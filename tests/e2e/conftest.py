"""Tests of the whole application with real mouse events, on an X server (`make test` starts Xvfb)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.leftovers import Starts, leftovers, windows

if sys.platform == "linux":
    os.environ["QT_QPA_PLATFORM"] = "xcb"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark every test here as e2e, and refuse early where there is no screen to draw on."""
    here = [item for item in items if item.path.is_relative_to(Path(__file__).parent)]
    for item in here:
        item.add_marker(pytest.mark.e2e)
    if here and sys.platform == "linux" and not os.environ.get("DISPLAY"):
        raise pytest.UsageError(
            "tests/e2e needs an X server; run: python .ci/xvfb.py python -m pytest tests/e2e"
        )


@pytest.fixture(autouse=True)
def _nothing_left_behind(qapp: object) -> Iterator[None]:
    """Fail a test that leaves a thread, a timer or a window behind, and say which."""
    starts, before = Starts(), windows()
    with starts.watch():
        yield
    found = leftovers(starts, before)
    assert not found, "left behind: " + "; ".join(found)
