"""Shapes without a channel axis."""

from __future__ import annotations


class Vectors(tuple[int, ...]):
    """The shape (vectors, dimension) of a list of vectors: whatever the order of axes, it is written as it is."""

    __slots__ = ()
