"""What a command of the command line is: a sentence, an example, its arguments, and what it does."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn


@dataclass(frozen=True)
class Command:
    """`run` returns the exit status; whatever is slow to import is imported there."""

    name: str
    sentence: str
    example: str
    declare: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]

    def parser(self) -> argparse.ArgumentParser:
        """Return the parser of the arguments behind the command's name."""
        parser = Parser(
            prog=f"cnnviz {self.name}",
            description=self.sentence,
            epilog=f"example:\n{_indented(self.example)}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        self.declare(parser)
        return parser


class Parser(argparse.ArgumentParser):
    """Tells a wrong command line in one line."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong, and end with status 2."""
        sys.stderr.write(f"{self.prog}: {message} (try {self.prog} --help)\n")
        raise SystemExit(2)


def add_json(parser: argparse.ArgumentParser) -> None:
    """Declare --json."""
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
