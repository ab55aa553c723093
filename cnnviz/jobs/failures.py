"""Turns an exception in a worker into an event with a sentence to read and a report to copy."""

from __future__ import annotations

import traceback

from cnnviz.errors import CnnvizError
from cnnviz.events import Failed


def failed(error: BaseException) -> Failed:
    """Return the event for an exception; for a mistake nobody foresaw, its kind and words are shown too."""
    report = "".join(traceback.format_exception(error))
    if isinstance(error, CnnvizError):
        return Failed(str(error), report)
    if isinstance(error, MemoryError):
        return Failed("There is not enough memory. Choose a smaller batch size or a smaller network.", report)
    words = str(error).strip().splitlines()
    return Failed(
        f"Something unexpected broke: {type(error).__name__}{': ' + words[0] if words else ''}", report
    )
