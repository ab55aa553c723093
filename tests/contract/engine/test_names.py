"""No node's name may hide what a module needs for itself."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import nn

from cnnviz.engine.build import GraphModule, build
from cnnviz.layers import Conv2d, Flatten, Input, MaxPool2d
from cnnviz.model.graph import chain
from cnnviz.model.names import RESERVED, attribute, modules_of


def test_reserved_names_are_all_that_modules_have() -> None:
    module = build(chain([("i", Input((1, 2, 2)))]))
    ours = {
        name for name in (*dir(nn.Module()), *vars(GraphModule), *vars(module)) if not name.startswith("_")
    }
    assert ours - RESERVED == set()


def test_different_names_stay_different() -> None:
    names = {f"{stem}{'_' * k}" for stem in (*RESERVED, "conv1", "requires_grad") for k in range(4)}
    assert len({attribute(name) for name in names}) == len(names)


@pytest.mark.parametrize("name", ["training", "forward", "graph", "requires_grad", "x"])
def test_any_name_can_be_built_and_run(name: str) -> None:
    module = build(chain([("i", Input((1, 6, 6))), (name, Conv2d(2, 3)), ("f", Flatten())]))
    assert module(torch.zeros(1, 1, 6, 6)).shape == (1, 32)
    assert set(module.activations(torch.zeros(1, 1, 6, 6))) == {"i", name, "f"}


def test_padding_modules_give_way_to_nodes() -> None:
    graph = chain(
        [
            Input((1, 5, 5)),
            ("p", MaxPool2d(padding="same")),
            ("p_pad", Conv2d(1, 1)),
            ("p_pad_", Conv2d(1, 1)),
        ]
    )
    names = [name for name, _ in itertools.chain.from_iterable(modules_of(graph).values())]
    assert names == ["p_pad__", "p", "p_pad", "p_pad_"]
    assert build(graph)(torch.zeros(1, 1, 5, 5)).shape == (1, 1, 3, 3)
