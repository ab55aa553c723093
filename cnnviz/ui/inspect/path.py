"""Where the cursor stands and was: a place for every node, steps to the neighbours, and the way back."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from cnnviz.explain import Box, Trace, receptive_field, sources
from cnnviz.model.graph import Graph
from cnnviz.ui.inspect.volumes import unraveled

Place = tuple[str, tuple[int, ...]]
MOST = 200


class Path:
    """Remembers where jumps started, so that Back returns there, and what was gone back from, so that Forward does."""

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._ahead: list[Place] = []

    def leave(self, node: str, index: tuple[int, ...]) -> None:
        """Remember a place that is jumped away from; what lay ahead is forgotten."""
        self._ahead.clear()
        if not self._places or self._places[-1] != (node, index):
            self._places.append((node, index))
            del self._places[:-MOST]

    def back(self, trace: Trace, here: Place | None = None) -> Place | None:
        """Return the last place that still exists; it and `here` change sides."""
        return _moved(self._places, self._ahead, trace, here)

    def forward(self, trace: Trace, here: Place | None = None) -> Place | None:
        """Return the place that was last gone back from."""
        return _moved(self._ahead, self._places, trace, here)

    @property
    def before(self) -> tuple[Place, ...]:
        """Return the places that led here, the first jump first."""
        return tuple(self._places)

    @property
    def after(self) -> tuple[Place, ...]:
        """Return the places that were gone back from, the nearest first."""
        return tuple(reversed(self._ahead))

    def __len__(self) -> int:
        return len(self._places)


def _moved(source: list[Place], target: list[Place], trace: Trace, here: Place | None) -> Place | None:
    while source:
        place = source.pop()
        if exists(trace, *place):
            if here is not None:
                target.append(here)
            return place
    return None


def field(graph: Graph, node: str, index: tuple[int, ...]) -> dict[str, Box]:
    """Return the receptive field of a value; looked up once for all values that read the same cells."""
    first = (0,) * len(index)
    read = sources(graph, node, index)
    if read == sources(graph, node, first):
        return _field(graph, node, first)
    if len(read) == 1:
        ((source, box),) = read.items()
        if all(end - start == 1 for start, end in box):
            return {source: box, **field(graph, source, tuple(start for start, _ in box))}
    return _field(graph, node, index)


@lru_cache(maxsize=256)
def _field(graph: Graph, node: str, index: tuple[int, ...]) -> dict[str, Box]:
    return receptive_field(graph, node, index)


def exists(trace: Trace, node: str, index: tuple[int, ...]) -> bool:
    """Say whether a trace has a value at an index of a node."""
    if node not in trace.activations:
        return False
    shape = trace.activations[node].shape
    return len(index) == len(shape) and all(0 <= at < size for at, size in zip(index, shape, strict=True))


def settled(trace: Trace, node: str, wanted: tuple[int, ...]) -> tuple[int, ...]:
    """Return `wanted` where the node has it, else the largest value of the wanted map, else of all maps."""
    array = trace.activation(node)
    if exists(trace, node, wanted):
        return wanted
    sizes = np.nan_to_num(np.abs(array))
    if len(wanted) and 0 < wanted[0] < len(array):
        return (wanted[0], *unraveled(int(sizes[wanted[0]].argmax()), array.shape[1:]))
    return unraveled(int(sizes.argmax()), array.shape)


def carried(trace: Trace, node: str, index: tuple[int, ...], target: str) -> tuple[int, ...]:
    """Return the index in another node that lies at the same place of the picture, as nearly as there is one."""
    old, new = trace.activation(node).shape, trace.activation(target).shape
    if old == new:
        return index
    if len(old) == len(new) + 1 == 4:  # a video and one of its frames
        old, index = (old[0], *old[2:]), (index[0], *index[2:])
    elif len(new) == len(old) + 1 == 4:
        old, index = (old[0], new[1], *old[1:]), (index[0], new[1] - 1, *index[1:])
    if len(old) != len(new) or len(new) == 1:
        return settled(trace, target, ())
    place = tuple(
        min(at * there // here, there - 1)
        for at, here, there in zip(index[1:], old[1:], new[1:], strict=True)
    )
    channel = index[0]
    if channel >= new[0]:
        channel = int(
            np.abs(np.nan_to_num(trace.activation(target))).reshape(new[0], -1).mean(axis=1).argmax()
        )
    return (channel, *place)
