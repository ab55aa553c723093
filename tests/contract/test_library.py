"""`import cnnviz` offers everything, and imports nothing before it is used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import cnnviz
from cnnviz.data import Dataset, Split
from cnnviz.engine.weights import save, weights_of
from cnnviz.errors import FileError, TrainError, UsageError, WeightsError
from cnnviz.events import Finished, Snapshot
from cnnviz.layers import Conv2d, Dense, Flatten, Input
from cnnviz.model.files import Project, save_project
from cnnviz.model.graph import chain

GRAPH = chain([Input(shape=(1, 6, 6)), Conv2d(out_channels=2), Flatten(), Dense(units=2)])


def small_data() -> Dataset:
    draw = np.random.default_rng(0)
    labels = draw.integers(0, 2, 60)
    images = (draw.integers(0, 100, (60, 1, 6, 6)) + 100 * labels[:, None, None, None]).astype(np.uint8)
    split = Split(images, labels.astype(np.int64))
    return Dataset("two", "Two", "made by the test", ("dark", "bright"), split, split)


def test_importing_it_imports_nothing_else() -> None:
    script = "import cnnviz, sys; assert not [n for n in sys.modules if n.startswith('cnnviz.')], sys.modules"
    root = Path(__file__).resolve().parents[2]
    subprocess.run([sys.executable, "-c", script], cwd=root, check=True)


@pytest.mark.parametrize("first", ["cnnviz.explain", "cnnviz"])
def test_explain_can_be_called_whatever_was_imported_first(first: str) -> None:
    script = (
        f"import {first}; import cnnviz; assert callable(cnnviz.explain) and cnnviz.explain.receptive_field"
    )
    root = Path(__file__).resolve().parents[2]
    subprocess.run([sys.executable, "-c", script], cwd=root, check=True)


def test_what_it_offers_can_be_listed() -> None:
    assert set(dir(cnnviz)) >= {
        "Graph",
        "build",
        "explain",
        "load",
        "to_code",
        "trace",
        "train",
        "__version__",
    }
    assert all(getattr(cnnviz, name) for name in dir(cnnviz))
    with pytest.raises(AttributeError, match="no attribute 'fly'"):
        cnnviz.fly  # noqa: B018


def test_networks_are_loaded_by_name_and_by_path(tmp_path: Path) -> None:
    save_project(tmp_path / "net.cnnviz", Project(GRAPH))
    assert cnnviz.load(tmp_path / "net.cnnviz") == cnnviz.load(str(tmp_path / "net.cnnviz")) == GRAPH
    assert cnnviz.load("t1").summary().trainable == 333_526
    with pytest.raises(UsageError, match="no template"):
        cnnviz.load("t99")
    with pytest.raises(FileError, match="no such file"):
        cnnviz.load("t99.cnnviz")


def test_a_graph_is_built_with_given_weights(tmp_path: Path) -> None:
    module, other = cnnviz.build(GRAPH, seed=1), cnnviz.build(GRAPH, seed=2)
    assert isinstance(module, torch.nn.Module)
    x = torch.rand(3, 1, 6, 6)
    assert not torch.equal(module(x), other(x))
    save(tmp_path / "w.safetensors", weights_of(module))
    for weights in (weights_of(module), tmp_path / "w.safetensors", str(tmp_path / "w.safetensors")):
        assert torch.equal(cnnviz.build(GRAPH, weights=weights)(x), module(x))
    with pytest.raises(WeightsError):
        cnnviz.build(cnnviz.load("t10"), weights=tmp_path / "w.safetensors")


def test_an_entry_that_no_recipe_has_is_refused() -> None:
    with pytest.raises(TrainError, match="learning_rate"):
        next(cnnviz.train(GRAPH, small_data(), learning_rat=0.01))


def test_training_tracing_and_explaining_fit_together() -> None:
    events = list(cnnviz.train(GRAPH, small_data(), epochs=30, batch_size=10, learning_rate=0.01))
    assert isinstance(events[-1], Finished)
    assert events[-1].summary["test_accuracy"] > 0.9
    weights = next(event.weights for event in reversed(events) if isinstance(event, Snapshot))
    trace = cnnviz.trace(cnnviz.build(GRAPH, weights=weights), small_data().test.sample(4))
    found = cnnviz.explain(trace, "conv1", (1, 2, 3))
    assert len(found.terms) == 10
    assert found.closes
    assert "class Net" in cnnviz.to_code(GRAPH)
