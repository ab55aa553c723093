"""The table of a network: sums, receptive fields against asking every cell, and the three ways to write it."""

from __future__ import annotations

import csv
import io

import pytest

from cnnviz.explain import receptive_field
from cnnviz.layers import AvgPool2d, Concat, Conv2d, ConvTranspose2d, Flatten, Input, MaxPool2d, Upsample
from cnnviz.model.graph import Graph, chain
from cnnviz.model.receptive import Reach, fields
from cnnviz.model.summary import summarise
from cnnviz.model.table import channels_last, to_csv, to_latex, to_text
from cnnviz.templates import template

DEEP = chain(
    [
        ("x", Input((1, 64, 64))), ("a", Conv2d(1, 5, 2, "same")), ("b", Conv2d(1, 3, dilation=3)),
        ("c", MaxPool2d(3, 2, "same")), ("d", AvgPool2d(2)), ("e", Conv2d(1, (1, 2))),
    ]
)  # fmt: skip


@pytest.mark.parametrize("node", ["x", "a", "b", "c", "d", "e"])
def test_fields_equal_those_of_single_cells(node: str) -> None:
    field = fields(DEEP)[node]
    shape = DEEP.summary().row(node).shape
    assert field is not None
    assert shape is not None
    middle = tuple(n // 2 for n in shape[1:])
    box = receptive_field(DEEP, node, (0, *middle)).get("x", ((0, 1), *((i, i + 1) for i in middle)))
    for reach, at, (first, end) in zip(field, middle, box[1:], strict=True):
        assert (first, end) == (reach.first + at * reach.step, reach.first + at * reach.step + reach.size)


def test_fields_of_lenet_are_those_of_the_textbook() -> None:
    found = fields(template("t10").graph)
    assert found["conv2"] == (Reach(14, 2.0, -2.0),) * 2
    assert found["pool2"] == (Reach(16, 4.0, -2.0),) * 2
    assert found["dense1"] is None


def test_branches_see_as_far_as_the_farther_one() -> None:
    graph = chain([("x", Input((1, 16, 16))), ("a", Conv2d(2, 5, padding="same")), ("cat", Concat())])
    graph = graph.add(Conv2d(2, 1), "b", after="x").connect("b", "cat")
    assert fields(graph)["cat"] == (Reach(5, 1.0, -2.0),) * 2


def test_steps_are_fractions_behind_what_enlarges() -> None:
    graph = chain(
        [("x", Input((1, 8, 8))), ("up", Upsample((2,))), ("t", ConvTranspose2d(1, 2, 2)), ("f", Flatten())]
    )
    found = fields(graph)
    assert found["up"] is not None
    assert found["up"][0].step == pytest.approx(0.5, abs=0.1)
    assert found["f"] is None


def test_the_table_adds_up_to_the_report() -> None:
    graph = template("t6").graph
    report, table = graph.summary(), summarise(graph)
    assert (
        (table.total.trainable, table.total.fixed)
        == (report.trainable, report.non_trainable)
        == (596_330, 1_408)
    )
    assert table.total.macs == report.macs
    assert [line.name for line in table.lines] == [row.name for row in report.rows]
    assert table.lines[0].memory == 4 * 28 * 28


def test_text_csv_and_latex_say_the_same() -> None:
    graph = template("t10").graph
    assert "16×10×10" in to_text(graph)
    assert "10×10×16" in to_text(graph, channels_last)
    assert to_text(graph).splitlines()[-1].split()[:3] == ["total", "61,706", "0"]
    rows = list(csv.DictReader(io.StringIO(to_csv(graph))))
    conv = next(row for row in rows if row["layer"] == "conv2")
    assert (conv["output"], conv["trainable"], conv["field"], conv["first"]) == (
        "16x10x10",
        "2416",
        "14x14",
        "-2",
    )
    assert sum(int(row["trainable"]) for row in rows) == 61_706
    assert r"conv2 & Conv 2D & $16 \times 10 \times 10$ & 2{,}416" in to_latex(graph)
    assert "61{,}706" in to_latex(graph)


def test_what_is_not_known_stays_open() -> None:
    graph = Graph().add(Conv2d(2), "lost")
    assert summarise(graph).lines[0].shape is None
    assert "?" in to_text(graph)
    assert next(csv.DictReader(io.StringIO(to_csv(graph))))["output"] == ""
