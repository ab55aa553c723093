"""Files of other programs: export writes a network for them, import reads one of theirs."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cnnviz.cli import report, subject
from cnnviz.cli.command import Command
from cnnviz.control import Control
from cnnviz.errors import FileError, UsageError
from cnnviz.library import Found
from cnnviz.model.codegen import to_code
from cnnviz.model.files import Project, save_project
from cnnviz.model.graph import Graph
from cnnviz.model.table import to_csv, to_latex
from cnnviz.paths import write_atomically

if TYPE_CHECKING:
    from cnnviz.engine.build import GraphModule
    from cnnviz.engine.exchange.drawing import Imported

Painter = Callable[[Graph, Path, bool], None]
"""Draws a picture of a graph into a file (.svg, .png, .pdf), on white or on nothing."""

_SUFFIXES = {
    ".py": "script",
    ".onnx": "onnx",
    ".svg": "svg",
    ".png": "png",
    ".pdf": "pdf",
    ".tex": "latex",
    ".csv": "csv",
}
FORMATS = tuple(_SUFFIXES.values())
_TEXTS: Mapping[str, Callable[[Graph], str]] = {"latex": to_latex, "csv": to_csv}


def export_command(paint: Painter) -> Command:
    """Return the command `export`; `paint` draws pictures."""
    return Command(
        "export",
        "Write a network for other programs: as a PyTorch script, ONNX, a picture or a table.",
        "cnnviz export lenet5 --to onnx --out lenet5.onnx\ncnnviz export resnet20 --out resnet20.pdf",
        _declare_export,
        lambda options: _export(options, paint),
    )


def _declare_export(parser: argparse.ArgumentParser) -> None:
    subject.add_network(parser)
    parser.add_argument(
        "--to", choices=[*FORMATS, "pytorch"], help="what to write (default: as --out ends, or script)"
    )
    parser.add_argument(
        "--out", metavar="FILE", type=Path, help="the file to write (texts are printed without)"
    )
    parser.add_argument(
        "--weights", metavar="FILE", help="weights to export; `random` for none that are trained"
    )
    parser.add_argument("--seed", type=int, default=0, help="of random weights in ONNX files (default: 0)")
    parser.add_argument("--transparent", action="store_true", help="pictures without a white background")


def _export(options: argparse.Namespace, paint: Painter) -> int:
    found, wanted = subject.find(options), _format(options)
    graph = found.project.graph
    if wanted == "script":
        return _export_script(options, found)
    if wanted in _TEXTS:
        return _write_text(_TEXTS[wanted](graph), options.out)
    if options.out is None:
        raise UsageError(f"{wanted} needs a file.", hint=f"Name one: --out net.{wanted}.")
    if wanted == "onnx":
        _export_onnx(options, found)
    else:
        paint(graph, options.out.with_suffix(f".{wanted}"), not options.transparent)
        report.tell(f"Wrote {options.out.with_suffix(f'.{wanted}')}")
    return 0


def _format(options: argparse.Namespace) -> str:
    if options.to:
        return "script" if options.to == "pytorch" else str(options.to)
    return _SUFFIXES.get(options.out.suffix.lower(), "script") if options.out else "script"


def _export_script(options: argparse.Namespace, found: Found) -> int:
    graph, recipe, choice = found.project.graph, found.project.recipe, found.project.data
    trained = (
        options.out is not None and (options.weights or found.weights) and options.weights != subject.RANDOM
    )
    if not trained:
        return _write_text(to_code(graph, recipe, choice), options.out)
    from cnnviz.engine import weights

    beside = options.out.with_suffix(".safetensors")
    weights.save(beside, weights.weights_of(_module(options, found)))
    report.tell(f"Wrote {beside}, which the script loads")
    return _write_text(to_code(graph, recipe, choice, weights=beside.name), options.out)


def _export_onnx(options: argparse.Namespace, found: Found) -> None:
    from cnnviz.engine.exchange.onnx_writing import to_onnx

    _write(options.out, to_onnx(_module(options, found)))


def _module(options: argparse.Namespace, found: Found) -> GraphModule:
    """Return the network with the weights that the command names, or its own; say which on stderr."""
    from cnnviz.engine import build, weights

    values, origin = subject.load_weights(options, found)
    module = build.build(found.project.graph, seed=options.seed)
    if values is not None:
        weights.apply(module, values)
    report.tell(f"Weights: {origin}")
    return module


def _write_text(text: str, out: Path | None) -> int:
    if out is None:
        report.result(text.rstrip("\n"))
    else:
        _write(out, text.encode())
    return 0


def _write(out: Path, content: bytes) -> None:
    try:
        write_atomically(out, content)
    except OSError as error:
        what = f"it can't be written ({error.strerror or error})."
        raise FileError(what, where=str(out), hint="Name another file with --out.") from error
    report.tell(f"Wrote {out}")


def _import(options: argparse.Namespace) -> int:
    path: Path = options.file
    out = options.out or Path(f"{path.stem}.cnnviz")
    if options.out is None and out.exists():
        raise FileError("it is there already.", where=str(out), hint="Name another file with --out.")
    from cnnviz.engine.exchange.reading import read_network

    found = _run(options) if path.suffix == ".py" and options.run_code else read_network(path)
    from cnnviz.engine import weights

    beside = out.with_suffix(".safetensors") if found.weights else None
    if beside is not None:
        weights.save(beside, found.weights, {"origin": f"imported from {path.name}"})
    save_project(out, Project(found.graph, weights=beside.name if beside else ""))
    summary = found.graph.summary()
    for remark in found.remarks:
        report.tell(remark)
    count = summary.trainable + summary.non_trainable
    report.result(f"{out}: {len(found.graph)} layers, {count:,} parameters")
    return 0


def _run(options: argparse.Namespace) -> Imported:
    from cnnviz.engine.exchange.children import import_program
    from cnnviz.events import Answer

    shape = tuple(
        int(each) for each in (options.shape or "").replace("x", ",").split(",") if each.strip().isdigit()
    )
    for event in import_program(options.file, options.name, shape, Control()):
        if isinstance(event, Answer):
            imported: Imported = event.value
            return imported
    raise FileError("it gave no network.", where=str(options.file))


def _declare_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="an .onnx or .pt2 file, or a .py file")
    parser.add_argument(
        "--out", metavar="FILE", type=Path, help="the project to write (default: here, named alike)"
    )
    parser.add_argument("--run-code", action="store_true", help="RUN the Python file, to find its network")
    parser.add_argument("--name", default="", help="the class or variable in the Python file")
    parser.add_argument("--shape", metavar="C,H,W", help="one sample of the network in the Python file")


IMPORT = Command(
    "import",
    "Read a network of another program as a project, with its weights.",
    "cnnviz import net.onnx --out net.cnnviz\ncnnviz import net.py --run-code --shape 3,32,32",
    _declare_import,
    _import,
)
