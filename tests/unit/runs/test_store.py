"""Lists of runs: numbers, labels, deletion with undo, runs elsewhere, and damage that hides nothing else."""

from __future__ import annotations

import contextlib
import csv
import random
import struct
from pathlib import Path

import pytest

from cnnviz.errors import CnnvizError, RunError
from cnnviz.runs import Labels, Store, open_run
from cnnviz.runs.comparing import differences
from cnnviz.runs.tables import write_csv
from cnnviz.runs.tensorboard import crc32c, write_events
from tests.unit.runs.runs import make_run, project, recorder


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "runs")


def numbers(store: Store) -> list[int]:
    return sorted(run.about.number for run in store.list().runs)


def test_no_folder_is_an_empty_list(store: Store) -> None:
    assert store.list().runs == ()
    assert store.next_number() == 1


def test_runs_are_listed_found_and_numbered(store: Store) -> None:
    for number in (1, 2):
        make_run(store.new_folder("Net 5 / é"), number)
    assert numbers(store) == [1, 2]
    assert store.next_number() == 3
    assert store.find("#2").about.number == 2
    assert store.find(store.find("1").path.name).about.number == 1
    with pytest.raises(RunError, match="no run 'x'"):
        store.find("x")


def test_labels_stay(store: Store) -> None:
    run = make_run(store.new_folder("net"))
    run.set_labels(Labels("my run", ("good", "small"), "a note", "#123456"))
    (found,) = store.list().runs
    assert found.labels == Labels("my run", ("good", "small"), "a note", "#123456")
    assert found.name == "my run"
    (run.path / "labels.json").write_text("{")
    assert store.list().runs[0].labels == Labels()


def test_deleted_runs_come_back_until_the_next_start(store: Store) -> None:
    run = make_run(store.new_folder("net"))
    store.delete(run)
    assert store.list().runs == ()
    store.restore(run)
    assert len(store.list().runs[0].steps) == 30
    store.delete(run)
    assert store.restore_named("#1").path == run.path
    assert numbers(store) == [1]
    store.delete(run)
    Store(store.root).empty_trash()
    assert not list((store.root / ".trash").iterdir())


def test_a_run_that_is_written_is_not_deleted(store: Store) -> None:
    made = recorder(store.new_folder("net"))
    made.start()
    while not store.list().runs:
        pass
    with pytest.raises(RunError, match="still training"):
        store.delete(store.list().runs[0])
    made.close()


def test_runs_elsewhere_are_pointed_to_and_never_deleted(store: Store, tmp_path: Path) -> None:
    make_run(tmp_path / "shared" / "run", 7)
    run = store.attach(tmp_path / "shared" / "run")
    assert numbers(store) == [7]
    store.delete(run)
    assert numbers(store) == []
    assert (run.path / "run.json").exists()
    store.restore(run)
    assert numbers(store) == [7]
    with pytest.raises(RunError, match=r"no run\.json"):
        store.attach(tmp_path)


def test_damaged_folders_are_named_and_hide_no_others(store: Store) -> None:
    make_run(store.new_folder("good"))
    for place, content in enumerate(
        (b"", b"{", b"[]", b'{"format": 99}', b"\xff\xfe", b'{"format": 1, "number": "x"}')
    ):
        folder = store.root / f"bad{place}"
        folder.mkdir()
        (folder / "run.json").write_bytes(content)
    (store.root / "empty").mkdir()
    found = store.list()
    assert [run.about.title for run in found.runs] == ["small"]
    assert len(found.damaged) == 7
    for path, reason in found.damaged:
        assert str(path) in reason


