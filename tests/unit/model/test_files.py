"""Project files: what is written is read, old files keep loading, and every damage is told in one sentence."""

from __future__ import annotations

import json
import math
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis.strategies import (
    DataObject,
    booleans,
    data,
    dictionaries,
    floats,
    integers,
    lists,
    none,
    one_of,
    sampled_from,
    text,
)  # fmt: skip

from cnnviz import paths
from cnnviz.errors import FileError
from cnnviz.layers import LAYERS, Add, Conv2d, Dense, Flatten, Input, MaxPool2d, ReLU, TimeDistributed
from cnnviz.model import files
from cnnviz.model.files import Project, from_json, open_project, save_project, to_json
from cnnviz.model.graph import Graph, chain
from cnnviz.model.groups.folding import put_together
from cnnviz.model.groups.group import Note
from cnnviz.model.recipe import DataChoice, Recipe
from cnnviz.templates import TEMPLATES

STRANGE = one_of(
    none(), booleans(), integers(), floats(allow_nan=False), text(), lists(integers(), max_size=300),
    dictionaries(text(max_size=3), integers(), max_size=2), sampled_from(["conv1", "../a", "x" * 999, 10**30, [[1]]]),
)  # fmt: skip
CORPUS = Path(__file__).resolve().parents[2] / "corpus"


def small() -> Project:
    graph = chain(
        [Input(shape=(1, 8, 8)), Conv2d(out_channels=2), ReLU(), Flatten(), Dense(units=3)], "small"
    )
    graph = put_together(graph, ("conv1", "relu1"), "Conv-ReLU", name="unit")
    graph = put_together(graph, ("conv1", "relu1"), "All but the ends", name="stage", folded=False)
    notes = (Note("note1", "twice\nread"), Note("frame1", "Head", (8.0, 9.0), (300.0, 200.0), frame=True))
    graph = replace(graph, notes=notes)
    return Project(
        graph.move({"conv1": (16.0, -192.0)}), DataChoice("strokes", 10, 3), Recipe(seed=5), "w.safetensors"
    )


def content() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(to_json(small()))
    return found


def refused(text: str) -> str:
    """Return the sentence with which a text is refused."""
    with pytest.raises(FileError) as caught:
        from_json(text, "net.cnnviz")
    assert caught.value.hint, "it doesn't say what to do"
    assert caught.value.where.startswith("net.cnnviz")
    return str(caught.value)


# -- what is written is read --------------------------------------------------------------------------------------


def test_a_project_comes_back_as_it_was() -> None:
    assert from_json(to_json(small())) == small()


@pytest.mark.parametrize("name", list(TEMPLATES))
def test_templates_come_back_as_they_were(name: str) -> None:
    found = TEMPLATES[name]
    project = Project(found.graph, found.data, found.recipe)
    assert from_json(to_json(project)) == project


@pytest.mark.parametrize("kind", list(LAYERS))
def test_every_layer_kind_comes_back_as_it_was(kind: str) -> None:
    project = Project(Graph().add(LAYERS[kind](), "one"))
    assert from_json(to_json(project)) == project


def test_keys_are_sorted_and_the_format_is_named() -> None:
    found = json.loads(to_json(small()))
    assert list(found) == sorted(found)
    assert found["format"] == files.FORMAT


def test_a_graph_with_problems_opens() -> None:
    graph = chain([Input(), Conv2d(kernel_size=(31, 31)), Dense()])
    found = from_json(to_json(Project(graph))).graph
    assert found == graph
    assert found.summary().errors


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "net.cnnviz"
    path.write_text(to_json(small()), "utf-8-sig")
    assert open_project(path) == small()


# -- old files keep loading ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", sorted(CORPUS.rglob("*.cnnviz")), ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_the_corpus_loads(path: Path) -> None:
    project = open_project(path)
    assert from_json(to_json(project)) == project


def test_the_corpus_means_what_it_meant() -> None:
    assert open_project(CORPUS / "format1" / "lenet5.cnnviz").graph.summary().trainable == 61_706
    branches = open_project(CORPUS / "format1" / "branches.cnnviz")
    assert branches.recipe.optimiser == "momentum"
    assert (branches.graph.summary().trainable, branches.graph.summary().non_trainable) == (1_842, 32)
    assert open_project(CORPUS / "format1" / "unfinished.cnnviz").graph.summary().errors


