"""Codes laid out in a plane: principal components, and t-SNE."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cnnviz.events import Answer, Progress
from cnnviz.explain.trace import Array

PERPLEXITY = 30.0
EXAGGERATED, STEPS = 250, 750
"""t-SNE pulls neighbours together first, then lets them settle; so many steps in all."""
EXAGGERATION = 12.0
BEFORE = 50
"""So many principal components go into t-SNE, as van der Maaten and Hinton (2008) do."""
SEARCH_STEPS, TOLERANCE = 50, 1e-5
TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Plane:
    """Points (N, 2), float32; `shares` are those of the variance that the axes hold, none for t-SNE."""

    points: Array
    shares: tuple[float, ...] = ()
    divergence: float = 0.0


def pca(code: Array, count: int = 2) -> tuple[Array, Array]:
    """Return the first principal components (N, count) of rows (N, F), and the shares of the variance of each.

    The sign of a component is such that its largest loading is positive.
    """
    centred = code.astype(np.float64) - code.mean(axis=0, dtype=np.float64)
    rows, columns = centred.shape
    count = min(count, rows, columns)
    if columns <= rows:
        variances, loadings = np.linalg.eigh(centred.T @ centred)
        loadings = loadings[:, ::-1][:, :count]
    else:  # fewer samples than numbers: the same from the products of samples, which are fewer
        variances, shares = np.linalg.eigh(centred @ centred.T)
        loadings = centred.T @ shares[:, ::-1][:, :count]
        loadings /= np.maximum(np.linalg.norm(loadings, axis=0), TINY)
    leading = np.take_along_axis(loadings, np.abs(loadings).argmax(axis=0)[None], axis=0)
    loadings = loadings * np.where(leading < 0, -1.0, 1.0)
    total = max(float((centred**2).sum()), TINY)
    return centred @ loadings, np.maximum(variances[::-1][:count], 0.0) / total


def principal_plane(code: Array) -> Plane:
    """Return the plane of the first two principal components; a single one lies on a line."""
    points, shares = pca(code)
    flat = np.zeros((len(code), 2), np.float32)
    flat[:, : points.shape[1]] = points
    return Plane(flat, tuple(shares.tolist()))


def neighbours(code: Array, at: int, count: int) -> tuple[Array, Array]:
    """Return the rows nearest to row `at` in the code itself, itself left out, and their Euclidean distances."""
    distances = np.sqrt(((code - code[at]).astype(np.float64) ** 2).sum(axis=1))
    distances[at] = np.inf
    order = np.argsort(distances, kind="stable")[: min(count, len(code) - 1)]
    return order, distances[order]


# -- t-SNE ------------------------------------------------------------------------------------------------------------


def tsne(code: Array, *, perplexity: float = PERPLEXITY, steps: int = STEPS) -> Iterator[Progress | Answer]:
    """Yield how far it is, and last the Plane (van der Maaten and Hinton 2008), with exact gradients.

    It starts from the principal components, so that the same code gives the same plane. scikit-learn's can neither say
    how far it is nor be given up.
    """
    wanted = min(perplexity, max((len(code) - 1) / 3, 1.0))
    reduced = pca(code, BEFORE)[0]
    yield Progress("t-SNE", 0, steps)
    pulls = affinities(reduced, wanted).astype(np.float32)
    points = _start(reduced)
    speed, gains = np.zeros_like(points), np.ones_like(points)
    rate = max(len(points) / EXAGGERATION / 4, 50.0)  # as Belkina et al. (2019) found
    for step in range(steps):
        early = step < min(EXAGGERATED, steps // 3)
        slope = _slope(points, pulls, EXAGGERATION if early else 1.0)
        same = np.sign(slope) == np.sign(speed)
        gains = np.maximum(np.where(same, gains * 0.8, gains + 0.2), 0.01)
        speed = (0.5 if early else 0.8) * speed - rate * gains * slope
        points = points + speed
        yield Progress("t-SNE", step + 1, steps)
    points -= points.mean(axis=0)
    yield Answer(Plane(points.astype(np.float32), (), _divergence(points, pulls)))


def affinities(rows: Array, perplexity: float) -> Array:
    """Return the joint probabilities (N, N) of rows being neighbours: each row's bell has the perplexity wanted."""
    squares = (rows**2).sum(axis=1)
    distances = np.maximum(squares[:, None] + squares[None] - 2 * rows @ rows.T, 0.0)
    np.fill_diagonal(distances, np.inf)
    given = np.zeros_like(distances)
    for at, row in enumerate(distances):
        given[at] = _bell(row - row.min(), np.log(perplexity))
    joint = given + given.T
    return np.maximum(joint / joint.sum(), TINY)


def _bell(distances: Array, wanted: float) -> Array:
    """Return exp(−β · distance), normed, with the β that gives the entropy wanted, found by halving."""
    beta, low, high = 1.0, 0.0, np.inf
    finite = np.where(np.isfinite(distances), distances, 0.0)
    for _ in range(SEARCH_STEPS):
        weights = np.exp(-beta * distances)
        total = weights.sum()
        entropy = np.log(total) + beta * float((finite * weights).sum()) / total
        if abs(entropy - wanted) < TOLERANCE:
            break
        if entropy > wanted:
            low, beta = beta, beta * 2 if high == np.inf else (beta + high) / 2
        else:
            high, beta = beta, (beta + low) / 2
    return weights / total


def _start(reduced: Array) -> Array:
    """Return the first two components, made so small that nothing is far away."""
    points = np.zeros((len(reduced), 2), np.float32)
    points[:, : min(2, reduced.shape[1])] = reduced[:, :2]
    spread = float(points[:, 0].std()) or 1.0
    return points / spread * np.float32(1e-4)


def _slope(points: Array, pulls: Array, exaggeration: float) -> Array:
    """Return the gradient (N, 2) of the Kullback-Leibler divergence (equation 5)."""
    near = _nearness(points)
    total = np.float32(near.sum(dtype=np.float64))
    force = np.float32(exaggeration) * pulls
    force -= near / total
    force *= near
    return 4 * (force.sum(axis=1)[:, None] * points - force @ points)


def _divergence(points: Array, pulls: Array) -> float:
    """Return how far the neighbourhoods of the plane are from those of the code, in nats."""
    near = _nearness(points).astype(np.float64)
    return float((pulls * np.log(pulls / np.maximum(near / near.sum(), TINY))).sum())


def _nearness(points: Array) -> Array:
    """Return 1 / (1 + distance²) of every two points, and 0 of a point to itself."""
    squares = (points**2).sum(axis=1)
    near = points @ (-2 * points.T)
    near += squares[:, None]
    near += squares[None]
    near += 1
    np.maximum(near, 1, out=near)
    np.reciprocal(near, out=near)
    np.fill_diagonal(near, 0)
    return near
