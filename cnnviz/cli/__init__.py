"""The command line: the same engine without a window.

Exit status: 0 done, 1 failed (with one line on stderr that says why), 2 a wrong command line, 130 stopped by Ctrl C.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from cnnviz import __version__
from cnnviz.cli.command import Command, Parser
from cnnviz.cli.datasets import DATA
from cnnviz.cli.ensembling import ENSEMBLE
from cnnviz.cli.exchanging import IMPORT, Painter, export_command
from cnnviz.cli.explaining import EXPLAIN
from cnnviz.cli.finding import FIND_RATE
from cnnviz.cli.looking import SUMMARY, TEMPLATES_COMMAND
from cnnviz.cli.runs import RUNS
from cnnviz.cli.sweeping import SWEEP
from cnnviz.cli.training import INTERRUPTED, TRAIN
from cnnviz.errors import CnnvizError, UsageError, did_you_mean

Opener = Callable[[str, str, str], int]
"""Opens the window: what to show in it, data folder, theme."""
Performer = Callable[[Path], int]
"""Performs the demo, with its pictures in a folder."""

_DEBUG = "CNNVIZ_DEBUG"


def main(arguments: Sequence[str], open_window: Opener, perform_demo: Performer, paint: Painter) -> int:
    """Run one command line and return the exit status."""
    _survive_narrow_encodings()
    try:
        return _dispatch(list(arguments), open_window, perform_demo, paint)
    except SystemExit as end:  # argparse, after help or a wrong command line
        return end.code if isinstance(end.code, int) else 0
    except BrokenPipeError:  # the reader has seen enough, as in `cnnviz templates | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return _failed("stopped.", INTERRUPTED)
    except Exception as error:
        if os.environ.get(_DEBUG):
            raise
        return _failed(_told(error), 2 if isinstance(error, UsageError) else 1)


def _told(error: Exception) -> str:
    """Return the one line that says what went wrong."""
    if isinstance(error, CnnvizError):
        return str(error)
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}."
    if isinstance(error, MemoryError):
        return "there is not enough memory. Try a smaller batch size or network."
    return f"mistake in cnnviz: {error!r}. Set {_DEBUG}=1 to see where it happened."


def _dispatch(arguments: list[str], open_window: Opener, perform_demo: Performer, paint: Painter) -> int:
    commands = {each.name: each for each in (*COMMANDS, export_command(paint), _demo_command(perform_demo))}
    if arguments and arguments[0] in commands:
        command = commands[arguments[0]]
        given = argparse.Namespace(
            arguments=arguments
        )  # whole, for a command that starts itself in processes
        return command.run(command.parser().parse_args(arguments[1:], given))
    options = _window_parser(commands).parse_args(arguments)
    _refuse_unknown(options.open, commands)
    return open_window(options.open, str(options.data_dir or ""), options.theme)


def _demo_command(perform_demo: Performer) -> Command:
    def declare(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder for the pictures")

    return Command(
        "demo",
        "Do the main job in the window with real mouse events, and keep pictures of it.",
        "cnnviz demo --out build/demo",
        declare,
        lambda options: perform_demo(options.out),
    )


def _window_parser(commands: dict[str, Command]) -> Parser:
    width = max(len(name) for name in commands)
    lines = [f"  {name.ljust(width)}  {command.sentence}" for name, command in commands.items()]
    parser = Parser(
        prog="cnnviz",
        usage="cnnviz [X] [--data-dir D] [--theme dark|light]\n       cnnviz COMMAND …",
        description="Build, train and see inside convolutional networks. Without a command, the window opens.",
        epilog="commands:\n" + "\n".join(lines) + "\n\nexample:\n  cnnviz lenet5\n  cnnviz train --help",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "open", metavar="X", nargs="?", default="", help="a project file or a template to open"
    )
    parser.add_argument("--data-dir", metavar="D", type=Path, help="folder with one folder per data set")
    parser.add_argument("--theme", choices=["dark", "light"], default="", help="colours of the window")
    parser.add_argument("--version", action="version", version=f"cnnviz {__version__}")
    return parser


def _refuse_unknown(name: str, commands: dict[str, Command]) -> None:
    """Refuse what is neither a command nor something to open, before a window comes up."""
    from cnnviz.templates import template_names, variants

    templates = template_names()
    if name and not Path(name).exists() and name.lower() not in templates and not name.endswith(".cnnviz"):
        hint = variants(name) or did_you_mean(name, [*commands, *templates])
        raise UsageError(f"{name!r} is no command, file or template.", hint=hint)


def _failed(text: str, status: int) -> int:
    print(f"cnnviz: {' '.join(text.split())}", file=sys.stderr)
    return status


def _survive_narrow_encodings() -> None:
    """Print ? for what a terminal can't show, such as × in an ASCII locale, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


COMMANDS = (TEMPLATES_COMMAND, SUMMARY, TRAIN, FIND_RATE, SWEEP, ENSEMBLE, RUNS, EXPLAIN, IMPORT, DATA)

__all__ = ["COMMANDS", "main"]
