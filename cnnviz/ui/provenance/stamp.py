"""The stamp of a picture: network, layer, place, sample, weights and version, as JSON that a file carries inside."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnnviz.explain.trace import Array, Trace
from cnnviz.model.entries import Place
from cnnviz.model.files import graph_to_dict
from cnnviz.model.graph import Graph
from cnnviz.model.reading import read_graph
from cnnviz.model.whatif import WhatIf
from cnnviz.ui.provenance import changes

FORMAT, KEYWORD = 1, "cnnviz"
LARGEST = 4 * 2**20
"""Characters; the network of a ResNet-152 takes a twentieth of this."""
MOST_NUMBERS = 200_000
"""Of a sample that is kept whole; a larger one is named only."""
LOST = "it has no readable note of where it comes from."
HINT = "Take a picture that cnnviz has saved."


@dataclass(frozen=True)
class SampleNote:
    """Which sample was looked at: its data set and place there (−1: drawn), and its numbers where they are few."""

    source: str = ""
    fingerprint: str = ""
    index: int = -1
    label: int = -1
    title: str = ""
    image: Array | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Stamp:
    """Everything that a view is made of, but the weights, of which there is the hash (see `hash_of`)."""

    graph: Graph
    node: str
    index: tuple[int, ...]
    sample: SampleNote = SampleNote()
    weights: str = ""
    origin: str = ""
    template: str = ""
    path: str = ""
    backward: bool = False
    truth: int | None = None
    scope: str = "layer"
    value: float | None = None
    version: str = ""
    whatif: WhatIf = field(default_factory=WhatIf)

    def to_json(self) -> str:
        """Return the text that a file carries; `parse` reads it."""
        content = {
            "format": FORMAT,
            "program": f"cnnviz {self.version}".strip(),
            "model": self.graph.title,
            "layer": self.node,
            "index": list(self.index),
            "value": self.value if self.value is not None and math.isfinite(self.value) else None,
            "backward": self.backward,
            "truth": self.truth,
            "scope": self.scope,
            "sample": _sample_to_dict(self.sample),
            "weights": {"hash": self.weights, "origin": self.origin},
            "template": self.template,
            "path": self.path,
            "network": graph_to_dict(self.graph),
        }
        if self.whatif:
            content["whatif"] = changes.to_dict(self.whatif)
        return json.dumps(content, ensure_ascii=True, allow_nan=False, separators=(",", ":"))

    def in_words(self) -> str:
        """Return the line that a picture's title holds."""
        place = ",".join(str(at) for at in self.index)
        sample = f", {self.sample.title}" if self.sample.title else ""
        return f"{self.graph.title}: {self.node}[{place}]{sample}"


def hash_of(trace: Trace) -> str:
    """Return a hash of all parameters that a trace was made with; half a gigabyte takes a second."""
    found = hashlib.sha256()
    for node in sorted(trace.parameters):
        for name, array in sorted(trace.parameters[node].items()):
            found.update(f"{node}.{name}{array.shape}{array.dtype}".encode())
            found.update(np.ascontiguousarray(array).data.cast("B") if array.size else b"")
    return found.hexdigest()[:32]


def parse(text: str, where: str = "picture") -> Stamp:
    """Return the stamp that a text describes; raise FileError where it is none. Nothing in it is executed."""
    place = Place(where)
    if len(text) > LARGEST:
        raise place.error(LOST, HINT)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise place.error(LOST, HINT) from None
    if not isinstance(content, dict) or not isinstance(content.get("format"), int):
        raise place.error(LOST, HINT)
    if content["format"] > FORMAT:
        raise place.error("it was made by a newer cnnviz.", "Install the newest one.")
    try:
        return _read(content, place)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise place.error(f"its note is damaged ({error}).", HINT) from None


def _read(content: Mapping[str, Any], place: Place) -> Stamp:
    graph = read_graph(content["network"], place.inside("network"))
    whatif = changes.read(content["whatif"]) if "whatif" in content else WhatIf()
    node, index = str(content["layer"]), tuple(int(at) for at in content["index"])
    if node.partition(".")[0] not in whatif.graph(graph):
        raise place.error(f"its network has no {node!r}.", HINT)
    weights, truth, value = content.get("weights", {}), content.get("truth"), content.get("value")
    return Stamp(
        graph=graph,
        node=node,
        index=index,
        sample=_sample_from_dict(content.get("sample", {})),
        weights=str(weights.get("hash", "")),
        origin=str(weights.get("origin", "")),
        template=str(content.get("template", "")),
        path=str(content.get("path", "")),
        backward=bool(content.get("backward", False)),
        truth=None if truth is None else int(truth),
        scope=str(content.get("scope", "layer")),
        value=None if value is None else float(value),
        version=str(content.get("program", "")).removeprefix("cnnviz").strip(),
        whatif=whatif,
    )


def _sample_to_dict(sample: SampleNote) -> dict[str, Any]:
    found: dict[str, Any] = {
        "source": sample.source,
        "fingerprint": sample.fingerprint,
        "index": sample.index,
        "label": sample.label,
        "title": sample.title,
    }
    image = sample.image
    if image is not None and image.size <= MOST_NUMBERS:
        packed = zlib.compress(np.ascontiguousarray(image, "<f4").tobytes(), 9)
        found["image"] = {"shape": list(image.shape), "float32": base64.b64encode(packed).decode()}
    return found


def _sample_from_dict(content: Mapping[str, Any]) -> SampleNote:
    return SampleNote(
        source=str(content.get("source", "")),
        fingerprint=str(content.get("fingerprint", "")),
        index=int(content.get("index", -1)),
        label=int(content.get("label", -1)),
        title=str(content.get("title", "")),
        image=_image(content["image"]) if content.get("image") else None,
    )


def _image(content: Mapping[str, Any]) -> Array:
    """Return the numbers of a sample; ValueError where they are not as many as their shape says."""
    shape = tuple(int(entry) for entry in content["shape"])
    count = math.prod(shape)
    if not 0 < count <= MOST_NUMBERS or min(shape) < 1:
        raise ValueError(f"a sample of shape {shape}")
    try:
        packed = base64.b64decode(content["float32"], validate=True)
        unpacked = zlib.decompressobj().decompress(packed, 4 * count + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if len(unpacked) != 4 * count:
        raise ValueError(f"{len(unpacked)} bytes for a sample of shape {shape}")
    return np.frombuffer(unpacked, "<f4").reshape(shape).copy()


__all__ = ["KEYWORD", "SampleNote", "Stamp", "hash_of", "parse"]
