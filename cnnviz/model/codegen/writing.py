"""How values, calls and import lines are written."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from cnnviz.layers import TorchCall

WIDTH = 110
"""Longest line that is not wrapped."""


def construction(call: TorchCall, own: frozenset[str]) -> str:
    """Write the construction of a module; sizes that are equal in all dimensions become one number, as is usual."""
    write = written if call.name in own else _shortened
    arguments = [write(value) for value in call.args]
    arguments += [f"{name}={write(value)}" for name, value in call.kwargs.items()]
    return f"{'' if call.name in own else 'nn.'}{call.name}({', '.join(arguments)})"


def call_lines(before: str, function: str, arguments: Iterable[str], after: str = "") -> list[str]:
    """Write a call as the formatter wraps it: in one line, the arguments in one line, or one line for each."""
    found = list(arguments)
    line = f"{before}{function}({', '.join(found)}){after}"
    if len(line) <= WIDTH or len(found) < 2:
        return [line]
    indent = " " * (len(before) - len(before.lstrip()))
    together = f"{indent}    {', '.join(found)}"
    inside = [together] if len(together) <= WIDTH else [f"{indent}    {each}," for each in found]
    return [f"{before}{function}(", *inside, f"{indent}){after}"]


def wrapped(before: str, expression: str, after: str = "") -> list[str]:
    """Write a call or tuple as the formatter wraps it, with what is inside of it where one line is too short."""
    line = f"{before}{expression}{after}"
    node = ast.parse(expression, mode="eval").body
    if len(line) <= WIDTH or not isinstance(node, (ast.Call, ast.Tuple)):
        return [line]
    called = f"{ast.get_source_segment(expression, node.func)}(" if isinstance(node, ast.Call) else "("
    items = _items(expression, node)
    indent = " " * (len(before) - len(before.lstrip()))
    together = f"{indent}    {', '.join(''.join(item) for item in items)}"
    if len(together) <= WIDTH and len(items) > 1:
        inside = [together]
    else:
        inside = [each for name, text in items for each in wrapped(f"{indent}    {name}", text, ",")]
    return [f"{before}{called}", *inside, f"{indent}){after}"]


def _items(expression: str, node: ast.Call | ast.Tuple) -> list[tuple[str, str]]:
    """Return what stands in a call or tuple: the name of a keyword argument with its =, and the value."""
    if isinstance(node, ast.Tuple):
        return [("", ast.get_source_segment(expression, each) or "") for each in node.elts]
    found = [("", ast.get_source_segment(expression, each) or "") for each in node.args]
    return found + [
        (f"{each.arg}=", ast.get_source_segment(expression, each.value) or "") for each in node.keywords
    ]


def written(value: Any) -> str:
    """Write a Python value as the formatter likes it; infinities have no literal."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, tuple):
        inside = ", ".join(written(each) for each in value)
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    return f'float("{value}")' if value in (float("inf"), float("-inf")) else repr(value)


def _shortened(value: Any) -> str:
    return written(value[0] if isinstance(value, tuple) and len(set(value)) == 1 else value)


def names_in(text: str) -> set[str]:
    """Return every name that a piece of code reads."""
    return {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}


def import_lines(names: Mapping[str, tuple[str, str]]) -> list[str]:
    """Write imports as isort sorts them: what is bound to (module, name in it), or (module, "") for the module."""
    plain: set[str] = set()
    from_: dict[str, set[str]] = {}
    for bound, (module, name) in names.items():
        if name:
            from_.setdefault(module, set()).add(name)
        else:
            plain.add(module if bound == module else f"{module} as {bound}")
    sections: list[list[str]] = [[], []]
    for module in sorted(plain):
        sections[_third_party(module)].append(f"import {module}")
    for module in sorted(from_):
        inside = ", ".join(sorted(from_[module], key=_isort_rank))
        sections[_third_party(module)].append(f"from {module} import {inside}")
    return ["\n".join(section) for section in sections if section]


def bindings(source: str) -> dict[str, tuple[str, str]]:
    """Return what the import lines at the top of a module bind, as `import_lines` takes it."""
    found: dict[str, tuple[str, str]] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom) and node.module != "__future__":
            found |= {each.asname or each.name: (node.module or "", each.name) for each in node.names}
        elif isinstance(node, ast.Import):
            found |= {each.asname or each.name.split(".")[0]: (each.name, "") for each in node.names}
    return found


def _isort_rank(name: str) -> tuple[int, str]:
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


def _third_party(module: str) -> bool:
    return module.split(" ", maxsplit=1)[0].split(".", maxsplit=1)[0] not in sys.stdlib_module_names
