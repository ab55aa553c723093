"""The far side of `children`: `onnx PROJECT WEIGHTS OUT` or `run FILE OUT NAME SHAPE`. Fails with one line."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from cnnviz.errors import CnnvizError


def main(arguments: list[str]) -> int:
    """Do one piece of work and return the exit status."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(5)  # the window goes first
    command, *rest = arguments
    try:
        _COMMANDS[command](rest)
    except CnnvizError as error:
        sys.stderr.write(f"\n{' '.join(str(error).split())}\n")
        return 1
    return 0


def _onnx(arguments: list[str]) -> None:
    from cnnviz.engine.build import build
    from cnnviz.engine.exchange.onnx_writing import to_onnx
    from cnnviz.engine.weights import apply, load
    from cnnviz.model.files import open_project

    project, weights, out = map(Path, arguments)
    module = build(open_project(project).graph)
    apply(module, load(weights))
    out.write_bytes(to_onnx(module))


def _run(arguments: list[str]) -> None:
    from cnnviz.engine.exchange.running import export_file

    path, out, name, sizes = arguments
    export_file(Path(path), Path(out), name, tuple(int(each) for each in sizes.split(",") if each))


_COMMANDS = {"onnx": _onnx, "run": _run}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
