"""Networks of hundreds and of ten thousand layers."""

from cnnviz.layers import Add, Conv2d, Input, ReLU
from cnnviz.model.files import Project, from_json, to_json
from cnnviz.model.graph import Edge, Graph, Node
from cnnviz.model.groups.folding import unfolded
from cnnviz.model.placing.layout import tidy
from cnnviz.templates import template
from cnnviz.ui.build.cards.cardpaint import LEGIBLE
from cnnviz.ui.build.workspace import BuildWorkspace
from tests.gui.rooms import wait

MANY = 10_000


def long(layers: int) -> Graph:
    """Return a chain of small layers, with a sum over the last ten of them now and then."""
    nodes, edges = [Node("input", Input((4, 16, 16)))], []
    while len(nodes) < layers:
        number = len(nodes)
        last = nodes[-1].name
        if number % 11 == 10:
            nodes.append(Node(f"add{number}", Add()))
            edges += [Edge(last, nodes[-1].name, 0), Edge(nodes[-10].name, nodes[-1].name, 1)]
        else:
            nodes.append(Node(f"layer{number}", Conv2d(4, padding="same") if number % 2 else ReLU()))
            edges.append(Edge(last, nodes[-1].name))
    return Graph(tuple(nodes), tuple(edges), "long")


def test_ten_thousand_layers_open_and_nothing_is_lost(workspace: BuildWorkspace) -> None:
    graph = tidy(long(MANY))
    document = workspace.session.document
    document.start(Project(graph))
    faces = workspace.canvas.content.faces
    assert {name for face in faces.cards.values() for name in face.nodes} == {node.name for node in graph}
    assert workspace.canvas.content.cards.keys() == faces.cards.keys()
    assert workspace.canvas.content.wires.keys() == faces.wires.keys()
    document.edit("Widen", graph.with_layer("layer9", Conv2d(4, (5, 5), padding="same")))
    assert workspace.canvas.content.cards["layer9"].face.brief.startswith("4 @ 5×5")
    document.undo()
    assert from_json(to_json(document.project())).graph == graph


def test_resnet_152_opens_without_pictures_and_follows_an_edit(workspace: BuildWorkspace) -> None:
    graph = tidy(unfolded(template("resnet152").graph))
    document, canvas = workspace.session.document, workspace.canvas
    document.start(Project(graph))
    assert not workspace.tools.pictures.isChecked(), "11 G multiply-adds would follow every edit"
    assert sum(len(face.nodes) for face in canvas.content.faces.cards.values()) == len(graph) == 516
    before = dict(canvas.content.faces.cards)
    name = next(head for head, face in before.items() if face.kind == "conv2d" and head != "conv1")
    layer = graph.node(name).layer
    document.edit("Name", graph.with_layer(name, layer.replace(bias=True)))
    after = canvas.content.faces.cards
    changed = [head for head in after if after[head] is not before.get(head)]
    assert changed == [name], "everything else is kept as it was"


def test_far_away_cards_are_painted_flat_and_near_ones_whole(workspace: BuildWorkspace) -> None:
    workspace.session.document.start(Project(tidy(long(60))))
    canvas = workspace.canvas

    def shades(zoom: float) -> int:
        canvas.camera.set_zoom(zoom)
        card = canvas.content.cards["layer9"]
        canvas.centerOn(card)
        wait(lambda: True)
        box = canvas.mapFromScene(card.sceneBoundingRect()).boundingRect().adjusted(2, 2, -2, -2)
        image = canvas.viewport().grab(box).toImage()
        return len(
            {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
        )

    assert shades(LEGIBLE * 0.8) < 10, "ground, outline, colour of the kind, and wires"
    assert shades(1.0) > 30, "texts, smooth corners and ports"


def test_what_is_shown_whole_stays_whole_in_a_window_of_another_size(workspace: BuildWorkspace) -> None:
    canvas = workspace.canvas
    workspace.session.document.start(Project(tidy(long(60))))
    canvas.fit()
    before, whole = canvas.camera.zoom, canvas.content.content_rect()
    workspace.resize(1100, 640)
    wait(lambda: canvas.camera.zoom < before)
    assert canvas.camera.sees(whole)
    canvas.camera.zoom_by(1.5)
    chosen = canvas.camera.zoom
    workspace.resize(1400, 860)
    assert not canvas._fit_later.isActive()
    assert canvas.camera.zoom == chosen
