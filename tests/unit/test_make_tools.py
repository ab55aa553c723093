"""The little programs behind `make check` and `make test`."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

_CI = Path(__file__).resolve().parents[2] / ".ci"


def load(name: str) -> ModuleType:
    """Import a program of .ci/, which is no package."""
    spec = importlib.util.spec_from_file_location(name, _CI / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_sizes_counts_lines_per_room(tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "one.py").write_text("a = 1\nb = 2\n")
    (tmp_path / "room" / "two.py").write_text("c = 3\n")
    (tmp_path / "top.py").write_text("d = 4\n")
    sizes = load("sizes")
    assert sizes.per_package(sizes.count_lines(tmp_path)) == {"room": (2, 3), "top.py": (1, 1)}


def test_sizes_fails_on_a_file_over_the_limit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sizes = load("sizes")
    (tmp_path / "fits.py").write_text("x = 1\n" * sizes.LIMIT)
    assert sizes.main(tmp_path) == 0
    (tmp_path / "grown.py").write_text("x = 1\n" * (sizes.LIMIT + 1))
    assert sizes.main(tmp_path) == 1
    assert "grown.py: 351 lines" in capsys.readouterr().err


def test_closing_lines_are_counted() -> None:
    count = load("tests").count
    assert count("=== 3 passed, 1 skipped in 0.12s ===") == {"passed": 3, "skipped": 1}
    assert count("=== 1 failed, 2 errors in 61.00s (0:01:01) ===") == {"failed": 1, "errors": 2}
    assert count("=== no tests ran in 0.01s ===") == {}


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of commands that come before the real ones."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


def pretend(machine: Path, command: str, script: str) -> None:
    """Replace a command of the machine by a line of shell."""
    (machine / command).write_text(f"#!/bin/sh\n{script}\n")
    (machine / command).chmod(0o755)


def run_script(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script of .ci/."""
    return subprocess.run([_CI / name, *arguments], capture_output=True, text=True, check=False)


linux_only = pytest.mark.skipif(
    sys.platform != "linux", reason="apt-get and Xvfb are asked for on Linux only"
)


@linux_only
def test_missing_qt_libraries_are_installed_by_root(machine: Path) -> None:
    pretend(machine, "ldd", "echo 'libxcb-cursor.so.0 => not found'")
    pretend(machine, "id", "echo 0")
    pretend(machine, "apt-get", f'echo "$@" >> {machine}/log')
    done = run_script("system.sh", "qt", sys.executable)
    assert done.returncode == 0, done.stderr
    assert "libxcb-cursor.so.0" in done.stdout
    assert "install -y --no-install-recommends" in (machine / "log").read_text()
    assert "libxcb-cursor0" in (machine / "log").read_text()


@linux_only
def test_without_root_the_exact_line_is_printed(machine: Path) -> None:
    pretend(machine, "ldd", "echo 'libEGL.so.1 => not found'")
    pretend(machine, "id", "echo 1000")
    pretend(machine, "sudo", "exit 1")
    pretend(machine, "apt-get", "exit 1")
    done = run_script("system.sh", "qt", sys.executable)
    assert done.returncode == 1
    assert "sudo apt-get install -y --no-install-recommends libegl1 " in done.stderr


@linux_only
def test_nothing_is_asked_for_where_all_is_there(machine: Path) -> None:
    pretend(machine, "ldd", "echo 'libEGL.so.1 => /usr/lib/libEGL.so.1'")
    pretend(machine, "apt-get", "exit 1")
    done = run_script("system.sh", "qt", sys.executable)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_old_python_is_refused_in_one_sentence(machine: Path, tmp_path: Path) -> None:
    pretend(machine, "python3.9", "exit 1")
    done = run_script("make_venv.sh", str(tmp_path / "venv"), "python3.9")
    assert done.returncode == 1
    assert done.stderr.startswith("cnnviz needs Python 3.11 to 3.14")
    assert not (tmp_path / "venv").exists()
