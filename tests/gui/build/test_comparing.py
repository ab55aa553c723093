"""The comparison of two networks: what is listed, ringed and followed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from cnnviz.layers import BatchNorm, Conv2d
from cnnviz.model.files import Project, save_project
from cnnviz.templates import template
from cnnviz.ui.build.comparing import Comparison
from cnnviz.ui.build.workspace import BuildWorkspace
from tests.gui.rooms import wait

Load = Callable[..., BuildWorkspace]


def opened(load: Load) -> tuple[BuildWorkspace, Comparison]:
    workspace = load(template("t10").graph)
    workspace.compare()
    assert workspace.comparison is not None
    return workspace, workspace.comparison


def texts(found: Comparison) -> list[str]:
    return [found.changes.item(row).text() for row in range(found.changes.count())]


def test_it_follows_every_edit(load: Load) -> None:
    workspace, found = opened(load)
    found.compare_with(workspace.session.document.graph, "before")
    assert "No difference" in found.sums.text()
    document = workspace.session.document
    graph = document.graph.with_layer("conv1", Conv2d(8, 5, padding="same"))
    document.edit("Wider", graph.insert(graph.inputs("relu1")[0], BatchNorm()))
    assert texts(found)[:2] == ["+  bn1   Batch norm", "≠  conv1   filters 6 → 8"]
    assert "1 added · 1 changed" in found.sums.text()
    assert "+884 parameters" in found.sums.text()
    document.undo()
    assert texts(found) == []


def test_another_template_and_a_file_can_stand_on_the_left(load: Load, tmp_path, monkeypatch) -> None:
    _, found = opened(load)
    found._take_template("t1")
    assert found.left.content.graph.title == "MNIST CNN"
    path = tmp_path / "other.cnnviz"
    save_project(path, Project(template("t2").graph))
    monkeypatch.setattr("PySide6.QtWidgets.QFileDialog.getOpenFileName", lambda *_: (str(path), ""))
    found._open()
    assert found.left.content.graph.title == "MNIST CNN, deeper"
    path.write_text("{")
    found._open()
    assert "cut short" in found.sums.text()
    assert found.left.content.graph.title == "MNIST CNN, deeper"


def test_a_click_shows_the_node_on_both_sides_and_esc_closes(load: Load) -> None:
    workspace, found = opened(load)
    found._take_template("t2")
    found.changes.setCurrentRow(0)
    name = found._found.changes[0].after
    seen = found.right.mapToScene(found.right.viewport().rect()).boundingRect()
    assert seen.contains(found.right.content.content_rect((name,)).center())
    found.activateWindow()
    wait(found.isActiveWindow)
    QTest.keyClick(found.changes, Qt.Key.Key_Escape)
    wait(lambda: workspace.comparison is None)
    workspace.compare()
    assert workspace.comparison is not None
    assert workspace.comparison.isVisible()
    workspace.comparison.close()
