"""Curves: smoothing, thinning, limits that rarely move, nothing drawn when hidden, linked hover."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pytest

from cnnviz.ui.widgets.curves import Curves
from cnnviz.ui.widgets.series import Series, grown_limits, nice_above, nice_below


def test_smoothing_is_a_debiased_exponential_mean():
    series = Series(0.5)
    series.append([1, 2, 3], [4.0, 2.0, 2.0])
    assert series.smooth.tolist() == pytest.approx(
        [4.0, (0.5 * 4 + 2) / 1.5, (0.25 * 4 + 0.5 * 2 + 2) / 1.75]
    )
    series.set_smoothing(0)
    assert series.smooth.tolist() == series.y.tolist()


def test_series_grows_and_skips_what_is_not_finite():
    series = Series()
    series.append(range(1000), [float("nan") if n % 10 == 0 else n for n in range(1000)])
    assert len(series) == 900
    assert series.x[-1] == 999


def test_nearest_value():
    series = Series(0)
    assert series.at(3) is None
    series.append([0, 10, 20], [1.0, 2.0, 3.0])
    assert [series.at(x) for x in (-5, 4, 6, 99)] == [1, 1, 2, 3]


@pytest.mark.parametrize("chunk", [1, 7, 1000, 10_000])
def test_outline_keeps_extremes_order_and_the_last_point(chunk):
    y = np.random.default_rng(0).normal(size=10_000)
    series = Series(0)
    for start in range(0, len(y), chunk):
        series.append(range(start, start + len(y[start : start + chunk])), y[start : start + chunk])
        x, thin = series.raw_outline(300)
        assert len(x) <= 2 * 300 + 3
        assert (np.diff(x) > 0).all()
        assert x[-1] == len(series) - 1
        if chunk > 7 or start % 500 == 0:
            assert (thin.min(), thin.max()) == (series.y.min(), series.y.max())


def test_smoothing_in_handfuls_is_smoothing_one_by_one():
    y = np.random.default_rng(1).normal(size=3000)
    whole, one_by_one, expected = Series(0.95), Series(0.95), []
    whole.append(range(3000), y)
    mean = weight = 0.0
    for place, value in enumerate(y):
        one_by_one.append([place], [value])
        mean, weight = 0.95 * mean + 0.05 * value, 0.95 * weight + 0.05
        expected.append(mean / weight)
    assert np.allclose(whole.smooth, expected)
    assert np.allclose(one_by_one.smooth, expected)
    assert (whole.low, whole.high) == (whole.smooth.min(), whole.smooth.max())


def test_a_million_steps_open_in_a_second_and_draw_in_30_ms(shown):
    widget = curve(shown, log=True)
    y = np.exp(np.random.default_rng(2).normal(size=1_000_000))
    began = time.perf_counter()
    widget.append("train", np.arange(1_000_000), y)
    widget.refresh()
    assert time.perf_counter() - began < 1.0
    times = []
    for step in range(1_000_000, 1_000_020):
        began = time.perf_counter()
        widget.append("train", [step], [1.0])
        widget.refresh()
        widget.repaint()
        times.append(time.perf_counter() - began)
    assert np.median(times) < 0.03


@pytest.mark.parametrize(
    ("value", "above", "below"), [(3, 5, 2), (0.021, 0.05, 0.02), (10, 10, 10), (1, 1, 1)]
)
def test_nice_numbers(value, above, below):
    assert nice_above(value) == pytest.approx(above)
    assert nice_below(value) == pytest.approx(below)


def test_limits_stay_while_values_fit():
    first = grown_limits(None, 0.5, 2.3, log=False)
    assert first == (0.0, 5.0)
    assert grown_limits(first, 0.01, 4.9, log=False) is first
    assert grown_limits(first, 0.01, 5.1, log=False) == (0.0, 10.0)
    assert grown_limits(None, 0.03, 2.3, log=True) == pytest.approx((0.02, 5.0))
    assert grown_limits(None, -3.0, 2.0, log=False) == (-5.0, 5.0)


def curve(shown, **options):
    widget = shown(Curves(name="loss", **options), 400, 260)
    widget.add_series("train", "train")
    return widget


def test_axes_move_rarely(shown):
    widget = curve(shown, log=True)
    moves = []
    for step in range(1, 400):
        widget.append("train", [step], [2.3 * np.exp(-step / 80)])
        widget.refresh()
        moves.append(widget._limits)
    assert len(set(moves)) <= 16


def test_shown_data_are_the_smoothed_ones(shown):
    widget = curve(shown)
    widget.set_smoothing(0)
    widget.append("train", [0, 1, 2], [1.0, 3.0, 2.0])
    widget.refresh()
    x, y = widget._curves["train"].line.getData()
    assert x.tolist() == [0, 1, 2]
    assert y.tolist() == [1, 3, 2]


def test_nothing_is_drawn_when_hidden(shown):
    widget = curve(shown)
    widget.append("train", [0], [1.0])
    widget.refresh()
    widget.hide()
    line = widget._curves["train"].line
    widget.append("train", [1], [2.0])
    widget.refresh()
    assert len(line.getData()[0]) == 1
    widget.show()
    assert len(line.getData()[0]) == 2


def test_hover_is_linked_and_does_not_echo(shown, qtbot):
    widget = curve(shown)
    widget.append("train", [0, 100], [1.0, 1.0])
    widget.refresh()
    with qtbot.waitSignal(widget.hovered) as hovered:
        widget._plot.hovered.emit(50.0)
    assert hovered.args == [50.0]
    with qtbot.assertNotEmitted(widget.hovered):
        widget.set_hover(70.0)
    assert widget._plot.hover_line.value() == 70
    assert "step 70" in widget._legend.text()
    widget.set_hover(None)
    assert not widget._plot.hover_line.isVisible()


def test_clear_starts_anew(shown):
    widget = curve(shown)
    widget.append("train", [500], [100.0])
    widget.refresh()
    widget.clear()
    widget.add_series("train", "train")
    widget.append("train", [1], [1.0])
    widget.refresh()
    assert widget._limits == (0.0, 1.0, 0.0, 2.0)


def test_percent_axis_is_fixed(shown):
    widget = curve(shown, percent=True)
    widget.append("train", [1], [0.3])
    widget.refresh()
    assert widget._limits[2:] == (0.0, 1.0)
    assert widget.accessibleDescription() == "train 30.00 %"
    widget.set_y_range(0.85, 1.0)
    widget.refresh()
    assert widget._limits[2:] == (0.85, 1.0)


def test_pyqtgraph_waits_for_the_first_plot():
    code = (
        "import sys, cnnviz.ui.widgets.curves, cnnviz.ui.widgets.mosaic; sys.exit('pyqtgraph' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_axis_can_be_made_linear_and_logarithmic(shown):
    widget = curve(shown, log=True)
    widget.append("train", [0, 1], [10.0, 100.0])
    widget.refresh()
    assert widget._limits[2:] == pytest.approx((0.699, 2.0), abs=1e-3)
    widget.set_log(False)
    widget.refresh()
    assert widget._limits[2:] == (0.0, 100.0)


def test_series_can_be_taken_away_and_flags_set(shown):
    widget = curve(shown)
    widget.add_series("other", "another", "#D65DA8", "other")
    widget.append("other", [0, 1], [1.0, 2.0])
    widget.set_marks([(1.0, "0.1")])
    widget.refresh()
    assert "another" in widget._legend.text()
    assert [flag.value() for flag in widget._plot._flags] == [1.0]
    widget.remove_series("other")
    widget.set_marks([])
    widget.refresh()
    assert widget.series == ("train",)
    assert "another" not in widget._legend.text()
    assert not widget._plot._flags
