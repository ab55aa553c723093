"""Damaged files, full disks, folders that may not be read: one clear message each, and nothing that is lost or run."""

from __future__ import annotations

import gzip
import os
import pickle
import random
import resource
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np
import pytest

from cnnviz import cli, data
from cnnviz.data import Dataset
from cnnviz.engine import checkpoint, weights
from cnnviz.errors import CnnvizError, DataError
from cnnviz.model.files import open_project
from cnnviz.model.recipe import Recipe
from cnnviz.model.sweep import Job
from cnnviz.runs import Recorder, Run, open_run, recorded
from cnnviz.runs.about import Labels, about_now, write_labels
from cnnviz.runs.ownership import Ownership
from cnnviz.runs.queue import Queue
from tests.idx_files import write_small_mnist
from tests.unit.runs.runs import dataset, events, make_run, project

CASES = 20
Read = Callable[[Path], object]


def _address(source: str, path: Path, **chosen: str) -> Dataset:
    found = data.load(str(data.Address(source, {"path": str(path), **chosen})))
    for split in (found.train, found.test):  # what lies on the disk is read when it is asked for
        split.images[: len(split)], split.labels[: len(split)]
    return found


def _whole_run(file: Path) -> Run:
    """Read everything of a run as a window does."""
    run = open_run(file.parent.parent if file.parent.name in ("snapshots", "judgements") else file.parent)
    _ = run.project, run.steps.tolist()
    for each in run.journal.judgements:
        run.evaluated(each)
    for number in run.snapshot_steps:
        run.weights(number)
    return run


def _a_run(folder: Path, name: str) -> Path:
    run = make_run(folder / "run")
    write_labels(run.path, Labels("name", ("tag",), "note"))
    return next(run.path.glob(name))


def _a_checkpoint(folder: Path, _name: str) -> Path:
    kept = checkpoint.Checkpoint(
        {"weights/a": np.arange(50.0), "best/a": np.ones(3)}, {"step": 3, "rate": 0.1}
    )
    checkpoint.save(folder / "checkpoint.safetensors", kept)
    return folder / "checkpoint.safetensors"


def _a_queue(folder: Path, _name: str) -> Path:
    made = project()
    Queue(folder / "queue").add(made.graph, [Job(made.recipe, made.data, {"seed": 1})] * 3, tags=("a",))
    return folder / "queue" / "queue.json"


def _idx(folder: Path, name: str) -> Path:
    write_small_mnist(folder / "mnist", seed=0, train=40, test=20)
    path = folder / "mnist" / f"{name}.gz"
    plain = folder / "mnist" / name
    plain.write_bytes(gzip.decompress(path.read_bytes()))
    path.unlink()
    return plain


def _zipped_idx(folder: Path, name: str) -> Path:
    plain = _idx(folder, name)
    path = plain.with_name(f"{plain.name}.gz")
    path.write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()
    return path


