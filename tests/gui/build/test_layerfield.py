"""A layer within a layer: its kind and its options in the form."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox

from cnnviz.layers import LAYERS, Conv2d, Dense, FixedFilter2d, Input, TimeDistributed
from cnnviz.model.graph import Edge, Graph, chain
from cnnviz.model.placing.layout import tidy
from cnnviz.ui.build.properties.layerfield import LayerField
from cnnviz.ui.build.workspace import BuildWorkspace

Load = Callable[[Graph], BuildWorkspace]


def shown(load: Load) -> tuple[BuildWorkspace, LayerField]:
    workspace = load(tidy(chain([Input((1, 4, 12, 12)), ("frames", TimeDistributed(Conv2d(3)))])))
    workspace.selection.set(("frames",))
    field = workspace.properties.fields["layer"]
    assert isinstance(field, LayerField)
    return workspace, field


def typed(field: LayerField, option: str, text: str) -> None:
    edit = field.fields[option].edit  # type: ignore[attr-defined]
    edit.selectAll()
    QTest.keyClicks(edit, text)
    QApplication.processEvents()


def held(workspace: BuildWorkspace) -> object:
    return workspace.session.document.graph.node("frames").layer.layer  # type: ignore[attr-defined]


def test_options_of_the_held_layer_are_typed_in_place(load: Load) -> None:
    workspace, field = shown(load)
    steps = len(workspace.session.document.history.steps)
    typed(field, "out_channels", "64")
    assert held(workspace) == Conv2d(64)
    assert len(workspace.session.document.history.steps) == steps + 1
    assert workspace.session.document.report.shapes["frames"] == (64, 4, 10, 10)
    workspace.session.document.undo()
    assert field.value() == Conv2d(3)
    assert field.fields["out_channels"].value() == 3


def test_an_illegal_value_stays_with_its_reason(load: Load) -> None:
    workspace, field = shown(load)
    typed(field, "out_channels", "0")
    assert held(workspace) == Conv2d(3)
    assert "4,096" in field.fields["out_channels"].error()


def test_another_kind_brings_its_own_options(load: Load) -> None:
    workspace, field = shown(load)
    choice = field.kind.control
    assert isinstance(choice, QComboBox)
    texts = [choice.itemText(place) for place in range(choice.count())]
    assert {"Conv 2D", "Dense", "Flatten"} <= set(texts)
    assert not {"LSTM", "Add", "Time-distributed", "Input"} & set(texts)
    choice.setCurrentIndex(texts.index("Dense"))
    choice.activated.emit(texts.index("Dense"))
    assert held(workspace) == Dense()
    assert set(field.fields) == {option.name for option in LAYERS["dense"].options()}
    problem = workspace.session.document.report.problems[0]
    assert "on every step: it takes a flat vector" in problem.text
    workspace.session.document.edit("fix", problem.fixes[0].edit(workspace.session.document.graph))
    assert workspace.session.document.report.shapes["frames"] == (10, 4)
    assert Edge("input", "frames") not in workspace.session.document.graph.edges


def test_options_without_effect_are_hidden_here_too(load: Load) -> None:
    workspace, field = shown(load)
    field._take(FixedFilter2d("gaussian"))
    hidden = {name for name, each in field.fields.items() if each.isHidden()}
    assert hidden == held(workspace).unused()  # type: ignore[attr-defined]
    assert hidden
