"""Series in Inspect: the forecast page, maps as curves, and the step under the pointer on the sample."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from cnnviz.data import load as load_data
from cnnviz.data.series.outlook import LAST, Foreseen, Outlook
from cnnviz.layers import Conv1d, Dense, Dropout, Flatten, Input, Output, Permute, ReLU, Reshape
from cnnviz.model.graph import Graph, chain
from cnnviz.ui.inspect.reading import Spot
from cnnviz.ui.inspect.series.bands import DROPOUT, RUNS, SNAPSHOTS
from cnnviz.ui.inspect.series.course import NETWORK, Course
from cnnviz.ui.inspect.series.forecastplot import ForecastPlot
from cnnviz.ui.inspect.side import flat_picture
from cnnviz.ui.inspect.workspace import InspectWorkspace
from cnnviz.ui.state import Session
from cnnviz.ui.train.pictures import flat
from tests.gui.inspect.hand import click, hover, press
from tests.gui.rooms import wait

Load = Callable[[Graph], InspectWorkspace]


def _net(columns: int = 2, length: int = 10, answers: int = 2, *, dropout: float = 0.0) -> Graph:
    layers = (
        Input(shape=(columns, length)), Conv1d(out_channels=3, kernel_size=(5,), padding="same"), ReLU(), Flatten(),
        Dropout(rate=dropout), Dense(units=answers), Output(loss="mean squared error"),
    )  # fmt: skip
    return chain(layers)


def _forecast(session: Session, load: Load, graph: Graph, address: str) -> InspectWorkspace:
    """Open a network on a series, with its forecast complete."""
    session.change_settings(reduce_motion=True)
    session.material.set_dataset(load_data(address))
    workspace = load(graph)
    workspace.forecast.turn()
    page = workspace.forecast.page
    wait(lambda: page.course is not None and page.course.complete)
    return workspace


def test_a_series_is_continued_with_its_own_predictions(session: Session, load: Load) -> None:
    workspace = _forecast(session, load, _net(dropout=0.5), "two-sines:count=300")
    page = workspace.forecast.page
    course, weights = page.course, session.looking.weights
    assert (course.outlook.now, course.outlook.steps, course.outlook.length) == (250, 50, 10)
    parts = [(session.document.graph, weights)]
    seed = session.document.recipe.seed
    lines = [part.line for part in session.services.foresee(parts, course.outlook, 0, seed)]
    assert np.array_equal(course.line, np.concatenate(lines))
    off = course.off_by(50)
    assert np.allclose(off[NETWORK], np.sqrt(((course.line - course.truth) ** 2).mean(axis=0)))
    assert np.allclose(off[LAST], np.sqrt(((course.past[-1] - course.truth) ** 2).mean(axis=0)))
    # dropout can be drawn here, runs and snapshots there are none
    assert [page.band.part(name).isEnabled() for name in (DROPOUT, RUNS, SNAPSHOTS)] == [True, False, False]
    page.band.part(DROPOUT).click()
    wait(lambda: page.course.complete and page.course.paths.shape[1] == 50)
    low, high = page.course.band
    assert (low < high).all()
    assert "50 forecasts" in page.errors.notes.text()
    # scrub, point, and leave
    page.controls.scrub.setValue(12)
    assert page.player.at == 12
    axes = page.plot.axes()[0]
    place = axes.rect.center()
    place.setX(axes.left_of(255))
    hover(page.plot, place)
    assert (page.plot._pointed, page.errors.plot._pointed) == (255, 255)
    click(page.plot, place)
    assert page.player.at == 6
    press(page.plot, Qt.Key.Key_Right)
    assert page.player.at == 7
    workspace.forecast.turn()
    assert not workspace.forecast.shown
    assert not page.forecaster.busy


def test_more_steps_and_another_now(session: Session, load: Load) -> None:
    page = _forecast(session, load, _net(), "two-sines:count=300").forecast.page
    page.controls.length.set_value(400)
    page.controls.begin.setValue(290)
    wait(lambda: page.course.outlook.steps == 400 and page.course.complete)
    assert (page.course.outlook.now, len(page.course.truth), len(page.course.errors[NETWORK])) == (
        290,
        10,
        10,
    )
    assert page.player.at == 400
    assert "known for 10 steps" in page.errors.notes.text()


def test_a_forecast_that_goes_astray_leaves_the_picture_and_no_warning(qapp: object) -> None:
    timeline = load_data("two-sines:count=300").timeline
    course = Course(Outlook(timeline, 250, 10, 3))
    line = np.array([[1.0, np.inf], [1e30, np.nan], [-1e38, -np.inf]], np.float32)
    course.take(Foreseen(0, line, np.stack([line, -line], axis=1)))
    plot = ForecastPlot()
    plot.resize(600, 300)
    plot.show_course(course, 3)
    span = float(np.ptp(course.past[:, 0]))
    low, high = plot.axes()[0].y
    assert span < high - low < 6 * span
    plot.grab()
    plot.deleteLater()


def test_the_users_own_columns_are_told_in_their_units_and_dates(
    session: Session, load: Load, tmp_path: Path
) -> None:
    days = [str(np.datetime64("2026-01-01") + k) for k in range(120)]
    noise = np.random.default_rng(0).normal(size=(120, 2))
    rows = [f"{day},{15 + 4 * a:.3f},{900 + 30 * b:.3f}" for day, (a, b) in zip(days, noise, strict=True)]
    path = tmp_path / "weather.csv"
    path.write_text("day,heat,air\n" + "\n".join(rows))
    address = f"csv:path={path},window=10,predict=air"
    page = _forecast(session, load, _net(answers=1), address).forecast.page
    assert page.course.names == ("air",)
    assert 800 < page.course.truth.mean() < 1000
    assert page.plot._moment(119) == "2026-04-30"
    assert page.plot._moment(120) == "2026-05-01"
    assert "the network sees each column with mean 0" in page.errors.notes.text()
    assert "heat: taken as known" in page.errors.notes.text()
    sample = session.material
    sample.pick(0)
    curves = page.window().side.sample.curves
    assert curves._names == ("heat", "air")
    assert curves._next[0] is None
    assert curves._next[1] == pytest.approx(900 + 30 * noise[106, 1], abs=0.01)


def test_what_cannot_be_continued_is_told(session: Session, load: Load) -> None:
    session.material.set_dataset(load_data("two-sines:count=300"))
    workspace = load(_net(answers=3))
    workspace.forecast.turn()
    assert (
        "the next step of 2; this one takes 2×10 and gives 3"
        in workspace.forecast.page.nothing._sentence.text()
    )
    session.material.set_dataset(load_data("digit-rows:digits=strokes"))
    assert workspace.bar.forecast.isHidden()
    assert not workspace.forecast.shown


def test_a_row_is_a_curve_with_its_window_and_cursor(session: Session, load: Load) -> None:
    session.material.set_dataset(load_data("two-sines:count=300"))
    workspace = load(_net())
    session.looking.point(node="conv1", map=1, position=(4,))
    wait(lambda: workspace.frame.node == "conv1" and workspace.frame.index == (1, 4))
    source, made = workspace.input.picture.map, workspace.output.picture.map
    assert source.is_curve
    assert made.is_curve
    assert (source.window_shown.column, source.window_shown.columns) == (2, 5)
    assert made.selected == (0, 4)
    place = made.grid().cell_rect(0, 7).center()
    assert made.cell_at(place) == (0, 7)
    click(made, place)
    wait(lambda: workspace.frame.index == (1, 7))
    hover(source, source.grid().cell_rect(0, 6).center())
    assert workspace.spot.cell == (workspace.input.channel, 0, 0, 1)
    assert workspace.input.kernel.is_curve
    assert workspace.output.maps._curves
    tile = workspace.output.maps.tiles().grid(2).rect
    assert workspace.output.maps.place_at(tile.center())[:2] == (2, 0)


def test_the_row_of_a_digit_is_marked(session: Session, load: Load) -> None:
    layers = (
        Input(), Reshape(target=(28, 28)), Permute(order=(2, 1)), Conv1d(out_channels=2, kernel_size=(5,)), Flatten(),
        Dense(units=10),
    )  # fmt: skip
    workspace = load(chain(layers))
    session.looking.point(node="conv1", map=0, position=(8,))
    wait(lambda: workspace.frame.node == "conv1" and workspace.frame.index == (0, 8))
    picture = workspace.side.sample.picture
    wait(lambda: picture._field is not None and picture._field[-2:] == ((8, 13), (0, 28)))
    workspace.input.spot_hovered.emit(Spot(0, (10, 0, 0, 2)))
    wait(lambda: picture.window_shown is not None)
    marked = picture.window_shown
    assert (marked.row, marked.rows, marked.column, marked.columns) == (10, 1, 0, 28)
    workspace.input.spot_hovered.emit(None)
    assert picture.window_shown is None


def test_digits_read_by_rows_stand_upright_wherever_they_are_shown() -> None:
    rows, digits = load_data("digit-rows:digits=strokes"), load_data("strokes:count=10")
    upright = digits.train.sample(0)[0]
    assert np.array_equal(flat(rows.train.sample(0)), upright)
    assert np.array_equal(flat_picture(rows.train.sample(0)), upright)


def test_what_comes_next_is_shortened_where_there_is_no_room(session: Session, load: Load) -> None:
    workspace = load(_net())
    session.looking.point(node="conv1", map=1, position=(4,))
    wait(lambda: workspace.frame.node == "conv1")
    chip, pane = workspace.work.chips[0], workspace.work
    pane.resize(600, pane.height())
    assert chip.text().startswith("relu1: max(0, x) =")
    pane.resize(190, pane.height())
    assert chip.text().endswith("…")
    assert pane._next.sizeHint().width() <= 190
    assert "max(0, x) =" in chip.toolTip()


def test_samples_are_called_what_they_are(session: Session, workspace: InspectWorkspace) -> None:
    side = workspace.side
    assert (side.tabs.tabText(0), side.sample.dice.text()) == ("Image", "Any image")
    assert "0 to 9" in side.sample.dice.toolTip()
    session.material.set_dataset(load_data("two-sines:count=300"))
    assert (side.tabs.tabText(0), side.sample.dice.text()) == ("Sample", "Any sample")
    assert side.sample.after.toolTip() == "Next test sample  I"
    assert "0 to 9" not in side.sample.dice.toolTip()
    assert "\u2202value/\u2202number" in side.sample.effective.toolTip()
