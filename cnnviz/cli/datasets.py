"""The command that lists and fetches data sets."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from cnnviz.cli import report
from cnnviz.cli.command import Command, add_json
from cnnviz.errors import UsageError


def _data(options: argparse.Namespace) -> int:
    return _get(options) if options.action == "get" else _list(options)


def _list(options: argparse.Namespace) -> int:
    from cnnviz import data, settings

    found = data.status(options.data_dir, settings.load().data_dir or None)
    if options.json:
        report.result_json([_status_dict(each) for each in found])
        return 0
    rows = [("name", "", "where", "")]
    rows += [(s.source.name, "ready" if s.found else "missing", s.where, s.source.sentence) for s in found]
    report.result(report.table(rows))
    return 0


def _status_dict(status: Any) -> dict[str, Any]:
    source = status.source
    return {
        "name": source.name,
        "title": source.title,
        "found": status.found,
        "where": status.where,
        "sentence": source.sentence,
        "licence": source.licence,
        "download_bytes": source.download_bytes,
    }


def _get(options: argparse.Namespace) -> int:
    from cnnviz import data, settings

    if not options.name:
        raise UsageError("which data set?", hint="Write `cnnviz data get mnist`.")
    into = data.data_folders(options.data_dir, settings.load().data_dir or None)[0]
    with report.Progress("MB", 1e-6) as bar:
        for step in data.download(options.name, into):
            bar.show(step.label, step.done, step.total)
    folder = into / options.name
    if options.json:
        report.result_json({"name": options.name, "where": str(folder)})
    else:
        report.result(f"{options.name} is in {folder}")
    return 0


def _declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["list", "get"], help="show what is here, or fetch one data set")
    parser.add_argument("name", nargs="?", help="the data set to fetch: mnist or fashion-mnist")
    parser.add_argument("--data-dir", metavar="D", type=Path, help="folder with one folder per data set")
    add_json(parser)


DATA = Command(
    "data",
    "List the data sets, or fetch one from its public mirrors; an interrupted download is taken up again.",
    "cnnviz data list\ncnnviz data get mnist --data-dir ~/data",
    _declare,
    _data,
)
