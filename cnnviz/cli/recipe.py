"""The options of a command line that change a recipe: one for every declared setting."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

from cnnviz.model.augmentation import PRESETS, chain_from_text
from cnnviz.model.recipe import SETTINGS, Recipe, recipe_setting
from cnnviz.model.setting import READERS, Setting

_SHORT = {"initialiser": ("--init",)}
_SPECIAL = frozenset({"epochs", "steps"})


def add_recipe(parser: argparse.ArgumentParser) -> None:
    """Declare an option for every setting of a recipe."""
    length = parser.add_mutually_exclusive_group()
    for name in ("epochs", "steps"):
        length.add_argument(f"--{name}", type=int, metavar="N", help=_help(recipe_setting(name)))
    for each in SETTINGS:
        if each.name not in _SPECIAL:
            _add(parser, each)
    parser.add_argument(
        "--augment",
        metavar="CHAIN",
        help=f"random changes of training images: none, {', '.join(PRESETS)}, or rotation:degrees=8+crop:padding=2",
    )
    parser.add_argument("--device", help="cpu, cuda or mps")


def changed(recipe: Recipe, options: argparse.Namespace) -> Recipe:
    """Return a recipe with what the command line changes; raise TrainError for what can't be."""
    names = [each.name for each in SETTINGS if each.name not in _SPECIAL] + ["device"]
    changes = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    if options.augment is not None:
        changes["augment"] = chain_from_text(options.augment)
    if options.steps is not None:
        changes["steps"] = options.steps
    if options.epochs is not None:
        changes |= {"epochs": options.epochs, "steps": 0}
    return replace(recipe, **changes)


def _add(parser: argparse.ArgumentParser, setting: Setting) -> None:
    names = (f"--{setting.name.replace('_', '-')}", *_SHORT.get(setting.name, ()))
    given: dict[str, Any] = {"dest": setting.name, "help": _help(setting), "default": None}
    if setting.option.form == "switch":
        parser.add_argument(*names, action=argparse.BooleanOptionalAction, **given)
    elif setting.option.choices:
        parser.add_argument(*names, choices=setting.option.choices, **given)
    else:
        metavar = _METAVARS[setting.option.form]
        parser.add_argument(*names, type=READERS[setting.option.form], metavar=metavar, **given)


def _help(setting: Setting) -> str:
    text = setting.option.help.replace("%", "%%")
    return text[0].lower() + text[1:] if text[1:2].islower() else text


_METAVARS = {"integer": "N", "number": "X", "rising": "N,N", "names": "NAME,NAME"}
