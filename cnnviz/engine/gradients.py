"""Gradients, when they are asked for: one sample (or one batch) forward and back, as numpy copies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cnnviz.engine.build import GraphModule
from cnnviz.engine.losses import Objective, as_target, probabilities
from cnnviz.engine.trace import (
    as_array,
    device_of,
    given,
    parameters_of,
    require_shapes,
    taken,
    to_array,
    to_tensor,
    trace,
)
from cnnviz.errors import ExplainError
from cnnviz.explain.backward import Batch, End, Slopes, with_batch_statistics
from cnnviz.explain.trace import Trace
from cnnviz.model.heads import Head, learned_from
from cnnviz.model.names import attribute

Array = NDArray[Any]


def gradients(
    module: GraphModule, *samples: Array, target: Any = None, step: int = 0
) -> tuple[Trace, Slopes]:
    """Return the trace of one sample (C, H, W), float32, and ∂L/∂ every value and parameter of it.

    `target` is the class number, or an array of values; None where all answers are compared with the sample. The
    network runs in evaluation mode, so that L has no penalties: batch norm uses its running statistics, dropout passes
    everything. Modes, weights and `.grad` are left as they were. Raise ExplainError for a sample of another shape, and
    TrainError where no output has a loss or the target is missing.
    """
    shapes = [tuple(each.shape) for each in samples]
    require_shapes(module, shapes, "the sample")
    batch = [to_tensor(each[None]) for each in samples]
    labels = None if target is None else _as_labels(np.asarray(target)[None])
    ((found, slopes),) = _both_ways(module.resized(*shapes), batch, labels, training=False, step=step)
    return found, replace(slopes, batch=None)


def target_for(module: GraphModule, samples: Sequence[Array], target: int | Array) -> int | Array | None:
    """Return what the loss is asked for: values as they are, a class, or the one the network names in place of −1.

    None where no answer is compared with labels. Raise ExplainError where one is compared with values, which a class
    can't stand for.
    """
    asked = [head for head in learned_from(module.graph) if not head.sample]
    if not asked or not isinstance(target, int):
        return target if asked else None
    for head in asked:
        if not head.classifies and (len(head.shape) > 1 or target >= head.shape[0] > 1):
            raise ExplainError(
                "its answer is compared with values, which this sample has not.", where=head.node
            )
    if target >= 0:
        return target
    found = trace(module, *samples)
    for head in asked:
        odds = probabilities(head, to_tensor(found.activation(head.source)[None]))
        if odds is not None:
            return int(odds.argmax())
    return 0


def batch_gradients(
    module: GraphModule, *samples: Array, targets: Array | None = None, step: int = 0
) -> list[tuple[Trace, Slopes]]:
    """Return the same for every sample of a batch (N, C, H, W), as in training: L is the mean over the batch.

    Normalisation uses the batch's statistics, and the running ones stay as they were; dropout passes everything, since
    a mask can't be asked for. Arrays of a sample have no batch dimension; ∂L/∂parameter is that of the whole batch.
    """
    shapes = [tuple(each.shape[1:]) for each in samples]
    require_shapes(module, shapes, "each sample")
    labels = None if targets is None else _as_labels(np.asarray(targets))
    return _both_ways(
        module.resized(*shapes), [to_tensor(each) for each in samples], labels, training=True, step=step
    )


def in_a_batch(module: GraphModule, images: Sequence[Array], targets: Sequence[Any]) -> tuple[Trace, Slopes]:
    """Return the trace and slopes of the first of several samples, run together as in training.

    Where the network normalises by the batch, the trace has the batch's means and variances for parameters. A target
    is a class, −1 for the one that the network names, or an array of values.
    """
    each = [given(module, image) for image in images]
    wanted = [target_for(module, *both) for both in zip(each, targets, strict=True)]
    labels = None if wanted[0] is None else np.stack([np.asarray(target) for target in wanted])
    batch = [np.stack(arrays) for arrays in zip(*each, strict=True)]
    found, slopes = batch_gradients(module, *batch, targets=labels)[0]
    return with_batch_statistics(found, slopes), slopes


def _as_labels(targets: Array) -> Tensor:
    """Return class numbers (N,), int64, or values (N, …), float32; bytes of pictures are scaled to 0..1."""
    if targets.ndim > 1 and targets.dtype == np.uint8:
        return to_tensor(targets)
    whole = targets.dtype.kind in "iub"
    return torch.from_numpy(targets.astype(np.int64 if whole else np.float32))


def _both_ways(
    module: GraphModule, samples: Sequence[Tensor], labels: Tensor | None, *, training: bool, step: int
) -> list[tuple[Trace, Slopes]]:
    device = device_of(module)
    inputs = [each.to(device).requires_grad_() for each in samples]
    objective = Objective(module)
    labels = None if labels is None else labels.to(device)
    with _as_asked(module, training), _recorded(module) as inside, torch.enable_grad():
        values = module.activations(*inputs, mark=_marking(inputs))
        scores = {head.node: values[head.source] for head in objective.heads}
        loss = objective.of_scores(scores, inputs, labels)
        noted = {name: Noted([value]) for name, value in values.items()} | inside
        found, learned = _slopes(module, loss, noted)
    given = dict(zip(module.report.inputs, inputs, strict=True))
    batch = Batch(
        _values(module, noted),
        found,
        _ends(objective.heads, values, given, labels),
    )
    parameters = parameters_of(module)
    return [
        (
            Trace(module.graph, {name: array[n] for name, array in batch.values.items()}, parameters, step),
            Slopes(loss.item(), {name: g[n] for name, g in found.items()}, learned, batch.ends[n], batch, n),
        )
        for n in range(batch.size)
    ]


@dataclass
class Noted:
    """The tensors that make up one array (N, …): itself, or one for each step, to be joined along time."""

    values: list[Tensor]
    steps: bool = False

    def joined(self, arrays: Sequence[Array]) -> Array:
        """Return arrays of the tensors' shapes as the one array."""
        return np.stack(arrays, axis=2) if self.steps else arrays[0]


