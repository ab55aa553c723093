"""Weights go into modules and files and come back, or are refused with a sentence that says which and why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file
from safetensors.torch import load_file

from cnnviz.engine.build import build
from cnnviz.engine.weights import apply, carry, fitted, load, save, weights_of
from cnnviz.errors import WeightsError
from cnnviz.layers import Conv2d
from tests.contract.engine.networks import noisy, small


def test_weights_come_back_bit_by_bit(tmp_path: Path) -> None:
    module = build(noisy(), seed=1)
    weights = weights_of(module)
    save(tmp_path / "w.safetensors", weights, {"steps": 3, "note": "a text"})
    other = build(noisy(), seed=2)
    apply(other, load(tmp_path / "w.safetensors"))
    assert all(
        torch.equal(a, b)
        for a, b in zip(module.state_dict().values(), other.state_dict().values(), strict=True)
    )


def test_a_file_fits_torchs_own_strict_loading(tmp_path: Path) -> None:
    save(tmp_path / "w.safetensors", weights_of(build(noisy())))
    build(noisy()).load_state_dict(load_file(tmp_path / "w.safetensors"), strict=True)


def test_weights_are_copies() -> None:
    module = build(small())
    weights = weights_of(module)
    weights["conv1.weight"][:] = 7
    assert not (module.get_parameter("conv1.weight") == 7).any()


def test_a_folder_stands_for_its_weights_file(tmp_path: Path) -> None:
    save(tmp_path / "weights.safetensors", weights_of(build(small())))
    assert "dense1.bias" in load(tmp_path)


def _without(weights: dict, name: str) -> dict:
    return {key: value for key, value in weights.items() if key != name}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda w: _without(w, "conv1.bias"), r"conv1: there is no array 'conv1.bias'"),
        (lambda w: {**w, "extra.weight": np.zeros(1, np.float32)}, "no array 'extra.weight'"),
        (
            lambda w: {**w, "dense1.weight": w["dense1.weight"].T},
            "dense1.weight is 392×32, but .* needs 32×392",
        ),
        (lambda w: {**w, "conv1.bias": np.float32(1)}, "conv1.bias is a single number"),
        (lambda w: {**w, "conv1.bias": np.zeros(8, np.int64)}, "8 of type int64"),
    ],
)
def test_foreign_weights_are_refused_and_change_nothing(change: object, words: str) -> None:
    module = build(small())
    before = weights_of(module)
    with pytest.raises(WeightsError, match=words):
        apply(module, change({name: value + 1 for name, value in before.items()}))
    after = weights_of(module)
    assert all(np.array_equal(before[name], after[name]) for name in before)


@pytest.mark.parametrize(
    "content",
    [b"", b"not weights", b"\x80\x04pickled", b"\xff" * 64],
    ids=["empty", "text", "pickle", "noise"],
)
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="no readable weights file"):
        load(path)


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    save(path, weights_of(build(small())))
    for length in (4, 100, path.stat().st_size - 1):
        short = tmp_path / "short.safetensors"
        short.write_bytes(path.read_bytes()[:length])
        with pytest.raises(WeightsError, match=r"short\.safetensors"):
            load(short)


def test_missing_file_and_numbers_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="can't be read"):
        load(tmp_path / "nothing.safetensors")
    save_file({"a": np.array([np.nan], np.float32)}, tmp_path / "nan.safetensors")
    with pytest.raises(WeightsError, match="a has values that are no numbers"):
        load(tmp_path / "nan.safetensors")


def test_a_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w.safetensors"
    save(path, weights_of(build(small())))
    old = path.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(WeightsError, match="No space left"):
        save(path, weights_of(build(noisy())))
    assert path.read_bytes() == old
    assert list(tmp_path.iterdir()) == [path]


def test_weights_follow_a_renamed_node_and_leave_a_changed_one() -> None:
    old = small()
    weights = weights_of(build(old))
    new = old.rename("conv1", "eyes").with_layer("dense1", old.node("dense1").layer.replace(units=16))
    kept = carry(weights, old, new)
    assert set(kept) == {"eyes.weight", "eyes.bias"}  # dense2 now takes 16 numbers
    assert np.array_equal(kept["eyes.weight"], weights["conv1.weight"])


def test_a_node_keeps_all_of_its_arrays_or_none() -> None:
    old = small()
    new = old.insert(old.inputs("conv1")[0], Conv2d(3, 1), "first")
    assert not any(name.startswith("conv1.") for name in carry(weights_of(build(old)), old, new))


def test_what_does_not_fit_starts_from_the_seed() -> None:
    weights = weights_of(build(small(), seed=1))
    del weights["dense2.bias"]
    module = fitted(small(), weights, seed=4)
    fresh = build(small(), seed=4)
    assert np.array_equal(weights_of(module)["conv1.weight"], weights["conv1.weight"])
    assert torch.equal(module.get_parameter("dense2.weight"), fresh.get_parameter("dense2.weight"))
