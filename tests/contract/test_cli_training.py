"""Training from the command line: every setting, going on after an interruption, several processes, sweeps."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz import cli
from cnnviz.engine.weights import load
from cnnviz.layers import Conv2d, Dense, Flatten, Input, ReLU
from cnnviz.model.files import Project, open_project, save_project
from cnnviz.model.graph import chain
from cnnviz.model.recipe import SETTINGS, DataChoice, Recipe
from cnnviz.runs import open_run

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path: Path) -> str:
    """Return a small network that learns drawn digits."""
    graph = chain([Input((1, 28, 28)), Conv2d(3, 5, stride=3), ReLU(), Flatten(), Dense(10)], "tiny")
    path = tmp_path / "tiny.cnnviz"
    save_project(
        path, Project(graph, DataChoice("strokes", 100), Recipe("momentum", 0.05, steps=4, batch_size=50))
    )
    return str(path)


def run(*arguments: str) -> int:
    return cli.main(arguments, lambda *_: 9, lambda _: 9, lambda *_: None)


def steps(folder: Path, name: str) -> list[float]:
    return open_run(folder).steps[name].tolist()


def judged(folder: Path) -> list[tuple[Any, ...]]:
    return [(e.step, e.which, e.loss, e.accuracy) for e in open_run(folder).journal.judgements]


def test_every_setting_has_an_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("train", "--help") == 0
    told = capsys.readouterr().out
    for each in SETTINGS:
        assert f"--{each.name.replace('_', '-')}" in told


def test_options_become_the_recipe(project: str, tmp_path: Path) -> None:
    out = tmp_path / "run"
    options = (
        "--schedule step --drop-steps 2,3 --warm-up 1 --clip-norm 1 --freeze conv1 --mixup 0.2 --init zero"
    )
    assert run("train", project, *options.split(), "--no-compiled", "--out", str(out)) == 0
    found = open_project(out / "project.cnnviz").recipe
    assert (found.schedule, found.drop_steps, found.freeze, found.initialiser) == (
        "step",
        (2, 3),
        ("conv1",),
        "zero",
    )
    assert steps(out, "learning_rate") == pytest.approx([0.05, 0.05, 0.005, 0.0005])


def test_what_can_not_be_is_one_line(
    project: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("train", project, "--batch-size", "0", "--out", str(tmp_path / "run")) == 1
    assert "batch size can't be 0. It takes a whole number" in capsys.readouterr().err


def test_an_interrupted_training_goes_on(project: str, tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    assert run("train", project, "--epochs", "4", "--out", str(whole)) == 0
    command = [sys.executable, "-m", "cnnviz", "train", project, "--epochs", "4", "--out", str(cut)]
    process = subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.DEVNULL, env={**os.environ, "OMP_NUM_THREADS": "1"}
    )
    deadline = time.monotonic() + 60
    while (
        not (cut / "checkpoint.safetensors").exists()
        and time.monotonic() < deadline
        and process.poll() is None
    ):
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert run("train", str(cut), "--resume") == 0
    one, other = load(whole / "weights.safetensors"), load(cut / "weights.safetensors")
    assert all(np.array_equal(one[name], other[name]) for name in one)
    for name in ("step", "loss", "accuracy", "learning_rate"):
        assert steps(whole, name) == steps(cut, name)
    assert judged(whole) == judged(cut)
    times = ("samples_per_s", "seconds")
    ends = [dict(open_run(each).journal.summary) for each in (whole, cut)]
    assert len({str({k: v for k, v in end.items() if k not in times}) for end in ends}) == 1


def test_going_on_needs_a_training(project: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("train", project, "--resume") == 2
    assert "Name its folder as X" in capsys.readouterr().err


def test_two_processes_give_the_numbers_of_one(project: str, tmp_path: Path) -> None:
    options = ("--epochs", "2", "--batch-size", "46", "--l2", "0.001")
    one, two = tmp_path / "one", tmp_path / "two"
    assert run("train", project, *options, "--out", str(one)) == 0
    command = [sys.executable, "-m", "cnnviz", "train", project, *options, "--nproc", "2", "--out", str(two)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert found.returncode == 0, found.stderr
    first, second = (steps(each, "loss") + [e[2] for e in judged(each)] for each in (one, two))
    assert len(first) == len(second) > 20
    assert first == pytest.approx(second, abs=1e-4)
    weights = [load(each / "weights.safetensors") for each in (one, two)]
    for name, value in weights[0].items():
        np.testing.assert_allclose(weights[1][name], value, atol=1e-4)
    assert found.stderr.count("Data: ") == 2


# -- many trainings -------------------------------------------------------------------------------------------------


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_a_sweep_survives_a_kill(project: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "sweep"
    options = ["--vary", "learning_rate=0.1,0.01", "--vary", "optimiser=sgd,adam", "--out", str(out)]
    command = [sys.executable, "-m", "cnnviz", "sweep", project, *options]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not (out / "002" / "steps.npy").exists() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    first = (out / "001" / "journal.jsonl").read_bytes()
    assert run("sweep", str(out), "--json") == 0
    assert (out / "001" / "journal.jsonl").read_bytes() == first  # was finished, and is not trained again
    found = json.loads(lines(capsys)[-1])["jobs"]
    assert [(job["learning_rate"], job["optimiser"]) for job in found] == [
        (0.1, "sgd"), (0.1, "adam"), (0.01, "sgd"), (0.01, "adam"),
    ]  # fmt: skip
    assert all(0 <= job["validation_accuracy"] <= 1 for job in found)
    assert len({job["test_loss"] for job in found}) == 4


def test_folds_hold_out_every_part_once(
    project: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("sweep", project, "--folds", "3", "--out", str(tmp_path / "folds"), "--json") == 0
    (over,) = json.loads(lines(capsys)[-1])["folds"]
    assert over["folds"] == 3
    recipes = [open_project(tmp_path / "folds" / f"{n:03d}" / "project.cnnviz").data for n in (1, 2, 3)]
    assert [(each.folds, each.fold) for each in recipes] == [(3, 0), (3, 1), (3, 2)]


def test_what_breaks_down_is_noted_and_the_next_job_follows(
    project: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "sweep"
    assert run("sweep", project, "--vary", "freeze=nothing", "--out", str(out)) == 0
    assert "broke down" in lines(capsys)[-1]
    assert "no layer 'nothing'" in (out / "001" / "failed.json").read_text()
    assert run("sweep", project, "--out", str(out)) == 2
    assert "nothing varies" in capsys.readouterr().err


def test_trainings_answer_together(project: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for seed in ("1", "2", "3"):
        assert run("train", project, "--steps", "40", "--seed", seed, "--out", str(tmp_path / seed)) == 0
    capsys.readouterr()
    folders = [str(tmp_path / seed) for seed in ("1", "2", "3")]
    assert run("ensemble", *folders, "--data", "strokes", "--json") == 0
    found = json.loads(lines(capsys)[-1])
    alone = [each["test_accuracy"] for each in found["members"]]
    assert len(set(alone)) > 1
    assert found["test_accuracy"] >= np.mean(alone)


def test_a_rate_is_found(project: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("find-rate", project, "--json") == 0
    found = json.loads(lines(capsys)[-1])
    assert 1e-4 < found["suggestion"] < 10
    assert len(found["rates"]) == len(found["smoothed"])
