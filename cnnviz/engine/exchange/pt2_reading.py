"""An exported PyTorch program (.pt2) as a graph with weights."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from cnnviz.engine.exchange.aten_operators import IGNORED, OPERATORS
from cnnviz.engine.exchange.drawing import MOST_OPERATORS, Drawing, Imported, Value
from cnnviz.engine.exchange.operator import BATCH, Operator, Thing
from cnnviz.engine.exchange.pt2_file import Archive, open_archive

_PREFIX = "torch.ops.aten."


def read_pt2(path: Path) -> Imported:
    """Return what a .pt2 archive holds; raise FileError that names the operator which can't be read."""
    archive, drawing = open_archive(path), Drawing(str(path))
    with drawing.told_as_damage():
        return _Reading(archive, drawing).read(path.stem)


class _Reading:
    """Goes through the operators of one exported program."""

    def __init__(self, archive: Archive, drawing: Drawing) -> None:
        module = archive.program["graph_module"]
        self._graph, self._signature = module["graph"], module["signature"]
        self._arrays, self._d = archive.arrays, drawing
        self._things: dict[str, Thing] = {}
        self._sizes: dict[str, int] = {}
        self._several: dict[str, list[Value]] = {}
        self._readers = Counter(name for node in self._graph["nodes"] for name in _reads(node))
        self._readers.update(_name(each) for each in self._graph["outputs"])

    def read(self, title: str) -> Imported:
        nodes = self._graph["nodes"]
        if len(nodes) > MOST_OPERATORS:
            text = f"it has {len(nodes):,} operators; cnnviz draws up to {MOST_OPERATORS:,}."
            raise self._d.error(text, "Export a part of the network.")
        self._refuse_unknown()
        self._take_inputs()
        for node in nodes:
            self._d.here = f"operator {node.get('name') or '?'} ({_kind(node['target'])})"
            self._step(node)
        self._d.here = ""
        outputs = [self._things.get(_name(each)) for each in self._graph["outputs"]]
        return self._d.finish(title, [each for each in outputs if isinstance(each, Value)])

    def _refuse_unknown(self) -> None:
        unknown: dict[str, str] = {}
        for node in self._graph["nodes"]:
            kind = _kind(node["target"])
            if kind not in OPERATORS and kind not in IGNORED and kind not in ("sym_size.int", "getitem"):
                unknown.setdefault(kind, node.get("name") or "")
        self._d.refuse(unknown)

    def _take_inputs(self) -> None:
        for spec in self._signature["input_specs"]:
            ((kind, entry),) = spec.items()
            if kind == "user_input":
                self._take_sample(entry["arg"]["as_tensor"]["name"])
                continue
            if f"{kind}_name" not in entry:
                raise self._d.error(f"takes {kind.replace('_', ' ')}, which no layer does.")
            array = self._arrays.get(entry[f"{kind}_name"])
            if array is None:
                raise self._d.error(
                    f"there is no array {entry[f'{kind}_name']!r}.", "It is damaged; save it again."
                )
            self._things[entry["arg"]["name"]] = array

    def _take_sample(self, name: str) -> None:
        self._d.here = f"input {name}"
        sizes = self._graph["tensor_values"][name]["sizes"]
        self._d.batch = sizes[0].get("as_int")
        shape = tuple(_size(entry) for entry in sizes[1:])
        if any("as_int" not in entry for entry in sizes[1:]):
            self._d.remark(f"{name} takes samples of any size; it was drawn for those it was exported with.")
        self._things[name] = self._d.input(name, shape, self._readers[name])
        self._d.here = ""

    def _step(self, node: dict[str, Any]) -> None:
        kind = _kind(node["target"])
        if kind in IGNORED:
            return
        things: list[Thing] = []
        settings: dict[str, Any] = {}
        for each in node["inputs"]:
            things += self._take_argument(each["name"], each["arg"], settings)
        if kind == "sym_size.int":
            self._measure(node, things, settings)
            return
        if things and not any(isinstance(each, Value) for each in things):
            return  # batch norm counts its batches
        name = _name(node["outputs"][0])
        op = Operator(kind, _scope(node, kind), tuple(things), settings, self._readers[name])
        found = OPERATORS[kind](op, self._d)
        self._things[name] = found if isinstance(found, Value) else found[0]

    def _take_argument(self, name: str, argument: dict[str, Any], settings: dict[str, Any]) -> list[Thing]:
        """Return the tensors of an argument, or put it among the settings."""
        ((form, value),) = argument.items()
        if form == "as_tensor":
            return [self._thing(value["name"])]
        if form == "as_tensors":
            return [self._thing(each["name"]) for each in value]
        if form in ("as_optional_tensor", "as_none"):
            inner = value.get("as_tensor") if isinstance(value, dict) else None
            return [self._thing(inner["name"]) if inner else None]
        if form in ("as_sym_int", "as_sym_ints"):
            many = [self._number(each) for each in (value if isinstance(value, list) else [value])]
            settings[name] = many if isinstance(value, list) else many[0]
        else:
            settings[name] = value
        return []

    def _thing(self, name: str) -> Thing:
        if name not in self._things:
            raise self._d.error(
                f"it reads {name!r}, which nothing before it gives.", "It is damaged; save it again."
            )
        return self._things[name]

    def _number(self, entry: dict[str, Any]) -> int:
        return int(entry["as_int"]) if "as_int" in entry else self._sizes[entry["as_name"]]

    def _measure(self, node: dict[str, Any], things: list[Thing], settings: dict[str, Any]) -> None:
        """Remember a size that the program reads from a value."""
        x, axis = things[0], settings["dim"]
        if not isinstance(x, Value):
            raise self._d.error("measures something that is no value of the network.")
        self._sizes[node["outputs"][0]["as_sym_int"]["as_name"]] = [BATCH, *x.padded][axis]


def _kind(target: str) -> str:
    return target.removeprefix(_PREFIX) if target != "_operator.getitem" else "getitem"


def _name(argument: dict[str, Any]) -> str:
    """Return the name of a tensor in an argument, or an empty text."""
    found = argument.get("as_tensor")
    return str(found["name"]) if found else ""


def _reads(node: dict[str, Any]) -> list[str]:
    """Return the tensors that an operator reads."""
    found = []
    for each in node["inputs"]:
        one, many = each["arg"].get("as_tensor"), each["arg"].get("as_tensors", [])
        found += [entry["name"] for entry in ([one] if one else many)]
    return found


def _size(entry: dict[str, Any]) -> int:
    return int(entry["as_int"] if "as_int" in entry else entry["as_expr"]["hint"]["as_int"])


def _scope(node: dict[str, Any], kind: str) -> str:
    """Return the name of the module that an operator comes from, and its own name where that is a container."""
    last = node.get("metadata", {}).get("nn_module_stack", "").split(";")[-1].split(",")
    path, cls = (last[1], last[2]) if len(last) == 3 else ("", "")
    leaf = cls.startswith(("torch.nn.modules.", "cnnviz.")) and not cls.endswith(
        (".Sequential", ".GraphModule")
    )
    return path if leaf or not path else f"{path}.{kind.split('.', maxsplit=1)[0].rstrip('_')}"
