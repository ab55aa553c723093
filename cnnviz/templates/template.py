"""What a template is: a network that works, with its data, its recipe and what it should reach."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnviz.errors import FileError
from cnnviz.model.graph import Graph
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.paths import shipped


@dataclass(frozen=True)
class Template:
    """A system to open. `id` is its row in the list of systems, `name` is for people who type.

    `params` counts all parameters, running statistics included. `reported` is an accuracy, in words. `trained` is the
    folder of its shipped weights below models/, or empty.
    """

    id: str
    name: str
    title: str
    sentence: str
    graph: Graph
    recipe: Recipe
    data: DataChoice
    params: int
    reported: str = ""
    trained: str = ""
    dimensions: str = "2D"


def shipped_weights(template: Template) -> Path | None:
    """Return the weights file that ships with a template, or None where there is none."""
    return _shipped_file(template.trained, "weights.safetensors")


def card(folder: str) -> dict[str, Any]:
    """Return the card of a shipped model (recipe, seed, accuracy …); empty where the model is not installed."""
    path = _shipped_file(folder, "card.json")
    if path is None:
        return {}
    found = json.loads(path.read_text("utf-8"))
    return found if isinstance(found, dict) else {}


def _shipped_file(folder: str, name: str) -> Path | None:
    if not folder:
        return None
    try:
        path = shipped(folder) / name
    except FileError:  # shipped models can be left out of an installation
        return None
    return path if path.is_file() else None
