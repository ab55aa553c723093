"""Damaged files, foreign weights, a full disk: told once, nothing lost, and the window's state lives on."""

from __future__ import annotations

import errno
import gzip
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cnnviz import data
from cnnviz.engine import weights as engine_weights
from cnnviz.layers import Conv2d
from cnnviz.ui.state import Session
from cnnviz.ui.state.looking import NOT_TRAINED
from tests.gui.rooms import idle, same, small_graph, wait
from tests.idx_files import write_idx, write_small_mnist

IMAGES, LABELS = "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"


def cut_short(folder: Path) -> None:
    content = (folder / IMAGES).read_bytes()
    (folder / IMAGES).write_bytes(content[: len(content) // 2])


def change_magic(folder: Path) -> None:
    content = gzip.decompress((folder / IMAGES).read_bytes())
    (folder / IMAGES).write_bytes(gzip.compress(b"\x01\x02\x03\x04" + content[4:]))


def exchange_labels(folder: Path) -> None:
    write_idx(folder / LABELS, 0x801, np.zeros(7, np.uint8))


@pytest.fixture
def mnist(tmp_path: Path) -> Path:
    return write_small_mnist(tmp_path / "data" / "mnist", seed=0)


DAMAGES = pytest.mark.parametrize(
    ("damage", "text"),
    [(cut_short, IMAGES), (change_magic, "not an IDX file"), (exchange_labels, "7 labels")],
)


@DAMAGES
def test_damaged_data_are_told_once_and_the_old_ones_stay(
    session: Session, heard, mnist: Path, damage: Callable[[Path], None], text: str
) -> None:
    damage(mnist)
    session.set_data_folder(str(mnist.parent))
    session.choose_data("mnist")
    wait(lambda: heard.of("error"))
    (said,) = heard.of("error")
    assert text in said
    assert str(mnist) in said
    assert session.material.dataset.name == "strokes"


def test_without_readable_data_drawn_digits_are_shown(session: Session, heard, mnist: Path) -> None:
    session.material.dataset, session.material.wanted = None, ""
    cut_short(mnist)
    session.set_data_folder(str(mnist.parent))
    session.choose_data("mnist")
    wait(lambda: session.material.dataset is not None)
    assert session.material.dataset.name == "strokes"
    assert IMAGES in heard.of("error")[0]


def test_repaired_data_are_read_again(session: Session, heard, mnist: Path) -> None:
    cut_short(mnist)
    session.set_data_folder(str(mnist.parent))
    session.choose_data("mnist")
    wait(lambda: heard.of("error"))
    write_small_mnist(mnist, seed=0)
    session.choose_data("mnist")
    wait(lambda: session.material.dataset.name == "mnist")


def test_damaged_data_are_not_told_again_with_every_document(session: Session, heard, mnist: Path) -> None:
    cut_short(mnist)
    session.set_data_folder(str(mnist.parent))
    session.open_template("t1")
    wait(lambda: heard.of("error"))
    session.open_template("t2")
    session.loader.ask("last", lambda: None, lambda _: session.notice.emit("info", "asked"))
    wait(lambda: heard.of("info"))
    assert len(heard.of("error")) == 1


def test_another_data_folder_is_tried_after_a_failure(session: Session, heard, mnist: Path) -> None:
    session.choose_data("mnist")
    wait(lambda: session.material.dataset.name == "mnist" or "stand in" in session.material.dataset.origin)
    session.set_data_folder(str(mnist.parent))
    wait(lambda: str(mnist) in session.material.dataset.origin)


def save_with(session: Session, path: Path, weights: dict[str, np.ndarray]) -> Path:
    """Save the network with other weights beside it."""
    session.looking.set_weights({name: np.zeros(1, np.float32) for name in weights}, "test")
    session.save_file(path)
    engine_weights.save(path.with_suffix(".safetensors"), weights)
    return path


def fresh(graph) -> dict[str, np.ndarray]:
    return engine_weights.weights_of(engine_weights.fitted(graph, None, 1))


def test_foreign_weights_leave_random_ones_and_say_so(session: Session, heard, tmp_path: Path) -> None:
    graph = session.document.graph
    path = save_with(session, tmp_path / "net.cnnviz", {"elsewhere.weight": np.ones((2, 2), np.float32)})
    assert session.open_file(path)
    wait(lambda: heard.of("error"))
    (said,) = heard.of("error")
    assert said.startswith("net.safetensors does not fit conv1, dense1")
    assert "random weights" in said
    assert session.looking.origin == NOT_TRAINED
    assert not session.looking.trained
    assert len(session.document.graph.nodes) == len(graph.nodes)


def test_weights_that_fit_in_part_are_used_there(session: Session, heard, tmp_path: Path) -> None:
    own = fresh(session.document.graph)
    other = {**own, "conv1.weight": np.ones((9, 1, 3, 3), np.float32)}
    session.open_file(save_with(session, tmp_path / "net.cnnviz", other))
    wait(lambda: heard.of("error"))
    assert "does not fit conv1:" in heard.of("error")[0]
    assert session.looking.origin == "from net.safetensors, but random in conv1"
    assert session.looking.trained


def test_damaged_weights_leave_random_ones_and_say_so(session: Session, heard, tmp_path: Path) -> None:
    path = save_with(session, tmp_path / "net.cnnviz", fresh(session.document.graph))
    weights = path.with_suffix(".safetensors")
    weights.write_bytes(weights.read_bytes()[:100])
    session.open_file(path)
    wait(lambda: heard.of("error"))
    (said,) = heard.of("error")
    assert str(weights) in said
    assert said.endswith("The network has random weights now.")
    assert session.looking.origin == NOT_TRAINED


def newer(content: dict) -> None:
    content["format"] = 99


def wrong_type(content: dict) -> None:
    content["nodes"] = "many"


def in_a_circle(content: dict) -> None:
    content["edges"] = [
        {"source": "conv1", "target": "relu1", "port": 0},
        {"source": "relu1", "target": "conv1", "port": 0},
    ]


def port_seven(content: dict) -> None:
    content["edges"][0]["port"] = 7


@pytest.mark.parametrize(
    ("change", "text"),
    [(newer, "newer cnnviz"), (wrong_type, "nodes"), (in_a_circle, "circle"), (port_seven, "port")],
)
def test_impossible_project_is_told_once_and_the_document_stays(
    session: Session, heard, tmp_path: Path, change: Callable[[dict], None], text: str
) -> None:
    path = tmp_path / "net.cnnviz"
    session.save_file(path)
    content = json.loads(path.read_text("utf-8"))
    change(content)
    path.write_text(json.dumps(content), "utf-8")
    before = session.document.graph
    assert not session.open_file(path)
    (said,) = heard.of("error")
    assert text in said
    assert "net.cnnviz" in said
    assert session.document.graph is before


def test_kernel_larger_than_its_input_opens_and_is_named(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "net.cnnviz"
    graph = small_graph()
    session.document.edit("Large", graph.with_layer("conv1", Conv2d(out_channels=4, kernel_size=(31, 31))))
    session.save_file(path)
    session.open_empty()
    assert session.open_file(path)
    assert "conv1" in session.why_not_train()


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)


def test_full_disk_keeps_the_old_file_and_the_work(
    session: Session, heard, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    session.train()
    wait(lambda: idle(session))
    path = tmp_path / "net.cnnviz"
    assert session.save_file(path)
    before = {each.name: each.read_bytes() for each in tmp_path.iterdir() if each.is_file()}
    session.document.edit("Rename", session.document.graph.rename("conv1", "edges"))
    request.getfixturevalue("full_disk")
    assert not session.save_file(path)
    (said,) = heard.of("error")
    assert "No space left on device" in said
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir() if each.is_file()} == before
    assert session.document.modified


def test_full_disk_is_told_where_work_is_kept_for_later(session: Session, heard, full_disk: None) -> None:
    session.document.edit("Rename", session.document.graph.rename("conv1", "edges"))
    session.document.write_autosave()
    session.save_settings()
    assert ["No space left" in text for text in heard.of("warning")] == [True, True]


def test_small_sets_hold_out_a_sixth_as_the_command_line_does(session: Session) -> None:
    session.document.set_data(source="digits", validation=5000)
    session.material.set_dataset(data.load("digits"))
    session.document.set_recipe(steps=2)
    session.train()
    wait(lambda: idle(session))
    record = session.training.record
    assert record.failure is None
    assert record.started.validation_images == len(record.dataset.train) // 6


def test_window_and_library_give_the_same_numbers(session: Session) -> None:
    import cnnviz
    from cnnviz.engine import cores
    from cnnviz.events import Snapshot, StepDone

    session.open_template("t1")
    session.document.set_recipe(steps=4, seed=7)
    dataset = data.load("digits")
    session.material.wanted = "digits"
    session.material.set_dataset(dataset)
    session.train()
    wait(lambda: idle(session))
    cores.use_all_cores()  # a thread takes over what another one, here the window's for traces, has set last
    events = list(cnnviz.train(cnnviz.load("t1"), dataset, session.document.recipe))
    assert list(session.training.record.losses) == [e.loss for e in events if isinstance(e, StepDone)]
    weights = next(e.weights for e in reversed(events) if isinstance(e, Snapshot))
    assert same(dict(session.looking.weights), dict(weights))


def test_downloads_go_where_data_are_looked_for_first(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CNNVIZ_DATA", raising=False)
    session.change_settings(data_dir=str(tmp_path / "setting"))
    assert session.download_folder() == tmp_path / "setting"
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path / "variable"))
    assert session.download_folder() == tmp_path / "variable"
