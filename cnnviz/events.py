"""What a worker says. Every event is an immutable value of plain numbers and numpy arrays; no torch, no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Progress:
    """How far a long task is; `total` is None where that is not known."""

    label: str
    done: int
    total: int | None = None


@dataclass(frozen=True)
class Started:
    """Training begins: what will be done; `remarks` are sentences about how. It goes on after `first_step` steps."""

    steps: int
    steps_per_epoch: int
    train_images: int
    validation_images: int
    device: str
    remarks: tuple[str, ...] = ()
    first_step: int = 0


@dataclass(frozen=True)
class StepDone:
    """One batch was learned. `step` counts from 1, `epoch` is a fraction (1.5: half of the second).

    `accuracy` is 0 to 1; None where the network names no classes.
    """

    step: int
    epoch: float
    loss: float
    accuracy: float | None
    learning_rate: float
    samples_per_s: float
    seconds_left: float


MOST_KERNELS, MOST_PLANES = 16, 4
"""How many kernels of the first layer that has any are told, and of how many input channels each."""


@dataclass(frozen=True)
class Watched:
    """The pinned image as the network sees it now: maps per node, (C, H, W) or (F,), and class probabilities (K,).

    There are no probabilities, K = 0, where the network names no classes. `kernels` are the first ones (out, in, …) of
    the first layer that has any.
    """

    step: int
    image: Array
    maps: Mapping[str, Array]
    probabilities: Array
    kernels: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class Gradients:
    """Size of the gradient beside the size of the weights, ‖g‖ / ‖w‖, per node that learns."""

    step: int
    ratios: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Histogram:
    """The share of values in each of equally wide bins (B,), float32, from `low` to `high`."""

    shares: Array
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Census:
    """How the values of a network are spread after a step, per node.

    `weights` of layers that learn; `gradients` the base-10 logarithm of |gradient|, zeros left out; `activations` on a
    few fixed samples. `ratios` are ‖g‖ / ‖w‖, `updates` ‖Δw‖ / ‖w‖ of this one step. `silent` is the share of the units
    of a ReLU that answer 0 everywhere in all of these samples, of which there are `samples`.
    """

    step: int
    epoch: float
    samples: int
    weights: Mapping[str, Histogram]
    gradients: Mapping[str, Histogram]
    activations: Mapping[str, Histogram]
    ratios: Mapping[str, float]
    updates: Mapping[str, float]
    silent: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Fit:
    """How answers fit that are no classes: `errors` (N,) per sample and `per_output` (…), mean squares, float32.

    Of the samples at `places` (M,), counted among those judged, `values` and `targets` (M, …) are kept: those with the
    largest errors first, then others spread evenly.
    """

    errors: Array
    per_output: Array
    places: Array
    values: Array
    targets: Array


@dataclass(frozen=True)
class Evaluated:
    """The network judged on images it does not learn from.

    `which` is `validation` or `test`. `confusion` is (true, predicted) counts. `indices` (N,) are places in the split
    that the images lie in (the training images for `validation`); `labels`, `predicted`, `confidence` (N,) follow them.
    `whole` says whether all of them were used or a fixed subset. Where the network names no classes, `accuracy` is None
    and `confusion`, `predicted` and `confidence` are empty; then there is a `fit`.
    """

    step: int
    epoch: float
    which: str
    loss: float
    accuracy: float | None
    confusion: Array
    indices: Array
    labels: Array
    predicted: Array
    confidence: Array
    whole: bool = True
    fit: Fit | None = None


@dataclass(frozen=True)
class StateChanged:
    """The job now runs, pauses or ends: `running`, `paused`."""

    state: str


@dataclass(frozen=True)
class Snapshot:
    """A copy of the weights at a moment, by name as in torch's state dict."""

    step: int
    weights: Mapping[str, Array]


@dataclass(frozen=True)
class Notice:
    """Something to read that does not stop the work, in a sentence."""

    text: str


@dataclass(frozen=True)
class RateTried:
    """A learning rate that the search for one has tried, the loss there, and the loss smoothed over those before."""

    step: int
    steps: int
    learning_rate: float
    loss: float
    smoothed: float


@dataclass(frozen=True)
class Finished:
    """The job came to its end, or was stopped; `summary` has its results, JSON-ready."""

    summary: Mapping[str, Any] = field(default_factory=dict)
    cancelled: bool = False


@dataclass(frozen=True)
class Answer:
    """The reply to one question put to a worker."""

    value: Any


@dataclass(frozen=True)
class Failed:
    """The job broke down: a sentence to read, and a report to copy."""

    message: str
    report: str


Event = (
    Progress
    | Started
    | StepDone
    | Watched
    | Gradients
    | Census
    | Evaluated
    | StateChanged
    | Snapshot
    | Notice
    | RateTried
    | Finished
    | Answer
    | Failed
)

__all__ = [
    "Answer", "Array", "Census", "Evaluated", "Event", "Failed", "Finished", "Fit", "Gradients", "Histogram", "Notice",
    "Progress", "RateTried", "Snapshot", "Started",
    "StateChanged", "StepDone", "Watched",
]  # fmt: skip
