"""The scene shows the document, whatever was edited in whatever order, and holds on to nothing that is gone."""

import gc
import random
import threading

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget

from cnnviz.layers import Input
from cnnviz.model.check import check
from cnnviz.model.files import from_json, to_json
from cnnviz.model.graph import Graph, chain
from cnnviz.ui import numbers
from cnnviz.ui.build.canvas.scene import CanvasScene
from cnnviz.ui.build.cards.card import CardItem
from cnnviz.ui.build.cards.faces import faces
from cnnviz.ui.build.cards.wire import WireItem
from cnnviz.ui.build.workspace import BuildWorkspace
from tests.scribble import Scribble

STEPS = 120
MANY = 10_000


def shows(scene: CanvasScene, graph: Graph) -> None:
    """Assert that cards, wires and labels are those of the graph, and that there are no others."""
    wanted = faces(graph, scene.judge(graph), "keras")
    assert scene.graph is graph
    assert {name for face in wanted.cards.values() for name in face.nodes} == {node.name for node in graph}
    assert {name: item.face for name, item in scene.cards.items()} == dict(wanted.cards)
    assert {edge: item.face for edge, item in scene.wires.items()} == dict(wanted.wires)
    for item in scene.cards.values():
        assert (item.pos().x(), item.pos().y()) == item.face.position
    for edge, wire in scene.wires.items():
        source, target = scene.cards[wire.face.source], scene.cards[wire.face.target]
        ends = [source.mapToScene(place) for place in source.out_places()]
        assert wire.points[0] in [(place.x(), place.y()) for place in ends]
        end = target.mapToScene(target.in_places()[wire.face.port])
        assert wire.points[-1] == (end.x(), end.y())
        shape = check(graph).row(edge.source).shape
        assert wire.text == (numbers.shape(shape, "keras") if shape else "?")
    items = scene.items()
    assert {id(item) for item in items if isinstance(item, CardItem)} == {*map(id, scene.cards.values())}
    assert {id(item) for item in items if isinstance(item, WireItem)} == {*map(id, scene.wires.values())}
    assert len(items) == len(scene.cards) + len(scene.wires) + len(wanted.frames) + len(graph.notes)


@pytest.mark.parametrize("seed", range(4))
def test_any_series_of_edits_undos_and_redos(workspace: BuildWorkspace, seed: int) -> None:
    document, scribble, rng = workspace.session.document, Scribble(seed), random.Random(seed)
    document.edit("Start", chain([Input()]))
    for step in range(STEPS):
        deed = rng.random()
        if deed < 0.15:
            document.undo()
        elif deed < 0.25:
            document.redo()
        else:
            document.edit(f"step {step}", scribble.edit(document.graph))
        if document.graph.nodes and rng.random() < 0.3:
            workspace.selection.set([rng.choice(document.graph.nodes).name])
        shows(workspace.canvas.content, document.graph)
        if step % 10 == 0:
            QApplication.processEvents()
            assert from_json(to_json(document.project())).graph == document.graph


def test_ten_thousand_edits_leave_nothing_behind_in_the_scene(qapp: QApplication) -> None:
    scene, scribble, graph = CanvasScene(lambda: "keras"), Scribble(7), chain([Input()])

    def edit(times: int) -> None:
        nonlocal graph
        for _ in range(times):
            graph = scribble.edit(graph)
            scene.sync(graph)
        gc.collect()

    gc.collect()
    others = count(CardItem, WireItem)  # of windows that other tests have not let go yet
    edit(300)
    objects = len(gc.get_objects())
    edit(MANY - 300)
    shows(scene, graph)
    assert count(CardItem, WireItem) - others <= len(scene.cards) + len(scene.wires)
    # what was measured is kept for a while (16,000 rows at most), and each row is a few objects
    assert len(gc.get_objects()) - objects < 8 * 16_384
    scene.deleteLater()


def test_hundreds_of_edits_leave_nothing_behind_in_the_window(workspace: BuildWorkspace) -> None:
    document, scribble = workspace.session.document, Scribble(9)
    document.edit("Start", chain([Input()]))

    def edit(times: int) -> None:
        for step in range(times):
            document.edit(f"step {step}", scribble.edit(document.graph))
            if document.graph.nodes:
                workspace.selection.set([document.graph.nodes[step % len(document.graph)].name])
            QApplication.processEvents()
        workspace.selection.set()
        document.edit("Empty", Graph())
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QApplication.processEvents()
        gc.collect()

    edit(40)
    before = (len(workspace.findChildren(QWidget)), threading.active_count())
    edit(150)
    after = (len(workspace.findChildren(QWidget)), threading.active_count())
    assert after[1] == before[1]
    assert after[0] <= before[0] + 5
    assert not workspace.canvas.content.items()


def count(*kinds: type) -> int:
    """Return how many objects of these types are alive."""
    return sum(isinstance(each, kinds) for each in gc.get_objects())
