from collections.abc import Callable

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from cnnviz.layers import LAYERS, Add, Conv2d, Dense, FixedFilter2d, Flatten, Input, MaxPool2d, Reshape
from cnnviz.model.graph import Edge, Graph, chain
from cnnviz.model.placing.layout import tidy
from cnnviz.ui.build.properties.optionfields import (
    KernelField,
    PaddingField,
    ShapeField,
    TargetField,
    field_for,
)
from cnnviz.ui.build.workspace import BuildWorkspace
from cnnviz.ui.widgets.field import Field

Load = Callable[[Graph], BuildWorkspace]


def small() -> Graph:
    return tidy(chain([Input(), Conv2d(8, padding="same"), MaxPool2d(), Flatten(), Dense(10)]))


def type_into(edit: object, text: str) -> None:
    edit.selectAll()  # type: ignore[attr-defined]
    QTest.keyClicks(edit, text)  # type: ignore[call-overload]
    QApplication.processEvents()


def put_into(edit: QLineEdit, text: str) -> None:
    """Enter what no key of the test's keyboard has: a minus, a times sign."""
    edit.selectAll()
    edit.insert(text)
    QApplication.processEvents()


def test_typing_changes_shapes_on_the_wires_at_once_and_is_one_step(load: Load) -> None:
    workspace = load(small())
    workspace.selection.set(("conv1",))
    steps = len(workspace.session.document.history.steps)
    type_into(workspace.properties.fields["out_channels"].edit, "64")  # type: ignore[attr-defined]
    wires = workspace.canvas.content.wires
    assert wires[Edge("conv1", "pool1", 0)].face.label == "28×28×64"
    assert wires[Edge("pool1", "flatten", 0)].face.label == "14×14×64"
    assert wires[Edge("flatten", "dense1", 0)].face.label == "12544"
    assert len(workspace.session.document.history.steps) == steps + 1
    assert "= 640" in workspace.properties.sums.plain()
    assert workspace.strip.amounts.params.value.text() == "126,090"


def test_an_illegal_value_keeps_its_text_and_says_why(load: Load) -> None:
    workspace = load(small())
    workspace.selection.set(("conv1",))
    before = workspace.session.document.graph
    field = workspace.properties.fields["out_channels"]
    type_into(field.edit, "0")  # type: ignore[attr-defined]
    assert workspace.session.document.graph is before
    assert field.edit.text() == "0"  # type: ignore[attr-defined]
    assert "4,096" in field.error()
    kernel = workspace.properties.fields["kernel_size"]
    type_into(kernel.edits[0], "5")  # type: ignore[attr-defined]
    assert workspace.session.document.graph.node("conv1").layer.kernel_size == (5, 5)  # type: ignore[attr-defined]
    assert field.edit.text() == "0", "an edit elsewhere leaves the text alone"  # type: ignore[attr-defined]


def test_several_layers_share_a_form(load: Load) -> None:
    workspace = load(tidy(chain([Input(), Conv2d(4), Conv2d(8), MaxPool2d(), Flatten(), Dense(10)])))
    workspace.selection.set(("conv1", "conv2"))
    type_into(workspace.properties.fields["out_channels"].edit, "12")  # type: ignore[attr-defined]
    graph = workspace.session.document.graph
    assert [graph.node(name).layer.out_channels for name in ("conv1", "conv2")] == [12, 12]  # type: ignore[attr-defined]
    workspace.selection.set(("conv1", "pool1"))
    assert set(workspace.properties.fields) == {"kernel_size", "stride", "padding"}
    workspace.selection.set(("conv1", "dense1"))
    assert set(workspace.properties.fields) == {"bias"}


def test_different_values_are_said_to_be_mixed_until_one_is_given_to_all(load: Load) -> None:
    workspace = load(tidy(chain([Input(), Conv2d(4), Conv2d(8, kernel_size=(5, 5)), Flatten(), Dense(10)])))
    document, form = workspace.session.document, workspace.properties
    workspace.selection.set(("conv1", "conv2"))
    filters, kernel = form.fields["out_channels"], form.fields["kernel_size"]
    assert filters.mixed == "4, 8"
    assert kernel.mixed == "3×3, 5×5"
    assert not form.fields["stride"].mixed
    assert filters.edit.text() == ""
    steps = len(document.history.steps)
    filters.edit.setFocus()
    type_into(filters.edit, "4")
    assert {n.layer.out_channels for n in document.graph if isinstance(n.layer, Conv2d)} == {4}
    assert len(document.history.steps) == steps + 1, "one edit for both"
    assert not filters.mixed
    assert kernel.mixed, "the other option still differs"
    document.undo()
    assert filters.mixed == "4, 8"


def test_a_mixed_field_that_is_only_visited_changes_nothing(load: Load) -> None:
    workspace = load(tidy(chain([Input(), Conv2d(4), Conv2d(8), Flatten(), Dense(10)])))
    before = workspace.session.document.graph
    workspace.selection.set(("conv1", "conv2"))
    field = workspace.properties.fields["out_channels"]
    field.edit.setFocus()
    field.edit.editingFinished.emit()
    assert field.edit.text() == ""
    assert workspace.session.document.graph is before


