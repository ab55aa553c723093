"""A training that is interrupted ends as if it had not been: bit for bit, whatever the moment."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnviz.control import Control
from cnnviz.data import Dataset
from cnnviz.engine import checkpoint
from cnnviz.engine.checkpoint import FILE_NAME, Checkpoint
from cnnviz.engine.train import train
from cnnviz.errors import TrainError
from cnnviz.events import Event, Finished, Notice, Progress, Snapshot, Started, StepDone
from cnnviz.model.augmentation import chain_from_text
from cnnviz.model.recipe import OPTIMISERS, DataChoice, Recipe
from cnnviz.runs.moments import moment, moment_steps
from tests.contract.engine.networks import noisy, small

ROOT = Path(__file__).resolve().parents[3]
CHOICE = DataChoice("strokes", validation=200)
RECIPE = Recipe(learning_rate=3e-3, batch_size=300, epochs=4, seed=2)


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a training after every step."""
    monkeypatch.setattr(checkpoint, "SECONDS", 0.0)
    monkeypatch.setattr(checkpoint, "LARGEST_SHARE", 1e9)


def final(events: list[Event]) -> Snapshot:
    return [event for event in events if isinstance(event, Snapshot)][-1]


def until(step: int, events: Iterator[Event]) -> list[Event]:
    """Follow a training until its checkpoint of a step is written, then drop it."""
    found = []
    for event in events:
        found.append(event)
        if isinstance(event, StepDone) and event.step == step + 1:
            break
    return found


def plain(summary: Any) -> dict[str, Any]:
    """Return a summary without what time it took."""
    return {name: value for name, value in summary.items() if name not in ("seconds", "samples_per_s")}


@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("step", [1, 4, 6], ids=["in an epoch", "at its end", "in the next"])
def test_goes_on_bit_for_bit(strokes: Dataset, tmp_path: Path, optimiser: str, step: int) -> None:
    recipe = replace(RECIPE, optimiser=optimiser, epochs=2)
    whole = list(train(noisy(), strokes, recipe, CHOICE, live=0))
    until(step, train(noisy(), strokes, recipe, CHOICE, live=0, checkpoints=tmp_path))
    rest = list(train(noisy(), strokes, recipe, CHOICE, live=0, resume=tmp_path))
    assert isinstance(rest[0], Started)
    assert rest[0].first_step == step
    steps = [event for event in rest if isinstance(event, StepDone)]
    expected = [event for event in whole if isinstance(event, StepDone)][step:]
    assert [(e.step, e.epoch, e.loss, e.accuracy) for e in steps] == [
        (e.step, e.epoch, e.loss, e.accuracy) for e in expected
    ]
    for name, value in final(whole).weights.items():
        assert np.array_equal(final(rest).weights[name], value), name
    assert isinstance(whole[-1], Finished)
    assert isinstance(rest[-1], Finished)
    assert plain(rest[-1].summary) == plain(whole[-1].summary)


