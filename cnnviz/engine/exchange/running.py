"""Finds the nn.Module of a Python file, by running it: only in a process of its own, and only after asking."""

from __future__ import annotations

import importlib.util
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import nn

from cnnviz.errors import FileError
from cnnviz.layers import Shape, times

_USUAL = ("Net", "Model", "net", "model", "Network", "network")
_SIZES = (28, 32, 64, 224, 227, 256, 16, 8)
"""Heights and widths to try where a file does not say them, the usual ones first."""


def export_file(path: Path, out: Path, name: str = "", shape: Shape = ()) -> None:
    """Run a Python file and leave its network as a .pt2 archive; raise FileError that says what is wrong."""
    module = _construct(path, _run(path), name).eval()
    sample = _sample(path, module, shape)
    where = str(path)
    try:
        batch = torch.export.Dim("batch")
        program = torch.export.export(module, (sample,), dynamic_shapes=({0: batch},), strict=False)
    except Exception:  # noqa: BLE001 (whatever forbids a free batch, a fixed one may do)
        try:
            program = torch.export.export(module, (sample[:1],), strict=False)
        except Exception as error:
            words = next(iter(str(error).strip().splitlines()), type(error).__name__)
            hint = "What forward does must not depend on the values that it gets."
            raise FileError(
                f"torch.export can't follow it ({words[:160]}).", where=where, hint=hint
            ) from error
    torch.export.save(program, out)


def _run(path: Path) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location("imported_network", path)
    if spec is None or spec.loader is None:
        raise FileError("it is no Python file.", where=str(path), hint="Choose a file that ends in .py.")
    found = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = found
    sys.path.insert(0, str(path.parent))
    try:
        spec.loader.exec_module(found)
    except BaseException as error:
        words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        hint = "Run it with python first, and guard what is not the network by if __name__ == '__main__'."
        raise FileError(f"it does not run ({words[:160]}).", where=str(path), hint=hint) from error
    return found


def _construct(path: Path, found: types.ModuleType, name: str) -> nn.Module:
    """Return the network of a file: the one that is named, else a usual name, else the only one."""
    candidates = {
        each: value
        for each, value in vars(found).items()
        if isinstance(value, nn.Module)
        or (isinstance(value, type) and issubclass(value, nn.Module) and value.__module__ == found.__name__)
    }
    if name and name not in candidates:
        hint = f"It has {', '.join(candidates) or 'none'}."
        raise FileError(f"there is no network {name!r} in it.", where=str(path), hint=hint)
    usual = [each for each in _USUAL if each in candidates]
    wanted = name or (usual[0] if usual else next(iter(candidates)) if len(candidates) == 1 else "")
    if not wanted:
        told = (
            f"it has several networks: {', '.join(candidates)}."
            if candidates
            else "there is no nn.Module in it."
        )
        hint = "Name one of them." if candidates else "Define a class of nn.Module at the top of the file."
        raise FileError(told, where=str(path), hint=hint)
    value = candidates[wanted]
    try:
        return value if isinstance(value, nn.Module) else value()
    except Exception as error:
        what = f"{wanted}() can't be made without arguments ({error})."
        raise FileError(what, where=str(path), hint="Give every argument a default value.") from error


def _sample(path: Path, module: nn.Module, shape: Shape) -> torch.Tensor:
    """Return a batch of two samples that the network takes, of a shape that is given or found by trying."""
    failure = "it takes something else"
    for each in [shape] if shape else _shapes(module):
        sample = torch.zeros(2, *each)
        try:
            with torch.no_grad():
                module(sample)
        except Exception as error:  # noqa: BLE001 (any failure means: not this shape)
            failure = next(iter(str(error).splitlines()), type(error).__name__)
            continue
        return sample
    tried = f"samples of {times(shape)} don't fit it" if shape else "no usual sample shape fits it"
    hint = "Say the shape of one sample, channels first, such as 3,32,32."
    raise FileError(f"{tried} ({failure[:120]}).", where=str(path), hint=hint)


def _shapes(module: nn.Module) -> Iterator[Shape]:
    """Yield shapes that suit the first layer with weights."""
    for child in module.modules():
        if isinstance(child, nn.Linear):
            yield (child.in_features,)
            side = int(child.in_features**0.5)
            if side * side == child.in_features:
                yield (1, side, side)
            return
        spatial = {nn.Conv1d: 1, nn.Conv2d: 2, nn.Conv3d: 3}.get(type(child))  # type: ignore[arg-type]
        if spatial:
            yield from ((child.in_channels, *[side] * spatial) for side in _SIZES)  # type: ignore[misc]
            return
    yield from ((1, 28, 28), (3, 32, 32), (3, 224, 224))
