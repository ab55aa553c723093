"""The texts of cnnviz' own modules, initialiser and losses, which a script carries instead of importing cnnviz."""

from __future__ import annotations

import ast
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from cnnviz.model.codegen.writing import bindings

_ENGINE = files("cnnviz").joinpath("engine")
_SCHEDULE = files("cnnviz").joinpath("model").joinpath("schedule.py")


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
def schedule(*names: str) -> str:
    """Return the text of functions of `cnnviz.model.schedule`, and of what they need."""
    return _with_needs(_SCHEDULE.read_text("utf-8"), *names)


@cache
def smoothing() -> str:
    """Return the text of the function of `cnnviz.engine.losses` that deals a true class out to all classes."""
    return _with_needs(_source("losses.py"), "_smoothed")


@cache
def penalty() -> str:
    """Return the text of `penalty` of `cnnviz.engine.step`."""
    return _with_needs(_source("step.py"), "penalty")


@cache
def initialiser() -> str:
    """Return the text of `initialise` of `cnnviz.engine.initialise`, and of what it needs."""
    return _with_needs(_source("initialise.py"), "initialise")


@cache
def loss_function(loss: str) -> tuple[str, str]:
    """Return the name of the function of a loss in `cnnviz.engine.losses`, and its text with what it needs."""
    source = _source("losses.py")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "_LOSSES":
            assert isinstance(node.value, ast.Dict)
            pairs = zip(node.value.keys, node.value.values, strict=True)
            name = next(ast.unparse(value) for key, value in pairs if ast.literal_eval(key or value) == loss)
            return name, _with_needs(source, name)
    raise KeyError(loss)


@cache
def augmentation(kinds: tuple[str, ...]) -> str:
    """Return the text of `Augment` of `cnnviz.engine.augment` with the functions of these kinds of change."""
    source = _source("augment.py")
    tables = {
        ast.unparse(node.target): ast.literal_eval(_quoted(node.value))
        for node in ast.parse(source).body
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict)
    }
    used = {name: {kind: table[kind] for kind in kinds if kind in table} for name, table in tables.items()}
    functions = [function for table in used.values() for function in table.values()]
    shorter = [
        f"{name} = {{{', '.join(f'{kind!r}: {function}' for kind, function in table.items())}}}"
        for name, table in used.items()
    ]
    text = _with_needs(source, "Augment", *functions, without=frozenset(tables))
    return "\n\n\n".join((text, "\n".join(shorter).replace("'", '"')))


def _quoted(table: ast.Dict) -> ast.Dict:
    """Return a table of functions with their names in place of them."""
    names: list[ast.expr] = [ast.Constant(ast.unparse(value)) for value in table.values]
    return ast.Dict(table.keys, names)


def _with_needs(source: str, *names: str, without: frozenset[str] = frozenset()) -> str:
    """Return the text of functions at the top of a module, and of the names there that they need, in their order."""
    parsed = ast.parse(source).body
    found = {each: node for node in parsed for each in _bound(node) if each not in without}
    wanted, waiting = set(names), list(names)
    while waiting:
        node = found[waiting.pop()]
        used = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)} & set(found)
        waiting += used - wanted
        wanted |= used
    nodes = {id(node): node for each, node in found.items() if each in wanted}
    return "\n\n\n".join(_text(source, node) for node in nodes.values())


def _bound(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [each.id for target in node.targets for each in ast.walk(target) if isinstance(each, ast.Name)]
    return []


def _text(source: str, node: ast.stmt) -> str:
    first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
    return "\n".join(source.splitlines()[first - 1 : node.end_lineno])


@cache
def imports() -> dict[str, tuple[str, str]]:
    """Return what the copied texts may import, by the name that is bound."""
    sources = [*_module_sources(), _source("initialise.py"), _source("losses.py"), _source("augment.py")]
    sources += [_source("step.py"), _SCHEDULE.read_text("utf-8")]
    found = {name: place for source in sources for name, place in bindings(source).items()}
    return {name: place for name, place in found.items() if not place[0].startswith("cnnviz")}


def _source(name: str) -> str:
    return _ENGINE.joinpath(name).read_text("utf-8")


@cache
def _module_sources() -> tuple[str, ...]:
    folder: Traversable = _ENGINE.joinpath("modules")
    places = sorted(
        (each for each in folder.iterdir() if each.name.endswith(".py")), key=lambda each: each.name
    )
    return tuple(each.read_text("utf-8") for each in places if each.name != "__init__.py")
