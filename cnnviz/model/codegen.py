"""A graph as a PyTorch script that needs cnnviz no more, and whose weights can go back and forth."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from typing import Any

from cnnviz.errors import GraphError
from cnnviz.layers import TorchCall, times
from cnnviz.model.check import Report, Row, check
from cnnviz.model.graph import Graph
from cnnviz.model.names import attribute, modules_of

Modules = Mapping[str, tuple[tuple[str, TorchCall], ...]]
WIDTH = 110
"""Longest line that is not wrapped."""


def to_code(graph: Graph) -> str:
    """Return a self-contained script with a class `Net`; raise GraphError where the graph can't run.

    `Net` has the same state dict as `cnnviz.build(graph)` and returns the same values.
    """
    report = check(graph).require()
    if not report.input or not report.output:
        raise GraphError("the network needs one input and one output.", where=graph.title)
    modules = modules_of(graph)
    own = _own_classes()
    used = sorted({call.name for pairs in modules.values() for _, call in pairs} & set(own))
    helpers = [own[name] for name in used]
    classes = [node for text in helpers for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]
    parts = (
        _docstring(graph, report),
        "\n".join(_imports(classes)),
        "\n\n\n".join(helpers),
        _net(graph, report, modules, frozenset(used)),
        _main(report),
    )
    head, body = parts[:2], [part for part in parts[2:] if part]
    return "\n\n".join(head) + "\n\n\n" + "\n\n\n".join(body) + "\n"


def _docstring(graph: Graph, report: Report) -> str:
    title = "".join(each for each in graph.title if each.isprintable()).replace("\\", "/").replace('"', "'")
    shape = report.row(report.input).shape or ()
    running = f" (and {report.non_trainable:,} running statistics)" if report.non_trainable else ""
    counts = f"{report.trainable:,} parameters{running}, {report.macs:,} multiply-adds"
    return f'"""{title.strip() or "A network"}, written by cnnviz.\n\n{counts} for one sample of {times(shape)}.\n"""'


def _imports(helpers: Iterable[ast.ClassDef]) -> Iterator[str]:
    """Yield the import lines of the script: its own, and those that the copied classes need."""
    used = {node.id for each in helpers for node in ast.walk(each) if isinstance(node, ast.Name)}
    yield "from pathlib import Path\n"
    yield "import torch\nfrom torch import nn"
    found: dict[str, None] = {}
    for source in _own_sources():
        for node in ast.parse(source).body:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                bound = {alias.asname or alias.name for alias in node.names} - {"torch", "nn"}
                if bound & used:
                    found[ast.unparse(node)] = None
    yield from sorted(found)


def _net(graph: Graph, report: Report, modules: Modules, own: frozenset[str]) -> str:
    lines = ["class Net(nn.Module):", "    def __init__(self) -> None:", "        super().__init__()"]
    for pairs in modules.values():
        lines += [f"        self.{name} = {_construction(call, own)}" for name, call in pairs]
    lines += ["", "    def forward(self, x: torch.Tensor) -> torch.Tensor:"]
    variables = _variables(graph, report)
    for row in report.rows:
        lines += _step(graph, row, modules[row.name], variables)
    return "\n".join([*lines, f"        return {variables[report.output]}"])


def _variables(graph: Graph, report: Report) -> dict[str, str]:
    """Return the variable that holds each node's value: `x` where only the very next line reads it."""
    order = [row.name for row in report.rows]
    found = {}
    for name, following in zip(order, [*order[1:], ""], strict=True):
        readers = {edge.target for edge in graph.outputs(name)}
        found[name] = "x" if readers <= {following} else attribute(name)
    return found


def _step(
    graph: Graph, row: Row, pairs: Iterable[tuple[str, TorchCall]], variables: Mapping[str, str]
) -> list[str]:
    """Return the lines that compute one node: one, unless it is too long."""
    arguments = [variables[edge.source] for edge in graph.inputs(row.name)] or ["x"]
    expression, target = ", ".join(arguments), variables[row.name]
    names = [name for name, _ in pairs]
    comment = f"  # {times(row.shape or ())}"
    if not names:
        return [] if expression == target else [f"        {target} = {expression}{comment}"]
    for name in names:
        expression = f"self.{name}({expression})"
    line = f"        {target} = {expression}{comment}"
    if len(line) <= WIDTH or len(arguments) == 1:
        return [line]
    inside = [f"            {each}," for each in arguments]
    return [f"        {target} = self.{names[0]}(", *inside, f"        ){comment}"]


def _construction(call: TorchCall, own: frozenset[str]) -> str:
    """Write the construction of a module; sizes that are equal in all dimensions become one number, as is usual."""
    write = _written if call.name in own else _shortened
    arguments = [write(value) for value in call.args]
    arguments += [f"{name}={write(value)}" for name, value in call.kwargs.items()]
    return f"{'' if call.name in own else 'nn.'}{call.name}({', '.join(arguments)})"


def _shortened(value: Any) -> str:
    return _written(value[0] if isinstance(value, tuple) and len(set(value)) == 1 else value)


def _written(value: Any) -> str:
    return f'float("{value}")' if value in (float("inf"), float("-inf")) else repr(value)


def _main(report: Report) -> str:
    shape = report.row(report.input).shape or ()
    sizes = ", ".join(str(entry) for entry in (1, *shape))
    return f"""if __name__ == "__main__":
    net = Net().eval()
    weights = Path(__file__).with_name("weights.safetensors")
    if weights.exists():
        from safetensors.torch import load_file

        net.load_state_dict(load_file(weights))
    image = torch.zeros({sizes})
    print(f"{{tuple(image.shape)}} -> {{tuple(net(image).shape)}}")"""


def _own_sources() -> list[str]:
    """Return the texts of the modules that torch lacks, without importing them (and torch with them)."""
    folder = files("cnnviz").joinpath("engine", "modules")
    places = sorted(
        (each for each in folder.iterdir() if each.name.endswith(".py")), key=lambda each: each.name
    )
    return [each.read_text("utf-8") for each in places if each.name != "__init__.py"]


def _own_classes() -> dict[str, str]:
    """Return the text of every class of `cnnviz.engine.modules` by its name."""
    found = {}
    for source in _own_sources():
        for node in ast.parse(source).body:
            if isinstance(node, ast.ClassDef):
                found[node.name] = ast.get_source_segment(source, node) or ""
    return found
