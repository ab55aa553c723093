"""The layer kind that the README adds in twenty lines works everywhere, with nothing but those lines."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from cnnviz.engine.build import build
from cnnviz.engine.trace import trace
from cnnviz.errors import GraphError
from cnnviz.explain import explain
from cnnviz.layers import LAYERS, Conv2d, Input, layer_from_dict
from cnnviz.model.codegen import to_code
from cnnviz.model.files import Project, from_json, to_json
from cnnviz.model.graph import Graph, chain

README = Path(__file__).resolve().parents[2] / "README.md"


def lines() -> str:
    """Return the code of the README."""
    blocks = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    return next(block for block in blocks if "class ChannelShuffle" in block)


@pytest.fixture
def kind() -> Iterator[type]:
    module = ModuleType("channel_shuffle")
    sys.modules["channel_shuffle"] = module  # dataclasses look their module up
    exec(compile(lines(), "README.md", "exec"), module.__dict__)
    yield module.__dict__["ChannelShuffle"]
    del LAYERS["channel_shuffle"], sys.modules["channel_shuffle"]


def network(kind: type, groups: int = 3) -> Graph:
    return chain([Input((1, 6, 6)), Conv2d(12), ("shuffle", kind(groups))])


def test_twenty_lines_are_enough() -> None:
    body = lines().split("@dataclass")[1].splitlines()
    assert len([line for line in body if line.strip()]) <= 20


def test_it_is_measured_saved_and_opened(kind: type) -> None:
    graph = network(kind)
    assert graph.summary().require().row("shuffle").shape == (12, 4, 4)
    assert from_json(to_json(Project(graph))).graph == graph
    assert layer_from_dict("channel_shuffle", {"groups": 4}) == kind(4)
    with pytest.raises(GraphError, match="12 channels can't be split into 5 equal groups"):
        network(kind, 5).summary().require()


def test_it_is_built_exported_and_explained(kind: type) -> None:
    graph = network(kind)
    module = build(graph, seed=1).eval()
    image = np.random.default_rng(0).normal(size=(1, 6, 6)).astype(np.float32)
    space: dict[str, object] = {"__name__": "exported", "__file__": "net.py"}
    exec(to_code(graph), space)
    net = space["Net"]()  # type: ignore[operator]
    net.load_state_dict(module.state_dict())
    batch = torch.from_numpy(image)[None]
    assert torch.equal(net.eval()(batch), module(batch))
    seen = trace(module, image)
    for channel in range(12):
        found = explain(seen, "shuffle", (channel, 2, 3))
        assert found.closes
        assert found.terms[0].source == "conv1"
