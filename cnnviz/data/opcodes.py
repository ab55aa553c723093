"""Reads the pickled batches of CIFAR without unpickling: no code in a file can run, because none is ever called.

A pickle is a program for a small stack machine. This one knows the instructions that make numbers, texts, lists,
tuples, dictionaries and numpy arrays; a file that asks for anything else is refused. (`pickle` would call what the file
names.)
"""

from __future__ import annotations

import io
import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.errors import DataError

_RECONSTRUCT = ("numpy.core.multiarray _reconstruct", "numpy._core.multiarray _reconstruct")
_NDARRAY, _DTYPE, _ENCODE = "numpy ndarray", "numpy dtype", "_codecs encode"
_NAMES = (*_RECONSTRUCT, _NDARRAY, _DTYPE, _ENCODE)
_TYPES = ("u1", "i1", "i2", "i4", "i8", "f4", "f8")
_VALUES = frozenset((
    "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT", "STRING", "BINSTRING",
    "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE",
    "BINUNICODE8",
))  # fmt: skip
_TEXTS_OF_BYTES = frozenset(("STRING", "BINSTRING", "SHORT_BINSTRING"))
_MARK = object()


class _Refused(Exception):
    """The file holds something that is no plain data."""


@dataclass(frozen=True)
class _Name:
    """Something the file names but that is never looked up."""

    text: str


@dataclass
class _Made:
    """A numpy array or type whose description is not complete yet."""

    name: str
    arguments: tuple[Any, ...]
    value: Any = None


def read_plain_pickle(content: bytes, where: str) -> dict[str, Any]:
    """Return the dictionary in a pickle, of numbers, bytes, arrays and lists of them; DataError for anything else."""
    try:
        return _finished(_Machine().run(content))
    except _Refused as error:
        raise DataError(
            f"The pickled file wants more than plain data: {error}.",
            where=where,
            hint="It was not opened; take the official file.",
        ) from error
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError, MemoryError) as error:
        raise DataError(
            "The pickled file is damaged.", where=where, hint="Delete the file and fetch it again."
        ) from error


class _Machine:
    """The stack, the memory, and one method for every kind of instruction that is known."""

    def __init__(self) -> None:
        self._stack: list[Any] = []
        self._memory: dict[int, Any] = {}

    def run(self, content: bytes) -> Any:
        """Follow the instructions to the end and return what lies on the stack."""
        for opcode, argument, _ in pickletools.genops(io.BytesIO(content)):
            if opcode.name == "STOP":
                return self._stack.pop()
            if opcode.name in _VALUES:
                text = opcode.name in _TEXTS_OF_BYTES
                self._stack.append(str(argument).encode("latin-1") if text else argument)
            elif opcode.name in _INSTRUCTIONS:
                _INSTRUCTIONS[opcode.name](self, argument)
            else:
                raise _Refused(f"it uses the instruction {opcode.name}")
        raise ValueError("no end")

    def nothing(self, _argument: Any) -> None:
        """Pass over an instruction about the form of the file."""

    def push(self, make: Callable[[], Any]) -> None:
        """Put a new value on the stack."""
        self._stack.append(make())

    def put(self, number: Any) -> None:
        """Remember what lies on top."""
        self._memory[len(self._memory) if number is None else number] = self._stack[-1]

    def get(self, number: Any) -> None:
        """Put something remembered on the stack."""
        self._stack.append(self._memory[number])

    def append(self, _argument: Any) -> None:
        """Add one value to a list."""
        value = self._stack.pop()
        self._stack[-1].append(value)

    def appends(self, _argument: Any) -> None:
        """Add all values since the mark to a list."""
        values = self._since_mark()
        self._stack[-1].extend(values)

    def item(self, _argument: Any) -> None:
        """Add one pair to a dictionary."""
        value, key = self._stack.pop(), self._stack.pop()
        self._stack[-1][key] = value

    def items(self, _argument: Any) -> None:
        """Add all pairs since the mark to a dictionary."""
        values = self._since_mark()
        self._stack[-1].update(zip(values[::2], values[1::2], strict=True))

    def wrap(self, make: Callable[[list[Any]], Any]) -> None:
        """Make a tuple, list or dictionary of all values since the mark."""
        self._stack.append(make(self._since_mark()))

    def tuple_of(self, count: int) -> None:
        """Make a tuple of so many values."""
        values = tuple(self._stack[-count:])
        del self._stack[-count:]
        self._stack.append(values)

    def name(self, argument: Any) -> None:
        """Note a name that the file mentions, if it is one of those that stand for arrays."""
        if argument is None:  # two texts on the stack
            argument = " ".join(str(each) for each in (self._stack.pop(-2), self._stack.pop()))
        if argument not in _NAMES:
            raise _Refused(f"it names {str(argument).replace(' ', '.')}")
        self._stack.append(_Name(argument))

    def reduce(self, _argument: Any) -> None:
        """Note that something is to be made of arguments; only bytes written as text are made at once."""
        arguments, maker = self._stack.pop(), self._stack.pop()
        if not isinstance(maker, _Name):
            raise _Refused("it calls something that is no array")
        if maker.text == _ENCODE:
            text, coding = arguments
            if coding not in ("latin1", "latin-1"):
                raise _Refused("it writes bytes in another coding")
            self._stack.append(str(text).encode("latin-1"))
        else:
            self._stack.append(_Made(maker.text, arguments))

    def build(self, _argument: Any) -> None:
        """Complete an array or a type by its state."""
        state, made = self._stack.pop(), self._stack[-1]
        if not isinstance(made, _Made):
            raise _Refused("it changes something that is no array")
        made.value = _array(state) if made.name in _RECONSTRUCT else _dtype(made, state)

    def _since_mark(self) -> list[Any]:
        at = len(self._stack) - 1
        while self._stack[at] is not _MARK:
            at -= 1
            if at < 0:
                raise IndexError("no mark")
        values = self._stack[at + 1 :]
        del self._stack[at:]
        return values


