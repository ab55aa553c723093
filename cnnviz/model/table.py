"""The layers of a network as a table: for papers (LaTeX, booktabs) and for other programs (CSV)."""

from __future__ import annotations

import csv
import io

from cnnviz.model.check import check
from cnnviz.model.graph import Graph

HEADINGS = ("layer", "kind", "output", "parameters", "multiply-adds")
_SPECIAL = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
            **{each: f"\\{each}" for each in "&%$#_{}"}}  # fmt: skip


def to_csv(graph: Graph) -> str:
    """Return one line per layer, in computing order, under a line of headings; an unknown shape is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADINGS)
    for row in check(graph).rows:
        writer.writerow([row.name, row.kind, "x".join(map(str, row.shape or ())), row.params, row.macs])
    return text.getvalue()


def to_latex(graph: Graph) -> str:
    """Return a table for a paper; its preamble needs the package booktabs."""
    report = check(graph)
    lines = [
        r"\begin{tabular}{llrrr}",
        r"\toprule",
        r"Layer & Kind & Output & Parameters & Multiply-adds \\",
        r"\midrule",
    ]
    for row in report.rows:
        kind = graph.node(row.name).layer.title
        shape = r" \times ".join(map(str, row.shape)) if row.shape else "?"
        cells = (_escaped(row.name), _escaped(kind), f"${shape}$", _counted(row.params), _counted(row.macs))
        lines.append(" & ".join(cells) + r" \\")
    total = _counted(report.trainable + report.non_trainable)
    lines += [
        r"\midrule",
        rf"Sum & & & {total} & {_counted(report.macs)} \\",
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return "\n".join(lines) + "\n"


def _counted(number: int) -> str:
    return f"{number:,}".replace(",", "{,}") if number else "--"


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(each, each) for each in text)
