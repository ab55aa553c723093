"""A process of its own answers as a generator here would, and its death does no harm."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from cnnviz.control import Control
from cnnviz.errors import TrainError
from cnnviz.events import StepDone
from cnnviz.process import Apart
from cnnviz.process.far import TOGETHER_SECONDS


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    sys.path.insert(0, str(Path(__file__).parent))
    found = Apart("apart_targets:work")
    yield found
    found.close()
    sys.path.pop(0)


def test_events_come_in_order_and_one_process_serves_many_jobs(apart: Apart) -> None:
    assert list(apart.run(("count", 2000), Control())) == list(range(2000))
    assert list(apart.run(("process", 0), Control())) == list(apart.run(("process", 0), Control()))


def test_arrays_larger_than_a_pipe_pass_both_ways(apart: Apart) -> None:
    array = np.arange(1_000_000, dtype=np.float32)
    (found,) = apart.run(("double", array), Control())
    assert np.array_equal(found, 2 * array)


def test_quick_steps_come_together_before_whatever_is_next_and_before_an_error(apart: Apart) -> None:
    events = apart.run(("learn", (200, 0.001)), Control())
    found: list[object] = []
    with pytest.raises(ZeroDivisionError):
        found.extend(events)
    told = [event.step if isinstance(event, StepDone) else "judging" for event in found]
    assert told == [*range(1, 201), "judging", 201]


def test_slow_steps_wait_for_nobody(apart: Apart) -> None:
    pause = 2 * TOGETHER_SECONDS
    events = apart.run(("learn", (3, pause)), Control())
    moments = [time.monotonic() for _ in range(3) if next(events)]
    events.close()
    assert min(later - before for before, later in pairwise(moments)) > pause / 2


def test_errors_come_back_as_they_are_with_their_report(apart: Apart) -> None:
    with pytest.raises(TrainError, match=r"step 3: it can't be done\. Do something else\.") as caught:
        list(apart.run(("refuse", 0), Control()))
    assert any("apart_targets.py" in note for note in caught.value.__notes__)
    with pytest.raises(ZeroDivisionError, match="by zero"):
        list(apart.run(("break", 0), Control()))


def test_what_is_asked_of_the_control_reaches_the_job(apart: Apart) -> None:
    control = Control(paused=True)
    control.change("learning_rate", 0.5)  # before the job begins
    events = apart.run(("obey", 0), control)
    assert next(events) == "ready"
    assert next(events) == ("learning_rate", 0.5)
    control.change("pinned", [1, 2])
    assert next(events) == ("pinned", [1, 2])
    control.step()
    assert next(events) == "batch"
    control.step()  # the far side has spent the first permit, so a second one counts
    assert next(events) == "batch"
    control.cancel()
    assert list(events) == []


def test_a_job_that_nobody_follows_ends_and_the_next_one_starts(apart: Apart) -> None:
    events = apart.run(("obey", 0), Control(paused=True))
    next(events)
    events.close()
    assert list(apart.run(("count", 3), Control())) == [0, 1, 2]


def test_a_process_that_is_killed_is_told_in_a_sentence_and_replaced(apart: Apart) -> None:
    events = apart.run(("die", 0), Control())
    assert next(events) == "last words"
    with pytest.raises(TrainError, match="not enough memory"):
        next(events)
    with pytest.raises(TrainError, match="exit status 3"):
        list(apart.run(("leave", 0), Control()))
    assert list(apart.run(("count", 1), Control())) == [0]


def test_closing_ends_the_process_and_may_come_twice() -> None:
    apart = Apart("apart_targets:work")
    apart.start()
    apart.start()
    apart.close()
    apart.close()
