"""The data browser in the window, by real mouse and key events: samples, filters, the split, findings, Inspect."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from cnnviz import data, wiring
from cnnviz.data import Dataset, Split
from cnnviz.engine.train import train
from cnnviz.events import Evaluated
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.settings import Settings
from cnnviz.ui.browse.places import ALL, TEST, TRAINING, VALIDATION, Arrangement
from cnnviz.ui.browse.splitpanel import FOLDS, HOLD_OUT, presets
from cnnviz.ui.browse.workspace import BY_CLASS, IN_ORDER, DataWorkspace
from cnnviz.ui.state import Session
from cnnviz.ui.window import MainWindow
from tests.gui.rooms import dismiss, few_digits, small_graph, wait

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


def click(widget: QWidget, point: QPoint | None = None) -> None:
    QTest.mouseClick(widget, LEFT, NONE, point if point is not None else widget.rect().center())


def with_twins() -> Dataset:
    """Return few digits, three of which are there twice: once in the test, once with another class, one blank."""
    found = few_digits()
    images, labels = np.array(found.train.images), np.array(found.train.labels)
    tests = np.array(found.test.images)
    tests[4] = images[10]
    images[21] = images[20]
    labels[21] = (labels[20] + 1) % 10
    images[30] = 0
    return Dataset(
        "strokes", "Drawn digits", "Digits with copies", found.classes, Split(images, labels),
        Split(tests, np.where(np.arange(60) == 4, labels[10], found.test.labels)),
    )  # fmt: skip


@pytest.fixture
def page(window: MainWindow) -> DataWorkspace:
    """The browser, opened by its key from Build, on few digits with copies."""
    window.show_workspace("build")
    window.session.material.set_dataset(with_twins())
    QTest.keyClick(window, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    found = window.pages.currentWidget()
    assert isinstance(found, DataWorkspace)
    wait(lambda: found.surveying.state == "ready")
    wait(lambda: found.grid.viewport().height() > 100)
    return found


def tile(page: DataWorkspace, place: int) -> QPoint:
    """Return where a sample that is shown lies in the view."""
    where = page.grid.where(place)
    assert where is not None
    rect = page.grid.layout_now().rect(*where).translated(0, -page.grid.top())
    return rect.center().toPoint()


def places(page: DataWorkspace) -> list[int]:
    return [int(place) for section in page.grid.layout_now().sections for place in section.places]


def test_every_way_in_leads_to_it_and_back(window: MainWindow) -> None:
    window.show_workspace("train")
    window.bar.data_menu.aboutToShow.emit()
    entry = next(each for each in window.bar.data_menu.actions() if each.text() == "Browse the data")
    entry.trigger()
    assert window.workspace == "data"
    page = window.pages.currentWidget()
    assert isinstance(page, DataWorkspace)
    click(page.header.back)
    assert window.workspace == "train"
    window.actions_by_name["data"].trigger()
    window.activateWindow()
    page.grid.setFocus()
    wait(page.grid.hasFocus)
    QTest.keyClick(page.grid, Qt.Key.Key_Escape)
    assert window.workspace == "train"
    assert entry.text() in [action.text() for action in window.bar.menu.actions()]


def test_samples_stand_in_lines_by_class(page: DataWorkspace) -> None:
    sections = page.grid.layout_now().sections
    assert [section.title for section in sections] == [str(digit) for digit in range(10)]
    dataset = page.arrangement.dataset
    labels = np.concatenate([dataset.train.class_numbers, dataset.test.class_numbers])
    for digit, section in enumerate(sections):
        assert section.places.tolist() == np.flatnonzero(labels == digit).tolist()
    wait(lambda: page.thumbnails.get(int(sections[0].places[0])) is not None)
    click(page.grid.viewport(), page.grid.layout_now().heading(3).center().toPoint())
    assert places(page) == np.flatnonzero(labels == 3).tolist()
    assert page.chips.chip(3).isChecked()
    click(page.chips.chip(ALL))
    assert len(page.grid.layout_now().sections) == 10


def test_parts_and_classes_filter_together(page: DataWorkspace) -> None:
    found = page.arrangement
    click(page.parts.part(VALIDATION))
    assert sorted(places(page)) == sorted(found.validation.tolist())
    click(page.chips.chip(7))
    assert places(page) == [p for p in np.flatnonzero(found.labels == 7) if found.goes[p] == VALIDATION]
    click(page.parts.part(TEST))
    assert all(place >= 192 for place in places(page))
    counts = [page.parts.part(part).text() for part in (ALL, TRAINING, VALIDATION, TEST)]
    assert counts == ["All 252", "Training 160", "Validation 32", "Test 60"]


def test_a_click_shows_a_sample_with_its_numbers(page: DataWorkspace) -> None:
    click(page.order.part(IN_ORDER))
    click(page.grid.viewport(), tile(page, 10))
    wait(lambda: page.sample.looked is not None and page.sample.looked.place == 10)
    told = {name: value.text() for name, (_, value) in page.sample.rows.items() if not value.isHidden()}
    image = page.arrangement.dataset.train.images[10]
    assert page.sample._title.text() == "Training image #10"
    assert told["Class"] == str(page.arrangement.labels[10])
    assert told["Shape"] == "28×28×1, uint8" or told["Shape"] == "1×28×28, uint8"
    assert told["Range"] == f"{image.min()} to {image.max()}"
    assert float(told["Mean"]) == pytest.approx(image.mean(), rel=1e-3)
    assert told["The same as"] == "test #4"
    centre = page.sample.view.rect().center()
    QTest.mouseMove(page.sample.view, centre)
    wait(lambda: "row" in page.sample.read.text())


def test_keys_walk_through_the_grid(page: DataWorkspace) -> None:
    click(page.order.part(IN_ORDER))
    click(page.grid.viewport(), tile(page, 0))
    across = page.grid.layout_now().across
    for key, expected in (
        (Qt.Key.Key_Right, 1), (Qt.Key.Key_Down, 1 + across), (Qt.Key.Key_Left, across), (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_Left, 0),
    ):  # fmt: skip
        QTest.keyClick(page.grid, key)
        assert page.grid.selected == expected
    wait(page.sample.after.isEnabled)
    click(page.sample.after)
    assert page.grid.selected == 1
    click(page.order.part(BY_CLASS))
    first, second = (section.places for section in page.grid.layout_now().sections[:2])
    click(page.grid.viewport(), tile(page, int(first[2])))
    QTest.keyClick(page.grid, Qt.Key.Key_Down)
    assert page.grid.selected == second[2]


def test_a_sample_is_found_by_its_number(page: DataWorkspace) -> None:
    click(page.chips.chip(3))
    click(page.number)
    QTest.keyClicks(page.number, "150")
    QTest.keyClick(page.number, Qt.Key.Key_Return)
    assert page.grid.selected == 150
    assert page.grid.where(150) is not None
    click(page.parts.part(TEST))
    page.number.setText("7")
    QTest.keyClick(page.number, Qt.Key.Key_Return)
    assert page.grid.selected == 199
    heard: list[str] = []
    page._session.notice.connect(lambda _severity, text: heard.append(text))
    page.number.setText("60")
    QTest.keyClick(page.number, Qt.Key.Key_Return)
    assert heard == ["There is no test image #60."]


def test_copies_leaks_and_conflicts_are_shown_with_their_samples(page: DataWorkspace) -> None:
    rows = {row.finding.kind.title: row for row in page.facts.rows.rows}
    assert not rows["Twice in test"].isEnabled()
    click(rows["In training and test"])
    assert places(page) == [10, 196]
    click(rows["Label conflicts"])
    assert places(page) == [20, 21]
    assert not rows["In training and test"].isChecked()
    click(rows["Label conflicts"])
    assert len(places(page)) == 252
    click(rows["Blank samples"])
    assert places(page) == [30]
    click(page.chips.chip(1))
    assert not rows["Blank samples"].isChecked()


def test_bars_and_means_choose_a_class(page: DataWorkspace) -> None:
    balance = page.facts.balance
    page.facts.ensureWidgetVisible(balance)
    click(balance, balance.row_rect(4).center().toPoint())
    assert set(page.arrangement.labels[places(page)]) == {4}
    click(balance, balance.row_rect(4).center().toPoint())
    assert len(places(page)) == 252
    page.facts.ensureWidgetVisible(page.facts.mean)
    click(page.facts.mean, page.facts.mean.cell(3).center().toPoint())
    assert set(page.arrangement.labels[places(page)]) == {2}
    histogram = page.facts.histogram
    page.facts.ensureWidgetVisible(histogram)
    QTest.mouseMove(histogram, QPoint(1, 20))
    wait(lambda: page.facts.values._subtitle.text().startswith("0: "))


def test_the_split_is_edited_and_seen_at_once(page: DataWorkspace) -> None:
    split, document = page.facts.split, page._session.document
    before = page.arrangement.validation
    click(split.seed.edit)
    QTest.keyClick(split.seed.edit, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(split.seed.edit, "9")
    assert document.data.seed == 9
    assert set(page.arrangement.validation) != set(before)
    assert set(page.arrangement.validation) == set(data.hold_out(192, 32, 9)[1])
    menu = split.presets.menu()
    menu.aboutToShow.emit()
    next(each for each in menu.actions() if each.text().startswith("75 / 25")).trigger()
    assert document.data.validation == 48 == page.arrangement.held_out.validation
    assert split.told.text().startswith("144 to learn from, 48 to judge by, 60")
    click(split.scheme.part(FOLDS))
    assert (document.data.folds, document.data.fold) == (5, 0)
    first = set(page.arrangement.validation)
    QTest.keyClick(split.fold.edit, Qt.Key.Key_Up)
    assert document.data.fold == 1
    assert not first & set(page.arrangement.validation)
    click(split.scheme.part(HOLD_OUT))
    assert document.data.folds == 0


def test_what_is_shown_is_what_a_training_holds_out(page: DataWorkspace) -> None:
    page._session.document.set_data(validation=48, seed=5)
    found = page.arrangement
    events = train(small_graph(), found.dataset, Recipe(steps=1, batch_size=16), found.held_out)
    judged = next(each for each in events if isinstance(each, Evaluated) and each.which == "validation")
    assert set(judged.indices.tolist()) == set(found.validation.tolist())


def test_presets_are_those_that_fit() -> None:
    assert presets(50_000)[:2] == [("75 / 25 %", 12_500), ("5,000 held out", 5_000)]
    assert [text for text, _ in presets(1_000)] == ["75 / 25 %", "90 / 10 %", "None held out"]


@pytest.mark.parametrize(("place", "index"), [(12, -1), (196, 4)])
def test_a_double_click_opens_the_sample_in_inspect(
    window: MainWindow, page: DataWorkspace, place: int, index: int
) -> None:
    click(page.order.part(IN_ORDER))
    page.grid.set_selected(place)
    QTest.mouseDClick(page.grid.viewport(), LEFT, NONE, tile(page, place))
    assert window.workspace == "inspect"
    sample = window.session.material.sample
    split, at = page.arrangement.split(place)
    assert np.array_equal(sample.image, split.sample(at))
    assert (sample.index, sample.label) == (index, page.arrangement.label(place))


def test_open_in_inspect_keeps_the_values_to_predict(window: MainWindow) -> None:
    window.session.material.set_dataset(data.load("two-sines:count=300"))
    window.browse()
    page = window.pages.currentWidget()
    page.grid.viewport().repaint()
    click(page.grid.viewport(), tile(page, 5))
    wait(lambda: page.sample.looked is not None)
    assert page.sample.rows["To predict"][1].text().count(", ") == 1
    click(page.sample.open)
    assert window.workspace == "inspect"
    sample = window.session.material.sample
    assert np.array_equal(sample.answer, page.arrangement.dataset.train.labels[5])


@pytest.mark.parametrize(
    ("address", "word", "frames"),
    [
        ("voxels:count=20,digits=strokes", "Slice", 16),
        ("moving-digits:count=20,digits=strokes", "Frame", 20),
        ("moving-digits:count=20,digits=strokes,predict=10-10", "Frame", 20),
    ],
)
def test_volumes_and_videos_are_gone_through(
    window: MainWindow, address: str, word: str, frames: int
) -> None:
    window.session.material.set_dataset(data.load(address))
    window.browse()
    page = window.pages.currentWidget()
    click(page.order.part(IN_ORDER)) if page.order.isVisible() else None
    click(page.grid.viewport(), tile(page, 1))
    wait(lambda: page.sample.looked is not None)
    strip = page.sample.strip
    click(strip, strip.cell(2).center().toPoint())
    assert page.sample.frame.text() == f"{word} 3 of {frames}"
    QTest.keyClick(strip, Qt.Key.Key_Right)
    assert page.sample.frame.text() == f"{word} 4 of {frames}"
    click(strip, strip.cell(frames - 1).center().toPoint())
    assert page.sample.frame.text().endswith("to predict") == (word == "Frame")
    click(page.sample.play)
    wait(lambda: not page.sample.frame.text().startswith(f"{word} {frames} "))  # it goes on, and begins anew
    click(page.sample.play)
    assert page.panel._title.text().endswith("samples")


def test_own_pictures_with_long_names_and_many_classes(window: MainWindow, tmp_path: Path) -> None:
    from PIL import Image

    for name in ("a very long class name that nobody would like to read", "b & c"):
        (tmp_path / name).mkdir()
        for number in range(6):
            Image.new("RGB", (20, 12), (number * 40, 9, 9)).save(tmp_path / name / f"{number}.png")
    window.session.material.set_dataset(data.load(f"images:path={tmp_path}"))
    window.browse()
    page = window.pages.currentWidget()
    assert page.chips.chip(0).text().endswith("…")
    assert page.chips.chip(1).text() == "b && c"
    wait(lambda: page.surveying.state == "ready")
    assert {row.finding.kind.title for row in page.facts.rows.rows if row.isEnabled()} >= {"Label conflicts"}
    wide = few_digits(classes=tuple(f"kind {number}" for number in range(60)))
    window.session.material.set_dataset(wide)
    assert page.chips.list.isVisible()
    page.chips.list.setCurrentIndex(4)
    page.chips.list.activated.emit(4)
    assert set(page.arrangement.labels[places(page)]) == {3}


def test_a_survey_can_be_given_up_and_taken_up(page: DataWorkspace, monkeypatch: pytest.MonkeyPatch) -> None:
    surveying = page.surveying
    monkeypatch.setattr("cnnviz.ui.browse.surveying.BY_ITSELF_BYTES", 10)
    monkeypatch.setattr("cnnviz.ui.state.turns.TURN_SECONDS", 0.0)
    other = few_digits()
    page._session.material.set_dataset(other)
    assert surveying.state == "waiting"
    progress = page.facts.progress
    assert progress.isVisible()
    assert not page.facts.findings.isVisible()
    assert "198 kB" in progress.text.text()
    click(progress.begin)
    assert surveying.state == "running"
    click(progress.cancel)
    assert surveying.state == "waiting"
    click(progress.begin)
    wait(lambda: surveying.state == "ready")
    assert not progress.isVisible()
    again = few_digits()
    page._session.material.set_dataset(again)
    first = surveying._kept[again.fingerprint]
    click(progress.begin)
    wait(lambda: surveying.state == "ready")
    assert surveying.survey is first


def test_missing_data_say_so_and_offer_what_helps(window: MainWindow, tmp_path: Path) -> None:
    session = window.session
    window.browse()
    page = window.pages.currentWidget()
    wanted: list[str] = []
    page.header.download_wanted.connect(wanted.append)
    page.header.download_wanted.disconnect(window.download)
    session.choose_data("kmnist")
    wait(page.header.stands_in.isVisible)
    assert "stand in" in page.header.origin.text()
    click(page.header.download)
    assert wanted == ["kmnist"]
    session.choose_data(f"csv:path={tmp_path / 'nothing.csv'}")
    wait(lambda: "can't be read" in page.header.origin.text())
    session.choose_data("two-sines")
    wait(lambda: page.header.title.text() == "Two noisy sines")
    assert "can't be read" not in page.header.origin.text()


def test_without_data_the_usual_ones_are_offered(qapp: QApplication) -> None:
    window = MainWindow(Session(wiring.services(), Settings()))
    window.resize(1280, 800)
    window.show()
    window.browse()
    page = window.pages.currentWidget()
    assert page.empty.isVisible()
    click(page.empty.button)
    assert not page.empty.button.isVisible()
    wait(lambda: page.surveying.state == "ready")
    assert not page.empty.isVisible()
    dismiss(window)


def test_a_broken_picture_is_told_once(window: MainWindow, tmp_path: Path) -> None:
    from PIL import Image

    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for number in range(6):
            Image.new("L", (9, 9), number).save(tmp_path / name / f"{number}.png")
    found = data.load(f"images:path={tmp_path}")
    for path in tmp_path.rglob("*.png"):
        path.write_bytes(b"nothing")
    window.session.material.dataset = found
    heard: list[str] = []
    window.session.notice.connect(lambda _severity, text: heard.append(text))
    window.browse()
    page = window.pages.currentWidget()
    wait(lambda: page.surveying.state == "failed" and heard)
    assert "can't be read" in page.facts.progress.text.text()
    assert "can't be read" in heard[0]


def test_both_themes_paint_it(window: MainWindow, page: DataWorkspace) -> None:
    window.session.material.set_dataset(data.load("two-sines:count=300"))
    wait(lambda: page.thumbnails.get(0) is not None and page.surveying.state == "ready")
    dark = window.grab().toImage()
    window.toggle_theme()
    wait(lambda: page.thumbnails.get(0) is not None)
    light = window.grab().toImage()
    corner = page.facts.mapTo(window, QPoint(4, 4))
    assert dark.pixelColor(corner).lightness() < 90 < light.pixelColor(corner).lightness()
    window.toggle_theme()


def test_the_facts_settle_at_every_height(window: MainWindow, page: DataWorkspace) -> None:
    needed = page.facts.widget().sizeHint().height()
    widths = set()
    for height in range(needed - 40, needed + 40, 8):
        page.facts.setFixedHeight(height)
        wait(lambda height=height: page.facts.height() == height)
        widths.add(page.facts.mean.width())
    assert len(widths) == 1


def test_hovering_names_a_sample(page: DataWorkspace) -> None:
    click(page.order.part(IN_ORDER))
    QTest.mouseMove(page.grid.viewport(), tile(page, 1))
    expected = f"training image #1, {page.arrangement.class_name(1)}"
    wait(lambda: page.grid.viewport().toolTip() == expected)
    assert page.grid._at(QPointF(-5, 5)) is None


@pytest.mark.parametrize("count", [10, 100, 1000])
def test_samples_of_many_classes_are_counted(count: int) -> None:
    images, labels = np.zeros((2 * count, 1, 4, 4), np.uint8), np.arange(2 * count) % count
    classes = tuple(map(str, range(count)))
    halves = Split(images, labels), Split(images[:count], labels[:count])
    found = Arrangement(Dataset("many", "Many", "Many classes", classes, *halves), DataChoice("many", 0))
    assert np.array_equal(found.class_counts(), np.repeat([[2], [0], [1]], count, axis=1))
