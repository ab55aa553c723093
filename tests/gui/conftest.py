"""Tests with widgets on Qt's offscreen platform: no screen, no OpenGL, no real drags."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.leftovers import Starts, leftovers, windows

os.environ["QT_QPA_PLATFORM"] = "offscreen"


@pytest.fixture(autouse=True)
def _nothing_left_behind(qapp: object) -> Iterator[None]:
    """Fail a test that leaves a thread, a timer or a window behind, and say which."""
    starts, before = Starts(), windows()
    with starts.watch():
        yield
    found = leftovers(starts, before)
    assert not found, "left behind: " + "; ".join(found)
