"""Saving, reopening, recovering: the same network, the same numbers, and no work lost on the way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cnnviz import settings as user_settings
from cnnviz.model.autosave import find_recoverable
from cnnviz.model.groups.notes import add_note
from cnnviz.ui.menus import choose_source
from cnnviz.ui.state import Session
from tests.gui.rooms import few_digits, idle, same, show, small_graph, wait


def trained(session: Session) -> Session:
    session.train()
    wait(lambda: idle(session))
    wait(lambda: session.looking.trace_fits)
    return session


def retitle(session: Session, title: str) -> None:
    session.document.edit("Change the title", session.document.graph.with_title(title))


def test_saved_project_opens_with_the_same_weights_and_trace(session: Session, tmp_path: Path) -> None:
    trained(session)
    before, weights = session.looking.trace, dict(session.looking.weights)
    path = tmp_path / "kept.cnnviz"
    assert session.save_file(path)
    assert not session.document.modified
    session.open_empty()
    assert session.looking.weights is None
    assert session.open_file(path)
    wait(lambda: session.looking.weights is not None)
    assert same(dict(session.looking.weights), weights)
    assert session.looking.origin == "from kept.safetensors"
    session.material.set_dataset(few_digits())
    session.looking.trace = None
    session.looking.refresh()
    wait(lambda: session.looking.trace is not None)
    for node in before.graph:
        assert np.array_equal(session.looking.trace.activation(node.name), before.activation(node.name))


def test_saved_file_is_the_latest_recent_one(session: Session, tmp_path: Path) -> None:
    for name in ("one", "two", "one"):
        session.save_file(tmp_path / f"{name}.cnnviz")
    assert [Path(each).stem for each in session.settings.recent] == ["one", "two"]


def test_notes_alone_are_work_that_is_kept(session: Session) -> None:
    session.open_empty()
    document = session.document
    assert document.empty
    document.edit("Add a note", add_note(document.graph, (0.0, 0.0), "to do")[0])
    assert not document.empty
    assert "canvas is empty" in session.why_not_train()
    session.open_empty()
    assert len(find_recoverable()) == 1


def test_damaged_file_is_told_and_leaves_the_document(session: Session, heard, tmp_path: Path) -> None:
    path = tmp_path / "broken.cnnviz"
    path.write_text("{ this is no JSON")
    before = session.document.graph
    assert not session.open_file(path)
    assert session.document.graph is before
    assert "broken.cnnviz" in heard.of("error")[0]


def test_missing_weights_are_told_and_the_project_opens(session: Session, heard, tmp_path: Path) -> None:
    path = tmp_path / "alone.cnnviz"
    trained(session).save_file(path)
    (tmp_path / "alone.safetensors").unlink()
    assert session.open_file(path)
    wait(lambda: heard.of("error"))
    assert "alone.safetensors" in heard.of("error")[0]
    assert session.document.graph.title == "small"


def test_file_that_cannot_be_written_is_told(session: Session, heard, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert not session.save_file(tmp_path / "file" / "project.cnnviz")
    assert session.document.path is None
    assert len(heard.of("error")) == 1


def test_unsaved_work_is_set_aside_and_recovered(session: Session) -> None:
    retitle(session, "precious")
    session.open_empty()
    (found,) = find_recoverable()
    assert found.title == "precious"
    session.recover(found.path)
    wait(lambda: session.document.graph.title == "precious")
    assert session.document.modified
    assert find_recoverable() == ()


def test_trained_weights_are_unsaved_work_too(session: Session) -> None:
    trained(session)
    assert session.document.modified
    wait(lambda: session.looking.settled)
    before = session.looking.trace
    session.open_empty()
    (found,) = find_recoverable()
    session.recover(found.path)
    wait(lambda: session.looking.trained and session.looking.settled)
    assert same(session.looking.trace.activations, before.activations)
    assert session.document.modified, "a recovery is not a saved file"
    assert find_recoverable() == ()


def test_saved_weights_are_no_unsaved_work(session: Session, tmp_path: Path) -> None:
    trained(session)
    assert session.save_file(tmp_path / "kept.cnnviz")
    assert not session.document.modified
    session.open_empty()
    assert find_recoverable() == ()


def test_work_that_cannot_be_set_aside_is_not_given_up(session: Session, heard, user_folder: Path) -> None:
    user_folder.parent.mkdir(exist_ok=True)
    user_folder.write_text("no folder")
    retitle(session, "precious")
    assert not session.open_template("t1")
    assert session.document.graph.title == "precious"
    assert "Save it first" in heard.of("error")[0]
    session.document.write_autosave()
    assert heard.last[0] == "warning"
    user_folder.unlink()


def test_settings_that_cannot_be_written_are_told(session: Session, heard, user_folder: Path) -> None:
    user_folder.write_text("no folder")
    session.change_settings(reduce_motion=True)
    session.save_settings()
    assert heard.last[0] == "warning"
    assert "settings could not be saved" in heard.last[1]
    user_folder.unlink()


def test_settings_come_back(session: Session) -> None:
    session.change_settings(theme="light", layout=(("train", (1, 2, 3)),))
    session.save_settings()
    assert user_settings.load() == session.settings


@pytest.mark.parametrize("name", ["t1", "t10"])
def test_template_opens_unmodified(session: Session, name: str) -> None:
    assert session.open_template(name)
    assert not session.document.modified
    assert session.document.template == name


def test_data_that_are_chosen_suit_the_open_network(session: Session) -> None:
    session.open_template("t20", trained=False)
    choose_source(session, "moving-digits")
    assert session.document.data.source == "moving-digits:predict=19-19"
    session.choose_data("moving-digits")
    assert session.document.data.source == "moving-digits", "what was said to the letter is taken so"
    session.open_empty()
    choose_source(session, "moving-digits")
    assert session.document.data.source == "moving-digits"


def test_unknown_template_is_told(session: Session, heard) -> None:
    assert not session.open_template("t999")
    assert "t999" in heard.of("error")[0]


def test_weights_of_a_closed_document_are_not_taken(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "old.cnnviz"
    trained(session).save_file(path)
    session.open_file(path)
    show(session, small_graph("other"))
    session.looking.set_weights(None, "")
    wait(lambda: session.looking.trace_fits)
    assert session.looking.weights is None
