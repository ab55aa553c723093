"""What a command works on: the network X, its weights, and the data."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cnnviz import library
from cnnviz.cli import report
from cnnviz.errors import DataError
from cnnviz.library import Found

if TYPE_CHECKING:
    from cnnviz.data import Dataset
    from cnnviz.engine.weights import Weights

RANDOM = "random"
"""Written instead of a weights file: look at the network as it is before any training."""


def add_network(parser: argparse.ArgumentParser) -> None:
    """Declare the argument X."""
    parser.add_argument(
        "network",
        metavar="X",
        help="a template (t1, mnist-postech), a project file, or the folder of a training",
    )


def add_data(parser: argparse.ArgumentParser) -> None:
    """Declare which data, and where they lie."""
    parser.add_argument(
        "--data", metavar="NAME", help="as `cnnviz data list` names it, or the path of your own"
    )
    parser.add_argument("--data-dir", metavar="D", type=Path, help="folder with one folder per data set")


def find(options: argparse.Namespace) -> Found:
    """Return the network a command names."""
    return library.find(options.network)


def load_data(options: argparse.Namespace, found: Found) -> Dataset:
    """Return the data a command names, or else the network's own, or else drawn digits; say which on stderr."""
    from cnnviz import data, settings

    name, setting = _address(options.data or found.project.data.source), settings.load().data_dir or None
    folder = options.data_dir
    strict = bool(options.data or folder)
    if strict and (folder is None or folder.is_dir()):
        _refuse_missing(name, folder, setting)
    dataset = (data.load if strict else data.best)(name, folder, setting=setting)
    report.tell(f"Data: {dataset.origin}")
    return dataset


def load_weights(options: argparse.Namespace, found: Found) -> tuple[Weights | None, str]:
    """Return the weights to look through, and in words where they come from; None means random ones of the seed."""
    from cnnviz.engine import weights

    path = found.weights if options.weights is None else Path(options.weights)
    if path is None or options.weights == RANDOM:
        return None, f"random initial weights of seed {options.seed}, not trained"
    return weights.load(path), str(path)


def _address(name: str) -> str:
    """Return the address of a file or folder of the user's own, or the address that was given."""
    from cnnviz import data

    path = Path(name).expanduser()
    if data.parse(name.partition(":")[0]).name in data.SOURCES or not path.exists():
        return name
    source = "images" if path.is_dir() else "csv" if path.suffix == ".csv" else "file"
    return str(data.Address(source, {"path": str(path.absolute())}))


def _refuse_missing(address: str, folder: Path | None, setting: str | None) -> None:
    from cnnviz import data

    name = data.parse(address).name
    for status in data.status(folder, setting):
        if status.source.name == name and not status.found and status.source.download_bytes:
            raise DataError(
                f"{status.source.title} is not on this machine. {status.where}",
                hint=f"Fetch it with `cnnviz data get {name}`, or name its folder with --data-dir.",
            )
