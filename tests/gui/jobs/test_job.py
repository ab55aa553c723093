"""Jobs: events arrive in order and in the right thread, nothing piles up, errors are told, stopping is prompt."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from pytestqt.qtbot import QtBot

from cnnviz.control import Control
from cnnviz.errors import TrainError
from cnnviz.events import Event, Failed, Finished, Gradients, Progress, Snapshot, StepDone
from cnnviz.jobs import Job, Mailbox


def step(number: int) -> StepDone:
    return StepDone(number, number / 10, 1.0, 0.5, 1e-3, 100.0, 1.0)


def finished_job(qtbot: QtBot, make: Callable[[Control], Iterator[Event]]) -> tuple[Job, list[Event]]:
    """Run a job to its end; return it and what it said by signal."""
    job, found = Job(make), []
    job.happened.connect(found.append)
    with qtbot.waitSignal(job.finished, timeout=5000):
        job.start()
    job.wait()
    qtbot.wait(1)
    return job, found


def test_events_arrive_in_order(qtbot: QtBot) -> None:
    said = [Progress("a", number) for number in range(50)] + [Finished()]
    _, found = finished_job(qtbot, lambda _control: iter(said))
    assert found == said


def test_events_arrive_in_the_thread_of_the_window(qtbot: QtBot) -> None:
    threads: list[threading.Thread] = []
    job = Job(lambda _control: iter([Finished()]))
    job.happened.connect(lambda _event: threads.append(threading.current_thread()))
    with qtbot.waitSignal(job.finished, timeout=5000):
        job.start()
    job.wait()
    qtbot.wait(1)
    assert threads == [threading.main_thread()]


def test_steps_and_pictures_wait_in_the_mailbox(qtbot: QtBot) -> None:
    said = [step(1), Gradients(1, {"a": 1.0}), step(2), Gradients(2, {"a": 2.0}), Snapshot(2, {}), step(3)]
    job, found = finished_job(qtbot, lambda _control: iter(said))
    steps, pictures = job.mailbox.drain()
    assert [each.step for each in steps] == [1, 2, 3]
    assert pictures == [Gradients(2, {"a": 2.0})]
    assert found == [Snapshot(2, {})]
    assert job.mailbox.drain() == ([], [])


def test_a_full_mailbox_drops_the_oldest_and_counts() -> None:
    mailbox = Mailbox(capacity=3)
    for number in range(5):
        mailbox.put(step(number))
    assert mailbox.dropped == 2
    assert [each.step for each in mailbox.drain()[0]] == [2, 3, 4]


def test_a_mailbox_loses_nothing_between_threads() -> None:
    mailbox, found = Mailbox(), []
    writer = threading.Thread(target=lambda: [mailbox.put(step(number)) for number in range(20_000)])
    writer.start()
    while writer.is_alive():
        found += mailbox.drain()[0]
    writer.join()
    found += mailbox.drain()[0]
    assert [each.step for each in found] == list(range(20_000))


def broken(error: Exception) -> Callable[[Control], Iterator[Event]]:
    def run(_control: Control) -> Iterator[Event]:
        yield Progress("before", 1)
        raise error

    return run


def test_our_errors_are_told_in_their_own_words(qtbot: QtBot) -> None:
    _, found = finished_job(qtbot, broken(TrainError("it broke.", where="step 3", hint="Try again.")))
    assert isinstance(found[-1], Failed)
    assert found[-1].message == "step 3: it broke. Try again."
    assert "Traceback" in found[-1].report


def test_other_errors_are_told_with_a_report(qtbot: QtBot) -> None:
    _, found = finished_job(qtbot, broken(ValueError("seven\nlines")))
    assert isinstance(found[-1], Failed)
    assert found[-1].message == "Something unexpected broke: ValueError: seven"
    assert "raise error" in found[-1].report


def test_an_error_before_the_first_event_is_told(qtbot: QtBot) -> None:
    def refuse(_control: Control) -> Iterator[Event]:
        raise TrainError("nothing fits.")

    _, found = finished_job(qtbot, refuse)
    assert [event.message for event in found] == ["nothing fits."]


def test_stopping_is_prompt_and_lets_the_job_end_itself(qtbot: QtBot) -> None:
    ended = threading.Event()

    def endless(control: Control) -> Iterator[Event]:
        while not control.cancelled:
            time.sleep(0.005)
            yield step(1)
        ended.set()

    job = Job(endless)
    job.start()
    qtbot.wait(30)
    start = time.perf_counter()
    job.stop()
    assert time.perf_counter() - start < 1
    assert ended.is_set()
    assert job.isFinished()


def test_stopping_wakes_a_paused_job(qtbot: QtBot) -> None:
    def paused(control: Control) -> Iterator[Event]:
        control.pause()
        while not control.cancelled:
            control.wait(60)
        yield Finished(cancelled=True)

    job = Job(paused)
    job.start()
    qtbot.wait(30)
    start = time.perf_counter()
    job.stop()
    assert time.perf_counter() - start < 1


def test_a_job_that_never_started_can_be_stopped(qtbot: QtBot) -> None:
    Job(lambda _control: iter(())).stop()


def test_a_job_can_be_deleted_after_its_end(qtbot: QtBot) -> None:
    job, _ = finished_job(qtbot, lambda _control: iter(()))
    with qtbot.waitSignal(job.destroyed, timeout=1000):
        job.deleteLater()
