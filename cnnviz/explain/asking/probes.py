"""Linear readouts: how much of the class a layer's code tells without any further layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.explain.asking.codes import coded
from cnnviz.explain.trace import Array, Trace

SHARES = (1e-3, 1e-2, 1e-1, 1.0)
"""Ridge penalties that are tried, as shares of the number of samples; inputs have a variance of 1."""
KEPT_APART = 5
"""Every fifth of the fitted samples chooses the penalty."""


@dataclass(frozen=True, eq=False)
class Readout:
    """Class scores from a code: `(code − mean) / spread · weight + bias`, about 1 for the class and 0 for others.

    `accuracy` is the share of right answers on samples that it was not fitted to.
    """

    node: str
    grid: tuple[int, ...]
    mean: Array
    spread: Array
    weight: Array
    bias: Array
    penalty: float
    accuracy: float = 0.0

    @property
    def size(self) -> int:
        """Return how many numbers it reads."""
        return len(self.mean)

    def scores(self, code: Array) -> Array:
        """Return the class scores (N, K) of rows (N, F)."""
        return ((code - self.mean) / self.spread) @ self.weight + self.bias


@dataclass(frozen=True, eq=False)
class Probes:
    """The readouts of some nodes in computing order, and how right the network itself is on the same samples."""

    readouts: tuple[Readout, ...]
    fitted_to: int
    judged_on: int
    classes: int
    network: float | None

    @property
    def margin(self) -> float:
        """Return how far, at most, an accuracy is from that on any number of samples, in 95 of 100 cases."""
        return float(1.96 * np.sqrt(0.25 / max(self.judged_on, 1)))

    def evidence(self, trace: Trace) -> Array:
        """Return the class scores of each readout for the sample of a trace, (layers, K)."""
        return np.stack(
            [each.scores(coded(trace.activation(each.node)[None], each.grid))[0] for each in self.readouts]
        )


def fit(node: str, grid: tuple[int, ...], code: Array, labels: Array, classes: int) -> Readout:
    """Return the ridge regression of one number per class on a code (N, F), with the penalty that judges best.

    The penalty is chosen on every fifth sample, and then all are fitted.
    """
    apart = np.arange(len(code)) % KEPT_APART == 0
    some, rest = _Ridge(code[~apart], labels[~apart], classes), (code[apart], labels[apart])
    right = [_accuracy(_readout(node, grid, some, share), *rest) for share in SHARES]
    return _readout(node, grid, _Ridge(code, labels, classes), SHARES[int(np.argmax(right))])


def judged(readout: Readout, code: Array, labels: Array) -> Readout:
    """Return the readout with its accuracy on other samples."""
    found = {**readout.__dict__, "accuracy": _accuracy(readout, code, labels)}
    return Readout(**found)


class _Ridge:
    """The products that every penalty is solved from: of numbers, or of samples where those are fewer."""

    def __init__(self, code: Array, labels: Array, classes: int) -> None:
        code = code.astype(np.float64)
        self.mean, spread = code.mean(axis=0), code.std(axis=0)
        self.spread = np.where(spread > 1e-6 * max(float(spread.max(initial=0.0)), 1e-12), spread, np.inf)
        self._rows = (code - self.mean) / self.spread
        targets = np.eye(classes)[labels]
        self.bias = targets.mean(axis=0)
        self.count = len(code)
        self._wide = code.shape[1] > len(code)
        products = self._rows @ self._rows.T if self._wide else self._rows.T @ self._rows
        self._values, self._vectors = np.linalg.eigh(products)
        aims = targets - self.bias
        self._right = self._vectors.T @ (aims if self._wide else self._rows.T @ aims)

    def weight(self, share: float) -> Array:
        """Return the weights (F, K) under a penalty."""
        solved = self._vectors @ (self._right / (self._values + share * self.count)[:, None])
        return self._rows.T @ solved if self._wide else solved


def _readout(node: str, grid: tuple[int, ...], ridge: _Ridge, share: float) -> Readout:
    return Readout(node, grid, ridge.mean, ridge.spread, ridge.weight(share), ridge.bias, share)


def _accuracy(readout: Readout, code: Array, labels: Array) -> float:
    return float((readout.scores(code).argmax(axis=1) == labels).mean())


def turning(evidence: Array, label: int, named: int) -> int | None:
    """Return the first layer from which on `named` has more evidence than `label` to the end; None where none does."""
    ahead = evidence[:, named] > evidence[:, label]
    if not len(ahead) or not ahead[-1]:
        return None
    behind = np.flatnonzero(~ahead)
    return int(behind[-1]) + 1 if behind.size else 0
