"""The texts of cnnviz' own modules and of its initialiser, which a script carries instead of importing cnnviz."""

from __future__ import annotations

import ast
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from cnnviz.model.codegen.writing import bindings

_ENGINE = files("cnnviz").joinpath("engine")


@cache
def own_classes() -> dict[str, str]:
    """Return the text of every class of `cnnviz.engine.modules` by its name, without importing it (and torch)."""
    return {
        node.name: ast.get_source_segment(source, node) or ""
        for source in _module_sources()
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef)
    }


@cache
def initialiser() -> str:
    """Return the text of `cnnviz.engine.initialise`, without its docstring and imports."""
    source = _ENGINE.joinpath("initialise.py").read_text("utf-8")
    lines = source.splitlines()
    body = [node for node in ast.parse(source).body if not isinstance(node, (ast.Import, ast.ImportFrom))]
    decorators = getattr(body[1], "decorator_list", [])
    first = decorators[0].lineno if decorators else body[1].lineno
    return "\n".join(lines[first - 1 :])


@cache
def imports() -> dict[str, tuple[str, str]]:
    """Return what the copied texts may import, by the name that is bound."""
    sources = [*_module_sources(), _ENGINE.joinpath("initialise.py").read_text("utf-8")]
    found = {name: place for source in sources for name, place in bindings(source).items()}
    return {name: place for name, place in found.items() if not place[0].startswith("cnnviz")}


@cache
def _module_sources() -> tuple[str, ...]:
    folder: Traversable = _ENGINE.joinpath("modules")
    places = sorted(
        (each for each in folder.iterdir() if each.name.endswith(".py")), key=lambda each: each.name
    )
    return tuple(each.read_text("utf-8") for each in places if each.name != "__init__.py")
