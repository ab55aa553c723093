"""The table of a network as text: to read, for papers (LaTeX, booktabs), and for other programs (CSV)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from cnnviz.layers import Shape
from cnnviz.layers.vectors import Vectors
from cnnviz.model.graph import Graph
from cnnviz.model.receptive import Field
from cnnviz.model.summary import Line, summarise

ShapeText = Callable[[Shape], str]
HEADINGS = (
    "Layer", "Kind", "Output", "Trainable", "Fixed", "Multiply-adds", "Bytes", "Field", "Step", "First",
)  # fmt: skip
_SPECIAL = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
            **{each: f"\\{each}" for each in "&%$#_{}"}}  # fmt: skip
_LEFT = 3
"""So many columns are words, aligned left."""


def channels_first(shape: Shape) -> str:
    """Write a shape as PyTorch orders it: 16×28×28."""
    return "×".join(map(str, shape))


def channels_last(shape: Shape) -> str:
    """Write a shape as Keras orders it: 28×28×16."""
    return "×".join(map(str, shape if isinstance(shape, Vectors) else (*shape[1:], shape[0])))


def to_text(graph: Graph, shape_text: ShapeText = channels_first) -> str:
    """Return a table in columns, with the sums below."""
    table = summarise(graph)
    rows = [HEADINGS, *(_cells(line, shape_text) for line in table.lines), _cells(table.total, shape_text)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [
        "  ".join(
            cell.ljust(width) if column < _LEFT else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    rule = "─" * max(map(len, lines))
    return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]]) + "\n"


def to_csv(graph: Graph, shape_text: ShapeText = channels_first) -> str:
    """Return one line per layer, in computing order, under a line of headings; what is not known is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([heading.lower() for heading in HEADINGS])
    for line in summarise(graph).lines:
        shape = shape_text(line.shape).replace("×", "x") if line.shape else ""
        numbers = (line.trainable, line.fixed, line.macs, line.memory)
        field = [cell.replace("×", "x").replace("−", "-") for cell in _field(line.field, "")]
        writer.writerow([line.name, line.title, shape, *numbers, *field])
    return text.getvalue()


def to_latex(graph: Graph, shape_text: ShapeText = channels_first) -> str:
    """Return a table for a paper; its preamble needs the package booktabs."""
    table = summarise(graph)
    lines = [
        r"\begin{tabular}{llrrrr}",
        r"\toprule",
        r"Layer & Kind & Output & Parameters & Multiply-adds & Field \\",
        r"\midrule",
    ]
    for line in table.lines:
        shape = shape_text(line.shape).replace("×", r" \times ") if line.shape else "?"
        field = _field(line.field, "--")[0].replace("×", r" \times ")
        cells = (
            _escaped(line.name), _escaped(line.title), f"${shape}$", _counted(line.trainable + line.fixed),
            _counted(line.macs), f"${field}$" if line.field else "--",
        )  # fmt: skip
        lines.append(" & ".join(cells) + r" \\")
    total = table.total
    lines += [
        r"\midrule",
        rf"Sum & & & {_counted(total.trainable + total.fixed)} & {_counted(total.macs)} & \\",
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return "\n".join(lines) + "\n"


def _cells(line: Line, shape_text: ShapeText) -> tuple[str, ...]:
    shape = shape_text(line.shape) if line.shape else "" if line.name == "total" else "?"
    counts = (f"{number:,}" for number in (line.trainable, line.fixed, line.macs, line.memory))
    return (line.name, line.title, shape, *counts, *_field(line.field, ""))


def _field(field: Field | None, unknown: str) -> tuple[str, str, str]:
    """Write size, step and first cell of a field, each along all dimensions, or once where all are equal."""
    if not field:
        return unknown, unknown, unknown
    first = [f"{reach.first:g}".replace("-", "−") for reach in field]
    sizes, steps = [str(reach.size) for reach in field], [f"{reach.step:g}" for reach in field]
    return "×".join(sizes), _once(steps), _once(first)


def _once(texts: list[str]) -> str:
    return texts[0] if len(set(texts)) == 1 else "×".join(texts)


def _counted(number: int) -> str:
    return f"{number:,}".replace(",", "{,}") if number else "--"


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(each, each) for each in text)
