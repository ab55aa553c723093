"""Weights come back to the bit, whatever was removed between them, and take less room than they are."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from safetensors.numpy import save

from cnnviz.errors import RunError
from cnnviz.runs import snapshots
from cnnviz.runs.snapshots import read_snapshot, snapshot_bytes, snapshot_steps, thin, write_snapshot


def drifting(steps: int, seed: int = 0) -> dict[int, dict[str, np.ndarray]]:
    """Return weights that move a little at every step, with odd values among them."""
    dice = np.random.default_rng(seed)
    weights = {"a.weight": dice.normal(size=(400, 30)).astype(np.float32), "a.bias": np.zeros(40, np.float32)}
    weights |= {"bn.num_batches_tracked": np.array(0, np.int64), "half": np.array([1.5, -0.0], np.float16)}
    found = {}
    for step in range(0, 10 * steps, 10):
        weights = {**weights, "bn.num_batches_tracked": np.array(step, np.int64)}
        weights["a.weight"] = weights["a.weight"] + dice.normal(0, 1e-4, (400, 30)).astype(np.float32)
        weights["a.bias"] = np.full(
            40, -0.0 if step == 20 else 1e-40 * step, np.float32
        )  # signed and subnormal
        found[step] = weights
    return found


def same_bits(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    return list(one) == list(other) and all(
        one[name].dtype == other[name].dtype
        and one[name].shape == other[name].shape
        and one[name].tobytes() == other[name].tobytes()
        for name in one
    )


def written(folder: Path, steps: int) -> dict[int, dict[str, np.ndarray]]:
    moments = drifting(steps)
    for step, weights in moments.items():
        write_snapshot(folder, step, weights)
    return moments


def test_every_moment_comes_back_to_the_bit(tmp_path: Path) -> None:
    moments = written(tmp_path, 20)
    assert snapshot_steps(tmp_path) == tuple(moments)
    assert all(same_bits(read_snapshot(tmp_path, step), weights) for step, weights in moments.items())
    whole = [path for path in (tmp_path / "snapshots").iterdir() if "from" not in path.name]
    assert len(whole) == 3, "one of every eight holds all bits"


def test_differences_take_less_room(tmp_path: Path) -> None:
    written(tmp_path, 8)
    sizes = {"from" in path.name: path.stat().st_size for path in (tmp_path / "snapshots").iterdir()}
    assert sizes[True] < 0.75 * sizes[False]
    assert snapshot_bytes(tmp_path) == sum(path.stat().st_size for path in (tmp_path / "snapshots").iterdir())


@pytest.mark.parametrize("seed", range(4))
def test_what_others_build_on_may_go(tmp_path: Path, seed: int) -> None:
    moments, dice = written(tmp_path, 20), np.random.default_rng(seed)
    left = list(moments)
    while len(left) > 2:
        gone = left.pop(int(dice.integers(len(left))))
        snapshots._remove(tmp_path, gone)
        assert snapshot_steps(tmp_path) == tuple(left)
        assert all(same_bits(read_snapshot(tmp_path, step), moments[step]) for step in left)


def test_a_step_that_is_done_again_takes_the_place_of_the_first(tmp_path: Path) -> None:
    moments = written(tmp_path, 5)
    again = {name: np.asarray(value + 1, value.dtype) for name, value in moments[0].items()}
    write_snapshot(tmp_path, 0, again)
    assert same_bits(read_snapshot(tmp_path, 0), again)
    assert all(same_bits(read_snapshot(tmp_path, step), moments[step]) for step in (10, 20, 30, 40))


def test_the_budget_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "MOST", 6)
    for step, weights in drifting(30).items():
        thin(tmp_path, 50, write_snapshot(tmp_path, step, weights))
    kept = snapshot_steps(tmp_path)
    assert len(kept) == 6
    assert {0, 50, 290} <= set(kept)


def test_any_hdf5_program_reads_a_whole_one(tmp_path: Path) -> None:
    weights = written(tmp_path, 1)[0]
    with h5py.File(tmp_path / "snapshots" / "000000000.h5") as file:
        bits = file["uint32"][:]
        assert file.attrs["step"] == 0
    assert bits[:12000].tobytes() == weights["a.weight"].tobytes()


def test_runs_of_before_are_read(tmp_path: Path) -> None:
    weights = drifting(1)[0]
    (tmp_path / "snapshots").mkdir()
    (tmp_path / "snapshots" / "000000007.safetensors").write_bytes(save(dict(weights)))
    write_snapshot(tmp_path, 9, weights)
    assert snapshot_steps(tmp_path) == (7, 9)
    assert all(read_snapshot(tmp_path, 7)[name].tobytes() == weights[name].tobytes() for name in weights)


def test_a_difference_without_its_base_is_told(tmp_path: Path) -> None:
    written(tmp_path, 3)
    (tmp_path / "snapshots" / "000000000.h5").unlink()
    with pytest.raises(RunError, match=r"step 10 can't be read.*Choose another step"):
        read_snapshot(tmp_path, 10)
