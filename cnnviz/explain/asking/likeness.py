"""How alike channels are: the angle between their kernels, and an order that puts like beside like."""

from __future__ import annotations

import numpy as np

from cnnviz.explain.trace import Array, Trace


def kernels(trace: Trace, node: str) -> Array | None:
    """Return the weights of each output channel as a row (C, …); None where a node has not one kernel per channel."""
    weight = trace.parameters.get(node, {}).get("weight")
    channels = trace.activation(node).shape[0]
    axis = trace.graph.node(node).layer.channel_axis
    if weight is None or weight.ndim < 2 or weight.shape[axis] != channels:
        return None
    return np.moveaxis(weight, axis, 0).reshape(channels, -1)


def cosines(rows: Array) -> Array:
    """Return the cosine of the angle between every two rows, (C, C); 0 where a row is nothing."""
    lengths = np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True)
    unit = np.divide(rows, lengths, out=np.zeros(rows.shape), where=lengths > 0)
    return np.clip(unit @ unit.T, -1.0, 1.0)


def clustered(alike: Array) -> Array:
    """Return the order of rows in which like ones lie together: average linkage of 1 − likeness, leaf by leaf.

    Of two joined clusters, the ends that are more alike come to lie side by side.
    """
    distances = 1.0 - np.asarray(alike, np.float64)
    np.fill_diagonal(distances, np.inf)
    members = [[at] for at in range(len(distances))]
    sizes = np.ones(len(distances))
    for _ in range(len(distances) - 1):
        one, other = sorted(int(at) for at in np.unravel_index(distances.argmin(), distances.shape))
        members[one] = _joined(members[one], members[other], alike)
        merged = sizes[one] * distances[one] + sizes[other] * distances[other]
        merged /= sizes[one] + sizes[other]
        distances[one], distances[:, one] = merged, merged
        distances[other], distances[:, other] = np.inf, np.inf
        distances[one, one] = np.inf
        sizes[one] += sizes[other]
    return np.array(members[0] if members else [], np.int64)


def _joined(one: list[int], other: list[int], alike: Array) -> list[int]:
    """Return two rows of leaves as one, each turned so that the most alike ends meet."""
    ways = [(one, other), (one, other[::-1]), (one[::-1], other), (one[::-1], other[::-1])]
    first, second = max(ways, key=lambda way: float(alike[way[0][-1], way[1][0]]))
    return [*first, *second]


def closest(alike: Array, count: int) -> list[tuple[int, int]]:
    """Return the pairs of different rows that are most alike, the most alike first."""
    rows, columns = np.triu_indices(len(alike), 1)
    order = np.argsort(-alike[rows, columns], kind="stable")[:count]
    return list(zip(rows[order].tolist(), columns[order].tolist(), strict=True))
