"""Class activation maps: the maps of a layer, weighted and added up, then enlarged to the sample's size."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from cnnviz.engine.attribute.slopes import Pieces
from cnnviz.engine.attribute.subject import Subject, written
from cnnviz.engine.trace import to_array
from cnnviz.errors import ExplainError
from cnnviz.explain.attribution import Attribution, answered, averaged_maps, nodes_with_maps, usual_maps
from cnnviz.layers.base import times
from cnnviz.model.names import attribute

ENLARGING = {1: "linear", 2: "bilinear", 3: "trilinear"}
"""How maps are enlarged, by their number of dimensions."""


def grad_cam(subject: Subject) -> Pieces:
    """Yield max(0, Σ mean gradient × map) over the maps of a layer (Selvaraju et al. 2017, equations 1 and 2)."""
    graph, node = subject.module.graph, subject.question.target.owner
    chosen = subject.question.maps or usual_maps(graph, node)
    if chosen not in nodes_with_maps(graph, node):
        raise ExplainError(
            f"the maps of {chosen!r} do not lie between the sample and this value.", where=node
        )
    values = subject.values(subject.sample.detach().requires_grad_())
    scores, maps = subject.scores(values), values[chosen]
    (slope,) = torch.autograd.grad(scores.sum(), maps)
    scores, maps = scores.detach(), maps.detach()
    found = (slope.flatten(2).mean(dim=2) @ maps.flatten(2)).clamp(min=0).view(1, 1, *maps.shape[2:])
    yield _enlarged(subject, found, scores, f"Grad-CAM at {chosen}, {times(tuple(maps.shape[2:]))}.")


def class_activation(subject: Subject) -> Pieces:
    """Yield Σ weight × map over the maps that are averaged before a dense layer (Zhou et al. 2016).

    The mean of the map, before it is enlarged, and the bias make up the score.
    """
    module, target = subject.module, subject.question.target
    chosen = averaged_maps(module.graph, target.owner)
    layer = module.get_submodule(attribute(target.owner))
    with torch.no_grad():
        values = subject.values(subject.sample)
        scores, maps = subject.scores(values), values[chosen]
        weight = layer.get_parameter("weight")[target.index].reshape(-1, maps.shape[1]).sum(dim=0)
        found = torch.tensordot(weight, maps[0], dims=1)[None, None]
    rest = float(scores[0]) - float(found.mean())
    note = (
        f"CAM at {chosen}, {times(tuple(maps.shape[2:]))}: its mean {written(float(found.mean()))} "
        f"and the bias {written(rest)} are the score {written(float(scores[0]))}."
    )
    yield _enlarged(subject, found, scores, note)


def _enlarged(subject: Subject, found: Tensor, scores: Tensor, note: str) -> Attribution:
    """Return the answer for a map (1, 1, …) at the sample's size."""
    size = tuple(subject.sample.shape[2:])
    large = functional.interpolate(found, size=size, mode=ENLARGING[len(size)], align_corners=False)
    return answered(subject.question, to_array(large[0]), float(scores[0]), note)