def _cifar(folder: Path, name: str) -> Path:
    place = folder / "cifar-10" / "cifar-10-batches-py"
    place.mkdir(parents=True)
    for number, each in enumerate([*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"]):
        rows = np.random.default_rng(number).integers(0, 256, (4, 3072), np.uint8)
        (place / each).write_bytes(pickle.dumps({b"labels": [0, 1, 2, 3], b"data": rows}, 2))
    return place / name


def _cifar_archive(folder: Path, _name: str) -> Path:
    place = _cifar(folder, "test_batch").parent
    archive = place.parent / "cifar-10-python.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(place, arcname=place.name)
    shutil.rmtree(place)
    return archive


def _arrays(folder: Path, name: str) -> Path:
    images, labels = np.random.default_rng(0).integers(0, 256, (24, 1, 5, 6), np.uint8), np.arange(24) % 4
    path = folder / name
    if path.suffix == ".npz":
        np.savez_compressed(path, x=images, y=labels)
    elif path.suffix == ".h5":
        with h5py.File(path, "w") as file:
            file["x"], file["y"] = images, labels
    else:
        np.save(path, images)
        np.save(path.with_name("labels.npy"), labels)
    return path


def _csv(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text("day,a,b\n" + "\n".join(f"{n},{n * 0.5},{n % 7}" for n in range(120)) + "\n")
    return path


def _set(name: str) -> Read:
    return lambda file: data.load(name, next(each for each in file.parents if each.name == name).parent)


FORMATS: dict[str, tuple[Callable[[Path, str], Path], str, Read]] = {
    "project": (_a_run, "project.cnnviz", open_project),
    "weights": (_a_run, "weights.safetensors", weights.load),
    "checkpoint": (_a_checkpoint, "", checkpoint.load),
    "snapshot": (_a_run, "snapshots/*10.*", _whole_run),
    "journal": (_a_run, "journal.jsonl", _whole_run),
    "steps": (_a_run, "steps.npy", _whole_run),
    "judgement": (_a_run, "judgements/*20*", _whole_run),
    "about": (_a_run, "run.json", _whole_run),
    "labels": (_a_run, "labels.json", _whole_run),
    "queue": (_a_queue, "", lambda file: [job.project for job in Queue(file.parent).jobs()]),
    "idx images": (_idx, "train-images-idx3-ubyte", _set("mnist")),
    "idx labels": (_idx, "t10k-labels-idx1-ubyte", _set("mnist")),
    "idx gz": (_zipped_idx, "t10k-images-idx3-ubyte", _set("mnist")),
    "cifar": (_cifar, "data_batch_2", _set("cifar-10")),
    "cifar archive": (_cifar_archive, "", _set("cifar-10")),
    "npz": (_arrays, "a.npz", lambda file: _address("file", file)),
    "npy": (_arrays, "a.npy", lambda file: _address("file", file, labels=str(file.with_name("labels.npy")))),
    "h5": (_arrays, "a.h5", lambda file: _address("file", file)),
    "csv": (_csv, "a.csv", lambda file: _address("csv", file, window="10")),
}  # fmt: skip


def damaged(whole: bytes, dice: random.Random) -> bytes:
    """Return a file cut short, or with some bits turned: half of the time at its head, where the structure is."""
    if dice.random() < 0.5:
        return whole[: dice.randrange(len(whole))]
    content = bytearray(whole)
    for _ in range(dice.randint(1, 4)):
        content[dice.randrange(min(len(whole), dice.choice((128, 2**30))))] ^= 1 << dice.randrange(8)
    return bytes(content)


@pytest.mark.parametrize("name", FORMATS)
def test_damaged_files_are_told_in_one_sentence_or_do_no_harm(tmp_path: Path, name: str) -> None:
    make, wanted, read = FORMATS[name]
    file = make(tmp_path, wanted)
    read(file)
    whole, dice, told = file.read_bytes(), random.Random(name), list[str]()
    for _ in range(CASES):
        file.write_bytes(damaged(whole, dice))
        try:
            read(file)
        except CnnvizError as error:
            told.append(str(error))
    assert not [text for text in told if "\n" in text or len(text) > 600]
    assert told or name in ("journal", "labels", "csv"), "no damage was ever found"
    file.write_bytes(whole)
    read(file)


def test_there_are_more_than_two_hundred_cases() -> None:
    assert CASES * len(FORMATS) >= 200


class Bomb:
    """Leaves a mark where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self._mark),)


@pytest.mark.parametrize("name", ["a.npy", "a.npz", "cifar"])
def test_nothing_in_a_file_is_run(tmp_path: Path, name: str) -> None:
    mark = tmp_path / "mark"
    bombs = np.array([Bomb(mark)] * 4, object)
    if name == "cifar":
        file = _cifar(tmp_path, "data_batch_1")
        file.write_bytes(pickle.dumps({b"labels": [0, 1, 2, 3], b"data": Bomb(mark)}, 2))
    elif name == "a.npy":
        file = tmp_path / name
        np.save(file, bombs, allow_pickle=True)
    else:
        file = tmp_path / name
        np.savez(file, x=bombs, y=np.arange(4))
    with pytest.raises(DataError):
        _set("cifar-10")(file) if name == "cifar" else _address("file", file)
    assert not mark.exists()


# -- a full disk ----------------------------------------------------------------------------------------------------


@contextmanager
def small_disk() -> Iterator[tuple[Path, Callable[[], None], Callable[[], None]]]:
    """Yield a folder with little room, what fills it and what makes room: a tmpfs, or else a limit of file sizes."""
    folder = Path(tempfile.mkdtemp(prefix="small-disk-"))
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)],
            check=False,
            capture_output=True,
        ).returncode
    )
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill() -> None:
        if not mounted:
            resource.setrlimit(resource.RLIMIT_FSIZE, (64, before[1]))
            return
        with (folder / "filler").open("wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                return

    def make_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        (folder / "filler").unlink(missing_ok=True)

    try:
        yield folder, fill, make_room
    finally:
        make_room()
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)
        shutil.rmtree(folder)


def test_a_full_disk_is_waited_for_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.runs.recorder.FLUSH_SECONDS", 0.02)
    told: list[str] = []
    with small_disk() as (disk, fill, make_room):
        made = Recorder(disk / "run", about_now(1, "small", Recipe()), project(), dataset(), told.append)
        made.open()
        said = list(events(200))
        for number, event in enumerate(recorded(iter(said), made)):
            if number == 60:
                _eventually(lambda: len(open_run(disk / "run").steps) > 40)
                fill()
            if number == 160:
                _eventually(lambda: told)
                make_room()
            assert event is said[number]
        run = open_run(disk / "run")
        assert len(told) == 1
        assert "No space left" in told[0] or "too large" in told[0]
        assert "The training goes on; free some space." in told[0]
        assert made.problem is None
        assert run.state == "finished"
        assert run.steps["step"].tolist() == list(range(1, 201))
        assert run.journal.damaged == 0
        assert run.journal.summary == {"steps": 200}
        assert len(run.journal.judgements) == 21
        assert all(run.evaluated(each).confusion.sum() == 4 for each in run.journal.judgements)


def test_a_disk_that_stays_full_ends_in_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.runs.recorder.FLUSH_SECONDS", 0.02)
    told: list[str] = []
    with small_disk() as (disk, fill, _):
        made = Recorder(disk / "run", about_now(1, "small", Recipe()), project(), dataset(), told.append)
        made.open()
        for number, _event in enumerate(recorded(events(200), made)):
            if number == 60:
                _eventually(lambda: len(open_run(disk / "run").steps) > 40)
                fill()
        assert len(told) == 1
        with pytest.raises(CnnvizError, match=r"results can't be written there .* Free some space"):
            made.require_written()
        run = open_run(disk / "run")
        steps = run.steps["step"].tolist()
        assert steps == list(range(1, len(steps) + 1))
        assert run.state == "interrupted"
        assert all((run.weights(each)["dense1.weight"] == each).all() for each in run.snapshot_steps)


def test_a_checkpoint_on_a_full_disk_leaves_the_one_before() -> None:
    with small_disk() as (disk, fill, _):
        keeper = checkpoint.Keeper(disk / "checkpoint.safetensors")
        kept = checkpoint.Checkpoint({"a": np.arange(2000.0)}, {"step": 1})
        assert keeper.keep(lambda: kept, 1) == ""
        fill()
        assert "can't be kept" in keeper.keep(lambda: checkpoint.Checkpoint(kept.arrays, {"step": 2}), 2)
        assert keeper.keep(lambda: checkpoint.Checkpoint(kept.arrays, {"step": 3}), 3) == ""  # said once
        assert checkpoint.load(disk / "checkpoint.safetensors").values == {"step": 1}


def _eventually(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


# -- permissions and two writers --------------------------------------------------------------------------------------


def as_nobody(work: Callable[[], object]) -> str:
    """Do something as a user without rights, in a fork, and return what CnnvizError says there."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        if os.geteuid() == 0:
            os.setuid(65534)
        try:
            work()
            said = "nothing was refused"
        except CnnvizError as error:
            said = str(error)
        except BaseException as error:  # noqa: BLE001 (a fork must not go on as its parent)
            said = f"crashed: {error!r}"
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as pipe:
        return pipe.read().decode()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a folder that any user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="open-"))
    folder.chmod(0o755)
    yield folder
    for each in folder.rglob("*"):
        each.chmod(0o700)
    shutil.rmtree(folder)


@pytest.mark.parametrize("what", ["folder", "file"])
def test_data_without_permission_are_told(open_folder: Path, what: str) -> None:
    file = _idx(open_folder, "train-images-idx3-ubyte")
    (file if what == "file" else file.parent).chmod(0o000)
    said = as_nobody(lambda: data.load("mnist", open_folder))
    assert "ermission" in said or "not on this machine" in said or "can't be read" in said
    assert "crashed" not in said
    assert "\n" not in said


def test_a_run_folder_without_permission_is_told(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    made = Recorder(open_folder / "run", about_now(1, "small", Recipe()), project(), dataset())
    said = as_nobody(made.open)
    assert said.startswith(f"{open_folder / 'run'}: results can't be written there (Permission denied).")


def test_a_run_that_is_being_written_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = (
        "train",
        "t10",
        "--data",
        "strokes",
        "--steps",
        "3",
        "--batch-size",
        "8",
        "--out",
        str(tmp_path / "a"),
    )
    assert cli.main(command, lambda *_: 9, lambda _: 9, lambda *_: None) == 0
    before = {each: each.read_bytes() for each in (tmp_path / "a").rglob("*") if each.is_file()}
    other = Ownership(tmp_path / "a")
    capsys.readouterr()
    assert cli.main(command, lambda *_: 9, lambda _: 9, lambda *_: None) == 1
    assert "another process writes this run. Wait for its end" in capsys.readouterr().err
    other.release()
    assert {each: each.read_bytes() for each in before} == before
