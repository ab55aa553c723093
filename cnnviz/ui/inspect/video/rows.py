"""The rows of the stepper, as plain arrays: input, gates, state, output, predictions and truth along time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cnnviz.explain import Trace
from cnnviz.explain.trace import Array
from cnnviz.explain.video.forecast import FREE, Forecast
from cnnviz.explain.video.protocol import ALL, Protocol
from cnnviz.ui.inspect.cells import wrapped

NAMES = {
    "i": "input gate",
    "f": "forget gate",
    "o": "output gate",
    "g": "candidate",
    "c": "cell state",
    "h": "hidden state",
}
"""The arrays of a memory in the order of the rows."""
GATES = "ifo"
LONGEST = 4
"""How many times as wide as high a wrapped vector may be."""
ROW, ALL_ROWS = "row", "all"


@dataclass(frozen=True, eq=False)
class Row:
    """Pictures along time: (steps, H, W), the first of them in column `first`, counted from 1.

    `node` is the array of the trace they lie in; empty for what is no part of it, such as the truth.
    """

    name: str
    caption: str
    pictures: Array
    first: int
    colormap: str
    limits: tuple[float, float]
    node: str = ""
    flat: bool = False
    """Whether the pictures are vectors, wrapped into lines."""

    def picture(self, column: int) -> Array | None:
        """Return the picture in a column; None where there is none."""
        at = column - self.first
        return self.pictures[at] if 0 <= at < len(self.pictures) else None

    def index(
        self, channel: int, column: int, pixel: tuple[int, int], shape: tuple[int, ...]
    ) -> tuple[int, ...]:
        """Return where a pixel lies in the array of this shape."""
        step = min(max(column - self.first, 0), shape[1] - 1)
        if self.flat:
            return min(pixel[0] * self.pictures.shape[2] + pixel[1], shape[0] - 1), step
        return min(channel, shape[0] - 1), step, min(pixel[0], shape[2] - 1), min(pixel[1], shape[3] - 1)


def memories(trace: Trace) -> tuple[str, ...]:
    """Return the nodes that remember along time, in the order of the network."""
    return tuple(node.name for node in trace.graph if f"{node.name}.c" in trace.activations)


def rows_of(
    trace: Trace,
    memory: str,
    channel: int,
    protocol: Protocol | None,
    forecast: Forecast | None,
    mode: str,
    scope: str = ROW,
) -> list[Row]:
    """Return all rows for a channel of a memory; predictions as far as they are known."""
    fed = forecast.fed if forecast is not None and mode == FREE else None
    found = [_seen(trace, protocol, fed)]
    arrays = {name: _pictures(trace.activation(f"{memory}.{name}"), channel) for name in NAMES}
    everything = max(_reach(each) for name, each in arrays.items() if name not in GATES)
    for name, caption in NAMES.items():
        reach = everything if scope == ALL_ROWS else _reach(arrays[name])
        gate = name in GATES
        limits = (0.0, 1.0) if gate else (-reach, reach)
        flat = trace.activation(f"{memory}.{name}").ndim == 2
        colormap = "gate" if gate else "value"
        found.append(
            Row(
                "c̃" if name == "g" else name,
                caption,
                arrays[name],
                1,
                colormap,
                limits,
                f"{memory}.{name}",
                flat,
            )
        )
    return [*found, *_predicted(trace, protocol, forecast, mode)]


def _seen(trace: Trace, protocol: Protocol | None, fed: Array | None) -> Row:
    """Return the frames that go in, or are fed; what is no video lies below its time as a vector."""
    node = trace.graph.summary().input
    array = trace.activation(node) if fed is None else fed
    flat = protocol is None and array.ndim < 4
    pictures = _pictures(array if array.ndim != 3 else array[0].T, 0)
    return Row(
        "x",
        "input frame" if protocol else "input",
        pictures,
        1,
        "grey",
        (0.0, 1.0),
        "" if flat else node,
        flat,
    )


def _predicted(
    trace: Trace, protocol: Protocol | None, forecast: Forecast | None, mode: str
) -> Iterator[Row]:
    if protocol is None:
        return
    node = trace.graph.summary().output
    if forecast is None:
        own = trace.activation(node)
        frames = own[0] if own.ndim == 4 else own
        yield Row("ŷ", "prediction", frames, column_of(protocol, protocol.first), "grey", (0.0, 1.0), node)
        return
    first = column_of(protocol, forecast.frames.start)
    at = node if protocol.kind != "" and forecast.forced.shape == trace.activation(node).shape else ""
    free = mode == FREE
    words = "prediction" if not protocol.feeds_back else "from true frames"
    yield Row("ŷ", words, forecast.forced[0], first, "grey", (0.0, 1.0), "" if free else at)
    shown = forecast.free if free else forecast.forced
    if protocol.feeds_back:
        yield Row(
            "ŷ free", "from own frames", forecast.free[0], first, "grey", (0.0, 1.0), at if free else ""
        )
    truth = forecast.truth
    word = "true frame" if protocol.kind == ALL else "true next frame"
    yield Row("y", word, truth[0], first, "grey", (0.0, 1.0))
    count = min(shown.shape[1], truth.shape[1])
    yield Row("ŷ − y", "difference", shown[0, :count] - truth[0, :count], first, "value", (-1.0, 1.0))


def column_of(protocol: Protocol, frame: int) -> int:
    """Return the column of a predicted frame: that of the step which predicts it, or its own where all come at once."""
    return frame if protocol.kind == ALL else frame - 1


def _pictures(array: Array, channel: int) -> Array:
    """Return (steps, H, W) of an array (C, T, H, W); of (units, T), every step wrapped into lines."""
    if array.ndim == 4:
        return array[min(channel, len(array) - 1)]
    steps = array.reshape(array.shape[0], -1).T
    lines = next(count for count in range(math.isqrt(len(array)), 0, -1) if len(array) % count == 0)
    if len(array) <= LONGEST * lines * lines:
        return steps.reshape(len(steps), lines, -1)
    return np.stack([wrapped(step) for step in steps])


def scaled(pixel: tuple[int, int], old: tuple[int, ...], new: tuple[int, ...]) -> tuple[int, int]:
    """Return the pixel of a picture (H, W) of another size that shows the same place."""
    row, column = (
        min(int((at + 0.5) * there / here), there - 1)
        for at, here, there in zip(pixel, old[-2:], new[-2:], strict=True)
    )
    return row, column


def _reach(pictures: Array) -> float:
    finite = pictures[np.isfinite(pictures)]
    return float(np.abs(finite).max()) or 1.0 if finite.size else 1.0
