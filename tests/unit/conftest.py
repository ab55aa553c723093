"""Tests without a window: nothing here may import Qt, nor may what it tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _without_qt(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the first test that finds Qt imported, by itself, by an earlier test or by a test file's head.

    `make test` runs these tests without pytest-qt. With it (someone runs all files in one process) Qt is there anyway.
    """
    if not request.config.pluginmanager.hasplugin("pytest-qt"):
        assert "PySide6" not in sys.modules, "PySide6 is imported, though cnnviz should work here without Qt"
    yield
    if not request.config.pluginmanager.hasplugin("pytest-qt"):
        assert "PySide6" not in sys.modules, f"{request.node.nodeid} imported PySide6"
