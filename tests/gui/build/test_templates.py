"""The templates in the palette."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cnnviz.templates import TEMPLATES
from cnnviz.ui.build.palette.templates import ID, TemplateList
from tests.gui.rooms import shown


def test_all_are_listed_below_their_sections(qapp: QApplication) -> None:
    page = TemplateList()
    assert page.ids() == list(TEMPLATES)
    first = page.list.item(0)
    assert (first.text(), first.data(ID)) == ("Digits", None)
    assert page.list.count() == len(TEMPLATES) + len({found.section for found in TEMPLATES.values()})


def test_a_search_leaves_what_matches_and_enter_takes_the_first(qapp: QApplication) -> None:
    page = TemplateList()
    chosen: list[str] = []
    page.chosen.connect(chosen.append)
    QTest.keyClicks(page.search, "googlenet")
    assert page.ids() == ["googlenet", "googlenet-aux"]
    QTest.keyClick(page.search, Qt.Key.Key_Return)
    assert chosen == ["googlenet"]
    page.search.setText("no such network")
    QTest.keyClick(page.search, Qt.Key.Key_Return)
    assert chosen == ["googlenet"]


def test_a_click_opens_one_and_a_heading_none(qapp: QApplication) -> None:
    chosen: list[str] = []
    for page in shown(TemplateList(), 216, 600):
        page.chosen.connect(chosen.append)
        for place in (0, 1):
            middle = page.list.visualItemRect(page.list.item(place)).center()
            QTest.mouseClick(page.list.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert chosen == [page.list.item(1).data(ID)]
