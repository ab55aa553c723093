"""`train()` of an exported script does what cnnviz does: the same start, the same batches, the same weights."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from cnnviz.data import Dataset, Split
from cnnviz.engine.build import build
from cnnviz.engine.train import train
from cnnviz.events import Snapshot
from cnnviz.layers import (
    ActivityPenalty,
    BatchNorm,
    ContractivePenalty,
    Conv2d,
    Dense,
    Dropout,
    Flatten,
    Input,
    MaxPool2d,
    Output,
    ReLU,
    Sigmoid,
    Softmax,
)
from cnnviz.model.augmentation import PRESETS, Erase, Noise
from cnnviz.model.codegen import to_code
from cnnviz.model.graph import Graph, chain
from cnnviz.model.recipe import INITIALISERS, OPTIMISERS, DataChoice, Recipe

PLAIN = chain(
    [Input((1, 8, 8)), Conv2d(4), ReLU(), MaxPool2d(), Flatten(), Dense(16), ReLU(), Dense(3), Softmax()]
)
NOISY = chain(
    [Input((1, 8, 8)), Conv2d(4, bias=False), BatchNorm(), ReLU(), Flatten(), Dropout(rate=0.3), Dense(3)]
)
AUTOENCODER = chain(
    [
        Input((1, 8, 8)),
        Flatten(),
        Dense(9),
        ReLU(),
        Dense(64),
        Sigmoid(),
        Output("binary cross entropy", "sample"),
    ]
)


def two_heads() -> Graph:
    """Return a network with a main answer and an auxiliary one that learns by another loss."""
    graph = chain(
        [Input((1, 8, 8)), Flatten(), ("d", Dense(9)), ("r", ReLU()), Dense(3), Softmax(), Output()]
    )
    graph = graph.add(Dense(3), "early", after="r")
    return graph.add(Output("mean squared error", weight=0.25), "second", after="early")


def contractive() -> Graph:
    """Return an autoencoder with two penalties: one of them differentiates the code with respect to the sample."""
    graph = chain([("x", Input((1, 8, 8))), ("flat", Flatten()), ("code", Dense(4)), ("sig", Sigmoid())])
    graph = graph.add(ContractivePenalty(rate=0.01), "slopes", after="sig").connect("flat", "slopes")
    graph = graph.add(ActivityPenalty(rate=0.001), "small", after="slopes").add(
        Dense(64), "back", after="small"
    )
    return graph.add(Output("mean squared error", "sample"), "answer", after="back")


def images(count: int = 50) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    return random.integers(0, 256, (count, 1, 8, 8), np.uint8), random.integers(0, 3, count)


def tensors() -> list[torch.Tensor]:
    return [torch.from_numpy(each) for each in images()]


def script(graph: Graph, recipe: Recipe, choice: DataChoice | None = None) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "exported"}
    code = to_code(graph, recipe, choice or DataChoice("made", 0))
    exec(compile(code, "exported.py", "exec"), names)
    return names


def trained_here(graph: Graph, recipe: Recipe, choice: DataChoice | None = None) -> dict[str, torch.Tensor]:
    x, y = images()
    split = Split(x, y)
    dataset = Dataset("made", "Made", "made for a test", ("a", "b", "c"), split, split)
    last = [
        e for e in train(graph, dataset, recipe, choice or DataChoice("made", 0)) if isinstance(e, Snapshot)
    ][-1]
    return {name: torch.from_numpy(np.asarray(value)) for name, value in last.weights.items()}


@pytest.mark.parametrize("how", INITIALISERS)
def test_a_script_starts_from_the_same_weights(how: str) -> None:
    names = script(NOISY, Recipe(initialiser=how))
    net = names["Net"]()
    names["initialise"](net, how, 5)
    for name, value in build(NOISY, seed=5, initialiser=how).state_dict().items():
        assert torch.equal(net.state_dict()[name], value), name


@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("graph", [PLAIN, NOISY], ids=["plain", "noisy"])
def test_a_script_learns_the_same_weights(graph: Graph, optimiser: str) -> None:
    recipe = Recipe(optimiser, 0.01, batch_size=16, epochs=3, seed=3, schedule="cosine", weight_decay=0.01)
    ours = trained_here(graph, recipe)
    net = script(graph, recipe)["train"](*tensors())
    for name, value in net.state_dict().items():
        torch.testing.assert_close(value, ours[name].reshape(value.shape), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(
    "change",
    [
        {"schedule": "one-cycle"},
        {"schedule": "cosine", "warm_up": 3},
        {"schedule": "step", "drop_steps": (4, 7), "warm_up": 2},
        {"warm_up": 5, "clip_norm": 0.5},
        {"l1": 0.001, "l2": 0.01},
        {"label_smoothing": 0.2},
        {"freeze": ("conv1", "bn1")},
        {"initialiser": "orthogonal", "optimiser": "nesterov"},
    ],
    ids="-".join,
)
def test_a_script_follows_every_setting_it_does_not_leave_out(change: dict[str, Any]) -> None:
    recipe = Recipe(
        **{"optimiser": "sgd", "learning_rate": 0.05, "batch_size": 16, "epochs": 3, "seed": 3, **change}
    )
    assert "Not in this script" not in to_code(NOISY, recipe)
    ours = trained_here(NOISY, recipe)
    for name, value in script(NOISY, recipe)["train"](*tensors()).state_dict().items():
        torch.testing.assert_close(value, ours[name].reshape(value.shape), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("graph", [PLAIN, two_heads()], ids=["plain", "two heads"])
@pytest.mark.parametrize(
    "change",
    [
        {"mixup": 0.4},
        {"accumulate": 3, "mixup": 1.0, "l2": 0.01},
        {"label_smoothing": 0.2, "accumulate": 2, "clip_norm": 0.1},
        {"schedule": "plateau", "drop_patience": 1, "drop_factor": 0.3, "learning_rate": 0.6},
        {"schedule": "plateau", "drop_patience": 1, "warm_up": 3, "learning_rate": 0.6},
        {"early_stopping": 1, "learning_rate": 0.6},
        {"early_stopping": 2, "schedule": "plateau", "learning_rate": 0.9},
    ],
    ids="-".join,
)
def test_a_script_blends_parts_stops_and_drops_as_cnnviz_does(graph: Graph, change: dict[str, Any]) -> None:
    values = {"optimiser": "sgd", "learning_rate": 0.1, "batch_size": 16, "epochs": 6, "seed": 3, **change}
    recipe, choice = Recipe(**values), DataChoice("made", 8, seed=5)
    assert "Not in this script" not in to_code(graph, recipe, choice)
    ours = trained_here(graph, recipe, choice)
    for name, value in script(graph, recipe, choice)["train"](*tensors()).state_dict().items():
        torch.testing.assert_close(value, ours[name].reshape(value.shape), rtol=1e-3, atol=1e-5)


def test_a_script_computes_in_half_precision() -> None:
    recipe = Recipe("sgd", 0.1, batch_size=16, epochs=2, precision="bfloat16")
    ours = trained_here(PLAIN, recipe)
    for name, value in script(PLAIN, recipe)["train"](*tensors()).state_dict().items():
        torch.testing.assert_close(value, ours[name].reshape(value.shape), rtol=0.05, atol=5e-3)
    assert "scaler.unscale_(optimiser)" in to_code(PLAIN, Recipe(precision="float16", clip_norm=1.0))


def test_a_script_holds_out_a_fold() -> None:
    recipe, choice = Recipe("sgd", 0.1, batch_size=16, epochs=2), DataChoice("made", folds=4, fold=2, seed=1)
    ours = trained_here(PLAIN, recipe, choice)
    for name, value in script(PLAIN, recipe, choice)["train"](*tensors()).state_dict().items():
        torch.testing.assert_close(value, ours[name].reshape(value.shape), rtol=1e-3, atol=1e-5)


def test_a_script_says_which_settings_it_leaves_out() -> None:
    assert "Not in this script: compiled True.\n" in to_code(PLAIN, Recipe(compiled=True))


@pytest.mark.parametrize(
    "graph", [AUTOENCODER, two_heads(), contractive()], ids=["autoencoder", "two heads", "penalties"]
)
def test_a_script_learns_by_the_losses_of_all_outputs(graph: Graph) -> None:
    recipe = Recipe("sgd", 0.1, batch_size=16, epochs=2)
    ours, arrays = trained_here(graph, recipe), tensors()
    names = script(graph, recipe)
    net = names["train"](*(arrays if "y" in names["Loss"].forward.__annotations__ else arrays[:1]))
    for name, value in net.state_dict().items():
        torch.testing.assert_close(value, ours[name].reshape(value.shape), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("name", PRESETS)
def test_a_script_changes_the_images_in_the_same_way(name: str) -> None:
    recipe = Recipe(
        "sgd", 0.1, batch_size=16, epochs=2, seed=3, augment=(*PRESETS[name], Noise(0.1), Erase())
    )
    ours = trained_here(PLAIN, recipe)
    names = script(PLAIN, recipe)
    assert ("flip_vertical" in names) == any(step.kind == "flip-vertical" for step in recipe.augment)
    for key, value in names["train"](*tensors()).state_dict().items():
        torch.testing.assert_close(value, ours[key].reshape(value.shape), rtol=1e-3, atol=1e-5)


def test_steps_count_batches() -> None:
    recipe = Recipe("sgd", 0.1, batch_size=16, steps=5)
    ours = trained_here(PLAIN, recipe)
    net = script(PLAIN, recipe)["train"](*tensors())
    torch.testing.assert_close(net.state_dict()["dense2.bias"], ours["dense2.bias"], rtol=1e-4, atol=1e-6)


@pytest.mark.slow
def test_two_processes_learn_what_one_learns(tmp_path: Path) -> None:
    """Plain python and torchrun, on an .npz file; an uneven batch counts by its parts."""
    x, y = images(53)  # of 45 that are learned, 13 are left for the last batch: 7 and 6
    np.savez(tmp_path / "data.npz", x_train=x[:, 0], y_train=y, x_test=x[:9, 0], y_test=y[:9])
    (tmp_path / "net.py").write_text(to_code(PLAIN, Recipe(batch_size=16, epochs=2)), "utf-8")
    told: list[list[str]] = []
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "--master-port=0"]
    for command, out in (([sys.executable], "one"), ([*torchrun, "--standalone"], "two")):
        full = [*command, tmp_path / "net.py", "--train", tmp_path / "data.npz", "--out", tmp_path / out]
        done = subprocess.run(full, capture_output=True, text=True, check=False, timeout=100)
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("step 6 of 6") == 1
        told.append([line for line in done.stdout.splitlines() if "validation" in line or "test" in line])
    assert told[0] == told[1]
    assert len(told[0]) == 3
    one, two = load_file(tmp_path / "one"), load_file(tmp_path / "two")
    for name, value in one.items():
        torch.testing.assert_close(two[name], value, rtol=1e-4, atol=1e-6)


def test_what_a_script_does_not_do_is_said_in_it() -> None:
    @dataclass(frozen=True)
    class Wider(Recipe):
        something_new: float = 0.0

    assert "Not in this script" not in to_code(PLAIN, Wider())
    assert "\nNot in this script: something new 0.5.\n" in to_code(PLAIN, Wider(something_new=0.5))


def test_foreign_data_are_refused_in_words(tmp_path: Path) -> None:
    x, y = images()
    np.savez(tmp_path / "data.npz", x=x.transpose(0, 2, 3, 1)[..., :3], y=y[:-1])
    with pytest.raises(SystemExit, match=r"x must have samples of \(1, 8, 8\), not \(8, 8, 1\)"):
        script(PLAIN, Recipe())["load"](str(tmp_path / "data.npz"))
