"""Tests of the whole application with real mouse events, on an X server (`make test` starts Xvfb)."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.leftovers import nothing_left_behind

__all__ = ["nothing_left_behind"]

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
