"""Runs from the command line: a training is kept, listed, compared, exported, deleted and brought back."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cnnviz import cli
from cnnviz.runs import Store, open_run

TRAIN = ("train", "t10", "--data", "strokes", "--batch-size", "20", "--validation", "20")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    capsys.readouterr()
    assert cli.main(arguments, lambda *_: 9, lambda _: 9, lambda *_: None) == status
    return capsys.readouterr().out


def test_a_training_is_a_run(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, *TRAIN, "--steps", "3", "--out", "one")
    (run,) = Store().list().runs
    assert run.path == here / "one"
    assert run.state == "finished"
    assert run.steps["step"].tolist() == [1, 2, 3]
    assert [each.which for each in run.journal.judgements] == ["validation", "test"]
    assert run.project.weights == "weights.safetensors"
    last = run.weights(run.snapshot_steps[-1])
    from cnnviz.engine.weights import load

    assert all(np.array_equal(value, last[name]) for name, value in load(here / "one").items())


def test_listed_compared_shown_exported_deleted_and_back(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, rate in ((1, "0.01"), (2, "0.1")):
        said(capsys, *TRAIN, "--steps", "2", "--learning-rate", rate, "--out", f"run{number}")
    found = json.loads(said(capsys, "runs", "list", "--json"))
    assert [run["number"] for run in found] == [2, 1]
    rows = json.loads(said(capsys, "runs", "compare", "1", "2", "--json"))
    assert {"kind": "recipe", "what": "Learning rate", "one": "0.01", "other": "0.1"} in rows
    assert "snapshots    0, 2" in said(capsys, "runs", "show", "#1")
    assert said(capsys, "runs", "export", "1").strip() == "Wrote run-1.csv"
    said(capsys, "runs", "export", "1", "--to", "tensorboard", "--out", "logs")
    assert list((here / "logs").glob("events.out.tfevents.*"))
    said(capsys, "runs", "delete", "1")
    assert [run.about.number for run in Store().list().runs] == [2]
    assert (here / "run1" / "run.json").exists()
    assert "no run '7'" in _told(capsys, "runs", "show", "7", status=1)
    assert "takes 2 runs" in _told(capsys, "runs", "compare", "1", status=2)


def _told(capsys: pytest.CaptureFixture[str], *arguments: str, status: int) -> str:
    capsys.readouterr()
    assert cli.main(arguments, lambda *_: 9, lambda _: 9, lambda *_: None) == status
    return capsys.readouterr().err


def test_no_run_is_listed_where_none_is_wanted(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, *TRAIN, "--steps", "1", "--out", "one", "--no-run")
    assert open_run(here / "one").state == "finished"
    assert Store().list().runs == ()
