"""Training and explaining from the command line, on small data in the official format."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz import cli
from cnnviz.engine.weights import load
from cnnviz.model.files import open_project
from cnnviz.runs import open_run


def run(*arguments: str) -> int:
    return cli.main(arguments, lambda *_: 9, lambda _: 9, lambda *_: None)


@pytest.fixture
def train(tmp_path: Path, small_mnist_dir: Path, capsys: pytest.CaptureFixture[str]):
    """Return a function that trains LeNet-5 on small data; it returns (status, JSON lines, stderr)."""

    def train(*options: str, network: str = "t10", out: str = "run") -> tuple[int, list[dict[str, Any]], str]:
        data = ("--data", "mnist", "--data-dir", str(small_mnist_dir.parent))
        status = run("train", network, *data, "--out", str(tmp_path / out), "--json", *options)
        printed = capsys.readouterr()
        return status, [json.loads(line) for line in printed.out.splitlines()], printed.err

    return train


def explain(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run("explain", *arguments, "--json") == 0, capsys.readouterr().err
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


# -- train --------------------------------------------------------------------------------------------------------


def test_a_training_leaves_weights_project_and_metrics(train, tmp_path: Path) -> None:
    status, lines, told = train("--steps", "6", "--batch-size", "20", "--seed", "3", "--optimiser", "sgd")
    assert status == 0
    final = lines[-1]
    assert {"test_accuracy", "test_loss", "samples_per_s"} <= set(final)
    assert (final["steps"], final["seed"]) == (6, 3)
    assert "Data: MNIST: 600 training and 200 test images" in told
    project = open_project(tmp_path / "run" / "project.cnnviz")
    assert (project.recipe.optimiser, project.recipe.batch_size, project.recipe.steps) == ("sgd", 20, 6)
    assert project.data.source == "mnist"
    assert load(tmp_path / "run" / project.weights)["conv1.weight"].shape == (6, 1, 5, 5)
    kept = open_run(tmp_path / "run")
    assert kept.steps["step"].tolist() == [1, 2, 3, 4, 5, 6]
    assert [each.which for each in kept.journal.judgements] == ["validation", "test"]
    assert kept.journal.summary["test_loss"] == final["test_loss"] == kept.journal.latest("test").loss


def test_the_same_seed_gives_the_same_numbers(train) -> None:
    first, again, other = (
        train("--steps", "4", "--seed", seed, out=out)[1][-1]["test_loss"]
        for seed, out in (("1", "a"), ("1", "b"), ("2", "c"))
    )
    assert first == again != other


def test_epochs_override_the_steps_of_the_recipe(train) -> None:
    final = train("--epochs", "1", "--batch-size", "100", "--validation", "0", network="t1")[1][-1]
    assert (final["steps"], final["epochs"]) == (6, 1.0)
    assert "validation_loss" not in final


def test_training_goes_on_from_weights(train, tmp_path: Path) -> None:
    fresh = train("--steps", "1", "--learning-rate", "1e-8", out="fresh")[1][-1]["test_loss"]
    learned = train("--steps", "30", "--learning-rate", "0.01", out="first")[1][-1]["test_loss"]
    first = str(tmp_path / "first" / "weights.safetensors")
    gone_on = train("--steps", "1", "--learning-rate", "1e-8", "--weights", first)[1][-1]["test_loss"]
    assert learned < fresh
    assert gone_on == pytest.approx(learned, rel=1e-3)


def test_ctrl_c_keeps_what_was_learned(train, tmp_path: Path) -> None:
    numbers = tmp_path / "run" / "steps.npy"

    def interrupt() -> None:
        while not (numbers.exists() and numbers.stat().st_size > 1000):
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=interrupt)
    thread.start()
    status, lines, told = train("--steps", "100000")
    thread.join()
    assert status == 130
    assert lines[-1]["cancelled"] is True
    assert "test_accuracy" not in lines[-1]
    assert "the weights so far are kept" in told
    assert load(tmp_path / "run" / "weights.safetensors")
    kept = open_run(tmp_path / "run")
    assert kept.state == "stopped"
    assert kept.can_go_on
    assert signal.getsignal(signal.SIGINT) is before


def test_what_can_not_be_trained_is_told_in_one_line(train) -> None:
    for options, words in (
        (("--learning-rate", "99"), "learning rate can't be 99.0"),
        (("--device", "abacus"), "no device 'abacus'"),
        (("--validation", "600"), "Can't hold out 600 of 600"),
        (("--weights", "no.safetensors"), "no.safetensors: can't be read"),
    ):
        status, lines, told = train("--steps", "1", *options)
        assert (status, lines) == (1, [])
        last = told.splitlines()[-1]
        assert last.startswith("cnnviz: ")
        assert words in last


def test_what_can_not_be_trained_leaves_the_results_of_an_earlier_run(train, tmp_path: Path) -> None:
    assert train("--steps", "1", "--device", "abacus")[0] == 1
    assert not (tmp_path / "run").exists()
    assert train("--steps", "1")[0] == 0
    before = {each.name: each.read_bytes() for each in (tmp_path / "run").rglob("*") if each.is_file()}
    assert train("--steps", "1", "--device", "abacus")[0] == 1
    assert {
        each.name: each.read_bytes() for each in (tmp_path / "run").rglob("*") if each.is_file()
    } == before


def test_full_disk_leaves_no_project_that_names_missing_weights(
    train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_anything: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cnnviz.runs.snapshots.write_newest", refuse)
    status, _, told = train("--steps", "1")
    assert status == 1
    assert "No space left on device" in told.splitlines()[-1]
    assert not (tmp_path / "run" / "weights.safetensors").exists()
    assert open_project(tmp_path / "run" / "project.cnnviz").weights == ""


def test_results_that_can_not_be_written_are_refused_before_training(train, tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file where the folder should be")
    status, _, told = train("--steps", "100000")
    assert status == 1
    assert "results can't be written there" in told


def test_data_that_is_not_here_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CNNVIZ_DATA", raising=False)
    assert run("train", "t10", "--data", "mnist", "--steps", "1", "--out", str(tmp_path / "run")) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "cnnviz data get mnist" in told
    assert not (tmp_path / "run").exists()


def test_a_data_folder_that_is_not_there_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("train", "t10", "--data-dir", str(tmp_path / "no"), "--steps", "1") == 1
    assert str(tmp_path / "no") in capsys.readouterr().err


# -- explain ------------------------------------------------------------------------------------------------------


def test_a_number_is_explained_with_the_weights_of_a_training(
    train, tmp_path: Path, small_mnist_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train("--steps", "3")
    data = ("--data", "mnist", "--data-dir", str(small_mnist_dir.parent), "--sample", "2")
    where = ("--node", "conv2", "--index", "3,4,5")
    weights = str(tmp_path / "run" / "weights.safetensors")
    found = explain(capsys, "t10", "--weights", weights, *data, *where)
    assert len(found["terms"]) == 6 * 5 * 5 + 1
    assert set(found["terms"][0]) >= {"source", "product"}
    assert sum(term["product"] for term in found["terms"]) == pytest.approx(found["sum"])
    assert found["difference"] == pytest.approx(found["sum"] - found["engine"])
    assert found["closes"] is True
    # the folder of the training is a network, too, with its own weights
    assert explain(capsys, str(tmp_path / "run"), *data, *where)["engine"] == found["engine"]
    assert explain(capsys, "t10", "--weights", "random", *data, *where)["engine"] != found["engine"]


def test_without_weights_it_says_that_they_are_random(
    small_mnist_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ("--data", "mnist", "--data-dir", str(small_mnist_dir.parent))
    assert run("explain", "t1", *data, "--node", "softmax", "--index", "7", "--seed", "5") == 0
    printed = capsys.readouterr()
    assert "random initial weights of seed 5, not trained" in printed.err
    assert "engine" in printed.out.splitlines()[-1]
    assert printed.out.splitlines()[-1].endswith("closes")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--node", "conv9", "--index", "0,0,0"), "no node 'conv9'"),
        (("--node", "conv1", "--index", "6,0,0"), "conv1"),
        (("--node", "conv1", "--index", "0"), "conv1"),
        (("--node", "conv1", "--index", "0,0,0", "--sample", "200"), "no sample 200"),
        (("--node", "conv1", "--index", "0,0,0", "--weights", "x.bin"), "x.bin"),
    ],
)
def test_impossible_questions_are_told_in_one_line(
    options: tuple[str, ...], words: str, small_mnist_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ("--data", "mnist", "--data-dir", str(small_mnist_dir.parent))
    assert run("explain", "t10", *data, *options) == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("cnnviz: ")
    assert words in last


def test_weights_of_another_network_are_refused(
    train, tmp_path: Path, small_mnist_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train("--steps", "1")
    weights = str(tmp_path / "run" / "weights.safetensors")
    data = ("--data", "mnist", "--data-dir", str(small_mnist_dir.parent))
    assert run("explain", "t1", "--weights", weights, *data, "--node", "conv1", "--index", "0,0,0") == 1
    told = capsys.readouterr().err
    assert told.startswith("cnnviz: ")
    assert "conv1.weight" in told


# -- data -----------------------------------------------------------------------------------------------------------


def test_data_are_described(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("data", "info", "moving-digits:predict=10-10,digits=strokes", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["sample_shape"] == found["answer_shape"] == [1, 10, 64, 64]
    assert (found["answers"], found["choices"]["predict"], found["classes"]) == ("frames", "19-1", [])
    assert run("data", "info", "imagenet") == 0
    told = capsys.readouterr().out
    assert "found           no" in told
    assert "size=224" in told
    assert run("data", "info", "imagnet") == 1
    assert "Did you mean 'imagenet'" in capsys.readouterr().err


def test_facts_of_all_samples_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    images = np.arange(12, dtype=np.uint8).repeat(4).reshape(12, 1, 2, 2)
    images[:, 0, 0, 0] = 200
    images[5] = images[3]
    path = tmp_path / "own.npz"
    np.savez(path, x=images, y=np.arange(12) % 2, x_test=images[:2], y_test=np.arange(2))
    assert run("data", "info", f"file:path={path}", "--facts", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert sum(found["train_per_class"].values()) == found["train"]
    assert found["train_values"]["highest"] == 200
    assert (found["twice_in_training"], found["blank_samples"]) == (2, 0)
    assert run("data", "info", f"file:path={path}", "--facts") == 0
    told = capsys.readouterr().out
    assert "train values          lowest 0, highest 200, mean 5" in told


def test_made_data_train_by_their_path(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "digits.h5"
    assert run("data", "make", "strokes:count=40", "--out", str(path)) == 0
    assert str(path) in capsys.readouterr().out
    out = tmp_path / "run"
    assert (
        run("train", "t10", "--data", str(path), "--steps", "2", "--augment", "crops", "--out", str(out)) == 0
    )
    assert f"from {path}" in capsys.readouterr().err
    project = open_project(out / "project.cnnviz")
    assert project.data.source == f"file:path={path}"
    assert [step.kind for step in project.recipe.augment] == ["crop", "flip-horizontal"]


def test_3d_mnist_is_made_where_its_source_finds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.cli.datasets.VOXELS", "voxels:count=12")
    assert run("data", "make", "3d-mnist", "--data-dir", str(tmp_path)) == 0
    assert run("data", "info", "3d-mnist", "--data-dir", str(tmp_path)) == 0


def test_an_augmentation_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("train", "t10", "--data", "strokes", "--augment", "rotate", "--steps", "1") == 1
    assert "no augmentation 'rotate'. Did you mean 'rotation'" in capsys.readouterr().err
