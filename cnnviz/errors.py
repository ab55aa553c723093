"""Every error that cnnviz raises on purpose.

CnnvizError                what went wrong, where, and what to do about it
├── OptionError            a layer's option has an impossible value
├── GraphError             an edit or a file describes an impossible graph
│   └── ShapeError         a layer can't take what arrives at it
├── FileError              a project file can't be read or written
├── DataError              a data set can't be read
│   └── DownloadError      a data set can't be fetched
├── WeightsError           weights don't fit the graph
├── TrainError             a recipe or a device can't be used, or training broke down
├── RunError               the folder of a training can't be read or written
├── ExplainError           the question does not fit the trace
└── UsageError             a command line or a library call makes no sense
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import partial
from typing import Any


class CnnvizError(Exception):
    """A mistake told in one sentence: what, where, and a hint what to do."""

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what, where, hint)
        self.what = what
        self.where = where
        self.hint = hint

    def __reduce__(self) -> tuple[Any, ...]:
        """Let an error travel between processes."""
        return partial(type(self), self.what, where=self.where, hint=self.hint), (), self.__dict__

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} {self.hint}" if self.hint else text


class OptionError(CnnvizError):
    """A layer's option has an impossible value."""


class GraphError(CnnvizError):
    """An edit or a file describes an impossible graph."""


class FileError(CnnvizError):
    """A project file can't be read or written."""


class DataError(CnnvizError):
    """A data set can't be read."""


class DownloadError(DataError):
    """A data set can't be fetched."""


class WeightsError(CnnvizError):
    """Weights don't fit the graph."""


class TrainError(CnnvizError):
    """A recipe or a device can't be used, or training broke down."""


class RunError(CnnvizError):
    """The folder of a training can't be read or written."""


class ExplainError(CnnvizError):
    """The question does not fit the trace."""


class UsageError(CnnvizError):
    """A command line or a library call makes no sense."""


class ShapeError(GraphError):
    """A layer can't take what arrives at it.

    `remedies` are suggestions that the checker turns into edits of the graph; see `cnnviz.layers.base.Remedy`.
    `worked` are the lines of the sum that does not come out, with its numbers.
    """

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        hint: str = "",
        remedies: Iterable[object] = (),
        worked: Iterable[str] = (),
    ) -> None:
        super().__init__(what, where=where, hint=hint)
        self.remedies = tuple(remedies)
        self.worked = tuple(worked)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint naming the closest known word, or all of them."""
    words = sorted(known)
    close = difflib.get_close_matches(word, words, n=1)
    return f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(words)}."
