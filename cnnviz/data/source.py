"""What a source of data is: declared once, with its choices; looked for, and loaded."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cnnviz.data.address import Address
from cnnviz.data.dataset import Dataset, Split
from cnnviz.data.remotes import REMOTES
from cnnviz.data.timeline import Timeline
from cnnviz.errors import DataError, did_you_mean

DIGITS = tuple("0123456789")


@dataclass(frozen=True)
class Choice:
    """One thing that can be chosen about a source. The type of `default` is that of the value; `among` lists values.

    `form` says what a text names: a file or folder, an array in the file, or columns of its table.
    """

    name: str
    default: int | float | str
    help: str
    among: tuple[str, ...] = ()
    lo: float = 0
    hi: float = 2**31 - 1
    form: Literal["value", "file", "folder", "array", "columns"] = "value"

    def read(self, text: str, where: str) -> int | float | str:
        """Return the value that a text spells; DataError where it can't be."""
        if isinstance(self.default, str):
            if self.among and text not in self.among:
                raise DataError(
                    f"{self.name} can't be {text!r}.", where=where, hint=did_you_mean(text, self.among)
                )
            return text
        try:
            value = type(self.default)(text)
        except ValueError:
            value = None
        if value is None or not self.lo <= value <= self.hi:
            kind = "whole number" if isinstance(self.default, int) else "number"
            hint = f"It takes a {kind} from {self.lo:g} to {self.hi:g}."
            raise DataError(f"{self.name} can't be {text!r}.", where=where, hint=hint)
        return value


@dataclass(frozen=True)
class Request:
    """What is to be loaded: the address as it is kept, every choice made, and the folders to look in."""

    address: str
    values: Mapping[str, Any]
    folders: tuple[Path, ...]


@dataclass(frozen=True, kw_only=True)
class Source(ABC):
    """A data set a user can choose. `stand_in` is the address of what is shown where its files are missing.

    `classes` are the names of the classes where they are always the same. In `stand_in` the choices can be used, such
    as `{size}`.
    """

    name: str
    title: str
    sentence: str
    licence: str
    classes: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    stand_in: str = "strokes"

    @property
    def asks(self) -> bool:
        """Whether it needs to be told a path before it can be loaded."""
        return any(choice.form in ("file", "folder") for choice in self.choices)

    @property
    def made(self) -> bool:
        """Whether cnnviz makes it, so that it is always there."""
        return self.look(())[0]

    @property
    def download_bytes(self) -> int | None:
        """How much a download would fetch; None where there is nothing to download."""
        remote = REMOTES.get(self.name)
        return remote.size if remote else None

    @abstractmethod
    def look(self, folders: tuple[Path, ...]) -> tuple[bool, str]:
        """Say whether it can be loaded now, and where it is (a folder, or in words), without reading data."""

    @abstractmethod
    def load(self, request: Request) -> Dataset:
        """Load it; DataError where files are missing or damaged."""

    def suited(self, takes: tuple[int, ...], gives: tuple[int, ...]) -> Address:
        """Return the address of what suits a network best that takes and gives samples of these shapes, if any does."""
        return Address(self.name)

    def request(self, address: Address, folders: tuple[Path, ...]) -> Request:
        """Return what an address asks for, with the usual value for what it leaves open; DataError for nonsense."""
        known = {choice.name: choice for choice in self.choices}
        for name in address.chosen:
            if name not in known:
                hint = did_you_mean(name, known) if known else "There is nothing to choose."
                raise DataError(f"{self.title} has no {name!r}.", where=str(address), hint=hint)
        values: dict[str, Any] = {
            choice.name: choice.read(address.chosen[choice.name], str(address))
            if choice.name in address.chosen
            else choice.default
            for choice in self.choices
        }
        return Request(str(address), values, folders)

    def dataset(
        self,
        request: Request,
        origin: str,
        train: Split,
        test: Split,
        classes: tuple[str, ...] | None = None,
        timeline: Timeline | None = None,
    ) -> Dataset:
        """Return the data set of this source under the address it was asked for by."""
        named = self.classes if classes is None else classes
        return Dataset(request.address, self.title, origin, named, train, test, timeline)


@dataclass(frozen=True)
class SourceStatus:
    """Whether a source can be loaded now, and where it is (a folder, or in words)."""

    source: Source
    found: bool
    where: str


def counted(train: Split, test: Split, what: str = "images") -> str:
    """Say how many samples there are to train and to test with."""
    return f"{len(train):,} training and {len(test):,} test {what}"
