"""Tests that hold cnnviz against torch."""

from __future__ import annotations

import pytest
import torch


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """Compute in one thread: tensors are tiny here, and the test processes already fill the cores."""
    torch.set_num_threads(1)
