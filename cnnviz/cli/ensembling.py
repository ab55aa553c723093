"""The command that lets several trainings answer together."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnviz import library
from cnnviz.cli import report, subject
from cnnviz.cli.command import Command, add_json
from cnnviz.errors import UsageError

if TYPE_CHECKING:
    from cnnviz.events import Evaluated


def _ensemble(options: argparse.Namespace) -> int:
    from cnnviz.engine import weights
    from cnnviz.engine.ensemble import judged
    from cnnviz.events import Evaluated

    found = [library.find(name) for name in (options.network, *options.more)]
    parts = []
    for each in found:
        if each.weights is None:
            raise UsageError(f"{each.name} has no weights.", hint="Name folders of trainings.")
        parts.append((each.project.graph, weights.load(each.weights)))
    dataset = subject.load_data(options, found[0])
    *own, together = [_result(e) for e in judged(parts, dataset.test) if isinstance(e, Evaluated)]
    alone = [
        {"network": str(each.weights.parent if each.weights else each.name), **one}
        for each, one in zip(found, own, strict=True)
    ]
    final = {"members": alone, **together}
    if options.json:
        report.result_json(final)
        return 0
    for one in alone:
        report.result(f"{Path(one['network']).name}: {_words(one)}")
    report.result(f"all {len(alone)} together: {_words(final)}")
    return 0


def _result(last: Evaluated) -> dict[str, Any]:
    return {"test_loss": last.loss} | ({} if last.accuracy is None else {"test_accuracy": last.accuracy})


def _words(judged: dict[str, Any]) -> str:
    right = f"test accuracy {judged['test_accuracy']:.2%}, " if "test_accuracy" in judged else ""
    return f"{right}test loss {judged['test_loss']:.4f}"


def _declare(parser: argparse.ArgumentParser) -> None:
    subject.add_network(parser)
    parser.add_argument("more", metavar="Y", nargs="+", help="further trainings")
    subject.add_data(parser)
    add_json(parser)


ENSEMBLE = Command(
    "ensemble",
    "Let several trained networks answer together, and judge them like one: their scores are added up.",
    "cnnviz ensemble runs/t3-1 runs/t3-2 runs/t3-3 --data mnist",
    _declare,
    _ensemble,
)
