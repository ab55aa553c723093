"""Python files: run in a process of their own, and only when told to; what is wrong with them is said in one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from cnnviz.control import Control
from cnnviz.engine.build import build
from cnnviz.engine.exchange.children import export_onnx, import_program
from cnnviz.engine.exchange.onnx_reading import read_onnx
from cnnviz.engine.exchange.running import export_file
from cnnviz.engine.weights import weights_of
from cnnviz.errors import FileError
from cnnviz.events import Answer, Finished
from cnnviz.layers import Conv2d, Dense, Flatten, Input, ReLU
from cnnviz.model.codegen import to_code
from cnnviz.model.files import open_project
from cnnviz.model.graph import chain
from tests.contract.exchange.foreign import module_of

GRAPH = chain([Input((1, 8, 8)), Conv2d(2), ReLU(), Flatten(), Dense(3)], "net")


def program(folder: Path, text: str) -> Path:
    path = folder / "program.py"
    path.write_text(f"import torch\nfrom torch import nn\n{text}\n", "utf-8")
    return path


@pytest.mark.slow
def test_an_exported_script_comes_back_in_a_process_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(to_code(GRAPH), "utf-8")
    events = list(import_program(path, "", (1, 8, 8), Control()))
    assert isinstance(events[-1], Finished)
    (found,) = [event.value for event in events if isinstance(event, Answer)]
    assert [node.layer.kind for node in found.graph] == [node.layer.kind for node in GRAPH]
    assert module_of(found)(torch.zeros(2, 1, 8, 8)).shape == (2, 3)


def test_a_file_that_is_cancelled_leaves_nothing(tmp_path: Path) -> None:
    path = program(tmp_path, "import time, pathlib\ntime.sleep(60)\npathlib.Path(__file__).unlink()")
    control = Control()
    events = import_program(path, "", (), control)
    next(events)
    control.cancel()
    assert list(events)[-1] == Finished(cancelled=True)
    assert path.exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("net = nn.Linear(3, 2", "it does not run (SyntaxError"),
        ("1 / 0", "it does not run (ZeroDivisionError: division by zero)"),
        ("raise SystemExit(3)", "it does not run (SystemExit: 3)"),
        ("a = 1", "there is no nn.Module in it"),
        ("first, second = nn.Linear(3, 2), nn.Linear(2, 2)", "it has several networks: first, second"),
        (
            "class A(nn.Module):\n    def __init__(self, size):\n        super().__init__()",
            "A() can't be made without",
        ),
        (
            "model = nn.Conv3d(1, 2, 3)\nmodel.forward = lambda x: 1 / 0",
            "no usual sample shape fits it (division",
        ),
        (
            "class A(nn.Module):\n    def forward(self, x):\n        return x if x.sum() > 0 else -x",
            "torch.export can't follow it",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_told(text: str, words: str, tmp_path: Path) -> None:
    path = program(tmp_path, text)
    with pytest.raises(FileError) as caught:
        export_file(path, tmp_path / "out.pt2")
    assert words in str(caught.value)
    assert str(path) in str(caught.value)
    assert not (tmp_path / "out.pt2").exists()


def test_a_network_is_found_by_name_and_shape(tmp_path: Path) -> None:
    path = program(tmp_path, "a = nn.Sequential(nn.Flatten(), nn.Linear(12, 2))\nb = nn.ReLU()")
    export_file(path, tmp_path / "out.pt2", "a", (3, 2, 2))
    assert (tmp_path / "out.pt2").stat().st_size > 1000
    with pytest.raises(FileError, match=r"there is no network 'c' in it\. It has a, b"):
        export_file(path, tmp_path / "other.pt2", "c")
    with pytest.raises(FileError, match="samples of 5×5 don't fit it"):
        export_file(path, tmp_path / "other.pt2", "a", (5, 5))


@pytest.mark.slow
def test_onnx_is_written_by_a_process_of_its_own(tmp_path: Path) -> None:
    weights = weights_of(build(GRAPH, seed=2))
    events = list(export_onnx(GRAPH, weights, tmp_path / "net.onnx", Control()))
    assert events[-1] == Finished({"path": str(tmp_path / "net.onnx")})
    assert (read_onnx(tmp_path / "net.onnx").weights["dense1.bias"] == weights["dense1.bias"]).all()
    with pytest.raises(FileError, match="can't be written"):
        list(export_onnx(GRAPH, weights, tmp_path / "net.onnx" / "below.onnx", Control()))


@pytest.mark.slow
def test_the_command_line_exports_and_imports(tmp_path: Path) -> None:
    def cnnviz(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "cnnviz", *map(str, arguments)]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=tmp_path, env=_environment()
        )

    made = cnnviz("export", "lenet5", "--to", "onnx", "--out", "a.onnx")
    assert made.returncode == 0, made.stderr
    read = cnnviz("import", "a.onnx")
    assert read.stdout == "a.cnnviz: 14 layers, 61,706 parameters\n", read.stderr
    assert open_project(tmp_path / "a.cnnviz").weights == "a.safetensors"
    again = cnnviz("import", "a.onnx")
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)
    assert "a.cnnviz: it is there already." in again.stderr
    path = program(tmp_path, "net = nn.Linear(4, 2)\nprint('hello')")
    refused = cnnviz("import", path)
    assert "only run after asking. Import it in the window, or with --run-code." in refused.stderr
    run = cnnviz("import", path, "--run-code", "--out", "b.cnnviz")
    assert run.stdout == "b.cnnviz: 2 layers, 10 parameters\n", run.stderr


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
