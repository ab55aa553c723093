"""The command line where it needs no torch: what it prints, refuses, and hands to the window."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from cnnviz import cli
from cnnviz.cli.report import Progress, table
from cnnviz.layers import Conv2d, Dense, Flatten, Input
from cnnviz.model.files import Project, save_project
from cnnviz.model.graph import Graph, chain

_ROOT = Path(__file__).resolve().parents[2]


class Calls:
    """Stands for the window and the demo, and remembers what they were asked."""

    def __init__(self) -> None:
        self.windows: list[tuple[str, str, str]] = []
        self.demos: list[Path] = []
        self.pictures: list[tuple[Path, bool]] = []

    def open_window(self, *what: str) -> int:
        self.windows.append((what[0], what[1], what[2]))
        return 0

    def perform_demo(self, out: Path) -> int:
        self.demos.append(out)
        return 0

    def paint(self, _graph: Graph, path: Path, white: bool) -> None:
        self.pictures.append((path, white))


def run(*arguments: str, calls: Calls | None = None) -> int:
    found = calls or Calls()
    return cli.main(arguments, found.open_window, found.perform_demo, found.paint)


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Return the status and the one line on stderr of a command line that must fail."""
    status = run(*arguments)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1, printed.err
    return status, printed.err


# -- templates, summary, export -----------------------------------------------------------------------------------


def test_templates_are_listed_for_people_and_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("templates") == 0
    text = capsys.readouterr().out
    assert "mnist-postech" in text
    assert "333,526" in text
    assert run("templates", "--json") == 0
    found = {each["id"]: each for each in json.loads(capsys.readouterr().out)}
    assert found["t2"]["params"] == 619_786
    assert found["t1"]["recipe"]["batch_size"] == 50


@pytest.mark.parametrize(
    ("name", "trainable"), [("t1", 333_526), ("mnist-deep", 619_786), ("LeNet5", 61_706)]
)
def test_a_summary_has_every_layer(name: str, trainable: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("summary", name, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["trainable"], found["non_trainable"]) == (trainable, 0)
    assert sum(layer["params"] for layer in found["layers"]) == trainable
    assert sum(layer["macs"] for layer in found["layers"]) == found["macs"]
    assert found["layers"][1]["kind"] == "conv2d"
    assert found["layers"][-1]["output_shape"] == [10]
    assert set(found["layers"][0]) == {"name", "kind", "output_shape", "params", "macs"}


def test_a_summary_is_a_table_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("summary", "t1") == 0
    text = capsys.readouterr().out
    assert "dense1   dense      100       313,700" in text
    assert "333,526 parameters train" in text


def test_a_summary_of_a_broken_network_shows_it_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "net.cnnviz"
    save_project(path, Project(chain([Input(), Conv2d(), Dense()])))
    assert run("summary", str(path), "--json") == 1
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert found["layers"][2]["output_shape"] is None
    assert found["problems"][0]["node"] == "dense1"
    assert printed.err.startswith("cnnviz: dense1: it takes a flat vector")


def test_tables_are_printed_and_pictures_painted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("export", "t10", "--to", "latex") == 0
    latex = capsys.readouterr().out
    assert r"conv1 & Conv 2D & $6 \times 28 \times 28$ & 156 & 117{,}600 &" in latex
    assert r"Sum & & & 61{,}706 &" in latex
    assert run("export", "t10", "--out", str(tmp_path / "net.csv")) == 0
    assert "conv1,Conv 2D,6x28x28,156,0,117600," in (tmp_path / "net.csv").read_text("utf-8")
    calls = Calls()
    assert run("export", "t10", "--out", str(tmp_path / "net.svg"), calls=calls) == 0
    assert (
        run("export", "t10", "--to", "png", "--transparent", "--out", str(tmp_path / "a"), calls=calls) == 0
    )
    assert calls.pictures == [(tmp_path / "net.svg", True), (tmp_path / "a.png", False)]
    capsys.readouterr()
    assert "Name one: --out net.onnx" in refusal(capsys, "export", "t10", "--to", "onnx")[1]


def test_a_network_is_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("export", "t10", "--to", "pytorch") == 0
    text = capsys.readouterr().out
    assert "class Net(nn.Module):" in text
    assert run("export", "t10", "--weights", "random", "--out", str(tmp_path / "net.py")) == 0
    assert (tmp_path / "net.py").read_text("utf-8") == text


# -- data ---------------------------------------------------------------------------------------------------------


def test_data_sets_are_listed(small_mnist_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("data", "list", "--data-dir", str(small_mnist_dir.parent), "--json") == 0
    found = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert (found["mnist"]["found"], found["fashion-mnist"]["found"]) == (True, False)
    assert found["mnist"]["where"] == str(small_mnist_dir)
    assert found["strokes"]["found"] is True


def test_what_can_not_be_fetched_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(capsys, "data", "get")[0] == 2
    status, text = refusal(capsys, "data", "get", "mnits")
    assert status == 1
    assert "Did you mean 'mnist'" in text


# -- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["summary", "t99"], 2, "there is no template 't99'"),
        (["summary", "no/such.cnnviz"], 1, "there is no such file"),
        (["summary", "no.cnnviz"], 1, "there is no such file"),
        (["summary"], 2, "the following arguments are required: X"),
        (["summary", "t1", "--colour"], 2, "unrecognized arguments: --colour"),
        (["sumary"], 2, "Did you mean 'summary'"),
        (["export", "t1", "--to", "fortran"], 2, "invalid choice: 'fortran'"),
        (["train", "t1", "--epochs", "1", "--steps", "1"], 2, "not allowed with"),
        (["train", "t1", "--epochs", "many"], 2, "invalid int value: 'many'"),
        (["explain", "t1", "--node", "conv1", "--index", "a,b"], 2, "'a,b' is no index"),
        (["explain", "t1", "--node", "conv1", "--index", "0,0,0", "--sample", "-1"], 2, "no whole number"),
        (["demo"], 2, "required: --out"),
        (["--theme", "pink"], 2, "invalid choice: 'pink'"),
    ],
)
def test_a_wrong_command_line_is_told_in_one_line(
    arguments: list[str], status: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found, text = refusal(capsys, *arguments)
    assert (found, words in text) == (status, True), text


def test_a_damaged_file_is_told_with_its_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "net.cnnviz"
    path.write_text('{"format": 1, "nodes": [')
    status, text = refusal(capsys, "summary", str(path))
    assert status == 1
    assert str(path) in text
    assert "cut short" in text


def test_what_can_not_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, text = refusal(capsys, "export", "t10", "--to", "csv", "--out", str(tmp_path))
    assert status == 1
    assert "can't be written" in text


def test_ctrl_c_ends_with_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_what: object) -> int:
        raise KeyboardInterrupt

    assert cli.main([], interrupted, interrupted, interrupted) == 130
    assert capsys.readouterr().err == "cnnviz: stopped.\n"


