"""What the stepper is about: a network, a sequence, which frames it predicts; and its predictions, from a worker."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from cnnviz.errors import ExplainError
from cnnviz.events import Answer, Event, Failed, Progress
from cnnviz.explain import Trace
from cnnviz.explain.trace import Array
from cnnviz.explain.video.forecast import FORCED, FREE, AskForecast, Forecast, Horizons
from cnnviz.explain.video.protocol import NEXT, Protocol, protocol_of, unit
from cnnviz.jobs import OneJob
from cnnviz.ui.inspect.video.rows import memories
from cnnviz.ui.state import Session

USUAL_START = 10
COUNTS = (1, 8, 64)
"""Test sequences that errors can be averaged over."""


class VideoDesk(QObject):
    """`changed` says that there is more to show; `progressed(Progress)` and `failed(sentence)` are about the worker."""

    changed = Signal()
    progressed = Signal(object)
    failed = Signal(str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.mode, self.count, self.start = FORCED, COUNTS[0], 0
        self.protocol: Protocol | None = None
        self.forecast: Forecast | None = None
        self.horizons: Horizons | None = None
        self._forced: Trace | None = None
        self._free: Trace | None = None
        self._about: tuple[Any, ...] = ()
        self._asked: AskForecast | None = None
        self._waiting = False
        self._job = OneJob(self)
        self._job.happened.connect(self._take)

    # -- what is looked at --------------------------------------------------------------------------------------

    @property
    def trace(self) -> Trace | None:
        """Return the trace whose rows are shown: of the true frames, or of those that were fed back."""
        return self._free if self.mode == FREE and self._free is not None else self._forced

    @property
    def busy(self) -> bool:
        """Say whether predictions are on their way."""
        return self._waiting or self._asked is not None

    @property
    def awaits_free(self) -> bool:
        """Say whether the gates of the free run are still being computed."""
        return self._free is None and self._can_trace_free()

    def suits(self, trace: Trace | None) -> bool:
        """Say whether a network remembers anything along time."""
        return trace is not None and bool(memories(trace))

    def look(self) -> bool:
        """Take note of what is looked at; return whether that is something else than before."""
        looking, sample = self.session.looking, self.session.material.sample
        trace = looking.trace
        if trace is None or not self.suits(trace):
            return False
        about = (trace, sample)
        if self._about and all(one is other for one, other in zip(about, self._about, strict=True)):
            return False
        self._about, self._forced = about, trace
        self._free = self.forecast = self.horizons = None
        old, self.protocol = self.protocol, self._protocol(trace)
        if self.protocol is not None and self.protocol != old:
            self.start = usual_start(self.protocol)
        self.ask()
        return True

    def _protocol(self, trace: Trace) -> Protocol | None:
        summary, sample = trace.graph.summary(), self.session.material.sample
        seen, given = trace.activation(summary.input), trace.activation(summary.output)
        answer = sample.answer if sample is not None else None
        try:
            return protocol_of(seen.shape, given.shape, seen, None if answer is None else np.asarray(answer))
        except ExplainError:
            return None

    # -- predictions --------------------------------------------------------------------------------------------

    def set_mode(self, mode: str) -> None:
        """Let the network see true frames, or its own ones behind `start`."""
        self.mode = mode
        self._trace_free()
        self.changed.emit()

    def set_start(self, start: int) -> None:
        """Feed back from another frame on."""
        if self.protocol is not None and start != self.start:
            self.start = min(max(start, 1), self.protocol.seen)
            self._free = None
            self.ask()

    def set_count(self, count: int) -> None:
        """Average errors over so many test sequences."""
        self.count = count
        self.ask()

    def ask(self) -> None:
        """Predict anew; what was asked before is given up."""
        self._asked = None
        if self.protocol is None or self.session.material.dataset is None:
            self._job.cancel()
            return
        self._waiting = True
        if not self._job.cancel():
            self._begin()

    def give_up(self) -> None:
        """Wait for no prediction any more."""
        self._waiting, self._asked = False, None
        self._job.cancel()

    def stop(self) -> None:
        """End the worker, and wait for it."""
        self._waiting = False
        self._job.stop()

    def _begin(self) -> None:
        session, protocol, trace = self.session, self.protocol, self._forced
        self._waiting = False
        if protocol is None or trace is None or session.material.dataset is None:
            return
        asked = self._asked = AskForecast(protocol, self.start, self._sequences(trace), self._most())
        weights, seed = session.looking.weights, session.document.recipe.seed
        graph, predict = session.looking.graph, session.services.forecast
        self._job.start(lambda control: predict(graph, weights, seed, asked, control))

    def _most(self) -> int:
        dataset = self.session.material.dataset
        return min(self.count, len(dataset.test)) if dataset is not None else 1

    def _sequences(self, trace: Trace) -> Any:
        """Return what reads a sequence: the one that is looked at, then those behind it in the test set."""
        sample, dataset, protocol = self.session.material.sample, self.session.material.dataset, self.protocol
        assert sample is not None
        assert dataset is not None
        assert protocol is not None
        here, test = max(sample.index, 0), dataset.test
        seen, answer = trace.activation(trace.graph.summary().input), sample.answer

        def take(at: int) -> tuple[Array, Array]:
            place = (here + at) % len(test)
            if at == 0 and answer is not None:
                return seen, _video(unit(np.asarray(answer)))
            return unit(test.sample(place)), _video(unit(np.asarray(test.labels[place])))

        return take

    def _take(self, event: Event) -> None:
        if isinstance(event, Answer) and self._asked is not None:
            first, self.horizons = event.value
            new, self.forecast = self.forecast is None or self.forecast.start != first.start, first
            if new or self._free is None:
                self._trace_free()
            self.changed.emit()
        elif isinstance(event, Progress) and self._asked is not None:
            self.progressed.emit(event)
        elif isinstance(event, Failed):
            self._asked = None
            self.failed.emit(event.message)
        if not self._job.busy:
            self._asked = None
            if self._waiting:
                self._begin()
            self.changed.emit()

    def _can_trace_free(self) -> bool:
        found = self.forecast
        return found is None or (found.protocol.kind == NEXT and found.start < found.protocol.seen)

    def _trace_free(self) -> None:
        """Look into the network while it sees what it was fed."""
        forecast, about = self.forecast, self._about
        if self.mode != FREE or forecast is None or self._free is not None or not self._can_trace_free():
            return
        session = self.session
        graph, weights, seed = session.looking.graph, session.looking.weights, session.document.recipe.seed

        def take(trace: Trace) -> None:
            if about == self._about and self.forecast is forecast:
                self._free = trace
                self.changed.emit()

        session.asker.ask(
            "video", lambda: session.services.trace(graph, weights, forecast.fed, seed), take, None
        )


def usual_start(protocol: Protocol) -> int:
    """Return the frame from which a network usually goes on alone: the tenth, as in the benchmark; else the last."""
    return min(USUAL_START, protocol.seen - 1) if protocol.kind == NEXT else protocol.seen


def _video(answer: Array) -> Array:
    """Return an answer as (C, T, H, W); one frame becomes a video of one."""
    return answer if answer.ndim == 4 else answer[:, None]