def test_groups_and_notes_of_the_corpus_are_there() -> None:
    graph = open_project(CORPUS / "format2" / "residual.cnnviz").graph
    assert [(group.name, group.parent, group.folded) for group in graph.groups] == [
        ("block1", "stage1", True), ("block2", "stage1", False), ("block3", "stage1", True), ("stage1", "", False),
    ]  # fmt: skip
    assert graph.node("conv_a_2").group == "block2"
    assert [note.frame for note in graph.notes] == [False, True]
    assert graph.summary().trainable == 14_362


def test_layers_within_layers_of_the_corpus_are_there() -> None:
    memory = open_project(CORPUS / "format2" / "memory.cnnviz").graph
    assert memory.node("small").layer == TimeDistributed(MaxPool2d(padding="same"))
    assert memory.summary().trainable == 10_157
    moved = open_project(CORPUS / "format2" / "capsules.cnnviz").graph
    assert [edge.source for edge in moved.inputs("moved")] == ["image", "theta"]
    assert moved.summary().trainable == 3_030


def test_an_older_format_is_migrated_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    old = content() | {"format": 1}
    old["name"] = old.pop("title")
    steps = {
        1: lambda found: {**{k: v for k, v in found.items() if k != "name"}, "label": found["name"]},
        2: lambda found: {**{k: v for k, v in found.items() if k != "label"}, "title": found["label"]},
    }
    monkeypatch.setattr(files, "FORMAT", 3)
    monkeypatch.setattr(files, "MIGRATIONS", steps)
    assert from_json(json.dumps(old)) == small()


def test_every_older_format_has_a_migration_and_a_corpus() -> None:
    assert set(files.MIGRATIONS) == set(range(1, files.FORMAT))
    for number in range(1, files.FORMAT + 1):
        assert list((CORPUS / f"format{number}").glob("*.cnnviz"))


# -- what is damaged is refused -----------------------------------------------------------------------------------


def test_every_truncation_is_refused() -> None:
    text = to_json(small()).rstrip()
    for length in range(len(text)):
        refused(text[:length])


def test_a_file_cut_short_is_called_so() -> None:
    text = to_json(small())
    assert "cut short" in refused(text[: len(text) // 2])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("hello", "not JSON"),
        ("[1, 2]", "no cnnviz project"),
        ('{"a": 1}', "no cnnviz project"),
        ('{"format": 3}', "newer cnnviz"),
        ('{"format": "1"}', "'1' is no format"),
        ('{"format": true}', "no format"),
        ('{"format": 0}', "no format"),
        ('{"format": 1}', "'nodes' is missing"),
        ('{"format": 1, "format": 1}', "'format' twice"),
        ('{"format": 1, "nodes": NaN}', "NaN"),
        ('{"format": 1, "nodes": {}, "edges": []}', "a list belongs here"),
        ('{"format": 1, "nodes": [], "edges": [], "note": ""}', "unknown entry 'note'. Did you mean 'notes'"),
        ('{"format": 1, "nodes": [], "edges": [], "notes": ""}', "notes: a list belongs here"),
        ('{"format": 2, "nodes": [], "edges": []}', "'groups' is missing"),
        ('{"format": 2, "nodes": [], "edges": [], "groups": []}', "'notes' is missing"),
        ("[" * 100_000, "no project file"),
        ('{"format": ' + "9" * 5000 + "}", "no project file"),
    ],
    ids=lambda value: value[:24],
)
def test_what_is_no_project_is_refused(text: str, words: str) -> None:
    assert words in refused(text)