def test_a_bug_is_told_in_one_line_unless_someone_looks_for_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_what: object) -> int:
        raise KeyError("x")

    assert cli.main([], broken, broken, broken) == 1
    assert capsys.readouterr().err.startswith("cnnviz: mistake in cnnviz: KeyError('x').")
    monkeypatch.setenv("CNNVIZ_DEBUG", "1")
    with pytest.raises(KeyError):
        cli.main([], broken, broken, broken)


# -- the window ---------------------------------------------------------------------------------------------------


def test_without_a_command_the_window_opens(tmp_path: Path) -> None:
    calls, path = Calls(), tmp_path / "net.cnnviz"
    save_project(path, Project(chain([Input(), Flatten()])))
    assert run(calls=calls) == 0
    assert run("t10", "--theme", "light", calls=calls) == 0
    assert run("--data-dir", str(tmp_path), str(path), calls=calls) == 0
    assert calls.windows == [("", "", ""), ("t10", "", "light"), (str(path), str(tmp_path), "")]


def test_the_demo_gets_its_folder(tmp_path: Path) -> None:
    calls = Calls()
    assert run("demo", "--out", str(tmp_path), calls=calls) == 0
    assert calls.demos == [tmp_path]


def test_every_command_has_help_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    for command in [*(each.name for each in cli.COMMANDS), "export", "demo"]:
        assert run(command, "--help") == 0
        text = capsys.readouterr().out
        assert "example:" in text
        assert f"cnnviz {command} " in text.partition("example:")[2]
    assert run("--help") == 0
    assert "templates  List" in capsys.readouterr().out


# -- reports ------------------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that a bar reads; the test moves them on."""
    now = [100.0]
    monkeypatch.setattr("cnnviz.cli.report.time.monotonic", lambda: now[0])
    return now


def test_a_bar_shows_share_speed_and_time_left_and_goes_away(clock: list[float]) -> None:
    stream = Terminal()
    bar = Progress("images", stream=stream)
    bar.show("learning", 0, 100)
    clock[0] += 10
    bar.show("learning", 25, 100, rate=1234.0)
    shown = stream.getvalue().rpartition("\r")[2].rstrip()
    assert shown == "learning  [######..................]  25%  1,234 images/s  0:30 left"
    bar.clear()
    assert stream.getvalue().endswith("\r")


def test_what_was_done_before_says_nothing_about_the_speed(clock: list[float]) -> None:
    stream = Terminal()
    bar = Progress("images", stream=stream)
    bar.show("learning", 5000, 10000)
    clock[0] += 10
    bar.show("learning", 5100, 10000)
    assert stream.getvalue().rstrip().endswith("10 images/s  8:10 left")


def test_a_bar_is_drawn_at_most_ten_times_a_second() -> None:
    stream = Terminal()
    bar = Progress("images", stream=stream)
    for number in range(1000):
        bar.show("learning", number, 1000)
    assert 1 <= stream.getvalue().count("\r") < 1000


def test_a_log_file_gets_no_bar() -> None:
    stream = io.StringIO()
    bar = Progress("MB", 1e-6, stream=stream)
    bar.show("train-images", 1, None)
    bar.clear()
    assert stream.getvalue() == ""


def test_columns_are_aligned() -> None:
    assert table([("a", "1"), ("bcd", "22")], right=(1,)) == "a     1\nbcd  22"


# -- as a process -------------------------------------------------------------------------------------------------


def test_light_commands_load_nothing_heavy() -> None:
    script = (
        "import sys; from cnnviz import cli; status = cli.main(['summary', 't1'], None, None, None);"
        "heavy = {'torch', 'numpy', 'PySide6', 'h5py', 'sklearn'} & set(sys.modules); sys.exit(status or len(heavy))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=_ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_it_runs_as_a_module_into_a_closed_pipe_and_a_narrow_terminal() -> None:
    command = f"{sys.executable} -m cnnviz summary t1 | head -n 1"
    done = subprocess.run(command, shell=True, cwd=_ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout.split()[0], done.stderr) == ("layer", "")
    narrow = subprocess.run(
        [sys.executable, "-m", "cnnviz", "summary", "t1"],
        cwd=_ROOT, capture_output=True, text=True, check=False, env={"PYTHONIOENCODING": "ascii", "PATH": ""},
    )  # fmt: skip
    assert narrow.returncode == 0
    assert "32?28?28" in narrow.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_without_a_display_it_says_so_instead_of_crashing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cnnviz"],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": ""},
    )
    assert done.returncode == 1
    assert done.stderr.startswith("cnnviz: there is no display")
