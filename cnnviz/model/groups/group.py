"""What lies on the canvas beside nodes and wires: groups that fold nodes into one card, and notes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Group:
    """A named box around nodes. Nodes name their innermost group; groups name the one around them.

    The network is the same with or without groups: they only say how it is shown. A folded group is one card at
    `position` (scene pixels); an open one is a frame around its members.
    """

    name: str
    title: str = ""
    parent: str = ""
    folded: bool = True
    position: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Note:
    """A text on the canvas (scene pixels); a frame is an outlined area behind the cards, its text the heading."""

    name: str
    text: str = ""
    position: tuple[float, float] = (0.0, 0.0)
    size: tuple[float, float] = (240.0, 96.0)
    frame: bool = False
