"""The table of layers: real numbers, sorted as numbers, copied whole."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cnnviz.model.table import to_csv, to_text
from cnnviz.templates import template
from cnnviz.ui.build.strip.shapetable import COLUMNS, ShapeTable

NAMES = [name for name, _ in COLUMNS]


def shown(qtbot: QtBot) -> ShapeTable:
    table = ShapeTable()
    qtbot.addWidget(table)
    table.resize(900, 300)
    table.show_graph(template("t10").graph, "pytorch")
    table.show()
    return table


def column(table: ShapeTable, name: str) -> list[str]:
    at = NAMES.index(name)
    return [table.grid.item(row, at).text() for row in range(table.grid.rowCount())]


def click_heading(table: ShapeTable, name: str) -> None:
    header = table.grid.horizontalHeader()
    at = NAMES.index(name)
    place = QPoint(header.sectionViewportPosition(at) + header.sectionSize(at) // 2, header.height() // 2)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_every_column_says_what_is_so(qtbot: QtBot) -> None:
    table = shown(qtbot)
    row = column(table, "Name").index("conv2")
    cells = [table.grid.item(row, at).text() for at in range(len(NAMES))]
    assert cells == ["conv2", "Conv 2D", "16×10×10", "2,416", "0", "240,000", "6.4 kB", "14×14", "2", "−2"]


def test_a_click_sorts_by_size_and_another_goes_back(qtbot: QtBot) -> None:
    table = shown(qtbot)
    before = column(table, "Name")
    click_heading(table, "Params")
    assert column(table, "Params")[:3] == ["48,120", "10,164", "2,416"]
    click_heading(table, "Params")
    assert column(table, "Name") == before


def test_a_click_on_a_row_chooses_its_node_also_when_sorted(qtbot: QtBot) -> None:
    table = shown(qtbot)
    click_heading(table, "MACs")
    chosen: list[str] = []
    table.node_chosen.connect(chosen.append)
    table.grid.cellClicked.emit(0, 3)
    assert chosen == ["conv2"]


def test_the_whole_table_is_copied(qtbot: QtBot) -> None:
    table = shown(qtbot)
    texts = {}
    for action in table.copy.menu().actions():
        action.trigger()
        texts[action.text()] = QGuiApplication.clipboard().text()
    graph = template("t10").graph
    assert texts["Copy as text"] == to_text(graph)
    assert texts["Copy as CSV"] == to_csv(graph)
    assert r"\toprule" in texts["Copy as LaTeX"]


def test_keras_order_goes_into_the_copies_too(qtbot: QtBot) -> None:
    table = shown(qtbot)
    table.show_graph(template("t10").graph, "keras")
    assert "10×10×16" in column(table, "Output")
    table.copy.menu().actions()[0].trigger()
    assert "10×10×16" in QGuiApplication.clipboard().text()
