"""The models that ship with cnnviz are what their cards say."""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz import data, library
from cnnviz.cli import recipe as recipe_options
from cnnviz.cli.training import TRAIN
from cnnviz.data import hold_out
from cnnviz.engine.build import build
from cnnviz.engine.evaluate import evaluate
from cnnviz.engine.weights import apply, load
from cnnviz.errors import DataError
from cnnviz.events import Evaluated
from cnnviz.model.recipe import Recipe, recipe_from_dict
from cnnviz.paths import shipped
from cnnviz.templates import TEMPLATES, shipped_weights, template
from cnnviz.templates.template import Template, reached

REAL_DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
LENET = "lenet5-mnist"
MODELS = [found.trained for found in TEMPLATES.values() if found.trained]
CHECKS = [
    (name, check)
    for name in MODELS
    for check in json.loads((shipped(name) / "card.json").read_text("utf-8")).get("checks", ())
]
"""Numbers on a few samples, by model: of made data, which are the same everywhere, or of real ones."""


@pytest.fixture(params=MODELS)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def card(name: str) -> dict[str, Any]:
    return read(name)


def read(name: str) -> dict[str, Any]:
    return json.loads((shipped(name) / "card.json").read_text("utf-8"))


def parsed(command: str) -> tuple[Template, Recipe, argparse.Namespace]:
    """Return the template, the recipe and the options of a command for the terminal."""
    words = shlex.split(command)
    assert words[:3] == ["OMP_NUM_THREADS=1", "cnnviz", "train"]
    options = TRAIN.parser().parse_args(words[3:])
    found = template(options.network)
    return found, recipe_options.changed(found.recipe, options), options


def test_every_folder_belongs_to_a_template() -> None:
    folders = {path.parent.name for path in shipped(LENET).parent.glob("*/weights.safetensors")}
    assert folders == set(MODELS)


def test_all_of_them_are_small() -> None:
    files = shipped(LENET).parent.glob("*/weights.safetensors")
    assert sum(path.stat().st_size for path in files) < 25e6


def test_weights_fit_and_are_as_many_as_the_card_says(name: str, card: dict[str, Any]) -> None:
    found = template(name)
    assert found is template(card["template"])
    assert shipped_weights(found) == shipped(name) / "weights.safetensors"
    weights = load(shipped(name))
    apply(build(found.graph), weights)
    statistics = sum(array.size for key, array in weights.items() if re.search(r"\.running_", key))
    trained = sum(array.size for key, array in weights.items() if "running_" not in key and "num_" not in key)
    assert (
        (trained, statistics)
        == (card["parameters"], card.get("statistics", 0))
        == (found.params, found.running)
    )


def test_the_command_of_a_card_has_its_recipe(card: dict[str, Any]) -> None:
    found, recipe, options = parsed(card["command"])
    assert found is template(card["template"])
    stated = recipe_from_dict(card["recipe"])
    length = {"epochs": 1} if stated.steps else {}
    assert replace(recipe, **length) == replace(stated, **length)
    assert (options.data or found.data.source) == card["data"]["source"]


def test_the_gallery_tells_what_was_reached(name: str, card: dict[str, Any]) -> None:
    told = template(name).reported
    assert told == reached(name)
    if "test_accuracy" in card:
        assert told == f"{100 * card['test_accuracy']:.2f} % on {card['data']['name']}"


def test_both_cards_say_the_same(name: str, card: dict[str, Any]) -> None:
    text = (shipped(name) / "card.md").read_text("utf-8")
    for which in ("validation", "test"):
        if f"{which}_accuracy" in card:
            assert f"accuracy {100 * card[f'{which}_accuracy']:.2f} %, loss" in text
        if f"{which}_loss" in card:
            assert f"loss {card[f'{which}_loss']:.4f}" in text
    assert card["command"] in text
    assert f"{card['parameters']:,} parameters" in text


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "check"), CHECKS, ids=[f"{name}: {check['data']}" for name, check in CHECKS]
)
def test_the_first_samples_are_judged_as_the_card_says(
    name: str, check: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    if REAL_DATA.is_dir():
        monkeypatch.setenv("CNNVIZ_DATA", str(REAL_DATA))
    try:
        split = data.load(check["data"]).test
    except DataError:
        pytest.skip(f"{check['data']} is not on this machine")
    module = library.build(template(name).graph, weights=shipped(name) / "weights.safetensors")
    found = evaluate(module, split, np.arange(check["samples"]))
    (judged,) = (event for event in found if isinstance(event, Evaluated))
    if "accuracy" in check:
        assert judged.accuracy == pytest.approx(
            check["accuracy"], abs=1.1 / check["samples"]
        )  # one on the edge
    else:
        assert judged.loss == pytest.approx(check["loss"], rel=1e-3)


def test_the_page_of_a_card_is_written_from_it(name: str, card: dict[str, Any]) -> None:
    if name == LENET:  # its page was written by hand
        return
    spec = importlib.util.spec_from_file_location("ship", Path(__file__).parents[3] / ".ci" / "ship.py")
    assert spec is not None
    assert spec.loader is not None
    ship = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(ship)
    assert (shipped(name) / "card.md").read_text("utf-8") == ship.page(card)


def test_the_list_of_models_tells_what_each_reached(name: str, card: dict[str, Any]) -> None:
    lines = (shipped(name).parent / "README.md").read_text("utf-8").splitlines()
    (row,) = (line for line in lines if line.startswith(f"| [{name}]({name}/card.md)"))
    assert reached(name) in row
    assert f"{card['parameters']:,}" in row


def test_lenet_is_trained_again_by_its_template_as_it_is() -> None:
    card, found = read(LENET), template(LENET)
    assert recipe_from_dict(card["recipe"]) == found.recipe
    assert (found.data.validation, found.data.seed) == (card["data"]["validation"], card["data"]["seed"])


@pytest.mark.data
@pytest.mark.skipif(not (REAL_DATA / "mnist").is_dir(), reason="the real MNIST is not beside the checkout")
def test_lenet_reaches_on_all_images_what_its_card_says() -> None:
    card = read(LENET)
    module = library.build(template(LENET).graph, weights=shipped(LENET) / "weights.safetensors")
    mnist = data.load("mnist", REAL_DATA)
    _, held = hold_out(60_000, 5000, 0)
    for which, split, places in (("test", mnist.test, None), ("validation", mnist.train, held)):
        (judged,) = (e for e in evaluate(module, split, places, which=which) if isinstance(e, Evaluated))
        assert judged.accuracy == pytest.approx(card[f"{which}_accuracy"], abs=2e-4)  # one digit on the edge
        assert judged.loss == pytest.approx(card[f"{which}_loss"], rel=1e-3)
    assert card["test_accuracy"] >= 0.99
