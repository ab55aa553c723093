"""Pictures, films and numbers in files, with what they were made of inside; and the way back from each of them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from cnnviz.errors import FileError
from cnnviz.explain import Trace
from cnnviz.model.whatif import Cell, Variation, WhatIf
from cnnviz.templates import template
from cnnviz.ui.inspect.keeping.filming import MOST_PICTURES, places
from cnnviz.ui.inspect.keeping.saving import picture_of
from cnnviz.ui.inspect.workspace import InspectWorkspace
from cnnviz.ui.provenance import SUFFIXES, files
from cnnviz.ui.provenance.returning import Returning
from cnnviz.ui.provenance.stamp import SampleNote, Stamp, hash_of, parse
from cnnviz.ui.window import MainWindow
from tests.gui.rooms import dismiss, make_window, small_graph, wait

IMAGE = np.random.default_rng(0).random((1, 28, 28)).astype(np.float32)
STAMP = Stamp(
    template("t10").graph, "conv2", (3, 4, 5), SampleNote("mnist", "abc", 7, 2, "test image #7", IMAGE),
    weights="f00d", origin="not trained", template="t10", backward=True, truth=4, value=-0.25, version="0.1.0",
)  # fmt: skip


def test_a_stamp_comes_back_whole() -> None:
    found = parse(STAMP.to_json())
    assert found == STAMP
    assert np.array_equal(found.sample.image, IMAGE)
    assert json.loads(STAMP.to_json())["program"] == "cnnviz 0.1.0"


def test_changes_that_were_tried_come_back_whole() -> None:
    tried = WhatIf(
        {Cell("conv1", "weight", (0, 0, 1, 1)): 0.1}, {"conv1": (1, 2)}, {"conv2": ((0, 3),)},
        Variation(2, -1, 12.5, 0.1),
    )  # fmt: skip
    stamp = replace(STAMP, node="conv1_alt", whatif=tried)
    assert parse(stamp.to_json()) == stamp


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2}, {"format": "1"}, {"layer": "nowhere"}, {"index": 3}, {"index": ["a"]}, {"network": {}},
        {"network": []}, {"sample": 3}, {"sample": {"image": {"shape": [2, 2], "float32": "AAAA"}}},
        {"sample": {"image": {"shape": [1000, 1000], "float32": ""}}}, {"weights": 3}, {"whatif": {}},
        {"whatif": {"cells": [["conv1"]], "muted": {}, "swapped": {}, "variation": {}}},
    ],
)  # fmt: skip
def test_a_damaged_stamp_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(FileError):
        parse(json.dumps({**json.loads(STAMP.to_json()), **change}))


@pytest.mark.parametrize("text", ["", "no", "[1]", "3", "{}", "[" * 5000, "x" * 5_000_000])
def test_what_is_no_stamp_is_refused(text: str) -> None:
    with pytest.raises(FileError):
        parse(text)


def test_the_hash_is_of_all_weights() -> None:
    one = Trace(STAMP.graph, {}, {"a": {"weight": np.ones((2, 2), np.float32)}})
    other = replace(one, parameters={"a": {"weight": np.ones((2, 2), np.float32) + np.float32(1e-7)}})
    assert hash_of(one) == hash_of(replace(one)) != hash_of(other)
    assert hash_of(one) != hash_of(replace(one, parameters={"b": one.parameters["a"]}))


# -- formats --------------------------------------------------------------------------------------------------


def small_png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 6), (10, 200, 30)).save(buffer, "PNG")
    return buffer.getvalue()


def content(suffix: str) -> bytes:
    numbers = np.arange(6, dtype=np.float32).reshape(2, 3) / 7
    svg = b'<?xml version="1.0"?>\n<svg width="8" height="6">\n<title>x</title>\n<image x="1"/></svg>'
    frames = [np.full((6, 8, 3), shade, np.uint8) for shade in (0, 120, 250)]
    made = {
        ".png": lambda: files.stamped_png(small_png(), STAMP),
        ".svg": lambda: files.stamped_svg(svg, STAMP),
        ".gif": lambda: files.film(frames, 100, STAMP),
        ".csv": lambda: "".join(files.table(numbers, STAMP)).encode(),
        ".npy": lambda: files.numbers_file(numbers, STAMP),
    }
    return made[suffix]()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_keeps_the_stamp(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"kept{suffix}"
    path.write_bytes(content(suffix))
    assert files.stamp_in(path) == STAMP


def found_or_told(path: Path) -> object:
    try:
        return files.stamp_in(path)
    except FileError:
        return "told"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_cut_anywhere_is_told(suffix: str, tmp_path: Path) -> None:
    whole, path = content(suffix), tmp_path / f"cut{suffix}"
    for share in (0.0, 0.01, 0.2, 0.6, 0.9):
        path.write_bytes(whole[: int(len(whole) * share)])
        assert found_or_told(path) in (STAMP, "told")  # what was cut off may have come after the stamp


def test_pictures_of_others_have_none(tmp_path: Path) -> None:
    path = tmp_path / "other.png"
    path.write_bytes(small_png())
    with pytest.raises(FileError, match="no readable note"):
        files.stamp_in(path)
    with pytest.raises(FileError, match="end in"):
        files.stamp_in(tmp_path / "other.jpg")
    with pytest.raises(FileError, match="can't be read"):
        files.stamp_in(tmp_path / "nowhere.svg")


def test_numbers_are_read_by_other_programs(tmp_path: Path) -> None:
    numbers = np.arange(6, dtype=np.float32).reshape(2, 3) / 7
    npy, csv = tmp_path / "a.npy", tmp_path / "a.csv"
    npy.write_bytes(files.numbers_file(numbers, STAMP))
    csv.write_text("".join(files.table(numbers, STAMP)))
    assert np.array_equal(np.load(npy, allow_pickle=False), numbers)
    read = np.loadtxt(csv, delimiter=",", skiprows=2)
    assert np.array_equal(read[:, 2].astype(np.float32).reshape(2, 3), numbers)
    assert read[4].tolist()[:2] == [1, 1]


def test_a_film_runs_through_its_pictures(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    path.write_bytes(content(".gif"))
    with Image.open(path) as film:
        assert film.n_frames == 3
        assert film.info["loop"] == 0
        film.seek(2)
        assert film.convert("RGB").getpixel((3, 3))[0] > 200


def test_a_film_of_a_large_map_leaves_some_out() -> None:
    assert places(5) == [0, 1, 2, 3, 4]
    assert len(places(5000)) == MOST_PICTURES
    assert (places(5000)[0], places(5000)[-1]) == (0, 4999)
    assert places(1) == [0]


# -- in the window --------------------------------------------------------------------------------------------


def test_a_saved_view_is_stamped(lenet: InspectWorkspace, tmp_path: Path) -> None:
    for suffix in (".png", ".svg"):
        path = tmp_path / f"view{suffix}"
        lenet.saving.save_picture(lenet.output.picture.map, path)
        wait(path.exists)
        found = files.stamp_in(path)
        assert (found.node, found.index) == ("conv2", (3, 4, 5))
        assert found.weights == hash_of(lenet.frame.trace)
        assert found.value == pytest.approx(float(lenet.frame.array[3, 4, 5]))
        assert np.array_equal(found.sample.image, lenet.frame.trace.activations["input"])


def test_saved_numbers_are_those_of_the_layer(lenet: InspectWorkspace, tmp_path: Path) -> None:
    for suffix in (".npy", ".csv"):
        path = tmp_path / f"conv2{suffix}"
        lenet.saving.save_numbers(path)
        wait(path.exists)
        assert files.stamp_in(path).node == "conv2"
    assert np.array_equal(np.load(tmp_path / "conv2.npy"), lenet.frame.array)


def test_a_film_shows_the_map_filling(lenet: InspectWorkspace, tmp_path: Path) -> None:
    lenet.resize(1200, 700)
    lenet.steering.go("pool2", (1, 2, 3))
    path = tmp_path / "play.gif"
    lenet.saving.save_film(path)
    wait(path.exists, 60)
    with Image.open(path) as film:
        assert film.n_frames == 25
    assert lenet.frame.index == (1, 2, 3)
    assert not lenet.output.filling


def test_a_film_ends_where_the_cursor_goes_elsewhere(lenet: InspectWorkspace, tmp_path: Path) -> None:
    lenet.saving.save_film(tmp_path / "no.gif")
    lenet.steering.step_layer(1)
    assert not lenet.saving.filming.busy
    QApplication.processEvents()
    assert not (tmp_path / "no.gif").exists()


def test_a_folder_that_is_not_there_is_told(lenet: InspectWorkspace, tmp_path: Path) -> None:
    told: list[str] = []
    lenet._session.notice.connect(lambda _severity, text: told.append(text))
    (tmp_path / "file").write_text("no folder")
    lenet.saving.save_numbers(tmp_path / "file" / "a.npy")
    wait(lambda: told)
    assert "can't be written" in told[-1]


def test_pictures_have_a_menu_and_pads_have_none(lenet: InspectWorkspace) -> None:
    assert picture_of(lenet.output.picture.map) is lenet.output.picture.map
    assert picture_of(lenet.output.maps.viewport()) is lenet.output.maps
    assert picture_of(lenet.side.sample.pad) is None
    assert picture_of(lenet.bar.play) is None
    assert not lenet.saving.open_menu(lenet.bar.play, QPoint())


# -- coming back ----------------------------------------------------------------------------------------------


@pytest.fixture
def opened(qapp: QApplication) -> Iterator[MainWindow]:
    found = make_window()
    found.resize(1280, 800)
    found.show()
    found.show_workspace("inspect")
    wait(lambda: found.pages.currentWidget().frame is not None, 60)
    yield found
    dismiss(found)


def inspected(window: MainWindow) -> InspectWorkspace:
    page = window.pages.currentWidget()
    assert isinstance(page, InspectWorkspace)
    return page


def kept(window: MainWindow, path: Path) -> Path:
    page = inspected(window)
    page.steering.go("conv1", (2, 3, 4))
    page.saving.save_picture(page.panes, path)
    wait(path.exists)
    return path


def returned(window: MainWindow, path: Path) -> list[str]:
    told: list[str] = []
    window.session.notice.connect(lambda _severity, text: told.append(text))
    window.exchanging.open_path(path)
    wait(lambda: any("Back at" in text for text in told), 30)
    return told


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_a_dropped_picture_leads_back(opened: MainWindow, tmp_path: Path, suffix: str) -> None:
    """To the value it shows, after another sample, another layer and another workspace."""
    path = kept(opened, tmp_path / f"kept{suffix}")
    before = float(inspected(opened).frame.array[2, 3, 4])
    opened.session.material.pick(5)
    opened.session.looking.point(node="conv1", map=0, position=(0, 0))
    opened.show_workspace("build")
    assert "same weights" in returned(opened, path)[-1]
    frame = inspected(opened).frame
    assert (frame.node, frame.index) == ("conv1", (2, 3, 4))
    wait(lambda: float(inspected(opened).frame.array[2, 3, 4]) == before)
    assert opened.session.material.sample.index == 0


def test_a_picture_of_a_changed_network_leads_back_to_the_changes(opened: MainWindow, tmp_path: Path) -> None:
    session, page, path = opened.session, inspected(opened), tmp_path / "changed.png"
    page.whatif.changes.mute("conv1", 2)
    page.whatif.changes.set_cell(Cell("conv1", "weight", (1, 0, 1, 1)), 1 / 3)
    wait(lambda: session.looking.settled and "conv1_alt" in session.looking.trace.activations)
    changed = session.document.whatif
    page.steering.go("conv1_alt", (1, 3, 4))
    before = float(page.frame.array[1, 3, 4])
    page.saving.save_picture(page.panes, path)
    wait(path.exists)
    page.whatif.changes.reset()
    wait(lambda: "conv1_alt" not in session.looking.trace.activations)
    assert "same weights" in returned(opened, path)[-1]
    assert session.document.whatif == changed
    assert (page.frame.node, page.frame.index) == ("conv1_alt", (1, 3, 4))
    assert float(page.frame.array[1, 3, 4]) == before
    session.document.undo()
    assert not session.document.whatif


def test_a_network_that_was_closed_is_opened_again(opened: MainWindow, tmp_path: Path) -> None:
    path = kept(opened, tmp_path / "kept.png")
    opened.new()
    assert opened.session.document.empty
    told = returned(opened, path)
    assert [node.layer for node in opened.session.document.graph] == [node.layer for node in small_graph()]
    assert inspected(opened).frame.index == (2, 3, 4)
    assert "weights" in told[-1]


def test_other_weights_are_told(opened: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = kept(opened, tmp_path / "kept.png")
    opened.session.document.set_recipe(seed=99)
    returning: Returning = opened.exchanging._returning
    returning._patience.setInterval(500)
    told = returned(opened, path)
    assert "weights are others" in told[-1]
    assert not returning.waiting


def test_a_picture_without_a_note_is_looked_at(opened: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "strange.png"
    path.write_bytes(small_png())
    opened.exchanging.open_path(path)
    wait(lambda: "strange.png" in opened.session.material.sample.title)
