"""Augmentations are declared once: JSON, text and bounds follow; a recipe keeps a chain of them."""

from __future__ import annotations

import json

import pytest

from cnnviz.errors import TrainError
from cnnviz.model.augmentation import (
    AUGMENTATIONS,
    PRESETS,
    Crop,
    FlipHorizontal,
    Rotation,
    augmentation_from_dict,
    chain_from_text,
    told,
)
from cnnviz.model.recipe import Recipe, recipe_from_dict
from cnnviz.templates import template


@pytest.mark.parametrize("kind", AUGMENTATIONS)
def test_every_kind_survives_a_file_and_describes_itself(kind: str) -> None:
    change = AUGMENTATIONS[kind]()
    assert augmentation_from_dict(json.loads(json.dumps(change.to_dict()))) == change
    assert change.sentence().endswith(".")
    assert change.brief().startswith(change.title)
    assert all(option.help for option in change.options())


def test_a_recipe_keeps_its_chain() -> None:
    recipe = Recipe(augment=(Rotation(8.0, "edge"), Crop(2)))
    values = json.loads(json.dumps(recipe.to_dict()))
    assert values["augment"][0] == {"kind": "rotation", "degrees": 8.0, "fill": "edge"}
    assert recipe_from_dict(values) == recipe
    assert hash(recipe) == hash(recipe_from_dict(values))
    assert recipe_from_dict({}).augment == ()


def test_chains_are_written_on_the_command_line() -> None:
    assert chain_from_text("crops") == PRESETS["crops"]
    assert chain_from_text("none") == ()
    assert chain_from_text("rotation:degrees=8,fill=mirror+flip-horizontal") == (
        Rotation(8.0, "mirror"), FlipHorizontal(),
    )  # fmt: skip
    assert told(chain_from_text("crop:padding=2 noise")) == "Crop with padding 2, Noise 0.05"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([{"kind": "rotate"}], "no augmentation 'rotate'. Did you mean 'rotation'"),
        ([{"kind": "rotation", "degree": 3}], "rotation has no 'degree'. Did you mean 'degrees'"),
        (
            [{"kind": "rotation", "degrees": 999}],
            "rotation: Degrees can't be 999. It takes a number from 0 to 180",
        ),
        ([{"kind": ["rotation"]}], "no augmentation"),
        (["rotation"], "is no augmentation"),
        ("rotation", "It takes a list of changes"),
        (None, "It takes a list of changes"),
    ],
)
def test_what_a_file_may_not_say(values: object, message: str) -> None:
    with pytest.raises(TrainError, match=message):
        recipe_from_dict({"augment": values})


def test_the_notes_settings_are_those_of_their_templates() -> None:
    for name, preset in (
        ("t4", "digits"),
        ("t6", "digits-strong"),
        ("t11", "pictures"),
        ("t15", "pictures-strong"),
    ):
        assert template(name).recipe.augment == PRESETS[preset]
