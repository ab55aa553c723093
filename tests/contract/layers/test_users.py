"""Windows turned round find every output that uses a number: held against asking all outputs, for every kind."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from cnnviz.explain.backward import readers
from cnnviz.explain.backward.places import Slot
from cnnviz.layers import LAYERS, Conv2d, Flatten, Layer, MaxPool2d, Shape
from tests.contract.layers.draws import draw_fitting, some_indices

COMPUTED = [kind for kind, cls in LAYERS.items() if cls.most_inputs != 0]


def asked_of(layer: Layer, shapes: tuple[Shape, ...]) -> list[readers.Asked]:
    return [readers.Asked(layer, name, shapes) for name in ("", *layer.internals(*shapes))]


def slots_of(layer: Layer, shapes: tuple[Shape, ...]) -> dict[Slot, Shape]:
    """Return everything that a layer can read, with its shape."""
    ports: dict[Slot, Shape] = {Slot(port): shape for port, shape in enumerate(shapes)}
    inside = {Slot(name): shape for name, shape in layer.internals(*shapes).items()}
    learned = {Slot(p.name, learned=True): p.shape for p in layer.parameters(*shapes) if p.trainable}
    return {**ports, **inside, **learned}


def all_users(asked: readers.Asked, slot: Slot, index: tuple[int, ...]) -> set[tuple[int, ...]]:
    """Ask every output whether what it reads covers a place."""
    found = set()
    for place in np.ndindex(*asked.shape):
        bounds = asked.read(place, slot)
        if bounds is not None and all(low <= i < end for (low, end), i in zip(bounds, index, strict=False)):
            found.add(place)
    return found


def outputs(boxes: list[readers.Box]) -> set[tuple[int, ...]]:
    return {
        tuple(cells[at] for cells, at in zip(box, place, strict=True))
        for box in boxes
        for place in np.ndindex(*(len(cells) for cells in box))
    }


@pytest.mark.parametrize("few", [0, readers.FEW], ids=["by lines", "by table"])
@pytest.mark.parametrize("kind", COMPUTED)
def test_no_user_is_left_out(kind: str, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "FEW", few)
    monkeypatch.setattr(readers, "_inverse", readers._inverse.__wrapped__)
    random = Random(kind)
    for _ in range(3):
        layer, shapes = draw_fitting(kind, random)
        for asked in asked_of(layer, shapes):
            for slot, shape in slots_of(layer, shapes).items():
                for index in some_indices(shape, 1, random):
                    found = outputs(readers.users(asked, slot, index))
                    assert all_users(asked, slot, index) <= found, (layer, shapes, asked.array, slot, index)


@pytest.mark.parametrize(("layer", "users"), [(Conv2d(8, (3, 3)), 8 * 9), (MaxPool2d(), 1), (Flatten(), 1)])
def test_windows_are_not_asked_one_by_one(layer: Layer, users: int) -> None:
    asked = readers.Asked(layer, "", ((8, 20, 20),))
    assert len(outputs(readers.users(asked, Slot(0), (3, 10, 11)))) == users
