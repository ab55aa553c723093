"""Networks that run, but not as one would want: notes with the edit that mends each.

Every rule looks at a node and the nodes before it on a plain path, and asks layers what they are, never which kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from cnnviz.layers import Layer, LeakyReLU, ReLU, Shape, times
from cnnviz.model.checking.problem import Fix, Problem
from cnnviz.model.checking.wiring import removal
from cnnviz.model.graph import Graph, Node

LARGE = 50_000_000
"""Parameters in one layer; VGG's largest has 103 million, which is what global pooling was invented against."""


def notes(graph: Graph, shapes: Mapping[str, Shape | None], params: Mapping[str, int]) -> list[Problem]:
    """Return what is not wrong but of no use or a risk, at most one note per node."""
    found = []
    for node in graph:
        for rule in _RULES:
            told = rule(graph, node, shapes, params)
            if told is not None:
                found.append(told)
                break
    return found


Rule = Callable[[Graph, Node, Mapping[str, Shape | None], Mapping[str, int]], Problem | None]


def _bias_before_norm(graph: Graph, node: Node, *_: object) -> Problem | None:
    before = _before(graph, node.name)
    if before is None or not node.layer.recentres or not getattr(before.layer, "bias", False):
        return None
    if not before.layer.linear or len(graph.outputs(before.name)) > 1:
        return None
    fix = Fix(
        f"Leave out the bias of {before.name}",
        lambda graph: graph.with_layer(before.name, graph.node(before.name).layer.replace(bias=False)),
    )
    text = f"its bias has no effect: {node.name} behind it subtracts the mean of every channel."
    return Problem(before.name, text, "note", (fix,))


def _softmax_within(graph: Graph, node: Node, *_: object) -> Problem | None:
    """Probabilities fed into further layers make gradients tiny; two in a row flatten them once more."""
    if not node.layer.gives_probabilities:
        return None
    behind = [other for other in _behind(graph, node.name) if not _passes(other.layer)]
    if not behind:
        return None
    text = f"turns scores into probabilities in the middle of the network: {behind[0].name} learns badly from them."
    rectifier = Fix("Use ReLU here", lambda graph: graph.with_layer(node.name, ReLU()))
    return Problem(node.name, text, "note", (removal(node.name), rectifier))


def _bent_scores(graph: Graph, node: Node, *_: object) -> Problem | None:
    """A ReLU on the scores cuts off all that is negative, and its gradient with it."""
    if not node.layer.bends or node.layer.gives_probabilities:
        return None
    behind = list(_behind(graph, node.name))
    last = not graph.outputs(node.name) and not any(other.layer.ends for other in graph)
    if not last and not (behind and all(_passes(other.layer) for other in behind)):
        return None
    if not node.layer.cuts:
        return None
    text = "cuts off negative scores, so that a wrong class can't be told how wrong it is."
    return Problem(node.name, text, "note", (removal(node.name),))


def _bent_twice(graph: Graph, node: Node, *_: object) -> Problem | None:
    before = _before(graph, node.name)
    if before is None or not node.layer.bends or not before.layer.bends:
        return None
    if node.layer.gives_probabilities and not before.layer.gives_probabilities:
        return None
    text = f"bends what {before.name} has bent already."
    if node.layer == before.layer and isinstance(node.layer, ReLU):
        text = f"changes nothing: {before.name} before it does the same."
    return Problem(node.name, text, "note", (removal(node.name), removal(before.name)))


def _straight(graph: Graph, node: Node, *_: object) -> Problem | None:
    """Two linear layers in a row are one: W₂(W₁x) = (W₂W₁)x."""
    before = _before(graph, node.name)
    while before is not None and before.layer.group == "Reshape":
        before = _before(graph, before.name)
    if before is None or not (node.layer.linear and before.layer.linear):
        return None
    if len(graph.outputs(before.name)) > 1 or _factors(before.layer) or _factors(node.layer):
        return None
    wire = graph.inputs(node.name)[0]
    text = f"and {before.name} are one linear layer: nothing bends the values between them."
    choices: tuple[Layer, ...] = (ReLU(), LeakyReLU())
    fixes = tuple(
        Fix(f"Insert {layer.title} between them", lambda graph, layer=layer: graph.insert(wire, layer))  # type: ignore[misc]
        for layer in choices
    )
    return Problem(node.name, text, "note", fixes)


def _idle(graph: Graph, node: Node, shapes: Mapping[str, Shape | None], *_: object) -> Problem | None:
    if node.layer.idle(*_arriving(graph, node.name, shapes)):
        return Problem(node.name, "does nothing here.", "note", (removal(node.name),))
    return None


def _drops_answers(graph: Graph, node: Node, *_: object) -> Problem | None:
    if not node.layer.draws or any(not _passes(other.layer) for other in _behind(graph, node.name)):
        return None
    if not graph.inputs(node.name):
        return None
    text = "switches off class scores at random while training; put dropout before the last layer instead."
    return Problem(node.name, text, "note", (removal(node.name),))


def _skips(graph: Graph, node: Node, *_: object) -> Problem | None:
    kernel, stride = getattr(node.layer, "kernel_size", None), getattr(node.layer, "stride", None)
    if not isinstance(kernel, tuple) or not isinstance(stride, tuple) or node.layer.group == "Reshape":
        return None
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, getattr(node.layer, "dilation", (1,) * 9), strict=False)]
    wide = [(k, s) for k, s in zip(reach, stride, strict=False) if s > k]
    if not wide or set(kernel) == {1}:  # a strided 1×1 convolution is the usual shortcut of residual networks
        return None
    text = f"skips cells: its window is {wide[0][0]} wide and moves by {wide[0][1]}."
    closer = Fix(
        f"Stride {times(kernel)}: every cell is seen",
        lambda graph: graph.with_layer(node.name, graph.node(node.name).layer.replace(stride=kernel)),
    )
    return Problem(node.name, text, "note", (closer,))


def _large(
    graph: Graph, node: Node, shapes: Mapping[str, Shape | None], params: Mapping[str, int]
) -> Problem | None:
    if params.get(node.name, 0) < LARGE:
        return None
    text = f"has {params[node.name]:,} parameters; a global average before it would leave it a fraction."
    return Problem(node.name, text, "note")


def _before(graph: Graph, name: str) -> Node | None:
    wires = graph.inputs(name)
    return graph.node(wires[0].source) if len(wires) == 1 else None


def _behind(graph: Graph, name: str) -> Iterator[Node]:
    """Yield the nodes behind a node, as long as the path does not branch."""
    wires = graph.outputs(name)
    while len(wires) == 1:
        node = graph.node(wires[0].target)
        yield node
        wires = graph.outputs(node.name)


def _arriving(graph: Graph, name: str, shapes: Mapping[str, Shape | None]) -> tuple[Shape, ...]:
    return tuple(shape for edge in graph.inputs(name) if (shape := shapes.get(edge.source)) is not None)


def _passes(layer: Layer) -> bool:
    """Say whether a layer only passes scores on: an Output, or the softmax at the end."""
    return layer.ends or layer.gives_probabilities


def _factors(layer: Layer) -> bool:
    """Say whether a convolution is one half of a factorised one: grouped, or with a 1×1 window."""
    return getattr(layer, "groups", 1) > 1 or set(getattr(layer, "kernel_size", (0,))) == {1}


_RULES: tuple[Rule, ...] = (
    _bias_before_norm, _softmax_within, _bent_twice, _bent_scores, _straight, _drops_answers, _idle, _skips, _large,
)  # fmt: skip
