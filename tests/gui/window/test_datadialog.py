"""One's own files are chosen in a form that says what they hold and what is wrong, before anything is loaded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from cnnviz.data import SOURCES
from cnnviz.ui.datadialog import ArrayField, DataDialog
from cnnviz.ui.menus import ask_about_data
from cnnviz.ui.window import MainWindow
from tests.gui.rooms import wait


def _dialog(name: str, address: str = "") -> DataDialog:
    return DataDialog(SOURCES[name], address)


def _close(dialog: DataDialog) -> None:
    dialog.close()
    dialog.deleteLater()
    QApplication.processEvents()


@pytest.mark.parametrize("name", [name for name, source in SOURCES.items() if source.choices])
def test_every_source_has_a_form_of_its_choices(qapp: QApplication, name: str) -> None:
    dialog = _dialog(name)
    assert set(dialog.fields) == {choice.name for choice in SOURCES[name].choices}
    assert str(dialog.address()) == name
    assert dialog.load.isEnabled() != SOURCES[name].asks
    _close(dialog)


def test_choices_are_taken_over_and_checked(qapp: QApplication) -> None:
    dialog = _dialog("moving-digits", "moving-digits:predict=10-10,size=80")
    assert dialog.fields["predict"].value() == "10-10"
    chosen: list[str] = []
    dialog.chosen.connect(chosen.append)
    dialog.fields["size"].edit.setText("7")
    dialog.fields["size"].edited.emit("7")
    assert not dialog.load.isEnabled()
    assert dialog.fields["size"].error() == "It takes a whole number from 28 to 256."
    dialog.fields["size"].edit.setText("96")
    dialog.fields["size"].edited.emit("96")
    dialog.load.click()
    assert chosen == ["moving-digits:predict=10-10,size=96"]
    QApplication.processEvents()


def test_arrays_of_a_file_are_offered(qapp: QApplication, tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, pixels=np.zeros((8, 1, 5, 5), np.uint8), kinds=np.arange(8) % 2)
    dialog = _dialog("file")
    assert dialog.wrong.text() == "Name what is to be loaded."
    for text, told in (
        ("/nowhere/x.npz", "There is nothing at this path."),
        (str(tmp_path), "can't hold data here"),
    ):
        dialog.fields["path"].set_value(text)
        dialog.fields["path"].edited.emit(text)
        assert told in dialog.wrong.text()
    dialog.fields["path"].set_value(str(path))
    dialog.fields["path"].edited.emit(str(path))
    assert dialog.wrong.text() == "Choose the array of samples."
    assert dialog.found.text() == "It holds pixels 8×1×5×5, kinds 8"
    for name, place in (("samples", 0), ("labels", 1)):
        field = dialog.fields[name]
        assert isinstance(field, ArrayField)
        field.control.setCurrentIndex(place)
        field.control.activated.emit(place)
    assert dialog.load.isEnabled()
    assert dialog.address().chosen == {"path": str(path), "samples": "pixels", "labels": "kinds"}
    _close(dialog)


def test_columns_of_a_table_are_named(qapp: QApplication, tmp_path: Path) -> None:
    path = tmp_path / "weather.csv"
    path.write_text("wind,rain\n1,2\n3,4\n", "utf-8")
    dialog = _dialog("csv")
    dialog.fields["path"].set_value(str(path))
    dialog.fields["path"].edited.emit(str(path))
    assert dialog.found.text() == "It has wind, rain."
    assert dialog.load.isEnabled()
    for name in ("rain", "wind"):
        next(each for each in dialog.fields["predict"].menu.actions() if each.text() == name).trigger()
    assert dialog.address().chosen == {"path": str(path), "predict": "rain+wind"}
    path.write_text("day,wind\n2026-01-01,2\n2026-01-02,4\n", "utf-8")
    dialog.fields["path"].edited.emit(str(path))
    assert dialog.found.text() == "It has day, wind. day holds the dates."
    path.write_bytes(b"\xff\xfe\x00")
    dialog.fields["path"].edited.emit(str(path))
    assert dialog.wrong.text().startswith("It is no text.")
    assert not dialog.load.isEnabled()
    _close(dialog)


def test_what_is_chosen_is_loaded(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "my, own=file.npz"
    np.savez(path, x=np.zeros((12, 1, 28, 28), np.uint8), y=np.arange(12) % 3)
    ask_about_data(SOURCES["file"], window)
    dialog = window.findChild(DataDialog)
    dialog.fields["path"].set_value(str(path))
    dialog.fields["path"].edited.emit(str(path))
    dialog.load.click()
    material = window.session.material
    wait(lambda: material.dataset is not None and len(material.dataset.classes) == 3)
    assert window.bar.data.text() == "File of arrays"
    assert str(path) in window.status.text.text()
    assert material.sample.image.shape == (1, 28, 28)
