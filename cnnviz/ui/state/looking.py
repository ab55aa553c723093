"""What is being looked at: weights, the trace of the current sample, and the shared cursor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from cnnviz.data import Dataset
from cnnviz.data.adapt import adapted
from cnnviz.data.vary import varied
from cnnviz.events import Array, Failed
from cnnviz.explain.backward import Slopes
from cnnviz.explain.trace import Trace
from cnnviz.jobs import Asker
from cnnviz.model.check import check
from cnnviz.model.checking.freesize import admits, admitting, resized
from cnnviz.model.graph import Graph, renamed
from cnnviz.model.names import attribute
from cnnviz.model.whatif import SUFFIX, WhatIf
from cnnviz.ui.services import Services, Weights
from cnnviz.ui.state.document import Document
from cnnviz.ui.state.material import Material

COMPANIONS = 7
"""How many training samples a sample is looked at together with."""
NOT_TRAINED = "not trained: random weights"


@dataclass(frozen=True)
class Cursor:
    """The thing pointed at, shared by all panes: a node, one of its maps, a place in that map."""

    node: str = ""
    map: int = 0
    position: tuple[int, ...] = ()

    @property
    def index(self) -> tuple[int, ...]:
        """Return the index of the value in the node's output."""
        return (self.map, *self.position)


