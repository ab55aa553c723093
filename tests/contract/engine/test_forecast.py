"""Frames that are predicted by feeding predictions back: equal to what the whole network gives for the same frames."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.control import Control
from cnnviz.engine.build import GraphModule, build
from cnnviz.engine.forecast import Stepper, forecasts, goes_frame_by_frame, predict, window
from cnnviz.engine.trace import evaluating, to_array, to_tensor, trace
from cnnviz.events import Answer, Finished, Progress
from cnnviz.explain.video.forecast import AHEAD, FREE, AskForecast
from cnnviz.explain.video.protocol import ALL, NEXT, ONE, Protocol
from cnnviz.layers import BatchNorm, Conv2d, Conv3d, ConvLSTM2d, Input, Layer, ReLU, Sigmoid, TimeDistributed
from cnnviz.model.graph import chain
from cnnviz.model.timing import first_ahead, look_ahead
from cnnviz.templates import template

STEPS, SIDE = 6, 8
VIDEO = (1, STEPS, SIDE, SIDE)


def network(*head: Layer, peepholes: bool = False) -> GraphModule:
    memories = (
        ConvLSTM2d(units=3, kernel_size=(3, 3), peepholes=peepholes),
        BatchNorm(), ReLU(),
        ConvLSTM2d(units=2, kernel_size=(5, 5)),
    )  # fmt: skip
    return build(chain((Input(shape=VIDEO), *memories, *head, Sigmoid())), seed=4)


def frames(count: int = STEPS + 1) -> np.ndarray:
    return np.random.default_rng(2).random((1, count, SIDE, SIDE)).astype(np.float32)


def whole(module: GraphModule, seen: np.ndarray) -> np.ndarray:
    with evaluating(module):
        return to_array(module(to_tensor(seen[None]))[0])


PICTURE = TimeDistributed(Conv2d(out_channels=1, padding="same"))


@pytest.mark.parametrize("peepholes", [False, True])
def test_frame_by_frame_is_the_whole_network(peepholes: bool) -> None:
    module, clip = network(PICTURE, peepholes=peepholes), frames()
    assert goes_frame_by_frame(module)
    stepper = Stepper(module, VIDEO)
    with evaluating(module):
        stepped = np.stack([stepper.step(clip[:, at]) for at in range(STEPS)], axis=1)
    assert stepped == pytest.approx(whole(module, clip[:, :STEPS]), abs=1e-6)


def test_predictions_are_fed_back() -> None:
    module, clip, start = network(PICTURE), frames(), 4
    found = predict(module, Protocol(NEXT, STEPS, STEPS), start, clip[:, :STEPS], clip[:, 1:])
    assert found.forced == pytest.approx(whole(module, clip[:, :STEPS]), abs=1e-6)
    assert np.array_equal(found.fed[:, :start], clip[:, :start])
    assert np.array_equal(
        found.fed[:, start:], found.free[:, start - 1 : -1]
    )  # a prediction is the next frame
    assert found.free == pytest.approx(whole(module, found.fed), abs=1e-6)
    assert np.array_equal(found.truth, clip[:, 1:])
    assert list(found.frames) == [2, 3, 4, 5, 6, 7]


def test_what_was_fed_back_can_be_looked_into() -> None:
    """The gates of the free run are those of a trace of the frames that it has seen."""
    module, clip = network(PICTURE), frames()
    found = predict(module, Protocol(NEXT, STEPS, STEPS), 3, clip[:, :STEPS], clip[:, 1:])
    looked = trace(module, found.fed)
    assert looked.activation(module.report.output) == pytest.approx(found.free, abs=1e-6)
    assert looked.activation("convlstm1.i").shape == (3, STEPS, SIDE, SIDE)


def test_a_head_that_sees_the_next_frame_has_none_to_see() -> None:
    """With frames it has not made yet black, a network that looks ahead gives other frames than with the true ones."""
    module, clip = network(Conv3d(out_channels=1, kernel_size=(3, 3, 3), padding="same")), frames()
    assert not goes_frame_by_frame(module)
    start = 4
    found = predict(module, Protocol(NEXT, STEPS, STEPS), start, clip[:, :STEPS], clip[:, 1:])
    assert found.forced == pytest.approx(whole(module, clip[:, :STEPS]), abs=1e-6)
    blind = clip[:, :STEPS].copy()
    blind[:, start:] = 0
    assert found.fed[:, start] == pytest.approx(whole(module, blind)[:, start - 1], abs=1e-6)
    assert not np.allclose(found.fed[:, start], found.forced[:, start - 1], atol=1e-5)


def test_the_window_slides_over_predictions() -> None:
    layers = (Input(shape=VIDEO), ConvLSTM2d(units=2, kernel_size=(3, 3), every_step=False))
    module = build(chain((*layers, Conv2d(out_channels=1, padding="same"), Sigmoid())), seed=1)
    clip, protocol = frames(), Protocol(ONE, STEPS, 1)
    found = predict(module, protocol, STEPS, clip[:, :STEPS], clip[:, STEPS:])
    assert found.free.shape == (1, AHEAD, SIDE, SIDE)
    assert np.array_equal(found.truth, clip[:, STEPS:])
    assert found.forced[:, 0] == pytest.approx(whole(module, clip[:, :STEPS]), abs=1e-6)
    moved = np.concatenate([clip[:, 1:STEPS], found.free[:, :1]], axis=1)
    assert found.free[:, 1] == pytest.approx(whole(module, moved), abs=1e-6)
    early = predict(module, protocol, 2, clip[:, :STEPS], clip[:, STEPS:])
    assert list(early.frames)[:2] == [3, 4]
    assert early.forced.shape[1] == early.truth.shape[1] == STEPS - 1
    assert not window(clip, 2, STEPS)[:, : STEPS - 2].any()


def test_all_at_once_feeds_nothing_back() -> None:
    module, clip = network(PICTURE), frames(2 * STEPS)
    found = predict(module, Protocol(ALL, STEPS, STEPS), STEPS, clip[:, :STEPS], clip[:, STEPS:])
    assert np.array_equal(found.free, found.forced)
    assert list(found.frames) == [7, 8, 9, 10, 11, 12]


def test_sequences_are_told_one_by_one_and_can_be_given_up() -> None:
    module, clip, control = network(PICTURE), frames(), Control()
    asked = AskForecast(Protocol(NEXT, STEPS, STEPS), 3, lambda _at: (clip[:, :-1], clip[:, 1:]), 3)
    events = list(forecasts(module, asked, control))
    answers = [event.value for event in events if isinstance(event, Answer)]
    assert [total.count for _, total in answers] == [1, 2, 3]
    assert answers[2][1].curves[FREE]["MSE"] == pytest.approx(answers[0][1].curves[FREE]["MSE"])
    assert [event.done for event in events if isinstance(event, Progress)] == [1, 2, 3]
    control.cancel()
    assert list(forecasts(module, asked, control)) == [Finished(cancelled=True)]


def test_which_networks_look_ahead() -> None:
    good, leaking = template("t20").graph, template("t20-conv3d").graph
    assert look_ahead(good)["output"] == 0
    assert not first_ahead(good, "output")
    assert look_ahead(leaking)["output"] == 1
    assert first_ahead(leaking, "output") == "conv1"
    assert look_ahead(template("t19").graph)["output"] is None  # one frame has no steps
