"""What a template is: a network that works, with its data, its recipe and what it should reach."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cnnviz.errors import FileError
from cnnviz.model.graph import Graph
from cnnviz.model.placing.layout import tidy_for
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.paths import shipped

ROOM = (1000.0, 760.0)
"""Width and height of the view that templates are laid out for: the canvas of a middling window."""

SECTIONS = ("Digits", "Images", "Sequences and 3D", "Autoencoders", "Architectures")
"""The headings of the gallery, in order."""


@dataclass(frozen=True)
class Template:
    """A system to open. `id` is its row in the list of systems, `name` is for people who type.

    `make` writes the network down, which happens when `graph` is first asked for. `params` counts the parameters that
    train, `running` the statistics that batch norm keeps besides. `reported` is a result, in words. `trained` is the
    folder of its shipped weights below models/, or empty. `row` is the row of several templates that belong together.
    """

    id: str
    name: str
    title: str
    sentence: str
    make: Callable[[], Graph]
    recipe: Recipe
    data: DataChoice
    params: int
    running: int = 0
    reported: str = ""
    trained: str = ""
    dimensions: str = "2D"
    section: str = SECTIONS[0]
    row: str = ""

    @cached_property
    def graph(self) -> Graph:
        """Return the network, tidy and with its title; made once."""
        return tidy_for(self.make().with_title(self.title), ROOM)


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


def reached(folder: str) -> str:
    """Return in a few words what shipped weights reached on test data, by their card; empty where there is none."""
    about = card(folder)
    accuracy = about.get("test_accuracy")
    if isinstance(accuracy, float):
        return f"{accuracy:.2%} on {about['data']['name']}".replace("%", " %")
    return str(about.get("reached", ""))


def _shipped_file(folder: str, name: str) -> Path | None:
    if not folder:
        return None
    try:
        path = shipped(folder) / name
    except FileError:  # shipped models can be left out of an installation
        return None
    return path if path.is_file() else None
