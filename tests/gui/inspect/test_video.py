"""The Video page: rows equal the trace, the cursor is Inspect's, predictions are fed back, files carry their origin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from cnnviz.data import Dataset, Split
from cnnviz.explain import explain
from cnnviz.explain.video.forecast import FORCED, FREE
from cnnviz.explain.video.protocol import ALL, NEXT, ONE
from cnnviz.layers import (
    LSTM,
    Conv2d,
    Conv3d,
    ConvLSTM2d,
    Dense,
    Flatten,
    Input,
    Layer,
    Output,
    Permute,
    Reshape,
    Sigmoid,
    TimeDistributed,
)
from cnnviz.model.graph import Graph, chain
from cnnviz.ui.inspect.video.page import VideoPage
from cnnviz.ui.inspect.video.rows import NAMES
from cnnviz.ui.inspect.workspace import InspectWorkspace
from cnnviz.ui.provenance.files import stamp_in
from cnnviz.ui.state import Session

STEPS, SIDE = 6, 8
VIDEO = (1, STEPS, SIDE, SIDE)
END = Output(loss="binary cross entropy")


def clips(first: int, last: int, *, one: bool = False) -> Dataset:
    """Six sequences of random frames: some to see, and the frames `first` to `last` to predict."""
    random = np.random.default_rng(3)
    frames = random.integers(0, 256, (6, 1, 2 * STEPS, SIDE, SIDE), dtype=np.uint8)
    frames[random.random(frames.shape) < 0.9] = 0  # mostly black, as in videos of digits
    wanted = frames[:, :, first] if one else frames[:, :, first:last]
    split = Split(frames[:, :, :STEPS], wanted)
    return Dataset("clips", "Clips", "made for a test", (), split, split)


def many(head: Layer) -> Graph:
    """A memory that gives a frame for every step."""
    return chain((Input(shape=VIDEO), ConvLSTM2d(units=3, kernel_size=(3, 3)), head, Sigmoid(), END))


PICTURE = TimeDistributed(Conv2d(out_channels=1, padding="same"))
Open = Callable[..., VideoPage]


@pytest.fixture
def open_page(session: Session, load: Callable[[Graph], InspectWorkspace], qtbot: object) -> Open:
    """Show the page for a network, on sequences, and wait for its predictions."""

    def show(graph: Graph, dataset: Dataset, *, predicts: bool = True) -> VideoPage:
        session.material.set_dataset(dataset)
        session.material.pick(1)
        workspace = load(graph)
        workspace.video.toggle()
        page = workspace.video.page
        qtbot.waitUntil(  # type: ignore[attr-defined]
            lambda: not page.desk.busy and (page.desk.forecast is not None or not predicts), timeout=30000
        )
        return page

    return show


@pytest.fixture
def page(open_page: Open) -> VideoPage:
    return open_page(many(PICTURE), clips(1, STEPS + 1))


def names(page: VideoPage) -> list[str]:
    return [row.name for row in page.stepper.film.rows]


def test_the_rows_are_the_arrays_of_the_trace(page: VideoPage) -> None:
    trace, rows = page.desk.trace, page.stepper.film.rows
    assert names(page) == ["x", "i", "f", "o", "c̃", "c", "h", "ŷ", "ŷ free", "y", "ŷ − y"]
    assert np.array_equal(rows[0].pictures, trace.activation("input")[0])
    for row, name in zip(rows[1:7], NAMES, strict=True):
        assert np.array_equal(row.pictures, trace.activation(f"convlstm1.{name}")[0])
    page.stepper.map.setValue(2)
    assert np.array_equal(page.stepper.film.rows[1].pictures, trace.activation("convlstm1.i")[2])
    forecast = page.desk.forecast
    assert np.allclose(rows[7].pictures, trace.activation("output")[0], atol=1e-6)
    assert np.array_equal(rows[10].pictures, forecast.forced[0] - forecast.truth[0])
    assert page.desk.protocol.kind == NEXT
    assert not page.stepper.untrained.isHidden()


def test_ranges_cover_a_row_or_all(page: VideoPage) -> None:
    first = [row.limits for row in page.stepper.film.rows[1:7]]
    assert first[:3] == [(0.0, 1.0)] * 3
    assert len(set(first[3:])) == 3
    page.stepper.range.part("all").click()
    assert len({row.limits for row in page.stepper.film.rows[4:7]}) == 1


def test_a_click_moves_the_cursor_and_explains_the_pixel(page: VideoPage, session: Session) -> None:
    film = page.stepper.film
    rect = film.rect_of(2, 4)
    point = QPointF(rect.left() + rect.width() * 5.5 / SIDE, rect.top() + rect.height() * 2.5 / SIDE)
    QTest.mouseClick(film, Qt.MouseButton.LeftButton, pos=point.toPoint())
    cursor = session.looking.cursor
    assert (cursor.node, cursor.index) == ("convlstm1.f", (0, 3, 2, 5))
    account = explain(page.desk.trace, "convlstm1.f", (0, 3, 2, 5))
    assert account.closes
    texts = [cell.text() for cell in page.cell._cells["f"]]
    assert texts[6] == f"{account.engine:.5f}".replace("-", "−")
    assert page.cell.pill.text() == "all six close"
    session.looking.point(node="convlstm1.c", map=1, position=(0, 7, 7))  # from elsewhere
    assert (page.channel, page.column, page.pixel, page.row) == (1, 1, (7, 7), 5)


def test_keys_and_play_go_through_time(page: VideoPage, session: Session, qtbot: object) -> None:
    film, start = page.stepper.film, page.column
    QTest.keyClick(film, Qt.Key.Key_Right)
    assert page.column == start + 1
    row = page.row
    QTest.keyClick(film, Qt.Key.Key_Down)
    assert page.row == row + 1
    page.stepper.slider.setValue(1)
    assert page.column == 1
    QTest.keyClick(film, Qt.Key.Key_Space)
    assert page.stepper.playing
    qtbot.waitUntil(lambda: page.column > 1, timeout=5000)  # type: ignore[attr-defined]
    QTest.keyClick(film, Qt.Key.Key_Space)
    assert not page.stepper.playing


def test_free_running_reads_its_own_frames(page: VideoPage, qtbot: object) -> None:
    desk = page.desk
    page.stepper.start.setValue(3)
    page.stepper.start.editingFinished.emit()
    qtbot.waitUntil(lambda: not desk.busy and desk.forecast.start == 3, timeout=30000)  # type: ignore[attr-defined]
    page.stepper.mode.part(FREE).click()
    qtbot.waitUntil(lambda: not desk.awaits_free, timeout=30000)  # type: ignore[attr-defined]
    rows, forecast = page.stepper.film.rows, desk.forecast
    assert np.array_equal(rows[0].pictures, forecast.fed[0])
    assert np.array_equal(rows[0].pictures[3:], forecast.free[0, 2:-1])
    assert np.array_equal(desk.trace.activation("input"), forecast.fed)
    assert page.stepper.film.own_from == 3
    page.go_to(5)
    assert page.cell.pill.text() == "all six close"
    page.stepper.mode.part(FORCED).click()
    assert page.stepper.film.own_from == 0


def test_errors_are_averaged_and_told_in_words(page: VideoPage, qtbot: object) -> None:
    errors = page.errors
    assert errors.found.count == 1
    assert "no better than" in errors.words.text()  # grey frames by random weights
    errors.count.setCurrentIndex(1)
    errors.count.activated.emit(1)
    qtbot.waitUntil(lambda: not page.desk.busy and errors.found.count == 6, timeout=30000)  # type: ignore[attr-defined]
    assert "Mean of 6 sequences." in errors.words.text()
    for metric in ("MAE", "SSIM", "BCE"):
        errors.measure.part(metric).click()
        assert len(errors.curves.series) == 5


def test_a_leak_is_told(open_page: Open) -> None:
    page = open_page(many(Conv3d(out_channels=1, kernel_size=(3, 3, 3), padding="same")), clips(1, STEPS + 1))
    assert not page.stepper.leak.isHidden()
    assert page.stepper.leak.toolTip().startswith("conv1 reads the step after its own")
    assert page.minimumSizeHint().width() <= 1200, "all that can be said has room in the smallest window"


def test_all_frames_at_once_feed_nothing_back(open_page: Open) -> None:
    page = open_page(many(PICTURE), clips(STEPS, 2 * STEPS))
    assert page.desk.protocol.kind == ALL
    assert page.stepper.mode.isHidden()
    assert "ŷ free" not in names(page)
    assert page.stepper.film.rows[7].first == STEPS + 1
    assert page.stepper.leak.isHidden()


def test_one_frame_slides_the_window(open_page: Open) -> None:
    memory = ConvLSTM2d(units=2, kernel_size=(3, 3), every_step=False)
    graph = chain((Input(shape=VIDEO), memory, Conv2d(out_channels=1, padding="same"), Sigmoid(), END))
    page = open_page(graph, clips(STEPS, STEPS + 1, one=True))
    assert page.desk.protocol.kind == ONE
    free = next(row for row in page.stepper.film.rows if row.name == "ŷ free")
    assert (free.first, len(free.pictures)) == (STEPS, 10)


def test_units_of_an_lstm_are_heat_strips(open_page: Open) -> None:
    layers = (
        Input(shape=VIDEO), Reshape(target=(STEPS, SIDE * SIDE)), Permute(order=(2, 1)), LSTM(units=30),
        Flatten(), Dense(units=SIDE * SIDE), Sigmoid(), Reshape(target=(1, SIDE, SIDE)), END,
    )  # fmt: skip
    page = open_page(chain(layers), clips(STEPS, STEPS + 1, one=True))
    gate = page.stepper.film.rows[1]
    assert gate.flat
    assert gate.pictures.shape == (STEPS, 5, 6)
    page._point(1, 2, (1, 3))
    assert page._session.looking.cursor.index == (9, 1)
    assert page.cell.pill.text() == "all six close"


def test_without_a_memory_there_is_no_page(load: Callable[[Graph], InspectWorkspace]) -> None:
    workspace = load(chain((Input(shape=(1, 8, 8)), Conv2d(out_channels=2), Flatten(), Dense(units=10))))
    assert workspace.bar.video.isHidden()
    workspace.video.toggle()
    assert not workspace.video.on


@pytest.mark.parametrize("ending", ["gif", "npy"])
def test_predictions_are_saved_with_their_origin(
    open_page: Open, session: Session, tmp_path: Path, qtbot: object, ending: str
) -> None:
    page = open_page(many(PICTURE), clips(1, STEPS + 1))
    path = tmp_path / f"predicted.{ending}"
    workspace = page.window()
    assert isinstance(workspace, InspectWorkspace)
    workspace.video.save(path)
    qtbot.waitUntil(path.exists, timeout=30000)  # type: ignore[attr-defined]
    assert stamp_in(path).graph.title == session.document.graph.title
    if ending == "npy":
        assert np.array_equal(np.load(path), page.desk.forecast.forced[0])
    else:
        with Image.open(path) as film:
            assert film.n_frames == STEPS
