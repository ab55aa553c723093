"""The frame around the workspaces: menus, finder, keys, themes, downloads, closing."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from cnnviz import data
from cnnviz.errors import DataError
from cnnviz.events import Progress
from cnnviz.ui import theme
from cnnviz.ui.finder import DETAIL
from cnnviz.ui.keys import KeyMap
from cnnviz.ui.window import MainWindow
from tests.gui.rooms import dismiss, idle, make_session, show, small_graph, wait


def texts(menu: object) -> list[str]:
    menu.aboutToShow.emit()
    return [action.text() for action in menu.actions() if action.text()]


def press(
    window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    QTest.keyClick(window.focusWidget() or window, key, modifier)
    QApplication.processEvents()


CONTROL = Qt.KeyboardModifier.ControlModifier


def test_title_says_what_is_open_and_whether_it_is_saved(window: MainWindow, tmp_path: Path) -> None:
    assert window.bar.title.text() == "small"
    window.session.document.edit("Rename", window.session.document.graph.rename("conv1", "edges"))
    assert window.bar.state.text() == "· edited"
    window.session.save_file(tmp_path / "mine.cnnviz")
    assert (window.bar.title.text(), window.bar.state.text()) == ("mine", "· saved")
    window.session.open_empty()
    assert window.bar.state.text() == "· nothing open"


def test_long_title_leaves_the_workspaces_in_place(window: MainWindow) -> None:
    before = window.bar.switch.mapTo(window, window.bar.switch.rect().center())
    show(window.session, small_graph("a very long title that nobody would type but somebody does " * 3))
    QApplication.processEvents()
    assert window.bar.switch.mapTo(window, window.bar.switch.rect().center()) == before
    assert window.width() == 1280


@pytest.mark.parametrize(("key", "name"), [(Qt.Key.Key_2, "train"), (Qt.Key.Key_0, "start")])
def test_key_changes_the_workspace(window: MainWindow, key: Qt.Key, name: str) -> None:
    press(window, key, CONTROL)
    assert window.workspace == name
    assert window.bar.switch.value() == ("train" if name == "train" else None)


def test_finder_by_keyboard_alone(window: MainWindow) -> None:
    window.activateWindow()
    press(window, Qt.Key.Key_K, CONTROL)
    assert window.finder.isVisible()
    QTest.keyClicks(window.finder.field, "dark")
    assert window.finder.list.currentItem().text().startswith("Dark or light")
    QTest.keyClick(window.finder.field, Qt.Key.Key_Return)
    assert not window.finder.isVisible()
    assert window.theme_name == "light"
    window.toggle_theme()


def test_finder_moves_with_arrows_and_closes_with_escape(window: MainWindow) -> None:
    window.actions_by_name["palette"].trigger()
    first = window.finder.list.currentRow()
    QTest.keyClick(window.finder.field, Qt.Key.Key_Down)
    assert window.finder.list.currentRow() == first + 1
    QTest.keyClicks(window.finder.field, "no such thing")
    QTest.keyClick(window.finder.field, Qt.Key.Key_Return)
    assert window.workspace == "start"
    QTest.keyClick(window.finder.field, Qt.Key.Key_Escape)
    assert not window.finder.isVisible()


def test_finder_opens_a_template(window: MainWindow) -> None:
    window.actions_by_name["palette"].trigger()
    QTest.keyClicks(window.finder.field, "deeper")
    assert "619,786 parameters" in window.finder.list.currentItem().data(DETAIL)
    QTest.keyClick(window.finder.field, Qt.Key.Key_Return)
    assert window.session.document.template == "t2"


def test_key_map_lists_every_key(window: MainWindow) -> None:
    window.show_workspace("train")
    window.actions_by_name["keys"].trigger()
    (dialog,) = window.findChildren(KeyMap)
    shown = {label.text() for label in dialog.findChildren(QLabel)}
    assert {"F5", "Ctrl+K", "Train one batch", "Everywhere", "In Train"} <= shown
    dialog.close()


def test_theme_changes_while_it_trains(window: MainWindow) -> None:
    window.show_workspace("train")
    window.session.document.set_recipe(steps=100_000)
    window.run_or_pause()
    wait(lambda: window.session.training.record.steps)
    for name in ("light", "dark"):
        window.actions_by_name["theme"].trigger()
        assert theme.current().name == name
        ground = window.grab().toImage().pixelColor(4, 60)
        assert (ground.lightness() > 128) == (name == "light")
    assert window.session.training.state == "running"


def test_unknown_theme_in_the_settings_becomes_dark(qapp: QApplication) -> None:
    window = MainWindow(make_session(theme="mauve"))
    assert window.theme_name == "dark"
    dismiss(window)


def test_main_action_trains_pauses_and_goes_on(window: MainWindow) -> None:
    window.show_workspace("train")
    window.session.document.set_recipe(steps=100_000)
    assert window.bar.primary.text() == "Train"
    window.bar.primary.click()
    wait(lambda: window.session.training.record.steps)
    assert window.bar.primary.text() == "Pause"
    window.bar.primary.click()
    wait(lambda: window.session.training.state == "paused")
    assert window.bar.primary.text() == "Go on"


def test_an_error_is_forgotten_when_a_training_begins(window: MainWindow) -> None:
    window.status.tell("error", "no such file")
    window.session.training.state_changed.emit("idle")
    assert window.status.text.text() == "no such file"
    window.session.training.state_changed.emit("running")
    assert window.status.text.text() != "no such file"


def test_main_action_is_off_with_a_reason_while_the_graph_has_an_error(window: MainWindow) -> None:
    window.show_workspace("train")
    window.session.document.edit("Remove", window.session.document.graph.remove(["flatten"], heal=False))
    assert not window.bar.primary.isEnabled()
    assert window.bar.primary.toolTip()


def test_closing_while_it_trains(window: MainWindow) -> None:
    window.session.document.set_recipe(steps=100_000)
    window.show_workspace("train")
    window.run_or_pause()
    wait(lambda: window.session.training.record.steps)
    begun = time.monotonic()
    window.close()
    assert time.monotonic() - begun < 5
    assert idle(window.session)


def test_data_menu_offers_what_is_there(window: MainWindow) -> None:
    listed = texts(window.bar.data_menu)
    assert "Drawn digits" in listed
    fetch = next(each.menu() for each in window.bar.data_menu.actions() if each.text() == "Download")
    assert "MNIST" in listed or "MNIST (12 MB)" in texts(fetch)
    own = next(each.menu() for each in window.bar.data_menu.actions() if each.text() == "Your own")
    assert "Folder of pictures…" in texts(own)
    digits = next(each for each in window.bar.data_menu.actions() if each.text() == "8×8 digits")
    digits.trigger()
    wait(lambda: window.session.material.dataset.name == "digits")
    assert window.bar.data.text() == "8×8 digits"


def test_device_menu_sets_the_recipe(window: MainWindow) -> None:
    window.devices = ("cpu", "cuda")
    assert texts(window.bar.device_menu) == ["CPU", "CUDA"]
    window.bar.device_menu.actions()[1].trigger()
    assert window.session.document.recipe.device == "cuda"
    assert window.bar.device.text() == "CUDA"


def test_damaged_recent_file_leaves_the_window_alive(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "broken.cnnviz"
    path.write_bytes(b"\x00\x01")
    window.open_file(path)
    assert window.workspace == "start"
    assert "broken.cnnviz" in window.status.text.text()


class Mirror:
    """A download that goes on until it is let go or cancelled."""

    def __init__(self) -> None:
        self.may_end = threading.Event()
        self.closed = False

    def __call__(self, name: str, into: Path) -> Iterator[Progress]:
        try:
            for done in range(10_000):
                yield Progress("MNIST: labels", done, 10_000)
                if self.may_end.wait(0.01):
                    return
        finally:
            self.closed = True


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Mirror:
    found = Mirror()
    monkeypatch.setattr(data, "download", found)
    return found


def test_download_shows_progress_and_can_be_cancelled(window: MainWindow, mirror: Mirror) -> None:
    window.download("mnist")
    wait(lambda: window.status.progress.value() > 0)
    assert window.status.work.text() == "MNIST: labels"
    window.status.cancel.click()
    wait(lambda: not window.status.progress.isVisible())
    assert mirror.closed


def test_finished_download_is_told(window: MainWindow, mirror: Mirror) -> None:
    mirror.may_end.set()
    window.download("mnist")
    wait(lambda: "MNIST is here" in window.status.text.text())


def test_failing_download_is_told(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str, into: Path) -> Iterator[Progress]:
        raise DataError("the mirror is gone.")
        yield

    monkeypatch.setattr(data, "download", fail)
    window.download("mnist")
    wait(lambda: "the mirror is gone" in window.status.text.text())
    assert not window.status.progress.isVisible()


def test_closing_ends_a_download(window: MainWindow, mirror: Mirror) -> None:
    window.download("mnist")
    wait(lambda: window.status.progress.value() > 0)
    window.close()
    assert mirror.closed


def test_closing_does_not_wait_for_a_network_that_is_silent(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answer = threading.Event(), threading.Event()

    def hang(name: str, into: Path) -> Iterator[Progress]:
        yield Progress("MNIST: checking what is there", 0, 1)
        asked.set()
        answer.wait(30)
        yield Progress("MNIST: labels", 1, 1)

    monkeypatch.setattr(data, "download", hang)
    window.download("mnist")
    wait(asked.is_set)
    begun = time.monotonic()
    window.close()
    assert time.monotonic() - begun < 5
    answer.set()
