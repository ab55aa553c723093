"""A process for the rivals, which train in turns: as they would alone, without anything of cnnviz's tuning."""

from __future__ import annotations

import os
import subprocess
import sys
from types import TracebackType
from typing import IO

KINDS = ("bare", "usual, 0 workers", "usual, 2 workers")


class Rivals:
    """Use with `with`. The process sleeps while it is not its turn; `niceness` is that of its only thread."""

    def __init__(self, name: str, niceness: int = 0) -> None:
        command = [sys.executable, "-m", "benchmarks.rival", name, str(niceness)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def __enter__(self) -> Rivals:
        return self

    def turn(self, kind: str, seconds: float) -> float:
        """Let a rival train for some seconds; return its samples per second."""
        to, answers = self._pipes()
        to.write(f"{kind}:{seconds}\n")
        answer = answers.readline()
        if not answer:
            raise RuntimeError(f"the rival process ended with status {self._process.wait()}")
        return float(answer)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pipes()[0].close()
        self._process.wait()

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        to, answers = self._process.stdin, self._process.stdout
        assert to is not None
        assert answers is not None
        return to, answers


def serve(name: str, niceness: int) -> None:
    """Read turns from stdin, `KIND:SECONDS`, and answer each with samples per second."""
    from benchmarks import loops, rounds, setting

    if niceness:
        os.nice(niceness)
    recipe, split = setting.recipe(name), setting.dataset().train
    given = (name, split, recipe.batch_size, recipe.learning_rate)
    makers = (
        lambda: loops.bare(*given),
        lambda: loops.usual(*given, workers=0),
        lambda: loops.usual(*given, workers=2),
    )
    works: dict[str, rounds.Work] = {}
    for line in sys.stdin:
        kind, _, seconds = line.partition(":")
        if kind not in works:
            works[kind] = makers[KINDS.index(kind)]()
        print(rounds.speed(works[kind], float(seconds)), flush=True)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
