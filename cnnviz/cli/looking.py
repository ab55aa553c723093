"""Commands that compute nothing: templates and summary."""

from __future__ import annotations

import argparse
from typing import Any

from cnnviz.cli import report, subject
from cnnviz.cli.command import Command, add_json
from cnnviz.layers import times
from cnnviz.model.check import Report
from cnnviz.templates import TEMPLATES, Template, shipped_weights


def _templates(options: argparse.Namespace) -> int:
    if options.json:
        report.result_json([_template_dict(each) for each in TEMPLATES.values()])
        return 0
    rows = [("id", "name", "params", "data", "reached", "")]
    rows += [
        (t.id, t.name, f"{t.params:,}", t.data.source, t.reported, t.sentence) for t in TEMPLATES.values()
    ]
    report.result(report.table(rows, right=(2,)))
    return 0


def _template_dict(found: Template) -> dict[str, Any]:
    return {
        "id": found.id,
        "name": found.name,
        "title": found.title,
        "sentence": found.sentence,
        "dimensions": found.dimensions,
        "params": found.params,
        "reported": found.reported,
        "trained": shipped_weights(found) is not None,
        "data": found.data.to_dict(),
        "recipe": found.recipe.to_dict(),
    }


def _summary(options: argparse.Namespace) -> int:
    graph = subject.find(options).project.graph
    found = graph.summary()
    if options.json:
        report.result_json({"title": graph.title, **_summary_dict(found)})
    else:
        report.result(_summary_text(found))
    found.require()
    return 0


def _summary_dict(found: Report) -> dict[str, Any]:
    layers = [
        {
            "name": row.name,
            "kind": row.kind,
            "output_shape": None if row.shape is None else list(row.shape),
            "params": row.params,
            "macs": row.macs,
        }
        for row in found.rows
    ]
    problems = [{"node": p.node, "severity": p.severity, "text": p.text} for p in found.problems]
    return {
        "layers": layers,
        "trainable": found.trainable,
        "non_trainable": found.non_trainable,
        "macs": found.macs,
        "problems": problems,
    }


def _summary_text(found: Report) -> str:
    rows = [("layer", "kind", "output", "params", "multiply-adds")]
    rows += [
        (row.name, row.kind, times(row.shape) if row.shape else "?", f"{row.params:,}", f"{row.macs:,}")
        for row in found.rows
    ]
    lines = [report.table(rows, right=(3, 4)), ""]
    lines.append(f"{found.trainable:,} parameters train, {found.non_trainable:,} are running statistics.")
    lines.append(f"{found.macs:,} multiply-adds for one sample.")
    return "\n".join([*lines, *(f"{p.severity}: {p.node}: {p.text}" for p in found.problems)])


def _declare_summary(parser: argparse.ArgumentParser) -> None:
    subject.add_network(parser)
    add_json(parser)


TEMPLATES_COMMAND = Command(
    "templates", "List the networks that come with cnnviz.", "cnnviz templates --json", add_json, _templates
)
SUMMARY = Command(
    "summary",
    "Print shapes, parameters and multiply-adds of every layer, for one sample.",
    "cnnviz summary mnist-postech\ncnnviz summary net.cnnviz --json",
    _declare_summary,
    _summary,
)
