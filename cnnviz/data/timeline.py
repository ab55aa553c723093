"""A whole time series, which the samples of a data set are windows of: its columns, dates and units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Dates = NDArray[np.datetime64]

_DAY = 86_400
_MONTH = (28 * _DAY, 31 * _DAY)


@dataclass(frozen=True, eq=False)
class Timeline:
    """The series that windows were cut from.

    values: (steps, columns) float32, as networks see them; times `scale` plus `mean` (both (columns,)) they are in the
    units of their source. `predicted` are the columns that a network should foresee; of the others it only reads the
    past. The first `train_steps` are learned from. dates: (steps,) datetime64[s], or None where steps are only counted.
    """

    names: tuple[str, ...]
    values: Floats
    predicted: tuple[int, ...]
    train_steps: int
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    dates: Dates | None = None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def scaled(self) -> bool:
        """Whether networks see other numbers than those of the source."""
        return bool((self.mean != 0).any() or (self.scale != 1).any())

    @property
    def predicts_all(self) -> bool:
        """Whether a forecast can be fed back without knowing anything else."""
        return self.predicted == tuple(range(len(self.names)))

    def in_units(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return predicted columns (…, predicted) in the units of the source."""
        columns = list(self.predicted)
        return np.asarray(values * self.scale[columns] + self.mean[columns], np.float64)

    def moment(self, step: int) -> str:
        """Name a step: its date, also beyond the last one, or its number."""
        if self.dates is None:
            return f"step {step:,}"
        date = self.dates[step] if step < len(self) else self._later(step - len(self) + 1)
        whole_days = bool((self.dates.astype(np.int64) % _DAY == 0).all())
        return str(date.astype("datetime64[D]" if whole_days else "datetime64[m]")).replace("T", " ")

    def _later(self, steps: int) -> np.datetime64:
        """Return the date so many usual steps after the last one; months and years are counted by the calendar."""
        assert self.dates is not None
        last, usual = self.dates[-1], usual_gap(self.dates)
        months = next((count for count in (1, 3, 12) if _is_months(usual, count)), 0)
        if not months:
            return np.datetime64(last + np.timedelta64(usual * steps, "s"))
        month = last.astype("datetime64[M]")
        within = last - month.astype("datetime64[s]")
        return np.datetime64((month + months * steps).astype("datetime64[s]") + within)


def usual_gap(dates: Dates) -> int:
    """Return how many seconds most steps take."""
    return int(np.median(np.diff(dates).astype(np.int64))) if len(dates) > 1 else _DAY


def _is_months(seconds: int, count: int) -> bool:
    return count * _MONTH[0] <= seconds <= count * _MONTH[1]


def counted_steps(values: Floats, names: tuple[str, ...], train_steps: int) -> Timeline:
    """Return a series without dates, in its own units, of which every column is to be foreseen."""
    columns = len(names)
    return Timeline(names, values, tuple(range(columns)), train_steps, np.zeros(columns), np.ones(columns))
