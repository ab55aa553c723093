"""The models that ship with cnnviz are what their cards say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cnnviz import data
from cnnviz.data import hold_out
from cnnviz.engine.build import build
from cnnviz.engine.evaluate import evaluate
from cnnviz.engine.weights import apply, load
from cnnviz.events import Evaluated
from cnnviz.model.recipe import recipe_from_dict
from cnnviz.paths import shipped
from cnnviz.templates import shipped_weights, template

FOLDER = shipped("lenet5-mnist")
REAL_DATA = Path(__file__).resolve().parents[4] / "shared" / "data"


@pytest.fixture(scope="module")
def card() -> dict[str, Any]:
    return json.loads((FOLDER / "card.json").read_text("utf-8"))


def test_card_counts_the_parameters(card: dict[str, Any]) -> None:
    weights = load(FOLDER)
    assert sum(array.size for array in weights.values()) == card["parameters"] == 61_706
    apply(build(template("t10").graph), weights)


def test_the_template_has_the_recipe_of_the_card(card: dict[str, Any]) -> None:
    found = template(card["template"])
    assert recipe_from_dict(card["recipe"]) == found.recipe
    assert (found.data.validation, found.data.seed) == (card["data"]["validation"], card["data"]["seed"])
    assert shipped_weights(found) == FOLDER / "weights.safetensors"


def test_both_cards_say_the_same(card: dict[str, Any]) -> None:
    text = (FOLDER / "card.md").read_text("utf-8")
    for which in ("validation", "test"):
        assert f"accuracy {card[f'{which}_accuracy']:.2%}, loss".replace("%", " %") in text
        assert f"loss {card[f'{which}_loss']:.4f}" in text
    assert card["command"] in text


@pytest.mark.data
@pytest.mark.skipif(not (REAL_DATA / "mnist").is_dir(), reason="the real MNIST is not beside the checkout")
def test_accuracy_and_loss_of_the_card(card: dict[str, Any]) -> None:
    module = build(template("t10").graph)
    apply(module, load(FOLDER))
    mnist = data.load("mnist", REAL_DATA)
    _, held = hold_out(60_000, 5000, 0)
    for which, split, places in (("test", mnist.test, None), ("validation", mnist.train, held)):
        (judged,) = (e for e in evaluate(module, split, places, which=which) if isinstance(e, Evaluated))
        assert judged.accuracy == pytest.approx(card[f"{which}_accuracy"], abs=2e-4)  # one digit on the edge
        assert judged.loss == pytest.approx(card[f"{which}_loss"], rel=1e-3)
    assert card["test_accuracy"] >= 0.99
