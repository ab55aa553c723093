"""An exported script is the network that cnnviz builds: same state dict, same values, clean style."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from cnnviz.engine.build import GraphModule, build
from cnnviz.errors import GraphError
from cnnviz.layers import (
    Add,
    AvgPool2d,
    BatchNorm,
    Concat,
    Conv1d,
    Conv2d,
    Conv3d,
    Dense,
    Dropout,
    Flatten,
    GlobalAvgPool,
    GlobalMaxPool,
    Input,
    LeakyReLU,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
)  # fmt: skip
from cnnviz.model.codegen import to_code
from cnnviz.model.graph import Graph, chain
from cnnviz.model.recipe import Recipe
from cnnviz.templates import TEMPLATES

LARGE = 100_000_000
"""Parameters and multiply-adds beyond which shapes are compared without numbers, on the meta device."""
RECIPES = (
    None,
    Recipe(steps=7),
    Recipe("adamw", weight_decay=0.01, schedule="cosine"),
    Recipe("momentum", 0.1, weight_decay=1e-4, initialiser="he"),
    Recipe("rmsprop", steps=3, schedule="cosine"),
    Recipe("sgd", initialiser="glorot"),
)


def net_of(graph: Graph) -> torch.nn.Module:
    """Run the script of a graph as an import would, and return its network."""
    names: dict[str, Any] = {"__name__": "exported"}
    exec(compile(to_code(graph), "exported.py", "exec"), names)
    net = names["Net"]()
    assert isinstance(net, torch.nn.Module)
    return net.eval()


def assert_same(graph: Graph) -> None:
    """Hold the script of a graph against the engine: same state dict, and the same values of every output."""
    report = graph.summary()
    size = report.trainable + report.non_trainable + report.macs
    where = "cpu" if size < LARGE else "meta"
    with torch.device(where):
        net = net_of(graph)
        module = build(graph, seed=1).eval() if where == "cpu" else GraphModule(graph).eval()
    ours, theirs = module.state_dict(), net.state_dict()
    assert [(name, each.shape) for name, each in theirs.items()] == [
        (n, each.shape) for n, each in ours.items()
    ]
    net.load_state_dict(ours, strict=True)
    draw = torch.Generator().manual_seed(0)
    samples = [
        torch.rand(2, *(report.row(name).shape or ()), generator=draw).to(where) for name in report.inputs
    ]
    with torch.no_grad():
        answers, expected = net(*samples), module(*samples)
    for answer, wanted in zip(_several(answers), _several(expected), strict=True):
        assert answer.shape == wanted.shape
        assert where == "meta" or torch.equal(answer, wanted)


def _several(answers: Any) -> tuple[torch.Tensor, ...]:
    return answers if isinstance(answers, tuple) else (answers,)


def random_graph(seed: int) -> Graph:
    """Return a graph with branches that meet again, odd sizes and every kind of padding."""
    draw = random.Random(seed)
    size, channels = draw.randint(7, 13), draw.choice((2, 4))
    graph = Graph(title=f"random {seed}").add(Input(shape=(channels, size, size - draw.randint(0, 3))))
    last = graph.nodes[-1].name
    for _ in range(draw.randint(2, 5)):
        graph, last = draw.choice((_straight, _shortcut, _branches))(graph, last, draw)
    tail = draw.choice(
        ([Flatten(), Dense(units=5)], [GlobalAvgPool()], [GlobalMaxPool(), Dense(units=3), Softmax()])
    )
    for layer in tail:
        graph = graph.add(layer, after=last)
        last = graph.nodes[-1].name
    return graph


def _straight(graph: Graph, last: str, draw: random.Random) -> tuple[Graph, str]:
    square = (draw.randint(1, 3), draw.randint(1, 3))
    layer = draw.choice((
        Conv2d(out_channels=4, kernel_size=square, padding=draw.choice(("same", (1, 1))), bias=draw.random() < 0.5),
        Conv2d(out_channels=6, stride=(2, 1), padding="same", groups=2, dilation=(1, 2)),
        MaxPool2d(padding="same", kernel_size=(2, 3), stride=(1, 2)),
        AvgPool2d(padding="same", kernel_size=(3, 2), stride=(2, 1)),
        AvgPool2d(padding=(1, 1), kernel_size=(3, 3), stride=(1, 1)),
        BatchNorm(affine=draw.random() < 0.5), ReLU(), LeakyReLU(slope=0.2), Tanh(), Sigmoid(), Dropout(),
    ))  # fmt: skip
    graph = graph.add(layer, after=last)
    return graph, graph.nodes[-1].name


def _shortcut(graph: Graph, last: str, draw: random.Random) -> tuple[Graph, str]:
    channels = (graph.summary().shapes[last] or (0,))[0]
    graph = graph.add(Conv2d(out_channels=channels, padding="same"), after=last)
    graph = graph.add(Add(), after=graph.nodes[-1].name)
    total = graph.nodes[-1].name
    for _ in range(draw.randint(1, 2)):
        graph = graph.connect(last, total, graph.free_port(total))
    return graph, total


def _branches(graph: Graph, last: str, draw: random.Random) -> tuple[Graph, str]:
    ends = []
    for size in range(1, draw.randint(3, 4)):
        layer = Conv2d(out_channels=2 * draw.randint(1, 2), kernel_size=(size, size), padding="same")
        graph = graph.add(layer, after=last)
        ends.append(graph.nodes[-1].name)
    graph = graph.add(Concat())
    joined = graph.nodes[-1].name
    for end in ends:
        graph = graph.connect(end, joined)
    return graph, joined


@pytest.mark.parametrize("name", list(TEMPLATES))
def test_templates_survive_export(name: str) -> None:
    assert_same(TEMPLATES[name].graph)


@pytest.mark.parametrize("seed", range(40))
def test_random_graphs_survive_export(seed: int) -> None:
    assert_same(random_graph(seed))


@pytest.mark.parametrize(
    "layers",
    [
        [Input(shape=(2, 9)), Conv1d(padding="same", kernel_size=(4,)), MaxPool1d(), Flatten(), Dense()],
        [Input(shape=(1, 5, 6, 7)), Conv3d(out_channels=3), MaxPool3d(padding="same"), GlobalAvgPool()],
        [Input(shape=(4,)), Dense(units=3), BatchNorm(), Softmax()],
        [Input(shape=(3,))],
    ],
    ids=["1D", "3D", "flat", "input alone"],
)
def test_every_dimension_survives_export(layers: list[Any]) -> None:
    assert_same(chain(layers))


def test_reserved_names_survive_export() -> None:
    layers = [
        ("x", Input(shape=(4,))),
        ("forward", Dense(units=3)),
        ("nn", ReLU()),
        ("torch", Dense(units=2)),
    ]
    assert_same(chain(layers))


def test_a_node_may_be_called_like_the_padding_of_another() -> None:
    same = Conv2d(kernel_size=(2, 2), padding="same")
    assert_same(chain([Input(), ("conv1", same), ("conv1_pad", ReLU()), GlobalAvgPool()]))


def test_a_title_can_not_break_out_of_the_docstring() -> None:
    graph = chain([Input(shape=(4,)), Dense()], title='"""\nimport os  # \\')
    names: dict[str, Any] = {"__name__": "exported"}
    exec(to_code(graph), names)
    assert "os" not in names


