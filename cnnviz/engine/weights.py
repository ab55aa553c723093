"""Weights: arrays by name, in and out of modules and .safetensors files. Nothing is pickled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as parse
from safetensors.numpy import save as serialise

from cnnviz.engine.build import GraphModule, build
from cnnviz.engine.trace import to_array
from cnnviz.errors import WeightsError
from cnnviz.layers import Shape, times
from cnnviz.model.check import check
from cnnviz.model.graph import Graph, renamed
from cnnviz.model.names import attribute
from cnnviz.paths import write_atomically

Weights = Mapping[str, NDArray[Any]]
"""Arrays by name as in torch's state dict, such as `conv1.weight`."""

_COUNTER = "num_batches_tracked"
"""Batch norm's count of batches: torch's state dicts have it, but no value depends on it, so it may be missing."""


def weights_of(module: torch.nn.Module) -> dict[str, NDArray[Any]]:
    """Return copies of all arrays of a module, by name as in its state dict."""
    return {name: to_array(value) for name, value in module.state_dict().items()}


def apply(module: GraphModule, weights: Weights) -> None:
    """Put weights into a module; raise WeightsError naming the first array that does not fit, and change nothing."""
    hint = f"These weights were made for another network than {module.graph.title!r}."
    expected = _expected(module.graph)
    for name, (node, shape) in expected.items():
        if name not in weights:
            raise WeightsError(f"there is no array {name!r} among the weights.", where=node, hint=hint)
        found = weights[name]
        if found.shape != shape or not np.issubdtype(found.dtype, np.floating):
            what = f"{name} is {_described(found)}, but the network needs {times(shape)}."
            raise WeightsError(what, where=node, hint=hint)
    for name in weights:
        if name not in expected and not name.endswith(f".{_COUNTER}"):
            raise WeightsError(f"the network has no array {name!r}.", hint=hint)
    _put(module, weights)


def fitted(graph: Graph, weights: Weights | None, seed: int) -> GraphModule:
    """Return the module of a graph with those weights that fit it, and random ones of the seed elsewhere."""
    module = build(graph, seed=seed)
    _put(module, carry(weights or {}, graph, graph))
    return module


def carry(weights: Weights, old: Graph, new: Graph) -> dict[str, NDArray[Any]]:
    """Return what still fits after an edit, under its new names; a node keeps all of its arrays or none."""
    earlier = {after: before for before, after in renamed(old, new).items()}
    kept: dict[str, NDArray[Any]] = {}
    for row in check(new).rows:
        before, after = attribute(earlier.get(row.name, row.name)), attribute(row.name)
        wanted = {parameter.name: parameter.shape for parameter in row.parameters}
        if all(fits(weights.get(f"{before}.{name}"), shape) for name, shape in wanted.items()):
            names = [name for name in (*wanted, _COUNTER) if f"{before}.{name}" in weights]
            kept |= {f"{after}.{name}": weights[f"{before}.{name}"] for name in names}
    return kept


def load(path: Path) -> dict[str, NDArray[Any]]:
    """Read a .safetensors file, or the `weights.safetensors` in a folder; raise WeightsError if it is damaged."""
    file = path / "weights.safetensors" if path.is_dir() else path
    try:
        found = parse(file.read_bytes())
    except OSError as error:
        raise WeightsError(f"can't be read: {error.strerror or error}.", where=str(file)) from None
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        hint = "It is damaged or of another format; take a .safetensors file."
        raise WeightsError(f"is no readable weights file ({error}).", where=str(file), hint=hint) from None
    for name, value in found.items():
        if not np.isfinite(value).all():
            raise WeightsError(
                f"{name} has values that are no numbers.", where=str(file), hint="Train it again."
            )
    return found


def save(path: Path, weights: Weights, about: Mapping[str, Any] | None = None) -> None:
    """Write weights atomically; raise WeightsError, and leave the old file, where that is impossible.

    Values of `about` that are not text are written as JSON.
    """
    arrays = {name: np.array(value, order="C") for name, value in weights.items()}
    texts = {name: v if isinstance(v, str) else json.dumps(v) for name, v in (about or {}).items()}
    try:
        write_atomically(path, serialise(arrays, metadata=texts or None))
    except OSError as error:
        hint = "Free some space or choose another folder."
        raise WeightsError(
            f"can't be written: {error.strerror or error}.", where=str(path), hint=hint
        ) from None


def _expected(graph: Graph) -> dict[str, tuple[str, Shape]]:
    """Return node and shape of every array that a graph needs."""
    return {
        f"{attribute(row.name)}.{parameter.name}": (row.name, parameter.shape)
        for row in check(graph).rows
        for parameter in row.parameters
    }


def fits(array: NDArray[Any] | None, shape: Shape) -> bool:
    """Say whether an array can be put where parameters of that shape are."""
    return array is not None and array.shape == shape and np.issubdtype(array.dtype, np.floating)


def _described(array: NDArray[Any]) -> str:
    size = times(array.shape) if array.ndim else "a single number"
    return size if np.issubdtype(array.dtype, np.floating) else f"{size} of type {array.dtype}"


def _put(module: GraphModule, weights: Weights) -> None:
    state = {name: torch.tensor(np.asarray(value)) for name, value in weights.items()}
    module.load_state_dict(state, strict=False)
