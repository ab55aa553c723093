"""Which data, in one word: `mnist`, `moving-mnist:predict=19-19`, `images:path=/home/me/pets,size=64`.

Projects, the command line and the window all write down data this way; a comma within a value is written %2C.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cnnviz.errors import DataError

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Address:
    """The name of a source, and what was chosen about it where that is not the usual."""

    name: str
    chosen: Mapping[str, str] = field(default_factory=lambda: _NONE)

    def __str__(self) -> str:
        pairs = (f"{key}={_quoted(value)}" for key, value in self.chosen.items())
        return f"{self.name}:{','.join(pairs)}" if self.chosen else self.name


def parse(text: str) -> Address:
    """Return the address that a text spells; DataError where an entry is no `name=value`."""
    name, _, rest = text.strip().partition(":")
    chosen = {}
    for entry in filter(None, rest.split(",")):
        key, sign, value = entry.partition("=")
        if not sign or not key.strip():
            raise DataError(
                f"{entry!r} says nothing about the data.",
                where=text,
                hint="Write NAME:KEY=VALUE,KEY=VALUE, such as moving-mnist:predict=10-10.",
            )
        chosen[key.strip()] = _plain(value)
    return Address(name.strip(), chosen)


def _quoted(value: str) -> str:
    return value.replace("%", "%25").replace(",", "%2C")


def _plain(value: str) -> str:
    return value.replace("%2C", ",").replace("%25", "%")
