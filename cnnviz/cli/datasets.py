"""The command that lists, describes, fetches and makes data sets."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnviz.cli import report
from cnnviz.cli.command import Command, add_json
from cnnviz.errors import DataError, UsageError

if TYPE_CHECKING:
    from cnnviz.data import Dataset, Source
    from cnnviz.data.survey import Histogram, Survey

OFFICIAL_VOXELS, VOXELS = "3d-mnist", "voxels:count=60000"
"""The one set that is made into the file its own source looks for, and what it is made of."""


def _data(options: argparse.Namespace) -> int:
    if options.action == "list":
        return _list(options)
    if not options.name:
        raise UsageError("which data set?", hint=f"Write `cnnviz data {options.action} mnist`.")
    return {"get": _get, "make": _make, "info": _info}[options.action](options)


def _list(options: argparse.Namespace) -> int:
    from cnnviz import data

    found = data.status(options.data_dir, _setting())
    if options.json:
        report.result_json([_status_dict(each) for each in found])
        return 0
    rows = [("name", "", "what it is", "where")]
    rows += [(s.source.name, "ready" if s.found else "missing", s.source.sentence, s.where) for s in found]
    rows += [(s.name, "your own", s.sentence, "name a path") for s in data.SOURCES.values() if s.asks]
    report.result(report.table(rows))
    return 0


def _status_dict(status: Any) -> dict[str, Any]:
    return {**_source_dict(status.source), "found": status.found, "where": status.where}


def _source_dict(source: Source) -> dict[str, Any]:
    return {
        "name": source.name,
        "title": source.title,
        "sentence": source.sentence,
        "licence": source.licence,
        "download_bytes": source.download_bytes,
        "choices": {choice.name: choice.default for choice in source.choices},
    }


def _info(options: argparse.Namespace) -> int:
    """Say what a data set holds; of one that is not here, what can be said without it."""
    from cnnviz import data

    source = data.source_of(options.name)
    status = {each.source.name: each for each in data.status(options.data_dir, _setting())}.get(source.name)
    here = source.asks or (status is not None and status.found)
    found = data.load(options.name, options.data_dir, setting=_setting()) if here else None
    about = _source_dict(source) | {"found": here} | (_contents(found) if found else {})
    if options.facts and found is not None:
        about |= _facts(found)
    if options.json:
        report.result_json(about)
        return 0
    rows = [(name.replace("_", " "), _told(value)) for name, value in about.items() if name != "choices"]
    rows += [(f"{choice.name}={choice.default}", choice.help) for choice in source.choices]
    report.result(report.table(rows))
    return 0


def _contents(dataset: Dataset) -> dict[str, Any]:
    return {
        "origin": dataset.origin,
        "sample_shape": list(dataset.shape),
        "sample_type": str(dataset.train.images.dtype),
        "answers": dataset.answers,
        "answer_shape": list(dataset.answer_shape),
        "train": len(dataset.train),
        "test": len(dataset.test),
        "classes": list(dataset.classes),
        "fingerprint": dataset.fingerprint,
    }


def _facts(dataset: Dataset) -> dict[str, Any]:
    """Look through every sample once; return what the data browser of the window shows too."""
    import numpy as np

    from cnnviz.data.survey import destinations, find

    found = _surveyed(dataset)
    goes = destinations(len(dataset.train), len(dataset.test), np.zeros(0, np.int64))
    told = {each.kind.title.lower().replace(" ", "_"): each.samples for each in find(found, goes)}
    del told["in_training_and_validation"]  # nothing is held out yet
    facts: dict[str, Any] = {}
    for part, split, values in zip(
        ("train", "test"), (dataset.train, dataset.test), found.values, strict=True
    ):
        counts = np.bincount(split.class_numbers, minlength=len(dataset.classes)).tolist()
        if dataset.classes:
            facts[f"{part}_per_class"] = dict(zip(dataset.classes, counts, strict=True))
        facts[f"{part}_values"] = _measured(values)
    return facts | told


def _surveyed(dataset: Dataset) -> Survey:
    from cnnviz.data.survey import survey
    from cnnviz.events import Answer, Progress

    with report.Progress("samples") as bar:
        for event in survey(dataset):
            if isinstance(event, Progress):
                bar.show(event.label, event.done, event.total)
            elif isinstance(event, Answer):
                return event.value
    raise DataError("The data were not looked through to their end.", where=dataset.title, hint="Try again.")


def _measured(values: Histogram) -> dict[str, float | None]:
    """Return what is known of values; JSON has no word for a mean of nothing, so that is None."""
    numbers = {
        "lowest": values.low,
        "highest": values.high,
        "mean": values.mean,
        "deviation": values.deviation,
    }
    found = {name: value if math.isfinite(value) else None for name, value in numbers.items()}
    return found | {"nan_or_infinite": values.not_finite}


def _told(value: Any) -> str:
    if isinstance(value, dict):
        shown = {name: number for name, number in value.items() if number is not None}
        return ", ".join(
            f"{name} {number:,}" if isinstance(number, int) else f"{name} {number:.6g}"
            for name, number in shown.items()
        )
    if isinstance(value, list):
        return (
            "×".join(map(str, value)) if value and isinstance(value[0], int) else ", ".join(value) or "none"
        )
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else "none" if value is None else str(value)


def _get(options: argparse.Namespace) -> int:
    from cnnviz import data

    into, name = _folder(options), data.parse(options.name).name
    with report.Progress("MB", 1e-6) as bar:
        for step in data.download(name, into):
            bar.show(step.label, step.done, step.total)
    _tell_where(options, into / name)
    return 0


def _make(options: argparse.Namespace) -> int:
    """Write a data set into a file; that of 3D-MNIST goes where its source looks for it."""
    from cnnviz import data
    from cnnviz.data import making

    official = options.name == OFFICIAL_VOXELS
    address = VOXELS if official else options.name
    name = "3d-mnist-luiz.h5" if official else f"{data.parse(address).name}.h5"
    path = options.out or _folder(options) / data.parse(options.name).name / name
    dataset = data.best(address, options.data_dir, _setting())
    report.tell(f"Data: {dataset.origin}")
    with report.Progress("samples") as bar:
        for step in making.write(dataset, path, making.LUIZ if official else None):
            bar.show(step.label, step.done, step.total)
    _tell_where(options, path)
    return 0


def _tell_where(options: argparse.Namespace, where: Path) -> None:
    if options.json:
        report.result_json({"name": options.name, "where": str(where)})
    else:
        report.result(f"{options.name} is in {where}")


def _folder(options: argparse.Namespace) -> Path:
    from cnnviz import data

    return data.data_folders(options.data_dir, _setting())[0]


def _setting() -> str | None:
    from cnnviz import settings

    return settings.load().data_dir or None


def _declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        choices=["list", "info", "get", "make"],
        help="show what is here, describe one data set, fetch it, or write it into a file",
    )
    parser.add_argument(
        "name", nargs="?", help="the data set, with choices about it: mnist, voxels:seed=3, images:path=pets"
    )
    parser.add_argument(
        "--facts",
        action="store_true",
        help="info: look through all samples for ranges, copies, label conflicts",
    )
    parser.add_argument("--data-dir", metavar="D", type=Path, help="folder with one folder per data set")
    parser.add_argument(
        "--out", metavar="F", type=Path, help="make: the .h5 file (default: in the data folder)"
    )
    add_json(parser)


DATA = Command(
    "data",
    "List, describe, fetch or make data sets; an interrupted download is taken up again.",
    "cnnviz data list\ncnnviz data get mnist --data-dir ~/data\ncnnviz data info moving-digits:predict=10-10\n"
    "cnnviz data info cifar-10 --facts\n"
    "cnnviz data make 3d-mnist",
    _declare,
    _data,
)
