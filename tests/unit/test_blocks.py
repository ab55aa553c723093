"""Drafts, and the blocks that networks are made of."""

from __future__ import annotations

import pytest

from cnnviz.errors import GraphError
from cnnviz.layers import Add, Concat, Conv2d, Conv3d, Flatten, Input, ReLU, Softmax
from cnnviz.model.graph import chain
from cnnviz.model.groups.folding import members
from cnnviz.templates import BLOCKS, BlockTemplate
from cnnviz.templates.draft import Draft
from cnnviz.templates.parts import (
    BARE,
    UNBIASED,
    Inception,
    Style,
    convolution,
    inception,
    projection,
    residual_basic,
    residual_bottleneck,
)


@pytest.fixture(params=list(BLOCKS))
def block(request: pytest.FixtureRequest) -> BlockTemplate:
    return BLOCKS[request.param]


def begun(*shape: int) -> Draft:
    draft = Draft()
    draft.add(Input(shape=shape))
    return draft


# -- drafts -------------------------------------------------------------------------------------------------------


def test_a_draft_names_and_wires_as_a_graph_does() -> None:
    layers = (Input(), Conv2d(), ReLU(), Conv2d(), ReLU(), Flatten(), Softmax())
    draft = Draft()
    assert draft.chain(*layers) == "softmax"
    assert draft.graph("same") == chain(layers, "same")


def test_ports_are_in_the_order_of_the_sources() -> None:
    draft = begun(1, 8, 8)
    first, second = (draft.add(Conv2d(padding="same"), tag, after="input") for tag in "ab")
    draft.add(Concat(), after=(second, first))
    assert [(edge.source, edge.port) for edge in draft.graph().inputs("concat1")] == [
        ("convb", 0),
        ("conva", 1),
    ]


def test_a_name_is_given_once() -> None:
    draft = begun(1, 8, 8)
    draft.add(Conv2d(), "1")
    with pytest.raises(GraphError, match="already a node 'conv1'"):
        draft.add(Conv2d(), "1")
    with draft.group("block1", "Block"):
        draft.add(Conv2d())
    with pytest.raises(GraphError, match="already a group 'block1'"), draft.group("block1", "Block"):
        pass
    assert [node.name for node in draft.graph()] == ["input", "conv1", "conv2"]


def test_groups_lie_in_each_other() -> None:
    draft = begun(1, 8, 8)
    with draft.group("outer", "Outer", folded=False):
        draft.add(Conv2d())
        with draft.group("inner", "Inner"):
            draft.add(Conv2d())
        draft.add(Conv2d())
    graph = draft.graph()
    assert [node.group for node in graph] == ["", "outer", "inner", "outer"]
    assert [(group.name, group.parent, group.folded) for group in graph.groups] == [
        ("outer", "", False),
        ("inner", "outer", True),
    ]


# -- blocks -------------------------------------------------------------------------------------------------------


def test_a_residual_block_adds_its_input_to_what_it_learned() -> None:
    draft = begun(16, 8, 8)
    assert residual_basic(draft, 16, style=UNBIASED, tag="1_1") == "relu1_1"
    graph = draft.graph()
    assert [edge.source for edge in graph.inputs("add1_1")] == ["bn1_1b", "input"]
    assert graph.summary().errors == ()
    assert graph.summary().trainable == 2 * 9 * 16 * 16 + 2 * 2 * 16


def test_a_projection_makes_the_shortcut_fit() -> None:
    draft = begun(16, 8, 8)
    residual_basic(
        draft, 32, stride=2, shortcut=projection(32, 2, UNBIASED, "2_1"), style=UNBIASED, tag="2_1"
    )
    graph = draft.graph()
    assert [edge.source for edge in graph.inputs("add2_1")] == ["bn2_1b", "bn2_1_shortcut"]
    assert graph.inputs("conv2_1_shortcut")[0].source == "input"
    assert graph.summary().shapes["relu2_1"] == (32, 4, 4)


def test_a_bottleneck_is_four_times_as_wide_as_its_middle() -> None:
    draft = begun(256, 8, 8)
    residual_bottleneck(draft, 64, style=UNBIASED, tag="x")
    report = draft.graph().summary()
    assert [report.shapes[name] for name in ("convxa", "convxb", "convxc", "addx")] == [
        (64, 8, 8),
        (64, 8, 8),
        (256, 8, 8),
        (256, 8, 8),
    ]


def test_a_shortcut_that_does_not_fit_is_told() -> None:
    draft = begun(16, 8, 8)
    residual_basic(draft, 32, style=UNBIASED)
    assert "can't be added" in draft.graph().summary().errors[0].text


def test_blocks_work_in_three_dimensions() -> None:
    draft = begun(8, 4, 4, 4)
    residual_basic(draft, 8, style=Style(Conv3d))
    assert draft.graph().summary().shapes["relu2"] == (8, 4, 4, 4)


def test_inception_joins_four_branches_by_their_channels() -> None:
    draft = begun(192, 28, 28)
    inception(draft, Inception(64, 96, 128, 16, 32, 32), tag="_3a_")
    graph = draft.graph()
    assert graph.summary().shapes["concat_3a_"] == (64 + 128 + 32 + 32, 28, 28)
    assert graph.summary().trainable == 163_696
    assert len(graph.outputs("input")) == 4


def test_a_convolution_without_norm_or_activation_is_alone() -> None:
    draft = begun(3, 8, 8)
    convolution(draft, 4, style=BARE, active=False)
    assert [node.name for node in draft.graph()] == ["input", "conv1"]


# -- the shelf of blocks --------------------------------------------------------------------------------------------


def test_a_block_runs_from_one_input_to_one_exit(block: BlockTemplate) -> None:
    report = block.graph.summary()
    assert report.errors == ()
    assert report.inputs == ("input",)
    assert report.outputs == (report.output,)
    assert report.row("input").shape == block.shape


def test_all_of_a_block_but_its_input_is_in_one_group(block: BlockTemplate) -> None:
    (group,) = block.graph.groups
    assert group.title == block.title == block.graph.title
    assert set(members(block.graph, group.name)) == {node.name for node in block.graph} - {"input"}


def test_blocks_say_what_they_are(block: BlockTemplate) -> None:
    assert block.sentence.endswith(".")
    assert BLOCKS[block.name] is block


def test_a_residual_block_keeps_its_shape_and_a_reducing_one_halves_it() -> None:
    kept, halved = (BLOCKS[name].graph.summary() for name in ("residual", "residual_down"))
    assert kept.row(kept.output).shape == (64, 28, 28)
    assert halved.row(halved.output).shape == (128, 14, 14)
    assert any(isinstance(node.layer, Add) for node in BLOCKS["bottleneck"].graph)