def _dtype(made: _Made, state: tuple[Any, ...]) -> np.dtype[Any]:
    kind = made.arguments[0]
    kind = kind.decode() if isinstance(kind, bytes) else kind
    if kind not in _TYPES:
        raise _Refused(f"it holds an array of type {kind!r}")
    big = state[1] in (b">", ">")
    return np.dtype(kind).newbyteorder(">" if big else "<")


def _array(state: tuple[Any, ...]) -> np.ndarray[Any, Any]:
    _version, shape, dtype, fortran, content = state
    found = np.frombuffer(content, dtype.value)
    return found.reshape(shape, order="F" if fortran else "C").copy()


def _finished(value: Any) -> dict[str, Any]:
    """Return the dictionary with texts as keys and arrays in their places. Lists within lists are not looked into."""
    if not isinstance(value, dict):
        raise _Refused("it holds no dictionary")
    return {key.decode() if isinstance(key, bytes) else str(key): _entry(each) for key, each in value.items()}


def _entry(value: Any) -> Any:
    if isinstance(value, _Made):
        if not isinstance(value.value, np.ndarray):
            raise ValueError("an array without values")
        return value.value
    if isinstance(value, list) and all(isinstance(each, (int, float, bytes, str)) for each in value):
        return value
    if value is None or isinstance(value, (int, float, bytes, str)):
        return value
    raise _Refused(f"it holds a {type(value).__name__} within")


_INSTRUCTIONS: dict[str, Callable[[_Machine, Any], None]] = {
    "PROTO": _Machine.nothing,
    "FRAME": _Machine.nothing,
    "MARK": lambda machine, _: machine.push(lambda: _MARK),
    "NONE": lambda machine, _: machine.push(lambda: None),
    "NEWTRUE": lambda machine, _: machine.push(lambda: True),
    "NEWFALSE": lambda machine, _: machine.push(lambda: False),
    "EMPTY_LIST": lambda machine, _: machine.push(list),
    "EMPTY_DICT": lambda machine, _: machine.push(dict),
    "EMPTY_TUPLE": lambda machine, _: machine.push(tuple),
    "LIST": lambda machine, _: machine.wrap(list),
    "TUPLE": lambda machine, _: machine.wrap(tuple),
    "DICT": lambda machine, _: machine.wrap(lambda v: dict(zip(v[::2], v[1::2], strict=True))),
    "TUPLE1": lambda machine, _: machine.tuple_of(1),
    "TUPLE2": lambda machine, _: machine.tuple_of(2),
    "TUPLE3": lambda machine, _: machine.tuple_of(3),
    "APPEND": _Machine.append,
    "APPENDS": _Machine.appends,
    "SETITEM": _Machine.item,
    "SETITEMS": _Machine.items,
    "GLOBAL": _Machine.name,
    "STACK_GLOBAL": _Machine.name,
    "REDUCE": _Machine.reduce,
    "BUILD": _Machine.build,
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"), _Machine.put),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), _Machine.get),
}
