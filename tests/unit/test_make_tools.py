"""The little programs behind `make check` and `make test`."""

from __future__ import annotations

import importlib.util
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
    assert count("=== 1 failed, 2 errors in 61.00s (0:01:01) ===") == {"failed": 1, "error": 2}
    assert count("=== no tests ran in 0.01s ===") == {}
