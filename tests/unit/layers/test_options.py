"""What may be written into an option, what is refused, and in which words."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from cnnviz.errors import CnnvizError, GraphError, OptionError
from cnnviz.layers import GROUPS, LAYERS, Conv2d, Dense, Dropout, Input, MaxPool2d, layer_from_dict

SPOILT: dict[str, list[Any]] = {
    "integer": [0.5, "3", True, None, 0, 10**9],
    "number": ["0.5", None, True, float("nan"), float("inf"), -1.0, 1e9],
    "switch": [0, 1, "yes", None],
    "choice": ["no such choice", 0, True, None],
    "size": [0, -1, 1.5, "3", True, None, (), (1, 2, 3, 4, 5), (1, None), 10**9],
    "padding": ["full", -1, 1.5, True, None, 10**9],
    "layer": [None, 5, "dense", {}, {"kind": "add"}, {"kind": "lstm"}, {"kind": "relu", "options": []}],
    "rising": [5, (3, 3), (2, 1), (-1,), (1.5,), "1", None, (10**9,)],
    "shape": [5, (), (0,), (-1,), (1, 2, 3, 4, 5), ("1",), None],
    "target": [5, (), (0,), (-2,), (-1, -1), (1, 2, 3, 4, 5), ("rest",), None],
    "kernel": ["", ";", "1 2; 3", "1 x", "1/0", "1e9", "nan", "0 " * 16, ((1, 2),), 3, None],
}


@pytest.mark.parametrize("kind", LAYERS)
def test_every_option_refuses_what_it_cannot_hold(kind: str) -> None:
    layer = LAYERS[kind]()
    for option in layer.options():
        assert option.parse(option.default) == option.default
        for value in SPOILT[option.form]:
            if option.lo == 0 and value in (0, (0,)):
                continue
            with pytest.raises(OptionError) as caught:
                layer.replace(**{option.name: value})
            assert option.label in caught.value.what
            assert option.allowed() in caught.value.hint


@pytest.mark.parametrize("kind", LAYERS)
def test_a_kind_is_declared_in_full(kind: str) -> None:
    cls = LAYERS[kind]
    assert cls.kind == kind
    assert cls.group in GROUPS
    assert cls.title
    assert cls.icon
    assert cls.sentence().endswith(".")
    for option in cls.options():
        assert option.help
        assert option.label
    assert dataclasses.is_dataclass(cls)
    assert hash(cls()) == hash(cls())


def test_one_number_stands_for_all_entries_of_a_size() -> None:
    assert Conv2d(8, 3, 2, 1) == Conv2d(8, (3, 3), (2, 2), (1, 1))
    assert Conv2d(8, [3, 5]).kernel_size == (3, 5)


@pytest.mark.parametrize("layer", [Conv2d(), MaxPool2d()])
def test_an_unknown_option_is_refused_with_a_guess(layer: Any) -> None:
    with pytest.raises(OptionError, match="Did you mean 'kernel_size'"):
        layer.replace(kernel_sizes=3)
    with pytest.raises(OptionError, match="Did you mean 'kernel_size'"):
        layer_from_dict(layer.kind, {"kernel_sizes": 3})


def test_an_unknown_kind_is_refused_with_a_guess() -> None:
    with pytest.raises(GraphError, match="Did you mean 'conv2d'"):
        layer_from_dict("conv2", {})


def test_the_error_says_what_arrived_and_what_is_allowed() -> None:
    with pytest.raises(CnnvizError) as caught:
        Dropout(0.99)
    assert str(caught.value) == "Rate can't be 0.99. It takes a number from 0 to 0.95."


def test_briefs_name_what_matters() -> None:
    assert Conv2d(32, 3, padding="same").brief() == "32 @ 3×3, same"
    assert Conv2d(8, 5, 2, 2, 2, 4, False).brief() == (
        "8 @ 5×5, padding 2, stride 2, dilation 2, 4 groups, no bias"
    )
    assert MaxPool2d().brief() == "2×2, stride 2"
    assert Dense(1).brief() == "1 unit"
    assert Input((3, 32, 32)).brief() == "3×32×32"
