"""Command line, window and exported script give the same metrics for the same seed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from cnnviz import cli, data, wiring
from cnnviz.control import Control
from cnnviz.events import Evaluated, Snapshot, StepDone
from cnnviz.layers import BatchNorm, Conv2d, Dense, Flatten, Input, ReLU, Softmax
from cnnviz.model.codegen import to_code
from cnnviz.model.files import Project, save_project
from cnnviz.model.graph import chain
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.runs import Run, open_run
from cnnviz.ui.services import TrainingTask

RECIPE = Recipe("momentum", 0.05, batch_size=32, epochs=3, seed=4, mixup=0.2, schedule="cosine", l2=1e-4)
LAYERS = [Input((1, 8, 8)), Conv2d(6), BatchNorm(), ReLU(), Flatten(), Dense(3), Softmax()]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project that trains on 200 stripes of three directions in an .npz file."""
    random = np.random.default_rng(0)
    y = random.integers(0, 3, 260)
    rows, columns = np.mgrid[:8, :8]
    waves = np.stack([np.sin(rows), np.sin(columns), np.sin(rows + columns)])[y]
    x = np.clip(waves * 60 + 128 + random.normal(0, 60, (260, 8, 8)), 0, 255).astype(np.uint8)[:, None]
    np.savez(tmp_path / "own.npz", x_train=x[:200], y_train=y[:200], x_test=x[200:], y_test=y[200:])
    source = str(data.Address("file", {"path": str(tmp_path / "own.npz")}))
    path = tmp_path / "small.cnnviz"
    save_project(path, Project(chain(LAYERS, "small"), DataChoice(source, 30), RECIPE))
    return path


def on_the_command_line(project: Path) -> Run:
    out = project.parent / "run"
    assert (
        cli.main(("train", str(project), "--out", str(out)), lambda *_: 9, lambda _: 9, lambda *_: None) == 0
    )
    return open_run(out)


def test_command_line_and_window_agree_to_the_bit(project: Path) -> None:
    run = on_the_command_line(project)
    dataset, kept = data.best(run.project.data.source), run.project
    task = TrainingTask(kept.graph, dataset, kept.recipe, kept.data, pinned=dataset.test.sample(0))
    events = list(wiring.train(task, Control()))  # what the window's training process does
    assert run.steps["loss"].tolist() == [e.loss for e in events if isinstance(e, StepDone)]
    judged = [(e.which, e.loss, e.accuracy) for e in events if isinstance(e, Evaluated) and e.whole]
    assert judged == [(e.which, e.loss, e.accuracy) for e in run.journal.judgements]
    last = [e.weights for e in events if isinstance(e, Snapshot)][-1]
    found = load_file(run.path / "weights.safetensors")
    assert all(np.array_equal(found[name], value) for name, value in last.items())


def test_the_exported_script_gives_the_metrics_of_the_command_line(project: Path) -> None:
    run, folder = on_the_command_line(project), project.parent
    (folder / "net.py").write_text(to_code(run.project.graph, run.project.recipe, run.project.data), "utf-8")
    command = [sys.executable, "net.py", "--train", "own.npz"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    said = re.findall(r"(validation|test) loss ([\d.]+), accuracy ([\d.]+)%", done.stdout)
    assert [which for which, _, _ in said] == ["validation"] * 3 + ["test"]
    for (_, loss, right), judged in zip(said, run.journal.judgements, strict=True):
        assert float(loss) == pytest.approx(judged.loss, abs=1e-4)
        assert float(right) == pytest.approx(100 * judged.accuracy, abs=0.01)
    weights = load_file(folder / "trained.safetensors")
    for name, value in load_file(run.path / "weights.safetensors").items():
        np.testing.assert_allclose(weights[name], value, atol=1e-5)
