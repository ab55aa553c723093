"""Predicted frames: from true ones, and from the network's own predictions, fed back one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

import numpy as np
import torch
from torch import nn

from cnnviz.control import Control
from cnnviz.engine.build import GraphModule
from cnnviz.engine.modules.recurrent import GatedMemory
from cnnviz.engine.trace import device_of, evaluating, to_array, to_tensor
from cnnviz.events import Answer, Event, Finished, Progress
from cnnviz.explain.trace import Array
from cnnviz.explain.video.forecast import AHEAD, AskForecast, Forecast, Horizons, horizons_of, joined
from cnnviz.explain.video.protocol import ALL, NEXT, ONE, Protocol
from cnnviz.model.names import attribute
from cnnviz.model.timing import frames_read

DONE = "Sequences predicted"


def forecasts(module: GraphModule, asked: AskForecast, control: Control) -> Iterator[Event]:
    """Predict one sequence after the other; yield after each an Answer((Forecast of the first, Horizons of all))."""
    first: Forecast | None = None
    total: Horizons | None = None
    for at in range(asked.count):
        if control.cancelled:
            break
        seen, wanted = asked.take(at)
        try:
            found = predict(module, asked.protocol, asked.start, seen, wanted, control)
        except _GivenUpError:
            break
        first = found if first is None else first
        total = joined(total, horizons_of(found, known_frames(asked.protocol, seen, wanted)))
        yield Answer((first, total))
        yield Progress(DONE, at + 1, asked.count)
    yield Finished(cancelled=control.cancelled)


class _GivenUpError(Exception):
    """Nobody waits for the prediction any more."""


def predict(
    module: GraphModule,
    protocol: Protocol,
    start: int,
    seen: Array,
    wanted: Array,
    control: Control | None = None,
) -> Forecast:
    """Predict from frames (C, T, H, W), float32; from frame `start` on from own predictions.

    `wanted` are the frames that should come out, (C, K, H, W): the truth, as far as it is known.
    """
    known = known_frames(protocol, seen, wanted)
    run = {NEXT: _every_next, ONE: _one_by_one, ALL: _at_once}[protocol.kind]
    with evaluating(module):
        forced, free, fed = run(_Runner(module, control), protocol, start, seen, known)
    first = protocol.first_after(start)
    return Forecast(protocol, start, forced, free, known[:, first - 1 :][:, : free.shape[1]], fed)


def known_frames(protocol: Protocol, seen: Array, wanted: Array) -> Array:
    """Return all true frames of a sequence in their order: those that are shown, and those that are asked for."""
    return np.concatenate([seen, wanted[:, -1:] if protocol.kind == NEXT else wanted], axis=1)


_Found = tuple[Array, Array, Array]
"""Predictions from true frames, those from own ones, and the frames that were seen for these."""


class _Runner:
    """Runs a network on one sequence; between two runs it can be given up."""

    def __init__(self, module: GraphModule, control: Control | None) -> None:
        self.module, self._control = module, control

    def __call__(self, frames: Array, module: GraphModule | None = None) -> Array:
        if self._control is not None and self._control.cancelled:
            raise _GivenUpError
        found = (module or self.module)(to_tensor(frames[None]).to(device_of(self.module)))
        return to_array(found[0])


def _at_once(run: _Runner, _protocol: Protocol, _start: int, seen: Array, _known: Array) -> _Found:
    found = run(seen)
    return found, found, seen


def _one_by_one(run: _Runner, protocol: Protocol, start: int, _seen: Array, known: Array) -> _Found:
    """Slide the window over the true frames, then over the predictions; before the first frame it is black."""
    forced = [run(window(known, end, protocol.seen)) for end in range(start, known.shape[1])]
    frames, free = known[:, :start], list[Array]()
    for _ in range(AHEAD):
        own = forced[0] if not free and forced else run(window(frames, frames.shape[1], protocol.seen))
        free.append(own)
        frames = np.concatenate([frames, own.clip(0, 1)[:, None]], axis=1)
    own_frames = np.stack(free, axis=1)
    return (
        np.stack(forced, axis=1) if forced else own_frames[:, :0],
        own_frames,
        window(frames, start, protocol.seen),
    )


def window(frames: Array, end: int, length: int) -> Array:
    """Return the `length` frames before frame `end` of frames (C, T, H, W), black where there are none."""
    found = frames[:, max(end - length, 0) : end]
    missing = length - found.shape[1]
    return np.pad(found, ((0, 0), (missing, 0), (0, 0), (0, 0))) if missing else found


def _every_next(run: _Runner, protocol: Protocol, start: int, seen: Array, _known: Array) -> _Found:
    if goes_frame_by_frame(run.module):
        return _streamed(run, start, seen)
    forced = run(seen)
    fed = seen.copy()
    fed[:, start:] = 0  # what has not happened can't be seen
    for at in range(start, protocol.seen):
        fed[:, at] = run(fed)[:, at - 1].clip(0, 1)
    return forced, (forced if start >= protocol.seen else run(fed)), fed


def _streamed(run: _Runner, start: int, seen: Array) -> _Found:
    """Go through time once, and from frame `start` on a second time with own predictions."""
    stepper = Stepper(run.module, seen.shape, run)
    forced = [stepper.step(seen[:, at]) for at in range(start)]
    kept = stepper.state
    forced += [stepper.step(seen[:, at]) for at in range(start, seen.shape[1])]
    stepper.state = kept
    free, fed = forced[:start], [seen[:, at] for at in range(start)]
    for _ in range(start, seen.shape[1]):
        fed.append(free[-1].clip(0, 1))
        free.append(stepper.step(fed[-1]))
    return np.stack(forced, axis=1), np.stack(free, axis=1), np.stack(fed, axis=1)


def goes_frame_by_frame(module: GraphModule) -> bool:
    """Say whether only memories carry anything from frame to frame, so that a frame can be pushed through alone."""
    for row in module.report.rows:
        layer = module.graph.node(row.name).layer
        if row.inputs and not layer.internals(*row.inputs):
            spans = frames_read(layer, row.inputs, row.shape or ())
            if spans is None or any(span != (0, 0) for span in spans.values()):
                return False
        elif row.inputs and not isinstance(module.get_submodule(attribute(row.name)), GatedMemory):
            return False
    return True


State = dict[str, tuple[torch.Tensor | None, torch.Tensor | None]]


class Stepper:
    """A network that takes one frame at a time, (C, H, W), and remembers what came before."""

    def __init__(self, module: GraphModule, shape: tuple[int, ...], run: _Runner | None = None) -> None:
        self._run = run or _Runner(module, None)
        found = module.resized((shape[0], 1, *shape[2:]))
        self._net = (deepcopy(module) if found is module else found).eval()
        self._memories: dict[str, _Carried] = {}
        for name, child in list(self._net.named_children()):
            if isinstance(child, GatedMemory):
                self._memories[name] = _Carried(child)
                setattr(self._net, name, self._memories[name])

    @property
    def state(self) -> State:
        """What all memories hold now."""
        return {name: (memory.c, memory.h) for name, memory in self._memories.items()}

    @state.setter
    def state(self, state: State) -> None:
        for name, (c, h) in state.items():
            self._memories[name].c, self._memories[name].h = c, h

    def step(self, frame: Array) -> Array:
        """Return what the network gives after one more frame."""
        found = self._run(frame[:, None], self._net)
        return found[:, 0]


class _Carried(nn.Module):
    """A memory that goes on where the last call ended."""

    def __init__(self, memory: GatedMemory) -> None:
        super().__init__()
        self.memory = memory
        self.c: torch.Tensor | None = None
        self.h: torch.Tensor | None = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return h after one more step, (N, units, 1, …)."""
        (step,) = self.memory.steps(x, self.c, self.h)
        self.c, self.h = step["c"], step["h"]
        return step["h"].unsqueeze(2)
