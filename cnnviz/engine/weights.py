"""Weights: arrays by name, in and out of modules and .safetensors files. Nothing is pickled."""

from __future__ import annotations

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
from cnnviz.errors import WeightsError
from cnnviz.model.graph import Graph
from cnnviz.paths import write_atomically

Weights = Mapping[str, NDArray[Any]]
_COUNTER = "num_batches_tracked"


def weights_of(module: torch.nn.Module) -> dict[str, NDArray[Any]]:
    """Return copies of all arrays of a module, by name as in its state dict."""
    state = module.state_dict()
    return {name: value.detach().cpu().numpy().copy() for name, value in state.items() if _counts(name)}


def apply(module: GraphModule, weights: Weights) -> None:
    """Put weights into a module; raise WeightsError naming the first array that does not fit."""
    state = {name: value for name, value in module.state_dict().items() if _counts(name)}
    for name, value in state.items():
        if name not in weights:
            raise WeightsError(f"there is no array {name!r} among the weights.", hint=_hint(module))
        if tuple(weights[name].shape) != tuple(value.shape):
            found, wanted = tuple(weights[name].shape), tuple(value.shape)
            raise WeightsError(
                f"{name} has shape {found}, but the network needs {wanted}.", hint=_hint(module)
            )
    for name in weights:
        if name not in state and _counts(name):
            raise WeightsError(f"the network has no array {name!r}.", hint=_hint(module))
    _load(module, weights)


def fitted(graph: Graph, weights: Weights | None, seed: int) -> GraphModule:
    """Return the module of a graph with those weights that fit it, and random ones of the seed elsewhere."""
    module = build(graph, seed=seed)
    state = module.state_dict()
    good = {
        k: v for k, v in (weights or {}).items() if k in state and tuple(v.shape) == tuple(state[k].shape)
    }
    _load(module, good)
    return module


def load(path: Path) -> dict[str, NDArray[Any]]:
    """Read a .safetensors file; `path` may also be a folder that holds `weights.safetensors`. WeightsError if damaged."""
    file = path / "weights.safetensors" if path.is_dir() else path
    try:
        found = parse(file.read_bytes())
    except OSError as error:
        raise WeightsError(f"can't be read: {error.strerror or error}.", where=str(file)) from None
    except (SafetensorError, ValueError, KeyError) as error:
        hint = "It is damaged or of another format; take a .safetensors file."
        raise WeightsError(f"is no readable weights file ({error}).", where=str(file), hint=hint) from None
    for name, value in found.items():
        if not np.isfinite(value).all():
            raise WeightsError(
                f"{name} has values that are no numbers.", where=str(file), hint="Train it again."
            )
    return found


def save(path: Path, weights: Weights, about: Mapping[str, str] | None = None) -> None:
    """Write weights atomically; raise WeightsError, and leave the old file, where that is impossible."""
    arrays = {name: np.ascontiguousarray(value) for name, value in weights.items()}
    try:
        write_atomically(path, serialise(arrays, metadata=dict(about or {}) or None))
    except OSError as error:
        hint = "Free some space or choose another folder."
        raise WeightsError(
            f"can't be written: {error.strerror or error}.", where=str(path), hint=hint
        ) from None


def _load(module: GraphModule, weights: Weights) -> None:
    state = {name: torch.from_numpy(np.array(value)) for name, value in weights.items() if _counts(name)}
    module.load_state_dict(state, strict=False)


def _counts(name: str) -> bool:
    """Say whether an array belongs to the weights; torch's own batch counter does not."""
    return not name.endswith(_COUNTER)


def _hint(module: GraphModule) -> str:
    return f"These weights were made for another network than {module.graph.title!r}."
