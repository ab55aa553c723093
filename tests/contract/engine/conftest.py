"""Small data and small networks, so that a training takes a second."""

from __future__ import annotations

import pytest

from cnnviz.data import Dataset, Split, stroke_digits


@pytest.fixture(scope="session")
def strokes() -> Dataset:
    """Return 1,200 + 200 drawn digits."""
    train, test = Split(*stroke_digits(1200, seed=0)), Split(*stroke_digits(200, seed=1))
    return Dataset("strokes", "Drawn digits", "drawn for the tests", tuple("0123456789"), train, test)
