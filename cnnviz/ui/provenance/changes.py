"""What was tried out when a picture was saved, as a part of its stamp: without it, its network would be another one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from cnnviz.model.whatif import Cell, Variation, WhatIf


def to_dict(whatif: WhatIf) -> dict[str, Any]:
    """Return the changes as plain lists and numbers; `read` takes them back."""
    return {
        "cells": [[*cell[:2], list(cell.place), value] for cell, value in whatif.cells.items()],
        "muted": {node: list(channels) for node, channels in whatif.muted.items()},
        "swapped": {node: [list(pair) for pair in pairs] for node, pairs in whatif.swapped.items()},
        "variation": asdict(whatif.variation),
    }


def read(content: Mapping[str, Any]) -> WhatIf:
    """Return the changes that were written; KeyError, TypeError or ValueError where they are damaged."""
    cells = {
        Cell(str(node), str(array), tuple(int(at) for at in place)): float(value)
        for node, array, place, value in content["cells"]
    }
    muted = {str(node): tuple(int(each) for each in found) for node, found in content["muted"].items()}
    swapped = {
        str(node): tuple((int(first), int(second)) for first, second in pairs)
        for node, pairs in content["swapped"].items()
    }
    kept = content["variation"]
    way = Variation(int(kept["dx"]), int(kept["dy"]), float(kept["degrees"]), float(kept["noise"]))
    return WhatIf(cells, muted, swapped, way)