def change(path: tuple[str | int, ...], value: object) -> str:
    """Return the small project's text with one entry replaced."""
    found: Any = content()
    inner = found
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return json.dumps(found)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("title",), 5, "title: a text belongs here, not 5"),
        (("title",), "x" * 300, "too long"),
        (("title",), "a\nb", "control characters"),
        (("nodes", 1), "conv", "nodes 2: an object"),
        (("nodes", 1, "name"), "2nd", "node 2 (2nd): '2nd' can't be a node's name"),
        (("nodes", 1, "name"), "", "can't be a node's name"),
        (("nodes", 1, "name"), "class", "can't be a node's name"),
        (("nodes", 2, "name"), "conv1", "node 3: there are two nodes named 'conv1'"),
        (("nodes", 1, "kind"), "conv9d", "no layer kind 'conv9d'. Did you mean"),
        (("nodes", 1, "kind"), 3, "a text belongs here"),
        (("nodes", 1, "options", "kernel_size"), [3, 0], "node 2 (conv1): Kernel can't be"),
        (("nodes", 1, "options", "out_channels"), True, "Filters can't be True"),
        (("nodes", 1, "options", "filters"), 3, "no option 'filters'"),
        (("nodes", 1, "options"), [], "an object belongs here"),
        (("nodes", 1, "position"), [1], "position: [1] is no place"),
        (("nodes", 1, "position"), [1, 1e99], "is no place"),
        (("nodes", 1, "position"), [1, "2"], "is no place"),
        (("nodes", 1, "colour"), "red", "unknown entry 'colour'"),
        (("nodes", 1, "group"), "staeg", "node 2 (conv1), group: there is no group 'staeg'"),
        (("nodes", 1, "group"), 7, "a text belongs here, not 7"),
        (("groups", 0, "parent"), "", "group 2 (stage): no node lies in this group"),
        (("groups",), {}, "groups: a list belongs here"),
        (("groups", 0), "unit", "groups 1: an object"),
        (("groups", 0, "name"), "1st", "group 1 (1st): '1st' can't be a name"),
        (("groups", 0, "name"), "stage", "group 2 (stage): there are two groups named 'stage'"),
        (("groups", 0, "title"), "x" * 300, "group 1 (unit), title: the title is too long"),
        (("groups", 0, "title"), 3, "a text belongs here"),
        (("groups", 0, "parent"), "satge", "group 1 (unit), parent: there is no group 'satge'"),
        (("groups", 1, "parent"), "unit", "the groups form a circle: 'unit' lies inside itself"),
        (("groups", 1, "parent"), "stage", "the groups form a circle: 'stage' lies inside itself"),
        (("groups", 0, "folded"), 1, "folded: true or false belongs here, not 1"),
        (("groups", 0, "position"), [0, None], "position: [0, None] is no place"),
        (("groups", 0, "colour"), "red", "group 1 (unit): there is an unknown entry 'colour'"),
        (("notes",), 5, "notes: a list belongs here"),
        (("notes", 0, "name"), "a b", "note 1 (a b): 'a b' can't be a name"),
        (("notes", 0, "name"), "frame1", "note 2 (frame1): there are two notes named 'frame1'"),
        (("notes", 0, "text"), "x" * 5000, "note 1 (note1), text: the text is too long"),
        (("notes", 0, "text"), "a\0b", "has control characters"),
        (("notes", 0, "text"), ["a"], "a text belongs here"),
        (("notes", 0, "position"), "here", "position: 'here' is no place"),
        (("notes", 0, "size"), [100], "size: [100] is no size"),
        (("notes", 0, "size"), [100, -5], "size: 100 × -5 is no size of a note"),
        (("notes", 0, "frame"), "yes", "true or false belongs here"),
        (("notes", 0, "page"), 1, "unknown entry 'page'"),
        (("edges", 0, "source"), "conv7", "edge 1: there is no node 'conv7'"),
        (("edges", 0, "target"), None, "a text belongs here"),
        (("edges", 0, "port"), 1, "'conv1' (Conv 2D) has only port 0, not 1"),
        (("edges", 0, "port"), -1, "has only port 0, not -1"),
        (("edges", 0, "port"), 0.0, "a whole number belongs here"),
        (("edges", 0, "target"), "input", "'input' (Input) has no input"),
        (("edges", 0, "target"), "relu1", "two wires end at port 0 of 'relu1'"),
        (("edges", 0, "source"), "dense1", "the wires form a circle"),
        (("data", "validation"), -1, "data: a data choice can't have negative numbers"),
        (("data", "folder"), "/", "folder"),
        (("recipe", "optimiser"), "adan", "recipe: there is no optimiser 'adan'. Did you mean"),
        (("recipe", "optimiser"), ["adam"], "no optimiser"),
        (("recipe", "learning_rate"), "fast", "learning rate can't be 'fast'"),
        (("recipe", "batch_size"), 1.5, "batch size"),
        (("recipe", "device"), 3, "device: a text belongs here"),
        (("recipe", "magic"), 1, "no 'magic'"),
        (("weights",), "../../secret.safetensors", "not the name of a file beside the project"),
        (("weights",), "C:\\w.safetensors", "not the name of a file"),
        (("weights",), "..", "not the name of a file"),
        (("weights",), None, "a text belongs here"),
    ],
)
def test_a_wrong_entry_is_named_with_its_place(
    path: tuple[str | int, ...], value: object, words: str
) -> None:
    assert words in refused(change(path, value))


