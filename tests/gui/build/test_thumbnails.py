import threading
from collections.abc import Callable

import pytest

from cnnviz.layers import Conv2d, Dense, Flatten, Input, MaxPool2d, ReLU
from cnnviz.model.graph import Graph, chain
from cnnviz.model.placing.layout import tidy
from cnnviz.model.whatif import WhatIf
from cnnviz.ui.build.canvas import thumbnails
from cnnviz.ui.build.workspace import BuildWorkspace
from tests.gui.rooms import wait

Load = Callable[[Graph], BuildWorkspace]


def small(filters: int = 8) -> Graph:
    return tidy(chain([Input(), Conv2d(filters, padding="same"), ReLU(), Conv2d(4)]))


def shape_on_card(workspace: BuildWorkspace, name: str) -> tuple[int, ...]:
    found = workspace.canvas.content.cards[name].strip
    return found.shape if found is not None else ()


def test_every_card_shows_its_output_and_follows_an_edit(load: Load) -> None:
    workspace = load(small())
    wait(lambda: shape_on_card(workspace, "conv1") == (8, 28, 28))
    document = workspace.session.document
    document.edit("More", document.graph.with_layer("conv1", Conv2d(12, padding="same")))
    wait(lambda: shape_on_card(workspace, "conv1") == (12, 28, 28))
    assert shape_on_card(workspace, "conv2") == (4, 26, 26)


def test_pictures_are_made_in_the_worker(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    makers: set[threading.Thread] = set()
    made = thumbnails.strip

    def watched(activation: object) -> object:
        makers.add(threading.current_thread())
        return made(activation)  # type: ignore[arg-type]

    monkeypatch.setattr(thumbnails, "strip", watched)
    workspace = load(small())
    wait(lambda: shape_on_card(workspace, "conv1") != ())
    assert makers
    assert threading.main_thread() not in makers


def test_one_click_switches_them_off_and_on(load: Load) -> None:
    workspace = load(small())
    wait(lambda: shape_on_card(workspace, "conv1") != ())
    looking, document = workspace.session.looking, workspace.session.document
    workspace.tools.pictures.click()
    assert shape_on_card(workspace, "conv1") == ()
    assert not looking.live
    before = looking.trace
    document.edit("More", document.graph.with_layer("conv1", Conv2d(9, padding="same")))
    assert looking.settled is False
    assert looking.trace is before
    assert "on" in workspace.tools.pictures.toolTip()
    workspace.tools.pictures.click()
    wait(lambda: shape_on_card(workspace, "conv1") == (9, 28, 28))


def test_a_huge_network_is_told_to_have_none_and_gets_them_when_asked(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnails, "MOST_MACS", 100_000)
    notices: list[str] = []
    workspace = load(small(2))
    workspace.session.notice.connect(lambda severity, text: notices.append(text))
    document = workspace.session.document
    document.edit("Grow", small(40))
    assert not workspace.tools.pictures.isChecked()
    assert any("large" in text for text in notices)
    assert workspace.session.looking.live is False
    workspace.tools.pictures.click()
    wait(lambda: shape_on_card(workspace, "conv1") == (40, 28, 28))


def test_out_of_sight_the_canvas_does_not_keep_others_waiting(load: Load) -> None:
    workspace = load(small())
    workspace.tools.pictures.click()
    assert not workspace.session.looking.live
    workspace.hide()
    assert workspace.session.looking.live, "Inspect needs the trace"
    workspace.show()
    assert not workspace.session.looking.live


def test_in_front_of_a_mistake_the_pictures_stay_live(load: Load) -> None:
    workspace = load(tidy(chain([Input(), Conv2d(8, padding="same"), MaxPool2d(), Flatten(), Dense(10)])))
    document = workspace.session.document
    wait(lambda: shape_on_card(workspace, "dense1") == (10,))
    document.edit("Break", document.graph.remove(("flatten",)))
    assert document.report.errors
    document.edit("More", document.graph.with_layer("conv1", Conv2d(5, padding="same")))
    wait(lambda: shape_on_card(workspace, "conv1") == (5, 28, 28))
    assert shape_on_card(workspace, "pool1") == (5, 14, 14)
    assert shape_on_card(workspace, "dense1") == ()
    first = workspace.canvas.content.cards["conv1"].strip
    workspace.session.material.pick(3)
    wait(lambda: workspace.canvas.content.cards["conv1"].strip is not first)
    document.undo()
    document.undo()
    wait(lambda: shape_on_card(workspace, "dense1") == (10,))


def test_build_shows_the_network_as_it_is_while_something_is_tried_out(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, made = [], thumbnails._strips
    monkeypatch.setattr(thumbnails, "_strips", lambda trace: (seen.append(trace), made(trace))[1])
    workspace = load(small())
    wait(lambda: shape_on_card(workspace, "conv1") != ())
    session, before = workspace.session, len(seen)
    session.document.attempt("Mute", WhatIf().muting("conv1", range(8)))
    wait(lambda: "conv1_alt" in session.looking.trace.activations and len(seen) > before)
    assert all("conv1_alt" not in trace.activations for trace in seen)
    assert set(seen[-1].activations) == {node.name for node in session.document.graph}
