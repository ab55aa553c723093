"""Templates are the systems that they claim to be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cnnviz import paths
from cnnviz.errors import UsageError
from cnnviz.layers import Softmax
from cnnviz.model.layout import tidy
from cnnviz.templates import TEMPLATES, mnist, shipped_weights, template
from cnnviz.templates.mnist import COLUMN_HEIGHT

PARAMETERS = {"t1": 333_526, "t2": 619_786, "t10": 61_706}


@pytest.mark.parametrize(("name", "count"), PARAMETERS.items())
def test_parameters_are_exactly_those_of_the_notes(name: str, count: int) -> None:
    found = template(name)
    report = found.graph.summary()
    assert (report.trainable, report.non_trainable) == (count, 0)
    assert found.params == count


@pytest.mark.parametrize("found", TEMPLATES.values(), ids=lambda found: found.id)
def test_templates_run_end_in_softmax_and_are_tidy(found) -> None:
    report = found.graph.summary()
    assert report.problems == ()
    assert isinstance(found.graph.node(report.output).layer, Softmax)
    assert report.row(report.output).shape == (10,)
    assert tidy(found.graph, height=COLUMN_HEIGHT) == found.graph


def test_the_deep_one_rounds_its_poolings_up() -> None:
    shapes = template("t2").graph.summary().shapes
    assert [shapes[f"pool{number}"] for number in (1, 2, 3)] == [(32, 14, 14), (64, 7, 7), (128, 4, 4)]
    assert template("t2").graph.node("dropout1").layer.to_dict() == {"rate": 0.4}


def test_recipes_are_those_of_the_notes() -> None:
    first, second = template("t1").recipe, template("t2").recipe
    assert (first.optimiser, first.learning_rate, first.batch_size, first.steps) == ("adam", 1e-4, 50, 2500)
    assert (second.learning_rate, second.batch_size, second.epochs, second.steps) == (1e-3, 100, 15, 0)


def test_the_nodes_of_lenet_are_named_as_its_weights_are() -> None:
    names = "input conv1 relu1 pool1 conv2 relu2 pool2 flatten dense1 relu3 dense2 relu4 dense3 softmax"
    assert [node.name for node in template("t10").graph] == names.split()


@pytest.mark.parametrize("name", ["t1", "T1", "mnist-postech", "MNIST-Postech", " t1 "])
def test_a_template_is_found_by_its_row_or_its_name(name: str) -> None:
    assert template(name) is TEMPLATES["t1"]


def test_an_unknown_template_says_what_was_meant() -> None:
    with pytest.raises(UsageError, match="Did you mean 'lenet5'"):
        template("lenet")


def test_names_and_ids_are_unique() -> None:
    words = [word for found in TEMPLATES.values() for word in (found.id, found.name)]
    assert len(words) == len(set(words))


def test_what_is_not_trained_ships_no_weights() -> None:
    assert shipped_weights(template("t1")) is None


@pytest.fixture
def shipped_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a shipped LeNet-5 that the test fills itself."""
    folder = tmp_path / "models" / mnist.LENET
    folder.mkdir(parents=True)
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "cnnviz")
    return folder


def test_shipped_weights_are_found(shipped_folder: Path) -> None:
    assert shipped_weights(mnist.lenet5()) is None
    (shipped_folder / "weights.safetensors").write_bytes(b"")
    assert shipped_weights(mnist.lenet5()) == shipped_folder / "weights.safetensors"


def test_the_card_of_shipped_weights_tells_recipe_and_accuracy(shipped_folder: Path) -> None:
    card = {"recipe": {"optimiser": "sgd", "epochs": 3}, "test_accuracy": 0.9912}
    (shipped_folder / "card.json").write_text(json.dumps(card))
    found = mnist.lenet5()
    assert (found.recipe.optimiser, found.recipe.epochs) == ("sgd", 3)
    assert found.reported == "99.12 % on MNIST"


def test_without_shipped_models_a_template_works_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "cnnviz")
    assert mnist.lenet5().recipe.optimiser == "adamw"
    assert shipped_weights(mnist.lenet5()) is None
