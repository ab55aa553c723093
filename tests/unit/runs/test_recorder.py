"""What is written down of a run is what was said, to the bit, whatever ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from cnnviz.errors import RunError
from cnnviz.events import Finished, Snapshot, Started, StateChanged, StepDone
from cnnviz.runs import open_run, recorded
from cnnviz.runs.snapshots import MOST, surplus
from cnnviz.runs.steps import HEADER, STEP, StepFile, read_steps
from tests.unit.runs.runs import dataset, events, eventually, make_run, project, recorder, step, weights


def test_a_run_is_read_as_it_was_said(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    said = [event for event in events() if isinstance(event, StepDone)]
    assert run.steps["step"].tolist() == [each.step for each in said]
    assert run.steps["loss"].tolist() == [each.loss for each in said]
    assert run.steps["accuracy"].tolist() == [each.accuracy for each in said]
    assert (np.diff(run.steps["seconds"]) >= 0).all()
    assert run.state == "finished"
    assert run.project == replace(project(), weights="weights.safetensors")
    assert (load_file(tmp_path / "run" / "weights.safetensors")["dense1.weight"] == 30).all()
    assert run.about.data["fingerprint"] == dataset().fingerprint
    assert run.about.classes == ("a", "b")
    assert {"cnnviz", "torch", "python"} <= set(run.about.versions)


def test_judgements_keep_every_answer(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    assert [(each.step, each.which) for each in run.journal.judgements] == [
        (10, "validation"), (20, "validation"), (30, "validation"), (30, "test"),
    ]  # fmt: skip
    said = [event for event in events() if hasattr(event, "confusion")]
    for entry, event in zip(run.journal.judgements, said, strict=True):
        found = run.evaluated(entry)
        for name in ("confusion", "indices", "labels", "predicted", "confidence"):
            assert np.array_equal(getattr(found, name), getattr(event, name)), name
        assert (found.loss, found.accuracy, found.whole) == (event.loss, event.accuracy, event.whole)
    assert run.journal.best().step == 20


def test_snapshots_hold_the_weights_of_their_step(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    assert run.snapshot_steps == (10, 20, 30)
    assert (run.weights(20)["dense1.weight"] == 20).all()


def test_numpy_opens_the_steps(tmp_path: Path) -> None:
    make_run(tmp_path / "run")
    found = np.load(tmp_path / "run" / "steps.npy", mmap_mode="r")
    assert found["step"].tolist() == list(range(1, 31))


def test_many_snapshots_are_thinned_and_first_best_and_last_stay() -> None:
    left = list(range(0, 4000, 10))
    gone = surplus(left, {1230}, MOST)
    kept = [at for at in left if at not in gone]
    assert len(kept) == MOST
    assert {0, 1230, 3990} <= set(kept)
    ratios = [(b + 1) / (a + 1) for a, b in pairwise(kept[1:])]
    assert max(ratios) < 3
    assert surplus([0, 5, 9], {5}, 1) == []


def test_pauses_do_not_count_as_time(tmp_path: Path) -> None:
    made = recorder(tmp_path / "run")
    made.start()
    made.put(StateChanged("paused"))
    before = made._clock.seconds
    assert made._clock.seconds == before
    made.put(StateChanged("running"))
    eventually(lambda: made._clock.seconds > before)
    made.close()


def test_changes_of_the_user_are_kept_with_their_step(tmp_path: Path) -> None:
    made = recorder(tmp_path / "run")
    made.start()
    made.put(step(1))
    made.note_change("learning_rate", 0.5)
    made.put(step(2))
    made.close()
    (change,) = open_run(tmp_path / "run").journal.changes
    assert (change.step, change.name, change.value) == (1, "learning_rate", 0.5)


def test_an_error_of_the_training_is_written_and_passed_on(tmp_path: Path) -> None:
    def breaking():
        yield step(1)
        raise RuntimeError("no number")

    with pytest.raises(RuntimeError, match="no number"):
        list(recorded(breaking(), recorder(tmp_path / "run")))
    run = open_run(tmp_path / "run")
    assert run.state == "failed"
    assert run.journal.failure == "no number"


def test_without_permission_there_is_one_notice_and_the_training_goes_on(tmp_path: Path) -> None:
    told: list[str] = []
    (tmp_path / "file").write_text("in the way")
    found = list(recorded(events(), recorder(tmp_path / "file" / "run", told.append)))
    assert len(found) == len(list(events()))
    assert len(told) == 1
    assert "The training goes on" in told[0]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
def test_full_disk_gives_one_notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    real = StepFile.append

    def full(self: StepFile, steps: object) -> None:
        with Path("/dev/full").open("wb", buffering=0) as device:
            device.write(b"x")
        real(self, steps)

    monkeypatch.setattr(StepFile, "append", full)
    found = list(recorded(events(), recorder(tmp_path / "run", told.append)))
    assert len(found) == len(list(events()))
    assert len(told) == 1
    assert "No space left" in told[0]
    assert open_run(tmp_path / "run").state == "interrupted"


def test_slow_disk_does_not_pile_up_snapshots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnviz.runs.recorder.MOST_WAITING", 300)
    made = recorder(tmp_path / "run")  # not started: nothing is written
    for number in range(10):
        made.put(Snapshot(number, weights(number)))
    assert [event.step for event, _ in made._waiting] == [8, 9]


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    first = recorder(tmp_path / "run")
    first.start()
    eventually((tmp_path / "run" / "journal.jsonl").exists)
    code = (
        "import sys; from pathlib import Path; from cnnviz.runs.ownership import Ownership, is_written\n"
        "assert is_written(Path(sys.argv[1]))\nOwnership(Path(sys.argv[1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "run")], capture_output=True, text=True, check=False
    )
    assert "another process writes this run" in done.stderr
    assert open_run(tmp_path / "run").state == "running"
    first.close()
    assert open_run(tmp_path / "run").state == "interrupted"


@pytest.mark.parametrize("after", [0.05, 0.2, 0.4, 0.9, 1.3])
def test_killed_at_any_moment_leaves_a_readable_run(tmp_path: Path, after: float) -> None:
    code = (
        "import sys, itertools, time; from pathlib import Path\n"
        "from tests.unit.runs.runs import recorder, step, judged, weights\nfrom cnnviz.runs import recorded\n"
        "from cnnviz.events import Snapshot, Started\n"
        "def endless():\n"
        "    yield Started(10**6, 10, 36, 4, 'cpu')\n"
        "    print('on', flush=True)\n"
        "    for n in itertools.count(1):\n"
        "        yield step(n)\n"
        "        if n % 50 == 0: yield judged(n); yield Snapshot(n, weights(n))\n"
        "        time.sleep(0.0005)\n"
        "list(recorded(endless(), recorder(Path(sys.argv[1]))))"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "run")],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert child.stdout is not None
    child.stdout.readline()
    eventually((tmp_path / "run" / "run.json").exists)
    try:
        child.wait(after)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    run = open_run(tmp_path / "run")
    assert run.state == "interrupted"
    steps = run.steps["step"].tolist()
    assert steps == list(range(1, len(steps) + 1))
    for entry in run.journal.judgements:
        assert run.evaluated(entry).confusion.sum() == 4
    for number in run.snapshot_steps:
        assert (run.weights(number)["dense1.weight"] == number).all()
    again = make_run(tmp_path / "run")
    assert again.state == "finished"


def test_torn_records_are_ignored_and_taken_up(tmp_path: Path) -> None:
    path = tmp_path / "steps.npy"
    file = StepFile(path)
    file.append([(step(n), float(n)) for n in range(1, 4)])
    file.close()
    path.write_bytes(path.read_bytes()[:-5])
    assert read_steps(tmp_path)["step"].tolist() == [1, 2]
    file = StepFile(path)
    file.append([(step(3), 3.0)])
    file.close()
    assert read_steps(tmp_path)["step"].tolist() == [1, 2, 3]
    assert path.stat().st_size == HEADER + 3 * STEP.itemsize


def test_steps_done_again_count_once(tmp_path: Path) -> None:
    file = StepFile(tmp_path / "steps.npy")
    file.append([(step(n), float(n)) for n in (1, 2, 3, 4)])
    file.append([(step(n), 10.0 + n) for n in (3, 4, 5)])
    file.close()
    found = read_steps(tmp_path)
    assert found["step"].tolist() == [1, 2, 3, 4, 5]
    assert found["seconds"].tolist() == [1.0, 2.0, 13.0, 14.0, 15.0]


def test_following_takes_up_what_has_come(tmp_path: Path) -> None:
    made = recorder(tmp_path / "run")
    made.start()
    eventually((tmp_path / "run" / "journal.jsonl").exists)
    run = open_run(tmp_path / "run")
    assert len(run.steps) == 0
    made.put(step(1))
    eventually(lambda: run.refresh() and len(run.steps) == 1)
    made.close()
    assert run.refresh()
    assert run.state == "interrupted"
    assert not run.refresh()
    for path in (tmp_path / "run").iterdir():
        path.unlink() if path.is_file() else None
    with pytest.raises(RunError, match="not there any more"):
        run.refresh()


def test_a_run_that_is_taken_up_again_stays_one_run(tmp_path: Path) -> None:
    first = make_run(tmp_path / "run", steps=20)
    again = recorder(tmp_path / "run", goes_on=True)
    rest = (event for event in events(30) if getattr(event, "step", 0) > 15 or isinstance(event, Finished))
    list(recorded(chain([Started(30, 10, 36, 4, "cpu", first_step=15)], rest), again))
    run = open_run(tmp_path / "run")
    assert run.about == first.about
    assert run.steps["step"].tolist() == list(range(1, 31))
    assert [(each.step, each.which) for each in run.journal.judgements] == [
        (10, "validation"), (20, "validation"), (30, "validation"), (30, "test"),
    ]  # fmt: skip
    assert run.snapshot_steps == (10, 20, 30)
    assert run.state == "finished"
