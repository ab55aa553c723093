"""Which volumes a value has to do with: what it reads, its own map, the sample; and what is framed in each."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cnnviz.explain import Box, Trace
from cnnviz.explain.attribution import METHODS, Attribution
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.reading import Reading
from cnnviz.ui.inspect.volumes import Cell
from cnnviz.ui.voxels import Solid, solid_of, tinted
from cnnviz.ui.voxels.painting import Box as Wire

INPUT, MAP, SAMPLE = "Input", "Map", "Sample"
OVERLAYS = {"Grad-CAM": "grad-cam", "Occlusion": "occlusion"}
"""What can be laid over the sample: the name of the method."""
COLOURS = 3


@dataclass(frozen=True, eq=False)
class Content:
    """One volume to show: `node` and `channel` say whose it is (−1: all channels, as colours).

    `place` is the voxel that slices go through. `boxes` are wire cubes: `cursor`, `window`, `field`.
    """

    solid: Solid
    node: str
    channel: int
    words: str
    limits: tuple[float, float]
    colormap: str
    place: tuple[int, int, int] | None = None
    boxes: dict[str, Wire] = field(default_factory=dict)
    note: str = ""


def is_volume(trace: Trace, node: str) -> bool:
    """Say whether an array has maps with depth."""
    array = trace.activation(node)
    return bool(array.ndim == 4 and array.shape[1] > 1)


def sample_node(trace: Trace) -> str:
    """Return the first Input that is a volume; "" where there is none."""
    return next((name for name in trace.graph.summary().inputs if is_volume(trace, name)), "")


def of_input(frame: Frame, at: int, channel: int) -> Content | None:
    """Return what the value reads: all of the sample, or one channel of a layer, with the window in it."""
    reading = frame.readings[at] if at < len(frame.readings) else None
    if reading is None or reading.is_vector or reading.maps.shape[1] < 2:
        return None
    place = window_middle(reading)
    boxes: dict[str, Wire] = {"window": window_of(reading)}
    if frame.is_picture(reading.node) and len(reading.maps) == COLOURS:
        return _sample_content(
            frame, reading.node, reading.maps, boxes, place, "window that this value reads"
        )
    channel = min(max(channel, reading.channels[0]), reading.channels[-1])
    maps = reading.maps[channel]
    words = f"channel {channel} of {len(reading.maps)}, and the window that this value reads"
    return _map_content(frame, reading.node, maps, channel, words, boxes=boxes, place=place)


def of_map(frame: Frame) -> Content | None:
    """Return the map that the value belongs to, with the value in it."""
    if frame.output.shape[1] < 2:
        return None
    channel, *place = frame.cell
    boxes: dict[str, Wire] = {"cursor": tuple((at, at + 1) for at in place)}
    if frame.is_picture(frame.node) and len(frame.output) == COLOURS:
        return _sample_content(
            frame, frame.node, frame.output, boxes, _voxel(frame.cell), "the sample itself"
        )
    words = f"map {channel} of {len(frame.output)}, and this value in it"
    return _map_content(
        frame, frame.node, frame.output[channel], channel, words, boxes=boxes, place=_voxel(frame.cell)
    )


def of_sample(frame: Frame, fields: dict[str, Box]) -> Content | None:
    """Return the sample, with the receptive field of the value in it."""
    node = sample_node(frame.values)
    if not node:
        return None
    array = frame.values.activation(node)
    seen = fields.get(node)
    boxes, place, words = _field_of(seen, array.shape)
    return _sample_content(frame, node, array, boxes, place, words)


def of_answer(frame: Frame, answer: Attribution, fields: dict[str, Box]) -> Content | None:
    """Return the sample's form in the colours of a heat map."""
    node = sample_node(frame.values)
    picture = answer.picture
    if not node or picture.shape != frame.values.activation(node).shape[1:]:
        return None
    array = frame.values.activation(node)
    boxes, place, _ = _field_of(fields.get(node), array.shape)
    colormap, (low, high) = METHODS[answer.method].colormap, answer.range
    strength = np.clip(array.max(axis=0), 0, 1)
    return Content(
        tinted(picture, low, high, colormap, strength),
        node,
        -1,
        answer.note,
        (low, high),
        colormap,
        place,
        boxes,
    )


def _sample_content(
    frame: Frame,
    node: str,
    array: np.ndarray,
    boxes: dict[str, Wire],
    place: tuple[int, int, int] | None,
    words: str,
) -> Content:
    low, high = frame.limits(node, array) if frame.is_picture(node) else (0.0, 1.0)
    colormap = "photo" if len(array) == COLOURS else "grey"
    solid = solid_of(array, low, high, colormap)
    return Content(solid, node, -1, words, (low, high), colormap, place, boxes)


def _map_content(
    frame: Frame,
    node: str,
    array: np.ndarray,
    channel: int,
    words: str,
    *,
    boxes: dict[str, Wire],
    place: tuple[int, int, int] | None,
) -> Content:
    limits, colormap = frame.limits(node, array), frame.colormap(node)
    finite = np.nan_to_num(array, posinf=limits[1], neginf=limits[0])
    lost = int(array.size - np.isfinite(array).sum())
    note = f"{lost} numbers of this map are NaN or infinite; they are drawn as nothing." if lost else ""
    solid = solid_of(finite[None], *limits, colormap)
    return Content(solid, node, channel, words, limits, colormap, place, boxes, note)


def window_of(reading: Reading) -> Wire:
    """Return the wire cube around the window that a reading stands for, padding included."""
    return tuple((cells[0], cells[-1] + 1) for cells in reading.ranges[1:])


def window_middle(reading: Reading) -> tuple[int, int, int]:
    """Return the voxel in the middle of a window."""
    z, y, x = (
        min(max(cells[len(cells) // 2], 0), size - 1)
        for cells, size in zip(reading.ranges[1:], reading.maps.shape[1:], strict=True)
    )
    return z, y, x


def _field_of(
    seen: Box | None, shape: tuple[int, ...]
) -> tuple[dict[str, Wire], tuple[int, int, int] | None, str]:
    """Return the receptive field as a wire, its middle, and both in words."""
    if seen is None or len(seen) != len(shape):
        return {}, None, "this value depends on no voxel of it"
    cells = [(max(first, 0), min(end, size)) for (first, end), size in zip(seen[1:], shape[1:], strict=True)]
    sizes = "×".join(str(end - first) for first, end in cells)
    z, y, x = ((first + end) // 2 for first, end in cells)
    return {"field": tuple(cells)}, (z, y, x), f"dashed: the {sizes} voxels that this value depends on"


def _voxel(cell: Cell) -> tuple[int, int, int]:
    return cell[1], cell[2], cell[3]
