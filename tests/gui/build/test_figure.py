"""Pictures of a graph for papers: text stays text, the window keeps its theme, huge graphs stay bounded."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from cnnviz.errors import FileError
from cnnviz.layers import Conv2d, Input, ReLU
from cnnviz.model.graph import Graph, chain
from cnnviz.templates import TEMPLATES
from cnnviz.ui import theme
from cnnviz.ui.build import figure
from cnnviz.ui.build.figure import save_figure

LENET = TEMPLATES["t10"].graph


def test_text_stays_text_in_svg(qapp: QApplication, tmp_path: Path) -> None:
    theme.apply(qapp, "dark")
    save_figure(LENET, tmp_path / "net.svg")
    root = ET.fromstring((tmp_path / "net.svg").read_text("utf-8"))
    texts = {each.text for each in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"conv1", "dense3", "6 @ 5×5, same", "16×10×10", "Softmax"} <= texts
    assert theme.current() is theme.DARK
    save_figure(LENET, tmp_path / "keras.svg", order="keras")
    assert ">10×10×16<" in (tmp_path / "keras.svg").read_text("utf-8")


@pytest.mark.parametrize(("white", "alpha"), [(True, 255), (False, 0)])
def test_the_ground_is_white_or_nothing(qapp: QApplication, tmp_path: Path, white: bool, alpha: int) -> None:
    save_figure(LENET, tmp_path / "net.png", white=white)
    image = QImage(str(tmp_path / "net.png"))
    assert image.pixelColor(1, 1).alpha() == alpha
    assert image.text("Title") == LENET.title
    places = range(0, image.width(), 3)
    tones = {image.pixelColor(x, y).name() for x in places for y in range(0, image.height(), 3)}
    assert len(tones) > 20  # cards, wires and letters


def test_pdf_is_one_page_with_letters(qapp: QApplication, tmp_path: Path) -> None:
    save_figure(LENET, tmp_path / "net.pdf")
    content = (tmp_path / "net.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.count(b"/Type /Page\n") == 1
    assert b"/Type /Font" in content


def test_a_graph_without_places_is_laid_out_first(qapp: QApplication, tmp_path: Path) -> None:
    loose = chain([Input((1, 9, 9)), Conv2d(), Conv2d(), ReLU()])
    assert {node.position for node in loose} == {(0.0, 0.0)}
    save_figure(loose, tmp_path / "net.png")
    assert QImage(str(tmp_path / "net.png")).height() > 800


def test_a_huge_png_gets_fewer_pixels(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figure, "MOST_PIXELS", 100_000)
    save_figure(LENET, tmp_path / "net.png")
    image = QImage(str(tmp_path / "net.png"))
    assert 80_000 < image.width() * image.height() <= 101_000


@pytest.mark.parametrize(
    ("graph", "name", "words"),
    [
        (Graph(), "net.svg", "nothing to draw"),
        (LENET, "net.gif", "pictures are .svg, .pdf or .png"),
        (LENET, "file/net.svg", "can't be written"),
    ],
)
def test_what_can_not_be_drawn_is_said(
    qapp: QApplication, tmp_path: Path, graph: Graph, name: str, words: str
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileError, match=words):
        save_figure(graph, tmp_path / name)
