"""A recipe: one declaration gives bounds, words and JSON; what older files don't say is as it was."""

from __future__ import annotations

import json

import pytest

from cnnviz.errors import TrainError
from cnnviz.model.recipe import SETTINGS, Recipe, data_from_dict, recipe_from_dict, recipe_setting

OLD = {
    "optimiser": "momentum", "learning_rate": 0.1, "batch_size": 128, "epochs": 3, "steps": 0, "seed": 1,
    "momentum": 0.9, "weight_decay": 1e-4, "initialiser": "he", "schedule": "cosine", "device": "cpu",
}  # fmt: skip


def test_an_older_recipe_means_what_it_meant() -> None:
    found = recipe_from_dict(OLD)
    assert {name: getattr(found, name) for name in OLD} == OLD
    for each in SETTINGS:
        if each.name not in OLD:
            assert getattr(found, each.name) == each.option.default


def test_every_setting_is_off_by_default() -> None:
    usual = Recipe()
    assert (usual.clip_norm, usual.l1, usual.l2, usual.mixup, usual.label_smoothing) == (0, 0, 0, 0, 0)
    assert (usual.accumulate, usual.early_stopping, usual.warm_up, usual.precision) == (1, 0, 0, "float32")


def test_json_and_back() -> None:
    recipe = Recipe("nesterov", schedule="step", drop_steps=(5, 9), freeze=("conv1",), precision="bfloat16")
    assert recipe_from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe


@pytest.mark.parametrize("each", SETTINGS, ids=lambda each: each.name)
def test_every_setting_is_declared_whole(each) -> None:  # type: ignore[no-untyped-def]
    assert each.option.help
    assert each.section
    assert each.parse(each.option.default) == each.option.default
    if each.option.form in ("integer", "number"):
        for beyond in (each.option.lo - 1, each.option.hi + 1):
            with pytest.raises(TrainError, match="can't be .* It takes a"):
                Recipe(**{each.name: beyond})


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("optimiser", "adan", "there is no optimiser 'adan'. Did you mean"),
        ("schedule", ["cosine"], "there is no schedule"),
        ("batch_size", True, "batch size can't be True"),
        ("drop_steps", (9, 5), "each larger than the one before"),
        ("drop_steps", 5, "drop steps can't be 5"),
        ("freeze", "conv1", "It takes names"),
        ("learning_rate", float("nan"), "learning rate can't be nan"),
        ("compiled", 1, "It takes yes or no"),
    ],
)
def test_what_can_not_be_is_refused_in_words(name: str, value: object, said: str) -> None:
    with pytest.raises(TrainError, match=said):
        Recipe(**{name: value})


def test_settings_say_when_they_matter() -> None:
    assert not recipe_setting("drop_steps").matters(Recipe())
    assert recipe_setting("drop_steps").matters(Recipe(schedule="step"))
    assert recipe_setting("momentum").matters(Recipe("nesterov"))
    assert not recipe_setting("epochs").matters(Recipe(steps=3))


def test_a_fold_must_be_one_of_them() -> None:
    assert data_from_dict({"folds": 5, "fold": 4}).fold == 4
    with pytest.raises(TrainError, match="there is no fold 5 of 5"):
        data_from_dict({"folds": 5, "fold": 5})
