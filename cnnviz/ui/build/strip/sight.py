"""How much of the image one value of the last maps sees."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.layers import times
from cnnviz.model.check import check
from cnnviz.model.graph import Graph
from cnnviz.model.receptive import fields


@dataclass(frozen=True)
class Sight:
    """The window of the input that a value in the middle of `node` depends on, and the input's own size."""

    node: str
    window: tuple[int, ...]
    whole: tuple[int, ...]

    @property
    def words(self) -> str:
        """Say it in a line."""
        what = "the whole image" if self.window == self.whole else "this much"
        return f"a value of {self.node} sees {what}"

    @property
    def size(self) -> str:
        """Write the window as 14×14."""
        return times(self.window)


def sight(graph: Graph) -> Sight | None:
    """Return what a value in the middle of the last maps sees; None where there are no maps behind the input."""
    report, seen = check(graph), fields(graph)
    maps = [row for row in report.rows if row.inputs and seen.get(row.name)]
    if not maps or not report.input:
        return None
    field, whole = seen[maps[-1].name], report.row(report.input).shape
    if field is None or whole is None:
        return None
    window = tuple(min(reach.size, size) for reach, size in zip(field, whole[1:], strict=True))
    return Sight(maps[-1].name, window, whole[1:])
