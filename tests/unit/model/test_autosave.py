"""Unsaved work is found after a crash, and only then."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cnnviz.errors import FileError
from cnnviz.layers import Input, ReLU
from cnnviz.model import autosave
from cnnviz.model.files import Project, open_project
from cnnviz.model.graph import chain

PROJECT = Project(chain([Input(), ReLU()], "work"))

_OTHER = """
import sys
from pathlib import Path
from cnnviz.layers import Input
from cnnviz.model import autosave
from cnnviz.model.files import Project
from cnnviz.model.graph import chain
autosave.save_autosave(Path("/nets/a.cnnviz"), Project(chain([Input()], "of another")))
autosave.save_autosave(None, Project(chain([Input()])))
print("kept", flush=True)
sys.stdin.readline()
import os
os._exit(1)
"""


@pytest.fixture
def other_process():
    """Start a process that keeps two documents and then waits; a line on its stdin makes it crash."""
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", _OTHER], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "kept\n"
        yield process
        process.kill()


def crash(process: subprocess.Popen[str]) -> None:
    process.communicate("now\n", timeout=20)


def test_work_is_kept_and_forgotten_per_document() -> None:
    first, second = Path("/nets/a.cnnviz"), Path("/nets/b.cnnviz")
    kept = autosave.save_autosave(first, PROJECT)
    autosave.save_autosave(second, PROJECT)
    autosave.save_autosave(None, PROJECT)
    assert open_project(kept) == PROJECT
    autosave.discard_autosave(first)
    assert not kept.exists()
    assert autosave.autosave_path(second).exists()
    assert autosave.autosave_path(None).exists()


def test_discarding_what_is_not_there_is_no_error() -> None:
    autosave.discard_autosave(None)
    assert autosave.find_recoverable() == ()


def test_the_work_of_this_process_is_not_offered() -> None:
    autosave.save_autosave(None, PROJECT)
    assert autosave.find_recoverable() == ()


def test_the_work_of_a_living_process_is_not_offered_but_that_of_a_crashed_one_is(other_process) -> None:
    assert autosave.find_recoverable() == ()
    crash(other_process)
    found = {(each.title, each.origin) for each in autosave.find_recoverable()}
    assert found == {("of another", Path("/nets/a.cnnviz")), ("untitled", None)}


def test_recovered_work_belongs_to_this_process(other_process) -> None:
    crash(other_process)
    entry = next(each for each in autosave.find_recoverable() if each.origin)
    project, origin = autosave.recover(entry.path)
    assert project.graph.title == "of another"
    assert origin == Path("/nets/a.cnnviz")
    assert [each.title for each in autosave.find_recoverable()] == ["untitled"]
    assert open_project(autosave.autosave_path(origin)) == project


def test_work_that_was_set_aside_is_offered_at_once() -> None:
    autosave.set_aside(Path("/nets/a.cnnviz"), PROJECT)
    (found,) = autosave.find_recoverable()
    assert (found.title, found.origin) == ("work", Path("/nets/a.cnnviz"))
    assert autosave.recover(found.path) == (PROJECT, Path("/nets/a.cnnviz"))
    assert autosave.find_recoverable() == ()


def test_a_process_that_ends_well_leaves_no_lock(user_folder: Path) -> None:
    script = (
        "from cnnviz.model import autosave\n"
        "from cnnviz.model.files import Project\n"
        "from cnnviz.model.graph import Graph\n"
        "autosave.save_autosave(None, Project(Graph(title='left')))"
    )
    root = Path(__file__).resolve().parents[3]
    subprocess.run([sys.executable, "-c", script], cwd=root, check=True)
    assert list(user_folder.rglob("*.lock")) == []
    assert [each.title for each in autosave.find_recoverable()] == ["left"]


def test_a_damaged_autosave_is_not_offered(other_process) -> None:
    crash(other_process)
    for entry in autosave.find_recoverable():
        entry.path.write_text(entry.path.read_text()[:40])
    assert autosave.find_recoverable() == ()


def test_where_nothing_can_be_kept_it_is_said(user_folder: Path) -> None:
    user_folder.parent.mkdir(exist_ok=True)
    user_folder.write_text("a file where the folder should be")
    with pytest.raises(FileError, match="can't be kept"):
        autosave.save_autosave(None, PROJECT)
