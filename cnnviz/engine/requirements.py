"""What must fit together before a training begins; everything else is refused in words."""

from __future__ import annotations

from cnnviz.data import Dataset
from cnnviz.engine.build import GraphModule
from cnnviz.engine.losses import SMOOTHED, Head
from cnnviz.errors import TrainError
from cnnviz.layers import size, times
from cnnviz.model.check import check
from cnnviz.model.checking.answers import PER_CELL
from cnnviz.model.checking.freesize import admits
from cnnviz.model.graph import Graph
from cnnviz.model.recipe import DataChoice, Recipe


def require_samples(graph: Graph, dataset: Dataset) -> None:
    """Raise TrainError where the samples don't fit the network, before anything is built."""
    report = check(graph).require()
    if len(report.inputs) > 1:
        raise TrainError(
            f"the network takes {len(report.inputs)} inputs, but {dataset.title} has one kind of sample.",
            where=report.inputs[1],
        )
    if not report.trainable:
        raise TrainError("the network has nothing that learns.", hint="Add a convolution or a Dense layer.")
    if not admits(graph, report.input, dataset.shape):
        wanted = report.row(report.input).shape or ()
        raise TrainError(
            f"the network takes {times(wanted)}, but {dataset.title} has {times(dataset.shape)}.",
            where=report.input,
            hint=f"Give the Input the shape {times(dataset.shape)}, or choose other data.",
        )


def require_answers(module: GraphModule, dataset: Dataset) -> None:
    """Raise TrainError where an answer does not fit what the samples of the data set should give."""
    if dataset.answers != "labels":
        _require_values(module, dataset)
        return
    classes = len(dataset.classes)
    free = any(node.layer.enlarged() != node.layer for node in module.graph)
    for head in module.heads:
        if head.layer.target == "labels" and head.layer.loss != "none" and not _fits(head, classes, free):
            raise TrainError(
                f"the network's output is {times(head.shape)}, but {dataset.title} has {classes} classes.",
                where=head.node,
                hint=f"End with a Dense layer of {classes} units.",
            )


def _require_values(module: GraphModule, dataset: Dataset) -> None:
    """Raise TrainError where an answer can't be compared with values or frames."""
    wanted = dataset.answer_shape
    for head in module.heads:
        if head.layer.target != "labels" or head.layer.loss == "none":
            continue
        if head.layer.loss not in PER_CELL:
            raise TrainError(
                f"{head.layer.loss} needs classes, but {dataset.title} asks for {dataset.answers} of {times(wanted)}.",
                where=head.node,
                hint="End with an Output whose loss is mean squared error.",
            )
        if size(head.shape) != size(wanted):
            raise TrainError(
                f"the network's output is {times(head.shape)}, but {dataset.title} asks for {times(wanted)}.",
                where=head.node,
                hint=f"End with {size(wanted):,} values.",
            )


def require_usable(recipe: Recipe, choice: DataChoice, module: GraphModule) -> None:
    """Raise TrainError where the recipe asks for what can't be done with this network or these images."""
    if recipe.label_smoothing and not any(head.layer.loss in SMOOTHED for head in module.heads):
        raise TrainError(
            "label smoothing needs an output whose loss is cross entropy.",
            hint="Set it to 0, or change the loss.",
        )
    waits = recipe.early_stopping or recipe.schedule == "plateau"
    if waits and not choice.validation and not choice.folds:
        what = "early stopping" if recipe.early_stopping else "the schedule plateau"
        raise TrainError(
            f"{what} judges by validation samples, but none are held out.", hint="Hold some out."
        )


def _fits(head: Head, classes: int, free: bool) -> bool:
    """Say whether class numbers can be the target of an answer, in a network of free size also of a map of scores."""
    shape, loss = head.shape, head.layer.loss
    if loss == "cross entropy":
        return shape[0] == classes and (free or size(shape) == classes)
    if loss == "margin":
        return shape[0] == classes and len(shape) <= 2
    return len(shape) == 1 and (shape[0] == classes or (shape[0] == 1 and _takes_numbers(loss, classes)))


def _takes_numbers(loss: str, classes: int) -> bool:
    """Say whether a single value can stand for the class number."""
    return loss != "binary cross entropy" or classes == 2
