"""A process that trains in turns: it sleeps while it is not its turn."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import IO


class Side:
    """Use with `with`. The command reads turns from stdin, a line each, and answers each with samples per second."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self._told = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 (closed in __exit__)
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._told, text=True, bufsize=1,
            env=environment,
        )  # fmt: skip

    def __enter__(self) -> Side:
        return self

    def ask(self, line: str) -> float:
        """Let it train as a line says; return its samples per second. Raise RuntimeError where it has ended."""
        to, answers = self._pipes()
        try:
            to.write(f"{line}\n")
            answer = answers.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            self._told.seek(0)
            last = "\n".join(self._told.read().splitlines()[-12:])
            raise RuntimeError(f"a rival's process ended with status {self._process.wait()}:\n{last}")
        return float(answer)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        to, answers = self._pipes()
        to.close()
        if error is not None:
            self._process.kill()
        self._process.wait()
        answers.close()
        self._told.close()

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        to, answers = self._process.stdin, self._process.stdout
        assert to is not None
        assert answers is not None
        return to, answers
