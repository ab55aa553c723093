"""A graph that grows while a foreign file is read: layers with their weights, and errors that name the operator."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.engine.exchange.blocks import with_blocks
from cnnviz.errors import CnnvizError, FileError
from cnnviz.layers import LAYERS, Input, Layer, Output, Shape, times
from cnnviz.model.graph import Edge, Graph, Node
from cnnviz.model.names import attribute
from cnnviz.model.placing.layout import tidy

Array = NDArray[Any]
MOST_OPERATORS = 5000
"""A canvas of more cards helps nobody; ResNet-152 has about 500."""
DAMAGE = (ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, TypeError, ValueError)
"""What Python and numpy raise where a file says something impossible."""
_LONGEST_NAME = 64
_OTHERS_SEE_IT = "Export the network without it, or replace it by layers that cnnviz has."


@dataclass(frozen=True)
class Imported:
    """What a foreign file holds: a graph, its weights by name as in a state dict, and remarks about the reading."""

    graph: Graph
    weights: Mapping[str, Array]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Value:
    """What flows through a foreign graph: the output of a node, of a shape without the batch.

    `pads` (before, after) per dimension beside the channels, filled with `fill`, wait for a window that takes them.
    `readers` is how many operators use the value.
    """

    node: str
    shape: Shape
    readers: int = 1
    pads: tuple[tuple[int, int], ...] = ()
    fill: float = 0.0

    @property
    def padded(self) -> Shape:
        """Return the shape with the waiting pads."""
        if not self.pads:
            return self.shape
        grown = (n + sum(pad) for n, pad in zip(self.shape[1:], self.pads, strict=True))
        return (self.shape[0], *grown)


class Drawing:
    """Collects nodes, wires and weights. `where` names file and operator in errors; set `here` before each operator."""

    def __init__(self, file: str) -> None:
        self.file, self.here = file, ""
        self.batch: int | None = None
        """The batch size that the file was exported with, if it is fixed."""
        self.remarks: dict[str, None] = {}
        self._nodes: dict[str, Layer] = {}
        self._edges: list[Edge] = []
        self._shapes: dict[str, tuple[Shape, ...]] = {}
        self._arrays: dict[str, dict[str, Array]] = {}
        self._modules: dict[str, str] = {}

    def error(self, what: str, hint: str = _OTHERS_SEE_IT) -> FileError:
        """Return an error that names the file and the operator that is being read."""
        return FileError(what, where=f"{self.file}, {self.here}" if self.here else self.file, hint=hint)

    @contextmanager
    def told_as_damage(self) -> Iterator[None]:
        """Within, tell what Python and numpy raise as damage of the file, at the operator that is being read."""
        try:
            yield
        except MemoryError as error:
            raise self.error("there is not enough memory for it.", "Take a smaller network.") from error
        except DAMAGE as error:
            words = " ".join(str(error).split())[:120]
            raise self.error(
                f"it says something impossible ({words}).", "It is damaged; export it again."
            ) from error

    def refuse(self, unknown: Mapping[str, str]) -> None:
        """Raise FileError if there are operators that no layer can do: kinds, each with the name of the first."""
        if not unknown:
            return
        named = ", ".join(f"{kind} ({name})" if name else kind for kind, name in list(unknown.items())[:6])
        more = f" and {len(unknown) - 6} more" if len(unknown) > 6 else ""
        raise self.error(f"cnnviz has no layers for these operators: {named}{more}.")

    def remark(self, text: str) -> None:
        """Note something that the user should know; the same text is kept once."""
        self.remarks[text] = None

    def input(self, name: str, shape: Shape, readers: int = 1) -> Value:
        """Draw an input."""
        return self.add(self.layer(Input, shape=shape), (), name or "input", readers=readers)

    def layer(self, kind: type[Layer], **options: Any) -> Layer:
        """Make a layer; an option that is out of bounds is told with the operator's name."""
        try:
            return kind(**options)
        except CnnvizError as error:
            raise self.error(error.what, error.hint) from None

    def kind(self, kind: str) -> type[Layer]:
        """Return the layer class of a kind."""
        if kind not in LAYERS:
            raise self.error(f"cnnviz has no layer {kind!r}.")
        return LAYERS[kind]

    def settle(self, value: Value, border: str = "zeros") -> Value:
        """Draw the pads that wait as a layer of their own, for what takes no padding; by default they are zeros."""
        plain = replace(value, pads=())
        if not any(any(pad) for pad in value.pads):
            return plain
        if value.fill != 0 and border == "zeros":
            raise self.error(f"takes cells padded with {value.fill:g}, which no layer does here.")
        before, after = (tuple(pad[side] for pad in value.pads) for side in (0, 1))
        return self.add(
            self.layer(self.kind("pad"), before=before, after=after), [plain], readers=value.readers
        )

    def add(
        self,
        layer: Layer,
        inputs: Sequence[Value],
        name: str = "",
        arrays: Mapping[str, Array] | None = None,
        readers: int = 1,
    ) -> Value:
        """Draw a layer behind values, with arrays by their names in the layer; raise FileError if they don't fit."""
        if any(any(pad) for value in inputs for pad in value.pads):
            inputs = [self.settle(value) for value in inputs]
        shapes = tuple(value.shape for value in inputs)
        try:
            shape = layer.out_shape(*shapes)
        except CnnvizError as error:
            raise self.error(error.what) from None
        node = self._fresh(name or layer.stem)
        self._nodes[node], self._shapes[node], self._modules[node] = layer, shapes, name
        self._edges += [Edge(value.node, node, port) for port, value in enumerate(inputs)]
        self._arrays[node] = dict(arrays or {})
        self._fit(node)
        return Value(node, shape, readers)

    def layer_of(self, value: Value) -> Layer:
        """Return the layer whose output a value is."""
        return self._nodes[value.node]

    def module_of(self, value: Value) -> str:
        """Return the foreign name of the module that a value comes from."""
        return self._modules[value.node]

    def before(self, value: Value) -> list[str]:
        """Return the nodes that feed the node of a value, by port."""
        return [edge.source for edge in self._edges if edge.target == value.node]

    def extend(self, value: Value, more: Sequence[Value]) -> Value:
        """Wire more values to the node of a value, which takes any number."""
        ports = len(self.before(value))
        self._edges += [Edge(each.node, value.node, ports + place) for place, each in enumerate(more)]
        self._shapes[value.node] += tuple(each.shape for each in more)
        return self.change(value, self.layer_of(value))

    def change(self, value: Value, layer: Layer, **arrays: Array) -> Value:
        """Give the node of a value another layer, with more arrays; the operator behind it is a part of it."""
        shape = layer.out_shape(*self._shapes[value.node])
        self._nodes[value.node] = layer
        self._arrays[value.node] |= arrays
        self._fit(value.node)
        return replace(value, shape=shape)

    def finish(self, title: str, outputs: Sequence[Value]) -> Imported:
        """Return the graph, tidied, and its weights; what leads to no output is left out, and said."""
        if not outputs:
            raise self.error("its operators lead to no output.", "It is damaged; export it again.")
        outputs = [self.settle(value) for value in outputs]
        fed = {edge.source for edge in self._edges}
        if len(outputs) > 1 or outputs[0].node in fed:
            for number, value in enumerate(outputs):
                self.add(Output() if number == 0 else Output(loss="none"), [value], "output")
        if len(outputs) > 1:
            self.remark(
                "It has several outputs; the first one learns, the others only answer. Choose their losses."
            )
        nodes = tuple(Node(name, layer) for name, layer in self._nodes.items())
        graph = self._trimmed(Graph(nodes, tuple(self._edges), title or "imported"), outputs)
        weights = {
            f"{attribute(node.name)}.{name}": np.ascontiguousarray(array, np.float32)
            for node in graph
            for name, array in self._arrays[node.name].items()
        }
        return Imported(tidy(with_blocks(graph, self._modules)), weights, tuple(self.remarks))

    def _trimmed(self, graph: Graph, outputs: Sequence[Value]) -> Graph:
        wanted = {name for value in outputs for name in (*graph.ancestors(value.node),)}
        wanted |= {
            edge.target
            for edge in graph.edges
            if edge.source in wanted and graph.node(edge.target).layer.ends
        }
        dead = [node.name for node in graph if node.name not in wanted]
        if dead:
            self.remark(
                f"Left out, as it leads to no output: {', '.join(dead[:6])}{' …' if len(dead) > 6 else ''}."
            )
        return graph.remove(dead, heal=False)

    def _fit(self, node: str) -> None:
        """Raise FileError unless the arrays of a node are those that its layer needs, finite and of their shapes."""
        given = self._arrays[node]
        wanted = {p.name: p.shape for p in self._nodes[node].parameters(*self._shapes[node])}
        for name, shape in wanted.items():
            if name not in given:
                raise self.error(f"has no {name}.", "Export the network with its weights.")
            if given[name].shape != shape:
                raise self.error(
                    f"its {name} is {times(given[name].shape) or 'one number'}, but {times(shape)} is needed.",
                    "The file is damaged; export it again.",
                )
            if not np.isfinite(given[name]).all():
                raise self.error(f"its {name} has values that are no numbers.", "Train the network again.")

    def _fresh(self, name: str) -> str:
        """Return a legal name that is still free, as close to the foreign one as possible."""
        stem = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")[-_LONGEST_NAME:].lstrip("_0123456789")
        stem = stem or "layer"
        if keyword.iskeyword(stem):
            stem += "_"
        found, number = stem, 2
        while found in self._nodes:
            found = f"{stem[: _LONGEST_NAME - 6]}_{number}"
            number += 1
        return found
