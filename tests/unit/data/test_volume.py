"""Arrays are taken as volumes, or refused in one sentence that says why."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.data.volume import as_volume
from cnnviz.errors import DataError


def test_bytes_become_shares_and_a_missing_channel_is_added() -> None:
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    found = as_volume(array)
    assert found.shape == (1, 2, 3, 4)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found[0], array / 255, rtol=1e-6)


def test_other_numbers_stay_what_they_are() -> None:
    array = np.random.default_rng(0).normal(size=(5, 2, 3, 4))
    np.testing.assert_array_equal(as_volume(array), array.astype(np.float32))


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((16, 16, 16, 3)), "another order"),
        (np.zeros((16, 16)), "4 axes"),
        (np.zeros((1, 3, 4, 4, 4)), "4 axes"),
        (np.zeros((3, 0, 4, 4)), "no voxels"),
        (np.full((1, 2, 2, 2), np.nan), "8 of its 8 numbers are NaN"),
        (np.array([[["a", "b"]]]), "in place of numbers"),
        (np.zeros((1, 2, 2, 2), complex), "complex128"),
        (np.zeros((1, 512, 512, 512), np.bool_), "more voxels"),
    ],
)
def test_what_is_no_volume_is_told(array: np.ndarray, words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        as_volume(array, "scan.npy")
    assert str(caught.value).startswith("scan.npy: ")
    assert caught.value.hint
