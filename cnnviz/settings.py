"""The user's settings: a frozen dataclass, kept as JSON in the user's configuration folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from cnnviz import paths

RECENT_FILES = 8


@dataclass(frozen=True)
class Settings:
    """Everything the program remembers between starts.

    `axis_order` is how shapes are written: `keras` (H×W×C) or `pytorch` (C×H×W). `layout` holds splitter sizes by name.
    """

    theme: str = "dark"
    axis_order: str = "keras"
    data_dir: str = ""
    reduce_motion: bool = False
    recent: tuple[str, ...] = ()
    window: tuple[int, ...] = ()
    layout: tuple[tuple[str, tuple[int, ...]], ...] = ()

    def with_recent(self, path: str) -> Settings:
        """Return the settings with a file moved to the top of the recent ones."""
        rest = tuple(each for each in self.recent if each != path)
        return replace(self, recent=(path, *rest)[:RECENT_FILES])

    def with_layout(self, name: str, sizes: tuple[int, ...]) -> Settings:
        """Return the settings with the sizes of a splitter remembered."""
        return replace(self, layout=tuple((dict(self.layout) | {name: sizes}).items()))


def load() -> Settings:
    """Return the saved settings; what is missing or unreadable takes its default: a start must not fail over it."""
    try:
        found = json.loads(_path().read_text("utf-8"))
    except (OSError, ValueError):
        return Settings()
    return _checked(found) if isinstance(found, dict) else Settings()


def save(settings: Settings) -> None:
    """Write the settings; raise OSError where that is impossible."""
    paths.write_atomically(_path(), json.dumps(asdict(settings), indent=1, sort_keys=True).encode())


def _path() -> Path:
    return paths.user_config() / "settings.json"


def _checked(found: dict[str, Any]) -> Settings:
    """Keep the entries that have the type of their default."""
    good = {}
    for each in fields(Settings):
        value = found.get(each.name)
        if isinstance(each.default, tuple) and isinstance(value, list):
            good[each.name] = _tuples(value)
        elif type(value) is type(each.default):
            good[each.name] = value
    return Settings(**good)


def _tuples(value: Any) -> Any:
    return tuple(_tuples(entry) for entry in value) if isinstance(value, list) else value
