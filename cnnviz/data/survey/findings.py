"""What a survey found that is worth a look, told by where the samples go: to training, validation or test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.survey.measuring import Survey
from cnnviz.data.survey.twins import Places

TRAINING, VALIDATION, TEST = range(3)
Tally = NDArray[np.int64]
"""How many samples of each group go to training, validation and test: (groups, 3)."""


@dataclass(frozen=True)
class Kind:
    """One kind of finding: what it is called, and why it matters."""

    title: str
    help: str
    severity: str


@dataclass(frozen=True, eq=False)
class Finding:
    """What was found of a kind: groups of places, and how many samples these are."""

    kind: Kind
    groups: tuple[Places, ...]

    @property
    def samples(self) -> int:
        """How many samples are in the groups."""
        return sum(len(group) for group in self.groups)


CONFLICTS = Kind(
    "Label conflicts", "The same sample with different answers: at least one of them is wrong.", "error"
)
LEAKS: dict[Kind, Callable[[Tally], NDArray[np.bool_]]] = {
    Kind(
        "In training and test",
        "Test samples that were learned from make the test look better than it is.",
        "error",
    ): lambda tally: (tally[:, :2].sum(axis=1) > 0) & (tally[:, TEST] > 0),
    Kind(
        "In training and validation",
        "Validation samples that are learned from make the validation look better than it is.",
        "warning",
    ): lambda tally: (tally[:, TRAINING] > 0) & (tally[:, VALIDATION] > 0),
    Kind(
        "Twice in training", "Samples that are learned from more often than others.", "info"
    ): lambda tally: tally[:, TRAINING] > 1,
    Kind("Twice in test", "Samples that count more than once in the test.", "info"): lambda tally: (
        tally[:, TEST] > 1
    ),
}
BLANK = Kind("Blank samples", "All their values are the same: there is nothing to see.", "warning")
KINDS: tuple[Kind, ...] = (CONFLICTS, *LEAKS, BLANK)


def destinations(train: int, test: int, validation: Places) -> NDArray[np.int8]:
    """Return where every place goes: TRAINING, VALIDATION or TEST."""
    goes = np.full(train + test, TEST, np.int8)
    goes[:train] = TRAINING
    goes[validation] = VALIDATION
    return goes


def find(survey: Survey, goes: NDArray[np.int8]) -> tuple[Finding, ...]:
    """Return what was found of every kind, the samples going to these destinations."""
    tally = _tally(survey.twins, goes)
    leaks = [
        Finding(kind, tuple(survey.twins[at] for at in np.flatnonzero(meant(tally))))
        for kind, meant in LEAKS.items()
    ]
    blank = (survey.blank,) if len(survey.blank) else ()
    return (Finding(CONFLICTS, survey.conflicts), *leaks, Finding(BLANK, blank))


def _tally(groups: tuple[Places, ...], goes: NDArray[np.int8]) -> Tally:
    if not groups:
        return np.zeros((0, 3), np.int64)
    starts = np.cumsum([0, *(len(group) for group in groups[:-1])])
    flat = goes[np.concatenate(groups)]
    return np.stack([np.add.reduceat((flat == where).astype(np.int64), starts) for where in range(3)], axis=1)