def test_a_name_is_changed_in_place_and_a_bad_one_refused(load: Load) -> None:
    workspace = load(small())
    workspace.selection.set(("conv1",))
    head = workspace.properties.head
    type_into(head.name, "2nd layer")
    head.name.editingFinished.emit()
    assert "conv1" in workspace.session.document.graph
    assert "can't be a node's name" in head._error.text()
    type_into(head.name, "edges")
    head.name.editingFinished.emit()
    assert "edges" in workspace.session.document.graph
    assert workspace.selection.nodes == ("edges",)
    assert workspace.canvas.content.cards["edges"].face.name == "edges"
    workspace.session.document.undo()
    assert workspace.selection.nodes == ("conv1",)
    assert head.name.text() == "conv1"


def test_reset_goes_back_to_the_defaults(load: Load) -> None:
    workspace = load(small())
    workspace.selection.set(("conv1",))
    workspace.properties._reset.click()
    assert workspace.session.document.graph.node("conv1").layer == Conv2d()
    assert workspace.properties.fields["padding"].value() == "valid"


def test_undo_shows_the_old_values_again(load: Load) -> None:
    workspace = load(small())
    workspace.selection.set(("dense1",))
    type_into(workspace.properties.fields["units"].edit, "33")  # type: ignore[attr-defined]
    workspace.session.document.undo()
    assert workspace.properties.fields["units"].value() == 10
    assert workspace.properties.fields["units"].edit.text() == "10"  # type: ignore[attr-defined]


def test_every_option_of_every_kind_has_a_field_that_shows_its_default(qapp: QApplication) -> None:
    for cls in LAYERS.values():
        for option in cls.options():
            field = field_for(option)
            field.set_value(option.default)
            assert field.value() == option.default, (cls.kind, option.name)
            assert field.error() == ""
            field.deleteLater()


def test_padding_is_a_word_or_numbers(qapp: QApplication) -> None:
    option = next(option for option in Conv2d.options() if option.name == "padding")
    field = PaddingField(option)
    got: list[object] = []
    field.edited.connect(got.append)
    field.set_value("same")
    field.choice.part("custom").click()
    type_into(field.amounts.edits[0], "2")
    field.choice.part("valid").click()
    assert got == [(1, 1), (2, 2), "valid"]
    field.deleteLater()


@pytest.mark.parametrize(
    ("text", "shape"),
    [("3x32x32", (3, 32, 32)), ("1 28 28", (1, 28, 28)), ("a", None), ("0×3", None)],
)
def test_a_shape_is_typed_in_many_ways(qapp: QApplication, text: str, shape: object) -> None:
    field = ShapeField(Input.options()[0])
    got: list[object] = []
    field.edited.connect(got.append)
    field.set_value((9,))
    type_into(field.edit, text)
    assert (got[-1] if shape else bool(field.error())) == (shape or True)
    assert field.edit.text() == text
    field.deleteLater()


@pytest.mark.parametrize(
    ("text", "shape"),
    [("rest", (-1,)), ("64×rest", (64, -1)), ("2 −1", (2, -1)), ("-1, 7", (-1, 7)), ("4×4", (4, 4)), ("0", None),
     ("rest rest", None), ("1 2 3 4 5", None), ("", None)],
)  # fmt: skip
def test_one_entry_of_a_target_may_be_the_rest(text: str, shape: tuple[int, ...] | None) -> None:
    field = TargetField(Reshape.options()[0])
    got: list[object] = []
    field.edited.connect(got.append)
    field.set_value((9, -1))
    assert field.edit.text() == "9×rest"
    put_into(field.edit, text or "?")
    assert (got[-1] if shape else bool(field.error())) == (shape or True)
    field.deleteLater()


def test_a_kernel_is_typed_as_rows_of_numbers() -> None:
    field = KernelField(FixedFilter2d.options()[1])
    got: list[object] = []
    field.edited.connect(got.append)
    field.set_value("1 0; 0 1")
    put_into(field.edit, "1 0; 0")
    assert "row 2 has 1 number" in field.error()
    assert field.value() == "1 0; 0 1", "the last legal value stays"
    put_into(field.edit, "1 0; 0 −2")
    assert (field.error(), got[-1], field.edit.text()) == ("", "1 0; 0 -2", "1 0; 0 −2")
    field.set_value("1 0; 0 -2")
    assert field.edit.text() == "1 0; 0 −2", "what was typed is left alone"
    field.set_value("-1 1")
    assert field.edit.text() == "−1 1"
    field.deleteLater()


def test_an_option_without_effect_is_not_shown(load: Load) -> None:
    workspace = load(tidy(chain([Input(), FixedFilter2d(), Flatten(), Dense(10)])))
    workspace.selection.set(("filter1",))
    kernel = workspace.properties.fields["kernel"]
    assert kernel.isHidden()
    graph = workspace.session.document.graph
    typed = graph.with_layer("filter1", graph.node("filter1").layer.replace(preset="typed"))
    workspace.session.document.edit("Filter of filter1", typed)
    assert not kernel.isHidden()
    assert workspace.properties.fields["kernel"] is kernel


