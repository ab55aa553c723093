"""`python -m cnnviz` and `cnnviz`: the command line, or the window where no command is given."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from cnnviz import cli
from cnnviz.errors import CnnvizError

if TYPE_CHECKING:
    from cnnviz.model.graph import Graph


def main() -> int:
    """Run the command line of this process and return the exit status."""
    return cli.main(sys.argv[1:], _open_window, _perform_demo, _paint)


def _open_window(open_this: str, data_dir: str, theme: str) -> int:
    status: int = _app().main(open_this, data_dir=data_dir, theme=theme)
    return status


def _perform_demo(out: Path) -> int:
    _app().demo(out)
    print(out)
    return 0


def _paint(graph: Graph, path: Path, white: bool) -> None:
    from cnnviz import app

    app.paint(graph, path, white=white)


def _app() -> ModuleType:
    """Import the window, in the order that this system needs, or raise CnnvizError where there is no display."""
    if sys.platform == "win32":
        # WORKAROUND https://github.com/pytorch/pytorch/issues/166628: there torch must be imported before Qt;
        # elsewhere it is imported after the first window is painted, so that a start is quick
        importlib.import_module("cnnviz.engine.devices")
    from cnnviz import app

    if not app.has_display():
        raise CnnvizError(
            "there is no display to open a window on.",
            hint="Set DISPLAY, or run it on a virtual screen: xvfb-run cnnviz demo --out DIR.",
        )
    return app


if __name__ == "__main__":
    sys.exit(main())
