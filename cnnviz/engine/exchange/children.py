"""Work in a process of its own: it can be stopped at any moment, and what runs in it can't reach the window.

The process is `python -m cnnviz.engine.exchange`; it leaves a file, and on failure one sentence on its error stream.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from cnnviz.control import Control
from cnnviz.engine.exchange.drawing import Array
from cnnviz.engine.exchange.pt2_reading import read_pt2
from cnnviz.engine.weights import save
from cnnviz.errors import FileError
from cnnviz.events import Answer, Event, Finished, Progress
from cnnviz.model.files import Project, save_project
from cnnviz.model.graph import Graph
from cnnviz.paths import write_atomically

LOOK_SECONDS = 0.1


def export_onnx(graph: Graph, weights: Mapping[str, Array], path: Path, control: Control) -> Iterator[Event]:
    """Write a network with these weights as .onnx; the last event is `Finished`. Raise FileError.

    Cancelled, it stops at once and leaves the old file as it was.
    """
    with tempfile.TemporaryDirectory(prefix="cnnviz-") as name:
        folder = Path(name)
        save_project(folder / "net.cnnviz", Project(graph))
        save(folder / "net.safetensors", weights)
        arguments = ["onnx", *(str(folder / each) for each in ("net.cnnviz", "net.safetensors", "net.onnx"))]
        yield from _run(arguments, f"Writing {path.name}", control)
        if control.cancelled:
            yield Finished(cancelled=True)
            return
        try:
            write_atomically(path, (folder / "net.onnx").read_bytes())
        except OSError as error:
            what = f"it can't be written ({error.strerror or error})."
            raise FileError(what, where=str(path), hint="Choose another folder.") from error
    yield Finished({"path": str(path)})


def import_program(path: Path, name: str, shape: tuple[int, ...], control: Control) -> Iterator[Event]:
    """RUN a Python file, and read the nn.Module in it; the last but one event is `Answer(Imported)`. Raise FileError.

    `name` is the class or variable, `shape` that of one sample; both may be empty, then they are found by trying.
    """
    with tempfile.TemporaryDirectory(prefix="cnnviz-") as folder:
        out = Path(folder) / f"{path.stem}.pt2"
        sizes = ",".join(map(str, shape))
        yield from _run(["run", str(path.resolve()), str(out), name, sizes], f"Running {path.name}", control)
        if not control.cancelled:
            yield Answer(read_pt2(out))
    yield Finished(cancelled=control.cancelled)


def _run(arguments: list[str], label: str, control: Control) -> Iterator[Event]:
    """Run one command of this package's own; yield how many seconds it takes; raise FileError with what it says."""
    paths = os.pathsep.join(each for each in sys.path if each)
    environment = {**os.environ, "PYTHONPATH": paths}
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "cnnviz.engine.exchange", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, env=environment,
        )  # fmt: skip
        try:
            started = time.monotonic()
            while process.poll() is None and not control.cancelled:
                yield Progress(f"{label} ({time.monotonic() - started:.0f} s)", 0, None)
                time.sleep(LOOK_SECONDS)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
        errors.seek(0)
        said = errors.read().decode("utf-8", "replace").strip().splitlines()
    if process.returncode and not control.cancelled:
        raise FileError(said[-1] if said else f"the process ended with status {process.returncode}.")