@pytest.mark.parametrize("seed", range(60))
def test_any_damage_is_told_in_one_sentence_or_does_no_harm(tmp_path: Path, seed: int) -> None:
    run = make_run(tmp_path / "run")
    dice = random.Random(seed)
    files = sorted(path for path in run.path.rglob("*") if path.is_file() and path.stat().st_size)
    path = dice.choice(files)
    content = bytearray(path.read_bytes())
    if dice.random() < 0.4:
        content = content[: dice.randrange(len(content))]
    else:
        for _ in range(dice.randint(1, 8)):
            content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    path.write_bytes(bytes(content))

    def read_all() -> None:
        found = open_run(run.path)
        _ = found.project
        assert found.steps.dtype == run.steps.dtype
        for number in found.snapshot_steps:
            found.weights(number)
        for entry in found.journal.judgements:
            found.evaluated(entry)

    with contextlib.suppress(CnnvizError):  # any other error fails the test
        read_all()


def test_csv_has_every_step_and_judgement(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    assert write_csv(run, tmp_path / "run.csv") == 34
    with (tmp_path / "run.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    steps = [row for row in rows if row["loss"]]
    assert [float(row["loss"]) for row in steps] == pytest.approx(run.steps["loss"].tolist(), rel=1e-8)
    assert {row["learning_rate"] for row in steps} == {"0.001"}
    judged = [row for row in rows if row["which"]]
    assert [(row["step"], row["which"]) for row in judged][-1] == ("30", "test")
    with pytest.raises(RunError, match="can't be written"):
        write_csv(run, tmp_path)


def test_crc32c_of_the_standard() -> None:
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(bytes(32)) == 0x8A9136AA  # RFC 3720, B.4


def test_event_files_are_read_back_record_by_record(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    content = write_events(run, tmp_path / "tb").read_bytes()
    messages = []
    while content:
        (length,) = struct.unpack("<Q", content[:8])
        assert unmasked(content[8:12]) == crc32c(content[:8])
        messages.append(content[12 : 12 + length])
        assert unmasked(content[12 + length : 16 + length]) == crc32c(messages[-1])
        content = content[16 + length :]
    assert b"brain.Event:2" in messages[0]
    found = [parsed(message) for message in messages[1:]]
    assert len(found) == 34
    losses = [values["train/loss"] for _, values in found if "train/loss" in values]
    assert losses == pytest.approx(run.steps["loss"].tolist())
    assert found[-1][0] == 30
    assert found[-1][1]["test/accuracy"] == pytest.approx(0.7)


def unmasked(content: bytes) -> int:
    (masked,) = struct.unpack("<I", content)
    turned = (masked - 0xA282EAD8) & 0xFFFFFFFF
    return (turned >> 17 | turned << 15) & 0xFFFFFFFF


def fields(content: bytes) -> list[tuple[int, object]]:
    """Return the fields of a protocol-buffer message: an independent reader."""
    found, at = [], 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = content[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(content):
        key = varint()
        kind = key & 7
        if kind == 0:
            value: object = varint()
        else:
            size = {1: 8, 5: 4}.get(kind) or varint()
            value = content[at : at + size]
            at += size
        found.append((key >> 3, value))
    return found


def parsed(message: bytes) -> tuple[int, dict[str, float]]:
    entries = dict(fields(message))
    values = {}
    for _, value in fields(entries[5]):
        parts = dict(fields(value))
        values[parts[1].decode()] = struct.unpack("<f", parts[2])[0]
    return entries[2], values


def test_differences_name_settings_network_and_results(tmp_path: Path) -> None:
    from cnnviz.model.files import save_project

    one, other = make_run(tmp_path / "one"), make_run(tmp_path / "two", accuracies=(0.9,))
    save_project(other.path / "project.cnnviz", project(units=3, learning_rate=0.1))
    rows = {row.what: (row.one, row.other) for row in differences(one, open_run(other.path))}
    assert rows["Learning rate"] == ("0.001", "0.1")
    assert rows["dense1 units"] == ("2", "3")
    assert rows["Parameters"] == ("34", "51")
    assert rows["Validation accuracy"] == ("75.00%", "90.00%")
    assert "Optimiser" not in rows
