"""Export and import in the real window: menus, progress, cancelling, dropped files, and what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QGraphicsView, QWidget

from cnnviz.engine.build import build
from cnnviz.engine.weights import save, weights_of
from cnnviz.model.files import Project, save_project
from cnnviz.ui import exchanging
from cnnviz.ui.runfile import RunFileDialog
from cnnviz.ui.window import MainWindow
from tests.gui.rooms import dismiss, make_window, small_graph, wait

PROGRAM = """
import pathlib
from torch import nn

pathlib.Path(__file__).with_suffix(".ran").touch()


class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(2 * 26 * 26, 4))
"""


@pytest.fixture
def window(qtbot: object) -> Iterator[MainWindow]:
    found = make_window()
    found.show()
    yield found
    dismiss(found)


def choose(monkeypatch: pytest.MonkeyPatch, name: Path, kind: str = "") -> None:
    """Let the next file dialog answer with a name."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(name), kind))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(name), kind))


def trigger(window: MainWindow, name: str) -> None:
    window.actions_by_name[name].trigger()


def test_onnx_is_written_with_progress_and_comes_back(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    window.exchanging.exchange.progress.connect(lambda text, *_: told.append(text))
    choose(monkeypatch, tmp_path / "net.onnx")
    trigger(window, "export_onnx")
    wait(lambda: window.status.text.text() == "Wrote net.onnx", 100)
    assert any(text.startswith("Writing net.onnx (") for text in told)
    assert window.status.open_folder.isVisible()
    assert not window.status.progress.isVisible()
    window.session.document.edit("rename", window.session.document.graph.rename("conv1", "other"))
    trigger(window, "import_network")
    wait(lambda: window.status.text.text().startswith("Imported net.onnx"))
    assert [node.layer for node in window.session.document.graph] == [n.layer for n in small_graph()]
    assert window.workspace == "build"
    assert window.session.document.modified
    assert window.session.looking.origin == "imported from net.onnx"


def test_cancelling_leaves_no_file(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(monkeypatch, tmp_path / "net.onnx")
    trigger(window, "export_onnx")
    window.status.cancel.click()
    wait(lambda: window.exchanging.exchange._job.busy is False, 5)
    assert not list(tmp_path.glob("net*"))
    assert not window.status.progress.isVisible()


@pytest.mark.parametrize(
    "kind", ["SVG on white (*.svg)", "PDF transparent (*.pdf)", "PNG transparent (*.png)"]
)
def test_pictures_are_written(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    assert kind in exchanging.PICTURE_FILES.split(";;")
    choose(monkeypatch, tmp_path / "net", kind)
    trigger(window, "export_picture")
    suffix = kind.split("*")[1].rstrip(")")
    assert window.status.text.text() == f"Wrote net{suffix}"
    assert (tmp_path / f"net{suffix}").stat().st_size > 2000


def test_tables_and_scripts_are_written(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(monkeypatch, tmp_path / "net.csv", "CSV table (*.csv)")
    trigger(window, "export_table")
    assert "\nconv1,Conv 2D," in (tmp_path / "net.csv").read_text("utf-8")
    choose(monkeypatch, tmp_path / "net.py")
    trigger(window, "export_code")
    assert "load_file" not in (tmp_path / "net.py").read_text("utf-8")
    window.session.keep_unsaved(weights_of(build(small_graph(), seed=1)), small_graph(), "a test")
    trigger(window, "export_code")
    assert 'with_name("net.safetensors")' in (tmp_path / "net.py").read_text("utf-8")
    assert (tmp_path / "net.safetensors").exists()


def test_nothing_is_exported_of_an_empty_or_broken_network(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(monkeypatch, tmp_path / "net.onnx")
    window.session.document.edit("break", window.session.document.graph.remove(["flatten"]))
    trigger(window, "export_onnx")
    assert window.status.text.text().startswith("dense1: ")
    window.new()
    trigger(window, "export_onnx")
    assert "nothing to export" in window.status.text.text()
    assert not list(tmp_path.glob("net*"))


def test_a_damaged_file_is_told_and_changes_nothing(window: MainWindow, tmp_path: Path) -> None:
    before = window.session.document.graph
    (tmp_path / "net.onnx").write_bytes(b"nonsense" * 100)
    window.exchanging.open_path(tmp_path / "net.onnx")
    wait(lambda: "no readable ONNX file" in window.status.text.text())
    assert window.session.document.graph is before
    assert not window.status.progress.isVisible()


def test_weights_go_into_the_open_network_by_their_names(window: MainWindow, tmp_path: Path) -> None:
    values = weights_of(build(small_graph(), seed=4))
    save(tmp_path / "all.safetensors", values)
    window.exchanging.open_path(tmp_path / "all.safetensors")
    wait(lambda: window.status.text.text() == "Imported the weights of all.safetensors.")
    assert window.session.document.modified
    part = {**values, "dense1.weight": values["dense1.weight"][:3]}
    save(tmp_path / "part.safetensors", part)
    window.exchanging.open_path(tmp_path / "part.safetensors")
    wait(lambda: "does not fit dense1;" in window.status.text.text())
    save(tmp_path / "none.safetensors", {"a.weight": values["dense1.weight"]})
    window.exchanging.open_path(tmp_path / "none.safetensors")
    wait(lambda: "fits no layer" in window.status.text.text())


def drop(target: QWidget, path: Path) -> bool:
    """Drag a file over a widget and let it fall; return whether it is taken."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(50, 50), copy, data, left, none)
    QApplication.sendEvent(target, enter)
    if enter.isAccepted():
        QApplication.sendEvent(target, QDropEvent(QPointF(50, 50), copy, data, left, none))
    return enter.isAccepted()


def test_files_can_be_dropped(window: MainWindow, tmp_path: Path) -> None:
    save_project(tmp_path / "net.cnnviz", Project(small_graph("dropped")))
    assert drop(window, tmp_path / "net.cnnviz")
    assert window.session.document.graph.title == "dropped"
    window.show_workspace("build")
    canvas = next(each for each in window.findChildren(QGraphicsView) if each.isVisible())
    save_project(tmp_path / "other.cnnviz", Project(small_graph("over the canvas")))
    assert drop(canvas.viewport(), tmp_path / "other.cnnviz")
    assert window.session.document.graph.title == "over the canvas"
    (tmp_path / "net.txt").write_text("text")
    assert not drop(window, tmp_path / "net.txt")


def test_a_python_file_is_run_only_after_asking(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM, "utf-8")
    monkeypatch.setattr(RunFileDialog, "exec", lambda self: RunFileDialog.DialogCode.Rejected)
    window.exchanging.open_path(path)
    assert not path.with_suffix(".ran").exists()
    monkeypatch.setattr(RunFileDialog, "exec", lambda self: RunFileDialog.DialogCode.Accepted)
    window.exchanging.open_path(path)
    wait(lambda: window.status.text.text().startswith("Imported program.py"), 100)
    assert path.with_suffix(".ran").exists()
    kinds = [node.layer.kind for node in window.session.document.graph]
    assert kinds == ["input", "conv2d", "relu", "flatten", "dense"]


def test_enter_does_not_run_a_file(window: MainWindow, tmp_path: Path) -> None:
    dialog = RunFileDialog(tmp_path / "program.py", window)
    assert dialog.keep.isDefault()
    assert not dialog.run.isDefault()
    dialog.shape.setText("3×32 x 32")
    assert dialog.sizes() == (3, 32, 32)
    dialog.deleteLater()