@pytest.mark.parametrize(
    "change",
    [
        {"mixup": 0.4},
        {"schedule": "one-cycle", "warm_up": 2},
        {"schedule": "plateau", "drop_patience": 1, "learning_rate": 1.0},
        {"early_stopping": 1, "learning_rate": 0.3},
        {"precision": "bfloat16", "accumulate": 3, "clip_norm": 0.5},
        {"freeze": ("conv1",)},
        {"augment": chain_from_text("digits")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_setting_goes_on(strokes: Dataset, tmp_path: Path, change: dict[str, Any]) -> None:
    recipe = replace(RECIPE, **change)
    whole = list(train(noisy(), strokes, recipe, CHOICE, live=0))
    until(6, train(noisy(), strokes, recipe, CHOICE, live=0, checkpoints=tmp_path))
    rest = list(train(noisy(), strokes, recipe, CHOICE, live=0, resume=tmp_path))
    for name, value in final(whole).weights.items():
        assert np.array_equal(final(rest).weights[name], value), name
    assert plain(rest[-1].summary) == plain(whole[-1].summary)  # type: ignore[union-attr]


def test_a_finished_training_goes_on_with_more_epochs(strokes: Dataset, tmp_path: Path) -> None:
    whole = list(train(noisy(), strokes, replace(RECIPE, epochs=3), CHOICE, live=0))
    list(train(noisy(), strokes, replace(RECIPE, epochs=2), CHOICE, live=0, checkpoints=tmp_path))
    rest = list(train(noisy(), strokes, replace(RECIPE, epochs=3), CHOICE, live=0, resume=tmp_path))
    assert all(np.array_equal(final(rest).weights[k], v) for k, v in final(whole).weights.items())


def test_a_changed_rate_is_kept(strokes: Dataset, tmp_path: Path) -> None:
    control = Control()
    events = train(small(), strokes, RECIPE, CHOICE, live=0, checkpoints=tmp_path, control=control)
    control.change("learning_rate", 0.5)
    until(2, events)
    rest = train(small(), strokes, RECIPE, CHOICE, live=0, resume=tmp_path)
    assert next(event for event in rest if isinstance(event, StepDone)).learning_rate == 0.5


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"batch_size": 100}, "its batch size was 300 and is 100 now"),
        ({"optimiser": "sgd"}, "its optimiser was 'adam' and is 'sgd' now"),
        ({"seed": 3}, "its seed was 2 and is 3"),
    ],
)
def test_another_recipe_can_not_go_on(
    strokes: Dataset, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    until(1, train(small(), strokes, RECIPE, CHOICE, live=0, checkpoints=tmp_path))
    with pytest.raises(TrainError, match=said):
        train(small(), strokes, replace(RECIPE, **change), CHOICE, resume=tmp_path)
    with pytest.raises(TrainError, match="its network was"):
        train(noisy(), strokes, RECIPE, CHOICE, resume=tmp_path)
    with pytest.raises(TrainError, match="its data validation was 200 and is 100"):
        train(small(), strokes, RECIPE, DataChoice("strokes", 100), resume=tmp_path)


def test_nothing_kept_is_said(strokes: Dataset, tmp_path: Path) -> None:
    with pytest.raises(TrainError, match=r"checkpoint.safetensors: the training can't go on: No such file"):
        train(small(), strokes, RECIPE, CHOICE, resume=tmp_path)


def test_damaged_checkpoints_are_refused_in_words(strokes: Dataset, tmp_path: Path) -> None:
    until(1, train(small(), strokes, RECIPE, CHOICE, live=0, checkpoints=tmp_path))
    whole = (tmp_path / FILE_NAME).read_bytes()
    chance = np.random.default_rng(0)
    for number in range(100):
        content = bytearray(whole)
        if number % 2:
            content = content[: chance.integers(0, len(whole))]
        else:  # in the head with its JSON, or among the numbers
            content[chance.integers(8, 3000 if number % 4 else len(whole))] ^= 1 << chance.integers(0, 8)
        (tmp_path / FILE_NAME).write_bytes(content)
        with pytest.raises(
            TrainError, match=r"checkpoint.safetensors: (is no readable|it was kept by a newer)"
        ):
            checkpoint.load(tmp_path)


def test_nothing_is_pickled(strokes: Dataset, tmp_path: Path) -> None:
    until(1, train(noisy(), strokes, replace(RECIPE, mixup=1.0), CHOICE, live=0, checkpoints=tmp_path))
    kept = checkpoint.load(tmp_path)
    json.dumps(kept.values)
    assert {name.split("/")[0] for name in kept.arrays} == {"weights", "optimiser", "random"}


def test_a_stopped_training_goes_on_from_where_it_stopped(strokes: Dataset, tmp_path: Path) -> None:
    control = Control()
    whole = list(train(noisy(), strokes, RECIPE, CHOICE, live=0))
    for event in train(noisy(), strokes, RECIPE, CHOICE, live=0, checkpoints=tmp_path, control=control):
        if isinstance(event, StepDone) and event.step == 5:
            control.cancel()
    rest = list(train(noisy(), strokes, RECIPE, CHOICE, live=0, resume=tmp_path))
    assert rest[0].first_step == 5  # type: ignore[union-attr]
    assert all(np.array_equal(final(rest).weights[k], v) for k, v in final(whole).weights.items())


def test_a_judgement_that_is_broken_off_decides_nothing(strokes: Dataset, tmp_path: Path) -> None:
    control, recipe = Control(), replace(RECIPE, early_stopping=2, schedule="plateau", drop_patience=1)
    whole = list(train(noisy(), strokes, recipe, CHOICE, live=0))
    events = train(noisy(), strokes, recipe, CHOICE, live=0, checkpoints=tmp_path, control=control)
    for event in events:
        if isinstance(event, Progress):  # the first judgement is at the end of the first epoch
            control.cancel()
    assert checkpoint.load(tmp_path).values["step"] == 3
    rest = list(train(noisy(), strokes, recipe, CHOICE, live=0, resume=tmp_path))
    assert plain(rest[-1].summary) == plain(whole[-1].summary)  # type: ignore[union-attr]


def test_a_fork_takes_the_state_of_the_optimiser(strokes: Dataset, tmp_path: Path) -> None:
    recipe = replace(RECIPE, optimiser="momentum", epochs=2)
    list(train(small(), strokes, recipe, CHOICE, live=0, checkpoints=tmp_path))
    step, *_ = moment_steps(tmp_path)
    place, weights = moment(tmp_path, step), checkpoint.load(moment(tmp_path, step)).part("weights")
    other = replace(recipe, learning_rate=1e-3)
    forked = list(train(small(), strokes, other, CHOICE, live=0, fork=place))
    fresh = list(train(small(), strokes, other, CHOICE, live=0, weights=weights))
    assert isinstance(forked[0], Started)
    assert forked[0].remarks == (f"The optimiser goes on from its state at step {step}.",)
    assert forked[0].first_step == 0
    assert losses(forked)[0] == losses(fresh)[0]  # the same weights and the same first batch
    assert losses(forked)[1] != losses(fresh)[1]  # which momentum carries further
    begun = next(iter(train(small(), strokes, replace(other, optimiser="adam"), CHOICE, live=0, fork=place)))
    assert "starts anew: it was momentum and is adam now" in begun.remarks[0]  # type: ignore[union-attr]
    with pytest.raises(TrainError, match="of another network"):
        train(noisy(), strokes, recipe, CHOICE, fork=place)


def losses(events: list[Event]) -> list[float]:
    return [event.loss for event in events if isinstance(event, StepDone)]


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file grow beyond 1 KB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_said_once_and_the_older_checkpoint_stays(strokes: Dataset, tmp_path: Path) -> None:
    events = train(small(), strokes, RECIPE, CHOICE, live=0, checkpoints=tmp_path)
    until(2, events)
    kept = (tmp_path / FILE_NAME).read_bytes()
    with full_disk():
        rest = list(events)
    (notice,) = [event for event in rest if isinstance(event, Notice)]
    assert "can't be kept in" in notice.text
    assert "It goes on" in notice.text
    assert isinstance(rest[-1], Finished)
    assert (tmp_path / FILE_NAME).read_bytes() == kept
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_keeping_takes_no_more_than_its_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(checkpoint.time, "perf_counter", lambda: now)
    monkeypatch.setattr(checkpoint, "LARGEST_SHARE", 0.02)
    keeper, spent = checkpoint.Keeper(tmp_path / "kept"), 0.0

    def take() -> Checkpoint:
        nonlocal now, spent
        now, spent = now + 0.01, spent + 0.01  # a dear one: as long as twenty steps
        return Checkpoint({"a": np.zeros(3)}, {})

    for _ in range(10_000):
        now += 0.0005
        if keeper.due(epoch_ended=True):
            keeper.keep(take)
    assert 5 * 0.01 < spent <= 0.02 * now + 0.01  # what the first one costs can't be known before


@pytest.mark.parametrize("how", ["every step", "every epoch"])
def test_fifty_kills_change_nothing(tmp_path: Path, how: str) -> None:
    program = [sys.executable, "-m", "tests.contract.engine.killed", str(tmp_path / "runs"), "25", how]
    found = subprocess.run(program, check=False, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert found.returncode == 0, found.stderr
    assert found.stdout == ""