class Looking(QObject):
    """Keeps the trace in step with graph, weights and sample. The old trace stays until the new one is there.

    What the document tries out is in the trace, and nowhere else: `weights` and the sample stay what they are.
    """

    weights_changed = Signal()
    trace_changed = Signal()
    cursor_changed = Signal(object)
    turned = Signal(bool)
    """Whether the way back is looked at from now on; its gradients follow with the next trace."""
    failed = Signal(object)

    def __init__(
        self,
        services: Services,
        asker: Asker,
        document: Document,
        material: Material,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._services, self._asker = services, asker
        self._document, self._material = document, material
        self.weights: Weights | None = None
        self.origin = NOT_TRAINED
        self.trace: Trace | None = None
        self.backward = False
        """Whether the way back is looked at, too."""
        self.slopes: Slopes | None = None
        """How the loss changes with every number of the trace, while the way back is looked at."""
        self.batch = False
        """Whether the sample is looked at among others, as in training: batch norm uses their statistics."""
        self.truth: int | None = None
        """The class that the loss is asked for, where it is not the sample's own."""
        self._asked, self._answered = 0, 0
        self._opened = -1
        self.cursor = Cursor()
        self._changed: tuple[Graph, WhatIf, Graph] | None = None
        self.live = True
        """Whether a trace follows every change; where not, the old one stays until `refresh` is called."""
        document.changed.connect(self._follow)
        document.tried.connect(self._keep_up)
        material.sample_changed.connect(self._turn_to_sample)

    @property
    def trained(self) -> bool:
        """Say whether the weights come from a training or a file."""
        return self.weights is not None

    @property
    def graph(self) -> Graph:
        """Return the graph that is looked at: the document's, with the maps muted and swapped that are tried out."""
        graph, whatif = self._document.graph, self._document.whatif
        if self._changed is None or self._changed[0] is not graph or self._changed[1] is not whatif:
            self._changed = graph, whatif, whatif.graph(graph) if whatif.changes_network else graph
        return self._changed[2]

    @property
    def trace_fits(self) -> bool:
        """Say whether the trace belongs to the graph that is shown.

        Places on the canvas don't matter, nor how large the sample is where an Input lets larger ones in.
        """
        if self.trace is None:
            return False
        old, new = self.trace.graph, self.graph
        given = {
            node.name: node.layer.out_shape() for node in old if node.layer.takes_sample and node.name in new
        }
        new = resized(new, {name: shape for name, shape in given.items() if admits(new, name, shape)})
        return old.edges == new.edges and [(n.name, n.layer) for n in old] == [(n.name, n.layer) for n in new]

    @property
    def trace_is_ours(self) -> bool:
        """Say whether the trace is one of the document that is open, if of an earlier state of it."""
        return self.trace is not None and (self._opened == self._document.opened or self.trace_fits)

    @property
    def settled(self) -> bool:
        """Say whether the trace is the answer to the last question: no newer one is on its way."""
        return self.trace_fits and self._asked == self._answered

    def set_weights(self, weights: Weights | None, origin: str) -> None:
        """Look through other weights; `origin` says in words where they come from."""
        self.weights, self.origin = weights, origin
        self.weights_changed.emit()
        self._keep_up()

    def take_over(self, weights: Weights, graph: Graph, origin: str) -> None:
        """Look through weights that were made for an earlier state of the graph; renamed nodes keep theirs."""
        self.set_weights(_follow_names(weights, renamed(graph, self._document.graph)), origin)

    def point(self, **changes: Any) -> None:
        """Move the shared cursor."""
        cursor = replace(self.cursor, **changes)
        if cursor != self.cursor:
            self.cursor = cursor
            self.cursor_changed.emit(cursor)

    def set_backward(self, backward: bool) -> None:
        """Look at the gradients, or at the values again."""
        self.backward, self.slopes = backward, None
        self.turned.emit(backward)
        if backward:
            self.refresh()
        else:
            self.trace_changed.emit()

    def set_batch(self, batch: bool) -> None:
        """Run the sample among others of the training set, as in training; or alone again."""
        if batch != self.batch:
            self.batch = batch
            self.refresh()

    def suppose(self, truth: int) -> None:
        """Ask for the loss of another class than the sample's."""
        self.truth = truth
        if self.backward:
            self.refresh()

    def refresh(self) -> None:
        """Ask for the trace of the current sample, made to fit the Input where it does not, if the graph runs."""
        graph, sample, weights = self._document.graph, self._material.sample, self.weights
        report = self._document.report
        if sample is None or report.errors or not report.output:
            return
        image = fitting(sample.image, graph)
        seed = self._document.recipe.seed
        services, backward, whatif = self._services, self.backward, self._document.whatif
        target = sample.label if sample.answer is None else sample.answer
        target = target if self.truth is None else self.truth
        others = companions(self._material.dataset, graph) if self.batch else None

        def answer() -> tuple[Trace, Slopes | None]:
            net, values, seen = graph, weights, varied(image, whatif.variation)
            if whatif.changes_network:
                net, values = services.attempt(graph, weights, seed, whatif)
            if others is not None:
                images, targets = (
                    [seen, *(each for each, _ in others)],
                    [target, *(each for _, each in others)],
                )
                return services.batch_gradients(net, values, images, seed, targets)
            if backward:
                return services.gradients(net, values, seen, seed, target)
            return services.trace(net, values, seen, seed), None

        self._asked += 1
        number, opened = self._asked, self._document.opened
        self._asker.ask(
            "trace",
            lambda: (number, opened, *answer()),
            self._take,
            self._fail,
        )

    def _turn_to_sample(self) -> None:
        """Look at another sample, whose own class counts again."""
        self.truth = None
        self._keep_up()

    def _keep_up(self) -> None:
        if self.live:
            self.refresh()

    def _take(self, answer: tuple[int, int, Trace, Slopes | None]) -> None:
        self._answered, self._opened, trace, slopes = answer
        self.trace, self.slopes = trace, slopes if self.backward else None
        if self.cursor.node.partition(".")[0] not in trace.activations:
            before = self.cursor.node.rpartition(SUFFIX)[0]
            known = before in trace.activations
            self.cursor = (
                replace(self.cursor, node=before) if known else Cursor(self._first_node(trace.graph))
            )
        self.trace_changed.emit()

    def _fail(self, failure: Failed) -> None:
        """Tell it; where there is no way back, look at the values."""
        if self.batch:
            self.batch = False
            self.refresh()
        elif self.backward:
            self.set_backward(False)
        self.failed.emit(failure)

    def _first_node(self, graph: Graph) -> str:
        convolutions = [node.name for node in graph if node.layer.group == "Convolution"]
        return (convolutions or [node.name for node in graph])[0]

    def _follow(self, old: Graph, new: Graph) -> None:
        names = renamed(old, new)
        if self.weights is not None and names:
            self.weights = _follow_names(self.weights, names)
        if [(n.name, n.layer) for n in old] != [(n.name, n.layer) for n in new] or old.edges != new.edges:
            self._keep_up()


def companions(dataset: Dataset | None, graph: Graph) -> list[tuple[Array, Any]]:
    """Return the first training samples with their answers, as the Input of a graph takes them."""
    if dataset is None:
        return []
    split = dataset.train
    answers = split.class_numbers if len(split.class_numbers) else split.labels
    return [
        (fitting(split.sample(at), graph), int(answers[at]) if answers.ndim == 1 else np.asarray(answers[at]))
        for at in range(min(COMPANIONS, len(split)))
    ]


def fitting(image: Array, graph: Graph) -> Array:
    """Return an image (C, H, W) as the Input of a graph takes it."""
    report = check(graph)
    return image if admitting(graph, image.shape) else adapted(image, report.row(report.input).shape or ())


def _follow_names(weights: Weights, names: dict[str, str]) -> Weights:
    """Return the weights with renamed nodes' keys changed, so that a rename loses nothing."""
    moved = {attribute(old): attribute(new) for old, new in names.items()}
    split = {key: key.rpartition(".") for key in weights}
    return {f"{moved.get(node, node)}.{array}": weights[key] for key, (node, _, array) in split.items()}


__all__ = ["NOT_TRAINED", "Cursor", "Failed", "Looking"]
