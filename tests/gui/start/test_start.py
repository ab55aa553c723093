"""The first screen: it answers a drawn digit, opens templates, and lists data, recent files and unsaved work."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from cnnviz.templates import TEMPLATES, shipped_weights
from cnnviz.ui.window import MainWindow
from tests.gui.rooms import wait


def buttons(widget: object, text: str) -> list[QPushButton]:
    return [each for each in widget.findChildren(QPushButton) if each.text() == text and not each.isHidden()]


def words(widget: object) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel))


def answered(window: MainWindow) -> bool:
    return window.start.draw.answered


def test_drawn_digit_is_answered(window: MainWindow) -> None:
    wait(lambda: answered(window))
    draw = window.start.draw
    draw.clear.click()
    draw.answered = False
    QTest.mousePress(draw.pad, Qt.MouseButton.LeftButton, pos=QPoint(120, 60))
    QTest.mouseMove(draw.pad, QPoint(120, 130))
    QTest.mouseRelease(draw.pad, Qt.MouseButton.LeftButton, pos=QPoint(120, 200))
    assert draw.pad.image().sum() > 10
    wait(lambda: answered(window))
    assert "layer, 6 maps" in draw.first_title.text()


def test_why_opens_the_drawn_digit_in_inspect(window: MainWindow) -> None:
    wait(lambda: answered(window))
    image = window.start.draw.pad.image()
    window.start.draw.why.click()
    assert window.workspace == "inspect"
    assert np.array_equal(window.session.material.sample.image[0], image)
    wait(lambda: window.session.looking.trace_fits)
    assert np.array_equal(window.session.looking.trace.activation("input")[0], image)


def test_clicking_a_card_opens_its_template(window: MainWindow) -> None:
    card = next(each for each in window.start.gallery.cards if each.template.id == "t1")
    QTest.mouseClick(card, Qt.MouseButton.LeftButton, pos=QPoint(30, card.height() - 20))
    assert window.session.document.template == "t1"
    assert window.workspace == "build"


def test_card_opens_by_keyboard(window: MainWindow) -> None:
    card = next(each for each in window.start.gallery.cards if each.template.id == "t2")
    card.setFocus()
    QTest.keyClick(card, Qt.Key.Key_Return)
    assert window.session.document.template == "t2"


def shown(window: MainWindow) -> list[str]:
    return [card.template.id for card in window.start.gallery.cards if not card.isHidden()]


def test_search_leaves_what_matches(window: MainWindow) -> None:
    window.start.search.setText("bouncing frames")
    assert shown(window) == ["t19"]
    assert [name for name, heading in window.start.gallery.headings.items() if not heading.isHidden()] == [
        "Sequences and 3D"
    ]
    window.start.search.setText("")
    assert shown(window) == list(TEMPLATES)


def test_a_section_is_shown_alone_and_searched(window: MainWindow) -> None:
    window.start.sections.part("Architectures").click()
    assert {TEMPLATES[name].section for name in shown(window)} == {"Architectures"}
    window.start.search.setText("resnet-1")
    assert shown(window) == ["resnet18", "resnet101", "resnet152"]
    window.start.sections.part("Digits").click()
    assert shown(window) == []


def test_trained_networks_are_shown_together_and_tell_what_they_reached(window: MainWindow) -> None:
    window.start.sections.part("Trained").click()
    assert shown(window) == [found.id for found in TEMPLATES.values() if shipped_weights(found)]
    assert "t10" in shown(window)
    for card in window.start.gallery.cards:
        assert card.usual == ("inspect" if card.template.id in shown(window) else "build")
        assert not card.trained or card.template.reported


def test_a_trained_network_opens_with_its_weights(window: MainWindow) -> None:
    card = next(each for each in window.start.gallery.cards if each.template.id == "t18")
    QTest.mouseClick(card, Qt.MouseButton.LeftButton, pos=QPoint(30, card.height() - 20))
    assert window.workspace == "inspect"
    wait(lambda: window.session.looking.weights is not None)
    assert {"conv1.weight", "dense1.bias"} <= set(window.session.looking.weights)


def test_arrows_walk_from_card_to_card(window: MainWindow) -> None:
    window.resize(1280, 800)
    window.show()
    gallery = window.start.gallery
    wait(lambda: gallery.width() > 0 and gallery.cards[0].isVisible())
    gallery.cards[0].setFocus()
    QTest.keyClick(gallery.cards[0], Qt.Key.Key_Right)
    assert gallery.cards[1].hasFocus()
    QTest.keyClick(gallery.cards[1], Qt.Key.Key_Down)
    assert gallery.cards[3].hasFocus()
    QTest.keyClick(gallery.cards[3], Qt.Key.Key_Up)
    QTest.keyClick(gallery.cards[1], Qt.Key.Key_Up)
    assert gallery.cards[1].hasFocus()


def test_a_network_for_data_that_are_not_here_opens_with_a_stand_in_that_says_so(window: MainWindow) -> None:
    window.show()
    window.open_template("t15", "build")
    assert window.session.document.template == "t15"
    material = window.session.material
    wait(lambda: material.dataset is not None and material.dataset.name == "tinted", 60)
    assert material.dataset is not None
    assert material.dataset.origin.startswith("CIFAR-10 was not found, so these stand in for it")
    assert material.sample is not None
    assert material.sample.image.shape == (3, 32, 32)
    assert not window.session.why_not_train()


def test_buttons_of_a_card_come_with_the_focus(window: MainWindow) -> None:
    window.show()
    card = window.start.gallery.cards[0]
    wait(card.isVisible)
    assert card.buttons == []
    card.setFocus()
    QTest.mouseClick(card.buttons[1], Qt.MouseButton.LeftButton)
    assert window.session.document.template == "t10"
    assert window.workspace == "build"


def test_every_card_can_be_painted(window: MainWindow) -> None:
    for card in window.start.gallery.cards:
        card.resize(260, card.height())
        assert len({card.grab().toImage().pixel(x, 40) for x in range(12, 200)}) > 2, card.template.id


def test_columns_of_cards_are_equally_wide(window: MainWindow) -> None:
    window.resize(1600, 900)
    QApplication.processEvents()
    widths = {card.width() for card in window.start.gallery.cards}
    assert max(widths) - min(widths) <= 1


def test_pad_lines_up_with_its_caption(window: MainWindow) -> None:
    draw = window.start.draw
    grid = draw.pad.grid()
    assert abs(draw.pad.x() + grid.left - draw.caption.x()) <= 2


def test_recent_files_are_listed_where_they_exist(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "mine.cnnviz"
    window.session.save_file(path)
    window.session.remember(tmp_path / "gone.cnnviz")
    window.start.refresh()
    assert "mine" in words(window.start.recent)
    assert "gone" not in words(window.start.recent)
    window.session.open_empty()
    buttons(window.start.recent, "Open")[0].click()
    assert window.session.document.path == path


def test_work_that_was_left_is_offered_and_recovered(window: MainWindow) -> None:
    document = window.session.document
    document.edit("Change the title", document.graph.with_title("precious"))
    window.open_template("t1", "build")
    window.show_workspace("start")
    assert "precious" in words(window.start.recent)
    buttons(window.start.recent, "Recover")[0].click()
    wait(lambda: document.graph.title == "precious")
    assert window.workspace == "build"
    window.show_workspace("start")
    assert window.start.recent.isHidden()


def test_data_shelf_says_what_is_ready(window: MainWindow) -> None:
    shown = words(window.start.shelf)
    assert "Drawn digits" in shown
    assert "ready" in shown
