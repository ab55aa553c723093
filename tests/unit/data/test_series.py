"""A user's own series: dates, columns, gaps, units, and what is said of what can't be used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz.data import Dataset, load
from cnnviz.data.address import Address
from cnnviz.errors import DataError

DAYS = [str(np.datetime64("2026-01-01") + k) for k in range(60)]
RNG = np.random.default_rng(0)
HEAT, RAIN = (RNG.normal(15, 4, 60).round(2), RNG.normal(2, 1, 60).round(2))


def _load(path: Path, **chosen: Any) -> Dataset:
    return load(str(Address("csv", {"path": str(path), "window": "5", **chosen})))


def _file(folder: Path, dates: list[str], gap: str = ",") -> Path:
    rows = [
        gap.join((date, str(heat), str(rain))) for date, heat, rain in zip(dates, HEAT, RAIN, strict=False)
    ]
    path = folder / "weather.csv"
    path.write_text("\n".join([gap.join(("day", "heat", "rain")), *rows]) + "\n")
    return path


def test_dates_stand_beside_the_steps_and_values_return_to_their_units(tmp_path: Path) -> None:
    found = _load(_file(tmp_path, DAYS)).timeline
    assert found is not None
    assert (found.names, found.predicted, found.train_steps) == (("heat", "rain"), (0, 1), 48)
    assert [found.moment(step) for step in (0, 59, 60, 62)] == [
        "2026-01-01",
        "2026-03-01",
        "2026-03-02",
        "2026-03-04",
    ]
    assert abs(found.values[:48].mean()) < 1e-6
    assert np.allclose(found.in_units(found.values), np.stack([HEAT, RAIN], 1), atol=1e-5)


def test_some_columns_are_read_and_others_predicted(tmp_path: Path) -> None:
    data = _load(_file(tmp_path, DAYS), predict="rain", scale="none")
    assert (data.shape, data.answer_shape) == ((2, 5), (1,))
    assert np.allclose(data.train.labels[:, 0], RAIN[5:48])
    assert data.timeline is not None
    assert (data.timeline.predicted, data.timeline.predicts_all, data.timeline.scaled) == ((1,), False, False)
    only = _load(_file(tmp_path, DAYS), columns="heat", predict="heat")
    assert only.shape == (1, 5)


@pytest.mark.parametrize(
    ("form", "later"),
    [
        ("%d.%m.%Y", "2026-03-02"),
        ("%m/%d/%Y", "2026-03-02"),
        ("%d/%m/%Y", "2026-03-02"),
        ("%Y-%m-%dT%H:%M:%S", "2026-03-02"),
        ("%d %b %Y", "2026-03-02"),
    ],
)
def test_dates_are_read_as_people_write_them(tmp_path: Path, form: str, later: str) -> None:
    dates = [np.datetime64(day).astype("datetime64[s]").item().strftime(form) for day in DAYS]
    found = _load(_file(tmp_path, dates, gap=";")).timeline
    assert found is not None
    assert found.moment(60) == later


def test_months_and_hours_go_on_by_the_calendar(tmp_path: Path) -> None:
    months = [str(np.datetime64("2019-11") + k) for k in range(60)]
    found = _load(_file(tmp_path, months)).timeline
    assert found is not None
    assert [found.moment(step) for step in (59, 60, 61)] == ["2024-10-01", "2024-11-01", "2024-12-01"]
    hours = [f"{np.datetime64('2026-01-01T22') + k}:00".replace("T", " ") for k in range(60)]
    found = _load(_file(tmp_path, hours)).timeline
    assert found is not None
    assert found.moment(60) == "2026-01-04 10:00"


def test_weekends_are_no_gap(tmp_path: Path) -> None:
    days = [str(day) for day in np.busday_offset("2026-01-05", np.arange(60))]
    assert _load(_file(tmp_path, days)).timeline is not None


def _with(at: int, text: str) -> list[str]:
    return [text if k == at else day for k, day in enumerate(DAYS)]


@pytest.mark.parametrize(
    ("dates", "message"),
    [
        (_with(3, "soon"), "Line 5, day: 'soon' is no date"),
        (_with(3, ""), "Line 5, day: the date is missing"),
        (_with(3, "2026-02-30"), "Line 5, day: '2026-02-30' is no date"),
        (_with(3, DAYS[2]), "Line 5, day: 2026-01-03 does not come after 2026-01-03"),
        (DAYS[:10] + DAYS[19:], "Line 12, day: 9 steps are missing between 2026-01-10 and 2026-01-20"),
    ],
)
def test_wrong_dates_are_told_with_their_line(tmp_path: Path, dates: list[str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        _load(_file(tmp_path, dates))


def test_gaps_can_be_passed_over_and_dates_left_out(tmp_path: Path) -> None:
    path = _file(tmp_path, DAYS[:10] + DAYS[19:])
    joined = _load(path, gaps="join").timeline
    assert joined is not None
    assert joined.moment(10) == "2026-01-20"
    counted = _load(path, dates="none", columns="heat").timeline
    assert counted is not None
    assert counted.moment(10) == "step 10"


@pytest.mark.parametrize(
    ("column", "chosen", "message"),
    [
        ([""] * 60, {}, r"Column c is empty\. Choose other columns"),
        (["7"] * 60, {}, r"Column c is 7 in all 48 steps to train with\. Leave it out"),
        (["1", ""] * 30, {}, r"Line 3, c: the number is missing\. Fill it in"),
        (["1", "x"] * 30, {}, "Line 3, c: 'x' is no number"),
        (
            list("12" * 30),
            {"window": "12"},
            r"A window of 12 steps .* the 12 steps to test with\. .* at most 11",
        ),
        (list("12" * 30), {"columns": "d"}, "no column 'd'. It has day, c"),
    ],
)
def test_columns_that_cannot_be_learned_are_told(
    tmp_path: Path, column: list[str], chosen: dict[str, str], message: str
) -> None:
    path = tmp_path / "own.csv"
    path.write_text("day,c\n" + "\n".join(f"{day},{cell}" for day, cell in zip(DAYS, column, strict=True)))
    with pytest.raises(DataError, match=message) as caught:
        _load(path, **chosen)
    assert caught.value.where == str(path)
