"""Groups, blocks and notes as edits of a graph."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cnnviz.errors import FileError, GraphError
from cnnviz.layers import Add, Conv2d, Dense, Flatten, Input, MaxPool2d, ReLU
from cnnviz.model.graph import Edge, Graph, chain
from cnnviz.model.groups import notes, ownblocks
from cnnviz.model.groups.alike import chains, stack_alike
from cnnviz.model.groups.blocks import add_block_after, as_block, insert_block, place_block
from cnnviz.model.groups.folding import (
    around,
    dissolve,
    entries,
    exits,
    fold,
    folded_over,
    group_of,
    members,
    outermost_folded,
    put_into,
    put_together,
    rename_group,
    shifted,
    unfolded,
)
from cnnviz.model.groups.framing import closed, frames, opened
from cnnviz.model.groups.group import Note
from cnnviz.model.groups.pieces import graft, piece
from cnnviz.model.groups.repeating import copies, repeat
from cnnviz.model.placing.cards import Card, card_of, cards, place_of, put_cards
from cnnviz.model.placing.layout import tidy

CARD = (240.0, 108.0)


def plain() -> Graph:
    """Return input, conv1, relu1, conv2, pool1, flatten, dense1 in a chain."""
    layers = (
        Input(),
        Conv2d(8, padding="same"),
        ReLU(),
        Conv2d(8, padding="same"),
        MaxPool2d(),
        Flatten(),
        Dense(10),
    )
    return tidy(chain(layers))


def grouped(*, folded: bool = True) -> Graph:
    """Return the chain with conv1 and relu1 in `unit`, and these and conv2 in `stage`."""
    graph = put_together(plain(), ("conv1", "relu1"), "Unit", name="unit", folded=folded)
    return tidy(put_together(graph, ("conv1", "relu1", "conv2"), "Stage", name="stage", folded=folded))


# -- what lies where ----------------------------------------------------------------------------------------------


def test_members_are_those_of_inner_groups_too() -> None:
    graph = grouped()
    assert members(graph, "stage") == ("conv1", "relu1", "conv2")
    assert members(graph, "unit") == ("conv1", "relu1")
    assert [edge.source for edge in entries(graph, "stage")] == ["input"]
    assert [edge.target for edge in exits(graph, "stage")] == ["pool1"]
    with pytest.raises(GraphError, match="no group 'units'"):
        group_of(graph, "units")


def test_the_outermost_folded_group_hides_a_node() -> None:
    graph = grouped()
    assert folded_over(graph) == dict.fromkeys(("conv1", "relu1", "conv2"), "stage")
    assert folded_over(fold(graph, "stage", folded=False)) == dict.fromkeys(("conv1", "relu1"), "unit")
    assert outermost_folded(graph, "pool1") == ""
    assert not folded_over(unfolded(graph))


def test_what_lies_around_nodes_ends_where_a_group_is_folded() -> None:
    graph = grouped(folded=False)
    assert around(graph, ("conv1", "relu1")) == "unit"
    assert around(graph, ("conv1", "conv2")) == "stage"
    assert around(graph, ("conv1", "pool1")) == ""
    assert around(fold(graph, "unit"), ("conv1",)) == "stage"
    assert around(graph, ()) == ""


def test_a_folded_group_is_one_card_between_its_ends() -> None:
    graph = grouped()
    assert [card.head for card in cards(graph)] == ["input", "conv1", "pool1", "flatten", "dense1"]
    assert card_of(graph, "relu1") == Card("conv1", ("relu1", "conv2"), "stage")
    assert place_of(graph, card_of(graph, "conv2")) == group_of(graph, "stage").position


def test_a_chip_stays_in_its_group() -> None:
    graph = put_together(plain(), ("conv1",), "Alone", folded=False)
    assert card_of(graph, "relu1") == Card("relu1")


def test_cards_are_put_to_places_and_take_along_what_is_folded() -> None:
    graph = grouped()
    moved = put_cards(graph, {"conv1": (1000.0, 500.0)})
    assert group_of(moved, "stage").position == (1000.0, 500.0)
    before = {name: graph.node(name).position for name in members(graph, "stage")}
    x, y = group_of(graph, "stage").position
    assert all(
        moved.node(name).position == (place[0] + 1000 - x, place[1] + 500 - y)
        for name, place in before.items()
    )


# -- edits --------------------------------------------------------------------------------------------------------


def test_nodes_of_different_groups_are_not_put_together() -> None:
    with pytest.raises(GraphError, match="different groups"):
        put_together(grouped(folded=False), ("conv1", "pool1"), "Odd")
    with pytest.raises(GraphError, match="nothing to group"):
        put_together(plain(), (), "None")


def test_a_dissolved_group_leaves_its_members_where_it_was() -> None:
    graph = dissolve(grouped(), "unit")
    assert {node.name for node in graph if node.group == "stage"} == {"conv1", "relu1", "conv2"}
    assert [group.name for group in graph.groups] == ["stage"]
    assert group_of(dissolve(grouped(), "stage"), "unit").parent == ""


def test_removed_nodes_leave_no_empty_groups() -> None:
    graph = grouped()
    assert [group.name for group in graph.remove(("conv1", "relu1")).groups] == ["stage"]
    assert not graph.remove(("conv1", "relu1", "conv2")).groups


def test_a_renamed_node_stays_in_its_group() -> None:
    assert grouped().rename("conv1", "first").node("first").group == "unit"


def test_a_group_is_renamed_with_all_that_names_it() -> None:
    graph = rename_group(rename_group(grouped(), "stage", "body"), "unit", "first")
    assert group_of(graph, "first").parent == "body"
    assert graph.node("conv2").group == "body"
    for wrong, words in (("body", "already"), ("2nd", "can't be"), ("class", "can't be")):
        with pytest.raises(GraphError, match=words):
            rename_group(graph, "first", wrong)


def test_what_is_shifted_takes_its_groups_along() -> None:
    graph = grouped()
    x, y = group_of(graph, "unit").position
    assert group_of(shifted(graph, ("conv1", "relu1"), (16.0, 32.0)), "unit").position == (x + 16, y + 32)
    assert group_of(shifted(graph, ("conv1",), (16.0, 32.0)), "unit").position == (x, y)


def test_a_node_is_put_into_a_group_and_out_of_the_last() -> None:
    graph = put_into(grouped(), "pool1", "stage")
    assert members(graph, "stage")[-1] == "pool1"
    lone = put_together(plain(), ("conv1",), "Alone", name="alone")
    assert not put_into(lone, "conv1", "").groups


# -- room ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["stage", "unit"])
def test_opening_and_folding_gives_back_the_same_places(name: str) -> None:
    graph = grouped() if name == "stage" else tidy(fold(grouped(), "stage", folded=False))
    again = closed(opened(graph, name, CARD), name, CARD)
    assert [place_of(again, card) for card in cards(again)] == [
        place_of(graph, card) for card in cards(graph)
    ]
    assert closed(opened(again, name, CARD), name, CARD) == again


def test_what_is_folded_away_is_opened_without_room() -> None:
    graph = fold(grouped(), "unit")
    assert opened(graph, "unit", CARD) == fold(graph, "unit", folded=False)
    assert closed(fold(graph, "unit", folded=False), "unit", CARD) == graph


def test_an_open_frame_covers_its_cards_and_no_others() -> None:
    graph = opened(opened(grouped(), "stage", CARD), "unit", CARD)
    boxes = frames(graph, CARD)
    assert list(boxes) == ["unit", "stage"], "inner ones first"
    for card in cards(graph):
        x, y = place_of(graph, card)
        left, top, right, bottom = boxes["stage"]
        within = left <= x and top <= y and x + CARD[0] <= right and y + CARD[1] <= bottom
        apart = x >= right or x + CARD[0] <= left or y >= bottom or y + CARD[1] <= top
        assert within if set(card.nodes) <= set(members(graph, "stage")) else apart


def test_a_folded_frame_leaves_no_card_on_another() -> None:
    graph = opened(grouped(), "stage", CARD)
    below = graph.move({"pool1": (graph.node("pool1").position[0] + 400, graph.node("conv1").position[1])})
    folded = closed(below, "stage", CARD)
    places = [place_of(folded, card) for card in cards(folded)]
    for number, (x, y) in enumerate(places):
        assert not any(abs(x - a) < CARD[0] and abs(y - b) < CARD[1] for a, b in places[number + 1 :])


def test_tidy_keeps_groups_together() -> None:
    graph = tidy(fold(fold(grouped(), "stage", folded=False), "unit", folded=False))
    assert set(frames(graph, CARD)) == {"stage", "unit"}
    tops = [place_of(graph, card)[1] for card in cards(graph)]
    assert tops == sorted(tops)


# -- pieces and blocks --------------------------------------------------------------------------------------------


def test_a_piece_keeps_whole_groups_only() -> None:
    graph = grouped()
    assert [group.name for group in piece(graph, ("conv1", "relu1", "pool1")).groups] == ["unit"]
    assert not piece(graph, ("conv1", "conv2")).groups
    assert piece(graph, ("conv1", "conv2")).node("conv1").group == ""


def test_a_graft_has_fresh_names_everywhere() -> None:
    graph = replace(grouped(), notes=(Note("note1", "a"),))
    made = graft(graph, piece(graph, members(graph, "stage"), ("note1",)), (10.0, 20.0))
    assert made.groups == {"unit": "unit1", "stage": "stage1"}
    assert made.notes == {"note1": "note2"}
    assert made.nodes == {"conv1": "conv3", "relu1": "relu2", "conv2": "conv4"}
    assert group_of(made.graph, "unit1").parent == "stage1"
    assert Edge("conv3", "relu2", 0) in made.graph.edges
    assert made.graph.node("conv3").layer is graph.node("conv1").layer


def test_a_block_has_an_input_for_each_thing_that_feeds_it() -> None:
    block = as_block(grouped(), "stage")
    assert block.title == "Stage"
    assert [node.name for node in block if node.layer.takes_sample] == ["input"]
    assert block.node("input").layer == Input(shape=(1, 28, 28))
    assert not block.summary().errors


def test_a_block_goes_into_a_wire_and_behind_a_node() -> None:
    block = as_block(grouped(), "stage")
    placed = insert_block(plain(), block, Edge("pool1", "flatten"), (0.0, 0.0))
    # it was made for one channel and takes eight as well
    assert not placed.graph.summary().errors
    assert placed.graph.inputs("flatten")[0].source == placed.exit
    behind = add_block_after(plain(), block, "pool1", (0.0, 0.0))
    assert behind.graph.inputs("flatten")[0].source == behind.exit
    assert group_of(behind.graph, behind.group).position == (0.0, 0.0)


def test_loose_layers_become_a_group_when_they_are_placed() -> None:
    placed = place_block(plain(), chain([Input(), Conv2d(), ReLU()], "Pair"), (0.0, 0.0))
    assert group_of(placed.graph, placed.group).title == "Pair"
    assert len(placed.doors) == 1
    with pytest.raises(GraphError, match="holds no layers"):
        place_block(plain(), chain([Input()]), (0.0, 0.0))


# -- repeating ----------------------------------------------------------------------------------------------------


def test_a_chain_of_like_blocks_is_counted() -> None:
    graph = repeat(put_together(plain(), ("conv2",), "Conv", name="unit"), "unit", 4)
    outer = graph.groups[-1].name
    assert copies(graph, outer) == 4
    assert [name for name in graph._by_name if name.startswith("conv2")] == [
        "conv2",
        "conv2_2",
        "conv2_3",
        "conv2_4",
    ]
    assert graph.inputs("pool1")[0].source == "conv2_4"
    assert not graph.summary().errors
    changed = graph.with_layer("conv2_3", Conv2d(8, kernel_size=(5, 5), padding="same"))
    assert copies(changed, outer) == 1, "they are not alike any more"
    assert copies(graph, "unit") == 1


def test_a_block_at_the_end_of_the_network_is_repeated_too() -> None:
    graph = put_together(chain([Input(), Conv2d(1, padding="same")]), ("conv1",), "Last", name="last")
    assert not repeat(graph, "last", 3).summary().errors


def test_like_blocks_in_a_chain_are_found_and_stacked() -> None:
    graph = chain(
        [Input(), *(each for _ in range(3) for each in (Conv2d(4, padding="same"), ReLU())), Flatten()]
    )
    for number in (1, 2, 3):
        graph = put_together(graph, (f"conv{number}", f"relu{number}"), "Unit", name=f"unit{number}")
    assert chains(graph) == dict.fromkeys(("unit1", "unit2", "unit3"), ("unit1", "unit2", "unit3"))
    stack = stack_alike(graph, "unit3")
    assert copies(stack, stack.groups[-1].name) == 3
    assert chains(stack) == {}
    assert stack.summary().trainable == graph.summary().trainable
    with pytest.raises(GraphError, match="no like before or behind"):
        stack_alike(put_together(graph, ("flatten",), "End", name="end"), "end")


def test_blocks_that_something_else_feeds_or_uses_are_no_chain() -> None:
    graph = chain([Input(), Conv2d(1, padding="same"), Conv2d(1, padding="same"), Add()]).connect(
        "input", "add1"
    )
    for number in (1, 2):
        graph = put_together(graph, (f"conv{number}",), "Unit", name=f"unit{number}")
    assert set(chains(graph)) == {"unit1", "unit2"}
    assert not chains(graph.connect("conv1", "add1"))


def test_what_can_not_be_repeated_says_why() -> None:
    graph = put_together(plain(), ("pool1", "flatten"), "Head", name="head")
    with pytest.raises(GraphError, match="takes 8×28×28 and puts out 1568"):
        repeat(graph, "head", 2)
    with pytest.raises(GraphError, match="can't be repeated 1 times"):
        repeat(graph, "head", 1)
    forked = chain([Input(), Conv2d(1, padding="same")]).add(Add(), after="input").connect("conv1", "add1")
    with pytest.raises(GraphError, match="has 2 entries"):
        repeat(put_together(forked, ("add1",), "Sum", name="sum"), "sum", 2)
    start = put_together(plain(), ("input",), "Start", name="start")
    with pytest.raises(GraphError, match="has no entry"):
        repeat(start, "start", 2)


# -- own blocks ---------------------------------------------------------------------------------------------------


def test_blocks_are_kept_renamed_and_deleted() -> None:
    block = as_block(grouped(), "stage")
    first, second = ownblocks.save_block(block), ownblocks.save_block(block)
    assert (first.path.name, second.path.name) == ("stage.cnnviz", "stage-2.cnnviz")
    assert ownblocks.load_blocks().blocks[0].graph == block
    ownblocks.rename_block(first, "Körper")
    assert [each.title for each in ownblocks.load_blocks().blocks] == ["Körper", "Stage"]
    ownblocks.delete_block(first)
    ownblocks.delete_block(first)  # it is gone already, which is what was wanted
    assert [each.title for each in ownblocks.load_blocks().blocks] == ["Stage"]
    assert second.sentence == "3 layers, 664 parameters."


def test_a_damaged_block_is_named_and_hides_no_other() -> None:
    ownblocks.save_block(as_block(grouped(), "stage"))
    (ownblocks.folder() / "bad.cnnviz").write_text("[]")
    shelf = ownblocks.load_blocks()
    assert [each.title for each in shelf.blocks] == ["Stage"]
    assert [name for name, _ in shelf.damaged] == ["bad.cnnviz"]
    assert "bad.cnnviz" in str(shelf.damaged[0][1])


def test_a_block_without_a_title_is_refused(tmp_path: Path) -> None:
    for title in ("", "  ", "a\nb", "x" * 300):
        with pytest.raises(FileError, match="needs a title"):
            ownblocks.save_block(as_block(grouped(), "stage").with_title(title))
    assert not ownblocks.load_blocks().blocks


# -- notes --------------------------------------------------------------------------------------------------------


def test_notes_are_added_written_moved_and_removed() -> None:
    graph, name = notes.add_note(plain(), (16.0, 32.0), "one")
    graph, other = notes.add_note(graph, (0.0, 0.0), frame=True, size=(400.0, 300.0))
    assert (name, other) == ("note1", "frame1")
    graph = notes.write_note(graph, name, "two\nlines\0")
    assert notes.note_of(graph, name).text == "two\nlines"
    graph = notes.move_notes(graph, (name,), (8.0, 8.0))
    assert notes.note_of(graph, name).position == (24.0, 40.0)
    assert notes.notes_within(graph, other) == (name,)
    assert notes.notes_within(graph, name) == ()
    graph = notes.resize_note(graph, other, (-5.0, 200.0))
    assert notes.note_of(graph, other).size == (64.0, 200.0)
    assert not notes.remove_notes(graph, (name, other)).notes
    with pytest.raises(GraphError, match="too many"):
        notes.write_note(graph, name, "x" * 4001)
    with pytest.raises(GraphError, match="no note 'note9'"):
        notes.note_of(graph, "note9")
