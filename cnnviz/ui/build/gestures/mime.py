"""What travels when layers are dragged or copied: a layer kind, a block, or a piece of graph, as JSON."""

from __future__ import annotations

import json

from PySide6.QtCore import QMimeData

from cnnviz.errors import CnnvizError
from cnnviz.layers import LAYERS, Layer
from cnnviz.model.files import Project, from_json, to_json
from cnnviz.model.graph import Graph

LAYER = "application/x-cnnviz-layer"
BLOCK = "application/x-cnnviz-block"
PIECE = "application/x-cnnviz-graph"


def layer_data(kind: str) -> QMimeData:
    """Return what the palette sends when a row is dragged."""
    data = QMimeData()
    data.setData(LAYER, json.dumps({"kind": kind}).encode())
    return data


def dragged_layer(data: QMimeData) -> Layer | None:
    """Return the layer that is dragged, with default options, or None if it is something else."""
    if not data.hasFormat(LAYER):
        return None
    try:
        kind = json.loads(bytes(data.data(LAYER).data()).decode())["kind"]
        return LAYERS[kind]()
    except (ValueError, KeyError, TypeError):
        return None


def block_data(graph: Graph) -> QMimeData:
    """Return what the palette sends when a block is dragged."""
    data = QMimeData()
    data.setData(BLOCK, to_json(Project(graph)).encode())
    return data


def dragged_block(data: QMimeData) -> Graph | None:
    """Return the block that is dragged, or None if it is something else."""
    if not data.hasFormat(BLOCK):
        return None
    try:
        return from_json(bytes(data.data(BLOCK).data()).decode(), "block").graph
    except (ValueError, CnnvizError):
        return None


def piece_data(text: str) -> QMimeData:
    """Return copied layers for the clipboard, readable as text too."""
    data = QMimeData()
    data.setData(PIECE, text.encode())
    data.setText(text)
    return data


def copied_piece(data: QMimeData | None) -> str:
    """Return the text of copied layers, or an empty one; an empty clipboard is None on some platforms."""
    if data is None:
        return ""
    if data.hasFormat(PIECE):
        return bytes(data.data(PIECE).data()).decode(errors="replace")
    text = data.text()
    return text if '"cnnviz"' in text else ""
