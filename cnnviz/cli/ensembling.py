"""The command that lets several trainings answer together."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from cnnviz import library
from cnnviz.cli import report, subject
from cnnviz.cli.command import Command, add_json
from cnnviz.errors import UsageError


def _ensemble(options: argparse.Namespace) -> int:
    from cnnviz.engine import weights
    from cnnviz.engine.build import build
    from cnnviz.engine.ensemble import Ensemble

    found = [library.find(name) for name in (options.network, *options.more)]
    members = []
    for each in found:
        if each.weights is None:
            raise UsageError(f"{each.name} has no weights.", hint="Name folders of trainings.")
        module = build(each.project.graph)
        weights.apply(module, weights.load(each.weights))
        members.append(module)
    together = Ensemble(members)
    dataset = subject.load_data(options, found[0])
    alone = [{"network": str(each.weights.parent if each.weights else each.name), **_judged(module, dataset)}
             for each, module in zip(found, members, strict=True)]  # fmt: skip
    final = {"members": alone, **_judged(together, dataset)}
    if options.json:
        report.result_json(final)
        return 0
    for one in alone:
        report.result(f"{Path(one['network']).name}: {_words(one)}")
    report.result(f"all {len(members)} together: {_words(final)}")
    return 0


def _judged(module: Any, dataset: Any) -> dict[str, Any]:
    from cnnviz.engine.evaluate import evaluate
    from cnnviz.events import Evaluated

    *_, last = evaluate(module, dataset.test)
    assert isinstance(last, Evaluated)
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