def _values(module: GraphModule, noted: Mapping[str, Noted]) -> dict[str, Array]:
    """Return all arrays, as they were computed."""
    steps = {(name, at): value for name, each in noted.items() for at, value in enumerate(each.values)}
    arrays = taken(module, steps)
    return {
        name: each.joined([arrays[name, at] for at in range(len(each.values))])
        for name, each in noted.items()
    }


def _marking(given: Sequence[Tensor]) -> Callable[[Tensor], Tensor]:
    """Return what makes every value a tensor of its own: a node that passes its input on has its own slope, too.

    What is `given` is no value of the network: a loss that compares with it has no slope by that.
    """
    seen = {id(each): each for each in given}

    def marked(value: Tensor) -> Tensor:
        value = value if value.requires_grad else value.detach().requires_grad_()
        value = value.view_as(value) if id(value) in seen else value
        seen[id(value)] = value
        return value

    return marked


def _slopes(
    module: GraphModule, loss: Tensor, noted: Mapping[str, Noted]
) -> tuple[dict[str, Array], dict[str, dict[str, Array]]]:
    """Return ∂L/∂value by array, and ∂L/∂parameter by node and name, in one way back.

    It is 0 where the loss does not depend on something; what has no slope (a choice) is left out.
    """
    asked = {name: each for name, each in noted.items() if any(v.requires_grad for v in each.values)}
    own = module.own_tensors(trainable=True)
    tensors = [value for each in asked.values() for value in each.values] + [*own.values()]
    arrays = iter(_slopes_of(loss, tensors))
    found = {name: each.joined([next(arrays) for _ in each.values]) for name, each in asked.items()}
    learned: dict[str, dict[str, Array]] = {}
    for node, name in own:
        learned.setdefault(node, {})[name] = next(arrays)
    return found, learned


def _slopes_of(loss: Tensor, tensors: Sequence[Tensor]) -> list[Array]:
    """Return ∂loss/∂tensor, 0 for those that the loss does not depend on."""
    moving = {id(each): each for each in tensors if each.requires_grad}
    slopes = torch.autograd.grad(loss, list(moving.values()), allow_unused=True) if moving else ()
    known = dict(zip(moving, slopes, strict=True))
    found = [known.get(id(each)) for each in tensors]
    return [
        np.zeros(each.shape, np.float32) if slope is None else as_array(slope)
        for each, slope in zip(tensors, found, strict=True)
    ]


def _ends(
    heads: Sequence[Head], values: Mapping[str, Tensor], given: Mapping[str, Tensor], labels: Tensor | None
) -> tuple[tuple[End, ...], ...]:
    """Return for each sample where its losses are taken, and what they compare with."""
    found = []
    for head in heads:
        target = given[head.sample] if head.sample else labels
        if target is None:
            raise ExplainError("it is compared with labels, but there are none.", where=head.node)
        wanted = to_array(as_target(head, values[head.source], target))
        found.append(
            [
                End(head.node, head.source, head.layer.loss, head.layer.weight, head.ready, each)
                for each in wanted.astype(np.float64)
            ]
        )
    return tuple(zip(*found, strict=True))


# -- how the network runs ---------------------------------------------------------------------------------------------


@contextmanager
def _as_asked(module: GraphModule, training: bool) -> Iterator[None]:
    """Let only normalisation behave as in training, and only where that is asked; leave everything as it was."""
    if (
        not training and not module.training
    ):  # nothing to change, and nothing changes: most of a small network's time
        yield
        return
    modes = {child: child.training for child in module.modules()}
    kept = {name: buffer.clone() for name, buffer in module.named_buffers()}
    module.eval()
    for child in module.modules():
        if training and isinstance(child, nn.modules.batchnorm._BatchNorm):
            child.train()
    try:
        yield
    finally:
        for child, mode in modes.items():
            child.training = mode
        with torch.no_grad():
            for name, buffer in module.named_buffers():
                buffer.copy_(kept[name])


@contextmanager
def _recorded(module: GraphModule) -> Iterator[dict[str, Noted]]:
    """Note the arrays inside of layers as they are computed, as `node.name`: those that the output is made from."""
    notes: dict[str, Noted] = {}
    changed: list[tuple[nn.Module, str]] = []
    for row in module.report.rows:
        if module.graph.node(row.name).layer.internals(*(row.inputs or ())):
            child = module.get_submodule(attribute(row.name))
            way = "steps" if hasattr(child, "steps") else "inside"
            setattr(child, way, _noting(getattr(child, way), row.name, notes))
            changed.append((child, way))
    try:
        yield notes
    finally:
        for child, way in changed:
            delattr(child, way)


def _noting(way: Callable[..., Any], node: str, notes: dict[str, Noted]) -> Callable[..., Any]:
    """Return a method that notes what another one gives: one set of arrays, or one for every step."""

    def noting(*inputs: Tensor) -> Any:
        found = way(*inputs)
        if isinstance(found, dict):
            notes.update({f"{node}.{name}": Noted([value]) for name, value in found.items()})
            return found
        steps = list(found)
        notes.update({f"{node}.{name}": Noted([step[name] for step in steps], True) for name in steps[0]})
        return iter(steps)

    return noting
