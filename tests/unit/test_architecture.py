"""The rooms keep to their rules: who may import whom, and what each may load."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_PACKAGE = _ROOT / "cnnviz"


def files_of(*rooms: str) -> list[Path]:
    """Return the Python files of some rooms, by path relative to the checkout."""
    found = [path for room in rooms for path in (_PACKAGE / f"{room}.py", *(_PACKAGE / room).rglob("*.py"))]
    return sorted(path.relative_to(_ROOT) for path in found if path.exists())


def imported_by(path: Path) -> set[str]:
    """Return the full names of all modules that a file imports, also those inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((_ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def loaded_by(statement: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter has loaded after a statement."""
    report = "import json, sys; print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    done = subprocess.run(
        [sys.executable, "-c", f"{statement}; {report}"],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout))


def test_contracts_of_import_linter_are_kept() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=_ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", files_of("errors", "control", "layers", "model", "templates"), ids=str)
def test_document_rooms_import_the_standard_library_alone(path: Path) -> None:
    foreign = {name.partition(".")[0] for name in imported_by(path)} - sys.stdlib_module_names - {"cnnviz"}
    assert foreign == set()


@pytest.mark.parametrize("path", files_of("jobs"), ids=str)
def test_jobs_use_nothing_of_qt_but_its_core(path: Path) -> None:
    qt = {name for name in imported_by(path) if name.startswith(("PySide6", "pyqtgraph"))}
    assert qt <= {"PySide6.QtCore"}


@pytest.mark.parametrize("path", files_of("data", "explain", "events"), ids=str)
def test_data_and_explanations_know_neither_torch_nor_qt(path: Path) -> None:
    foreign = {name.partition(".")[0] for name in imported_by(path)}
    assert foreign.isdisjoint({"torch", "PySide6", "pyqtgraph", "shiboken6"})


def test_a_document_is_opened_without_qt_torch_and_numpy() -> None:
    loaded = loaded_by(
        "import cnnviz, cnnviz.layers, cnnviz.model, cnnviz.templates, cnnviz.errors, cnnviz.control"
    )
    assert loaded.isdisjoint({"PySide6", "pyqtgraph", "torch", "numpy", "h5py", "sklearn", "safetensors"})


def test_data_explain_and_events_are_used_without_qt_and_torch() -> None:
    loaded = loaded_by("import cnnviz.data, cnnviz.explain, cnnviz.events")
    assert loaded.isdisjoint({"PySide6", "pyqtgraph", "torch"})


def test_the_window_is_there_before_torch() -> None:
    assert "torch" not in loaded_by("import cnnviz.ui, cnnviz.app, cnnviz.wiring")