def test_a_graph_that_can_not_run_is_refused_with_its_node() -> None:
    with pytest.raises(GraphError, match="dense1"):
        to_code(chain([Input(), Dense()]))


def test_scripts_are_clean(tmp_path: Path) -> None:
    graphs = [each.graph for each in TEMPLATES.values()] + [random_graph(seed) for seed in range(8)]
    for number, graph in enumerate(graphs):
        code = to_code(graph, RECIPES[number % len(RECIPES)], weights="net.safetensors" if number % 2 else "")
        (tmp_path / f"net{number}.py").write_text(code, "utf-8")
    ruff = Path(sys.executable).with_name("ruff")
    for command in (["check", "--select", "E4,E7,E9,F,W,I,UP,B"], ["format", "--check"]):
        options = [*command, "--isolated", "--no-cache", "--config", "line-length = 110", str(tmp_path)]
        done = subprocess.run([ruff, *options], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_script_runs_and_loads_the_weights_it_was_exported_with(tmp_path: Path) -> None:
    safetensors = pytest.importorskip("safetensors.torch")
    graph = chain([Input(shape=(1, 8, 8)), Conv2d(out_channels=2), ReLU(), Flatten(), Dense(units=3)])
    (tmp_path / "net.py").write_text(to_code(graph, weights="net.safetensors"), "utf-8")
    safetensors.save_file(build(graph).state_dict(), tmp_path / "net.safetensors")
    done = subprocess.run([sys.executable, tmp_path / "net.py"], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "(1, 1, 8, 8) -> (1, 3)", done.stderr
