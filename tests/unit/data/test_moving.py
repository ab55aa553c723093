"""The statistics of moving digits: straight lines, reflection at the borders, overlap by the brighter pixel."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.data import SOURCES, load
from cnnviz.data.following import shows_next
from cnnviz.data.moving import FRAMES, BouncingDigits, _paths
from cnnviz.model.checking.suitability import Samples, judge
from cnnviz.templates import template

FULL = np.full((1, 1, 4, 4), 255, np.uint8)


def test_digits_go_straight_and_are_reflected_at_the_border() -> None:
    drawn = np.random.default_rng(0).random((200, 2, 4))
    paths = _paths(drawn, 0.1)
    assert paths.shape == (200, FRAMES, 2, 2)
    assert ((paths >= 0) & (paths <= 1)).all()
    steps = np.diff(paths, axis=1)
    inside = (paths > 0) & (paths < 1)
    flying = inside[:, 1:-1] & inside[:, 2:] & inside[:, :-2]
    assert np.allclose(np.abs(steps[:, 1:])[flying], np.abs(steps[:, :-1])[flying]), "the speed never changes"
    hit = ~inside[:, 1:-1] & inside[:, 2:] & inside[:, :-2]
    before, after = steps[:, :-1][hit], steps[:, 1:][hit]
    assert hit.any()
    assert (np.sign(before) == -np.sign(after)).all(), "at a border the way turns round"
    assert np.allclose(np.hypot(*np.moveaxis(steps[:, 0], -1, 0))[flying[:, 0].all(axis=-1)], 0.1)


def test_all_directions_are_equally_likely() -> None:
    drawn = np.random.default_rng(1).random((4000, 1, 4))
    drawn[..., :2] = 0.5
    rows, columns = np.diff(_paths(drawn, 0.1), axis=1)[:, 0, 0].T
    octants = np.floor(np.arctan2(rows, columns) / (np.pi / 4)).astype(int)
    counts = np.unique(octants, return_counts=True)[1]
    assert len(counts) == 8
    assert (np.abs(counts - 500) < 5 * np.sqrt(500)).all()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_brighter_of_two_that_overlap_is_seen(number: int) -> None:
    bank = np.stack([FULL[0, 0] // 2, FULL[0, 0]])
    clips = BouncingDigits(bank, 40, number, 8, 0.2, seed=2).read(np.arange(40))
    assert set(np.unique(clips)) == {0, 127, 255}, "neither sums nor means of the two"
    ink = (clips > 0).reshape(40, FRAMES, -1).sum(axis=2)
    assert ink.min() >= 16
    assert ink.max() <= 16 * number
    if number > 1:
        assert (ink < 16 * number).any(), "some overlap"


def test_another_seed_moves_other_digits_at_another_speed() -> None:
    one, same, other = (
        BouncingDigits(FULL[0], 5, 1, 12, 0.1, seed=seed).read(np.arange(5)) for seed in (1, 1, 2)
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    still = BouncingDigits(FULL[0], 5, 1, 12, 0.0, seed=1).read(np.arange(5))
    assert np.array_equal(still[:, :1].repeat(FRAMES, axis=1), still)


@pytest.mark.parametrize(("predict", "next_ones"), [("19-19", True), ("10-10", False), ("19-1", False)])
def test_answers_that_are_the_next_frames_are_known(predict: str, next_ones: bool) -> None:
    assert shows_next(load(f"moving-digits:digits=strokes,count=10,predict={predict}").train) is next_ones


@pytest.mark.parametrize(
    ("network", "chosen"),
    [
        ("t19", ""),
        ("t27-peephole", ""),
        ("t20", ":predict=19-19"),
        ("forecaster", ":predict=10-10"),
        ("t1", ""),
    ],
)
def test_the_frames_that_suit_a_network_are_predicted(network: str, chosen: str) -> None:
    report = template(network).graph.summary()
    takes, gives = (report.row(node).shape or () for node in (report.input, report.output))
    for name in ("moving-digits", "moving-mnist"):
        assert str(SOURCES[name].suited(takes, gives)) == name + chosen


def test_frames_are_made_as_large_as_a_network_takes_them() -> None:
    moving = SOURCES["moving-digits"]
    assert str(moving.suited((1, 19, 32, 32), (1, 32, 32))) == "moving-digits:size=32"
    assert str(moving.suited((1, 10, 16, 16), (1, 10, 16, 16))) == "moving-digits:predict=10-10", (
        "no digit fits"
    )
    assert str(SOURCES["mnist"].suited((1, 19, 32, 32), (1, 32, 32))) == "mnist"


def test_a_network_that_sees_the_frame_to_predict_is_told_so() -> None:
    video = (1, 19, 64, 64)
    samples = Samples("Clips", video, 0, answer=video, next_frames=True)
    leaking = template("t20-conv3d").graph
    (found,) = [problem for problem in judge(leaking, samples).problems if problem.node == "conv1"]
    assert "the very one to predict" in found.text
    (fix,) = found.fixes
    assert not judge(fix.edit(leaking), samples).problems
    assert not judge(template("t20").graph, samples).problems
    later = Samples("Clips", video, 0, answer=video)
    assert not judge(leaking, later).problems, "where the frames come after all that is seen, nothing leaks"