def test_the_values_of_the_image_are_shown(load: Load) -> None:
    workspace = load(small())
    workspace.selection.set(("conv1",))
    for _ in range(100):
        QTest.qWait(10)
        if workspace.session.looking.trace is not None:
            break
    assert "mean" in workspace.properties._values_note.text()
    assert workspace.canvas.content.cards["conv1"].strip is not None


def _linked(field: Field) -> bool:
    return any(edit.property("linked") for edit in field.findChildren(QLineEdit))


def test_a_number_of_the_sums_points_at_its_field(load: Load) -> None:
    workspace = load(small())
    workspace.selection.set(("conv1",))
    form = workspace.properties
    form.sums.text.linkHovered.emit("kernel_size")
    marked = [name for name, field in form.fields.items() if _linked(field)]
    assert marked == ["kernel_size"]
    form.sums.text.linkHovered.emit("")
    assert not _linked(form.fields["kernel_size"])
    assert 'href="kernel_size"' in form.sums.text.text()


# -- problems ---------------------------------------------------------------------------------------------------------


def broken() -> Graph:
    return tidy(chain([Input(), Conv2d(8), Dense(10), Dense(5)]))


def test_a_fix_repairs_the_graph_in_one_step(load: Load) -> None:
    workspace = load(broken())
    document, canvas = workspace.session.document, workspace.canvas
    assert canvas.content.cards["dense1"].face.state == "error"
    assert canvas.content.wires[Edge("conv1", "dense1", 0)].face.state == "error"
    assert canvas.content.cards["dense2"].face.state == "waiting"
    assert canvas.content.cards["dense2"].face.footer == "waits for dense1"
    workspace.strip.problems.node_chosen.emit("dense1")
    popover = workspace.popover
    assert popover.isVisible()
    fix = next(each for each in popover.fixes if "Flatten" in each.fix.label)
    popover.preview(fix.fix)
    assert "flatten" in canvas.shown
    assert "flatten" not in document.graph
    popover.preview(None)
    assert "flatten" not in canvas.shown
    steps = len(document.history.steps)
    fix.click()
    assert not document.report.errors
    assert len(document.history.steps) == steps + 1
    assert not popover.isVisible()


def test_the_popover_can_be_closed_and_comes_back_on_demand(load: Load) -> None:
    workspace = load(broken())
    workspace.selection.set(("dense1",))
    assert workspace.popover.isVisible()
    assert workspace.popover.close_problem()
    assert not workspace.popover.isVisible()
    workspace.selection.set(("conv1",))
    workspace.selection.set(("dense1",))
    assert not workspace.popover.isVisible()
    workspace.show_node("dense1")
    assert workspace.popover.isVisible()


def test_the_popover_stays_inside_the_canvas(load: Load) -> None:
    workspace = load(broken())
    for width, zoom in ((1400, 1.0), (1050, 1.0), (1200, 0.8), (1400, 2.0)):
        workspace.resize(width, 800)
        workspace.canvas.camera.set_zoom(zoom)
        workspace.show_node("dense1")
        QApplication.processEvents()
        assert workspace.popover.isVisible()
        assert workspace.canvas.rect().contains(workspace.popover.geometry())


def test_problems_are_listed_with_those_that_wait(load: Load) -> None:
    workspace = load(broken())
    rows = [(row.problem.node, row.problem.severity) for row in workspace.strip.problems.rows]
    assert rows[0] == ("dense1", "error")
    assert ("dense2", "waiting") in rows
    assert workspace.strip.tabs.tabText(0) == "Problems  1"


def test_only_the_wire_that_is_unlike_the_first_is_guilty(load: Load) -> None:
    graph = chain([Input(), Conv2d(4, padding="same"), MaxPool2d()]).add(Add(), "add1")
    graph = graph.connect("conv1", "add1", 0).connect("pool1", "add1", 1)
    wires = load(tidy(graph)).canvas.content.wires
    assert wires[Edge("conv1", "add1", 0)].face.state == "fine"
    assert wires[Edge("pool1", "add1", 1)].face.state == "error"


# -- the other tabs ---------------------------------------------------------------------------------------------------


def test_the_tabs_follow_the_document(load: Load) -> None:
    workspace = load(small())
    strip, document = workspace.strip, workspace.session.document
    strip.show_tab("Shapes")
    assert strip.shapes.grid.item(1, 2).text() == "28×28×8"
    strip.show_tab("Code")
    assert "nn.Conv2d" in strip.code.text.toPlainText()
    document.set_data(validation=1234)
    assert "VALIDATION = 1234" in strip.code.text.toPlainText()
    document.edit("Change", document.graph.with_layer("dense1", Dense(7)))
    assert "7" in strip.code.text.toPlainText()
    strip.show_tab("Shapes")
    assert strip.shapes.grid.item(4, 2).text() == "7"
    strip.show_tab("History")
    assert [strip.history.item(n).text() for n in range(strip.history.count())] == ["Open", "Test", "Change"]
    strip.history.step_chosen.emit(1)
    assert document.graph.node("dense1").layer == Dense(10)
    assert strip.history.currentRow() == 1
