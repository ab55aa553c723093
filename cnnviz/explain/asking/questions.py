"""What can be asked about a network and a data set, and what comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cnnviz.explain.strongest import Best
from cnnviz.explain.trace import Array
from cnnviz.layers.base import Box


@dataclass(frozen=True, eq=False)
class Samples:
    """The first `count` samples of a split, float32 (C, …) as the network takes them, and their classes.

    `labels` (count,) are class numbers; none where samples have no class.
    """

    sample: Callable[[int], Array]
    count: int
    labels: Array


@dataclass(frozen=True)
class AskCode:
    """The values of a node for the first `count` test samples; of more than `most` numbers, means over areas."""

    node: str
    count: int
    most: int


@dataclass(frozen=True, eq=False)
class Code:
    """One row of float32 numbers per sample, (N, F). `grid` is the size of the maps they were averaged to, or ()."""

    node: str
    values: Array
    grid: tuple[int, ...]
    shape: tuple[int, ...]


@dataclass(frozen=True)
class AskProbes:
    """A linear readout of the class from each node, fitted to training samples and judged on test samples."""

    nodes: tuple[str, ...]
    fitted_to: int
    judged_on: int
    seed: int = 0


@dataclass(frozen=True)
class AskJudgement:
    """The class that the network names for each of the first `count` test samples."""

    count: int


@dataclass(frozen=True, eq=False)
class Judgement:
    """`labels`, `predicted` (N,) are class numbers, `confidence` (N,) the probability of the class named."""

    labels: Array
    predicted: Array
    confidence: Array
    classes: int

    @property
    def confusion(self) -> Array:
        """Return how often each class (row) was taken for each class (column), (K, K)."""
        flat = np.bincount(self.labels * self.classes + self.predicted, minlength=self.classes**2)
        return flat.reshape(self.classes, self.classes)

    def cell(self, label: int, predicted: int) -> Array:
        """Return the numbers of the samples of a class that were taken for one, the most confident first."""
        found = np.flatnonzero((self.labels == label) & (self.predicted == predicted))
        return found[np.argsort(-self.confidence[found], kind="stable")]


@dataclass(frozen=True)
class AskStrongest:
    """The samples that each channel of each node answers to most, among the first `count` test samples."""

    count: int


@dataclass(frozen=True)
class AskLikeness:
    """How alike the channels of a node behave on the first `count` test samples."""

    node: str
    count: int


@dataclass(frozen=True, eq=False)
class Likeness:
    """Correlation of the values of channels, (C, C), over samples and places; 0 where a channel never changes.

    `places` is how many places of each map were looked at, `looked_at` how many samples.
    """

    node: str
    correlation: Array
    looked_at: int
    places: int


@dataclass(frozen=True)
class AskIdeal:
    """Inputs that make a channel as large as can be: `starts` of them, found by gradient ascent from a seed."""

    node: str
    channel: int
    steps: int
    starts: int = 4
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Ideal:
    """Inputs (S, C, …), float32, in the range of the data, and the channel's largest value on each, the best first.

    `index` is the value that was made large; `field` the part of the input that it sees.
    """

    node: str
    channel: int
    images: Array
    values: Array
    index: tuple[int, ...]
    field: Box
    limits: tuple[float, float]


@dataclass(frozen=True)
class AskFilters:
    """The filter that each channel of a node is, in input space, at the sample that it answers to most.

    `best` are those samples; None asks at the current sample, which is enough where the node is linear in the input.
    """

    node: str
    best: Best | None


@dataclass(frozen=True, eq=False)
class Filters:
    """∂ value / ∂ input of one value per channel, (C, …): as large as what the value sees.

    Σ filter × input + `constants` are the `values`; `samples` are the samples' numbers, −1 for the current one.
    """

    node: str
    maps: Array
    values: Array
    constants: Array
    samples: Array
    exact: bool


AskAny = AskCode | AskProbes | AskJudgement | AskStrongest | AskLikeness | AskIdeal | AskFilters
