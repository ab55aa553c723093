"""A census comes back as it was taken, and a run keeps no more of them than can be shown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cnnviz.errors import RunError
from cnnviz.runs import censuses
from cnnviz.runs.censuses import census_steps, read_census, write_census
from tests.unit.runs.runs import census, make_run


def test_a_census_is_read_as_it_was_taken(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    assert census_steps(run.path) == (10, 20, 30)
    found, said = read_census(run.path, 20), census(20)
    for name in ("step", "epoch", "samples", "ratios", "updates", "silent"):
        assert getattr(found, name) == getattr(said, name), name
    for name in ("weights", "gradients", "activations"):
        mine, theirs = getattr(found, name), getattr(said, name)
        assert list(mine) == list(theirs)
        for node in theirs:
            assert np.array_equal(mine[node].shares, theirs[node].shares)
            assert (mine[node].low, mine[node].high) == (theirs[node].low, theirs[node].high)


def test_there_are_never_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(censuses, "MOST", 5)
    for step in range(1, 40):
        write_census(tmp_path, census(step))
    kept = census_steps(tmp_path)
    assert len(kept) == 5
    assert (kept[0], kept[-1]) == (1, 39)


def test_a_damaged_one_is_told(tmp_path: Path) -> None:
    write_census(tmp_path, census(3))
    (tmp_path / "census" / "000000003.npz").write_bytes(b"PK nothing")
    with pytest.raises(RunError, match="census of step 3 is damaged"):
        read_census(tmp_path, 3)
