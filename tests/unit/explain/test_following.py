"""How far a map moved: found for maps that really moved, and not claimed for others."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.explain.following import follow

RANDOM = np.random.default_rng(0)
BLOB = np.zeros((16, 16), np.float32)
BLOB[5:9, 4:10] = RANDOM.random((4, 6))


@pytest.mark.parametrize(("dx", "dy"), [(2, 0), (-1, 3), (0, -4), (4, 4)])
def test_a_moved_map_is_recognised(dx: int, dy: int) -> None:
    found = follow(BLOB, np.roll(BLOB, (dy, dx), (0, 1)), 5)
    assert (found.dx, found.dy) == (dx, dy)
    assert found.likeness == pytest.approx(1)
    assert found.changed > 0.5


def test_a_map_that_stays_is_invariant() -> None:
    found = follow(BLOB, BLOB.copy(), 4)
    assert (found.dx, found.dy, found.changed) == (0, 0, 0.0)
    assert found.likeness == 1


def test_what_has_nothing_in_common_is_not_alike() -> None:
    other = np.abs(RANDOM.normal(size=BLOB.shape)).astype(np.float32)
    assert follow(BLOB, other, 4).likeness < 0.6


def test_vectors_only_change() -> None:
    found = follow(np.array([3.0, 4.0]), np.array([3.0, 4.5]), 4)
    assert (found.dx, found.dy) == (0, 0)
    assert found.changed == pytest.approx(0.1)


def test_an_empty_map_is_no_error() -> None:
    assert follow(np.zeros((4, 4)), np.zeros((4, 4)), 2).changed == 0
    assert follow(np.zeros((4, 4)), np.ones((4, 4)), 2).changed == 1