def test_a_number_too_large_for_a_float_is_refused() -> None:
    assert "learning rate" in refused(to_json(small()).replace("0.001", "1e999"))


def test_wires_to_absurd_ports_are_refused() -> None:
    graph = chain([Input(), ReLU()]).add(Add()).connect("input", "add1").connect("relu1", "add1")
    text = to_json(Project(graph)).replace('"port": 1', '"port": 1000000000')
    assert "'add1' (Add) has ports 0 to 255" in refused(text)


def test_a_circle_names_the_wire_to_remove() -> None:
    told = refused(change(("edges", 0, "source"), "dense1"))
    assert "Remove the wire from 'dense1' to 'conv1'" in told


def test_a_project_refuses_weights_outside_its_folder() -> None:
    with pytest.raises(FileError, match="beside the project"):
        Project(Graph(), weights="/etc/passwd")


@settings(max_examples=60)
@given(data())
def test_whatever_is_written_into_a_file_it_opens_or_says_why_not(found: DataObject) -> None:
    text = found.draw(sampled_from(sorted(CORPUS.rglob("*.cnnviz")))).read_text("utf-8")
    changed: Any = json.loads(text)
    inner, steps = changed, found.draw(integers(1, 6))
    for _ in range(steps):
        keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
        if not keys:
            break
        key = found.draw(sampled_from(keys))
        if not isinstance(inner[key], (dict, list)) or found.draw(booleans()):
            inner[key] = found.draw(STRANGE)
            break
        inner = inner[key]
    try:
        project = from_json(json.dumps(changed))
    except FileError as error:
        told = str(error)
    else:
        told = ""
        project.graph.summary()
        assert from_json(to_json(project)) == project
    assert len(told) < 500


# -- on disk ------------------------------------------------------------------------------------------------------


def test_a_missing_file_a_folder_and_a_picture_are_refused_by_name(tmp_path: Path) -> None:
    picture = tmp_path / "cat.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    for path, words in (
        (tmp_path / "no.cnnviz", "no such file"),
        (tmp_path, "not a file"),
        (picture, "no text"),
    ):
        with pytest.raises(FileError, match=words) as caught:
            open_project(path)
        assert str(path) in str(caught.value)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.cnnviz"
    with path.open("wb") as file:
        file.truncate(10 * files.LARGEST)
    with pytest.raises(FileError, match="larger than 16 MB"):
        open_project(path)


def test_saving_replaces_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "net.cnnviz"
    save_project(path, Project(Graph()))
    save_project(path, small())
    assert open_project(path) == small()
    assert [each.name for each in tmp_path.iterdir()] == ["net.cnnviz"]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no umask")
def test_a_saved_file_can_be_read_by_those_whom_the_umask_lets(tmp_path: Path) -> None:
    plain, saved = tmp_path / "plain", tmp_path / "net.cnnviz"
    plain.write_text("")
    save_project(saved, small())
    assert saved.stat().st_mode == plain.stat().st_mode


def test_a_full_disk_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "net.cnnviz"
    save_project(path, small())

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(paths.os, "fsync", full)
    with pytest.raises(FileError, match=r"No space left on device.*Nothing was changed"):
        save_project(path, Project(Graph()))
    assert open_project(path) == small()
    assert [each.name for each in tmp_path.iterdir()] == ["net.cnnviz"]


def test_a_value_that_is_no_number_is_never_written() -> None:
    graph = Graph().add(ReLU(), position=(math.nan, 0.0))
    with pytest.raises(ValueError, match="JSON"):
        to_json(Project(graph))
