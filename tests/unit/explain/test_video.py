"""Predicted frames: the errors against references written out, what needs no learning, and which frames are meant."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.errors import ExplainError
from cnnviz.explain.video import baselines, metrics
from cnnviz.explain.video.forecast import (
    FORCED,
    FREE,
    Forecast,
    Horizons,
    horizons_of,
    joined,
    verdict,
)
from cnnviz.explain.video.protocol import ALL, NEXT, ONE, Protocol, is_next, protocol_of


def frames(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random(shape).astype(np.float32)


def ssim_written_out(x: np.ndarray, y: np.ndarray, side: int = 7) -> float:
    """Wang et al. 2004, equation 13, window by window."""
    found = []
    for row in range(x.shape[0] - side + 1):
        for column in range(x.shape[1] - side + 1):
            a = x[row : row + side, column : column + side].astype(np.float64).ravel()
            b = y[row : row + side, column : column + side].astype(np.float64).ravel()
            (var_a, both), (_, var_b) = np.cov(a, b)
            above = (2 * a.mean() * b.mean() + 1e-4) * (2 * both + 9e-4)
            found.append(above / ((a.mean() ** 2 + b.mean() ** 2 + 1e-4) * (var_a + var_b + 9e-4)))
    return float(np.mean(found))


def test_similarity_is_that_of_the_paper() -> None:
    x, y = frames(12, 15), frames(12, 15, seed=1)
    assert metrics.similarity(x, y) == pytest.approx(ssim_written_out(x, y), abs=1e-9)
    assert metrics.similarity(x, x) == pytest.approx(1.0)
    assert metrics.similarity(np.stack([x, y]), np.stack([y, y])).shape == (2,)


def test_similarity_is_that_of_scikit_image() -> None:
    skimage = pytest.importorskip("skimage.metrics")
    x, y = frames(64, 64), frames(64, 64, seed=1)
    # it crops half a window on each side, which are just the windows that lie inside
    assert metrics.similarity(x, y) == pytest.approx(
        skimage.structural_similarity(x, y, data_range=1.0), abs=1e-6
    )


def test_errors_per_frame() -> None:
    truth, black = frames(3, 4, 4), np.zeros((3, 4, 4), np.float32)
    assert metrics.squared_error(black, truth) == pytest.approx((truth.astype(float) ** 2).sum(axis=(1, 2)))
    assert metrics.absolute_error(black, truth) == pytest.approx(truth.sum(axis=(1, 2), dtype=float))
    half = np.full_like(truth, 0.5)
    assert metrics.cross_entropy(half, truth) == pytest.approx(np.log(2))
    assert np.isfinite(metrics.cross_entropy(black, np.ones_like(truth))).all()


def moving(steps: int, speed: tuple[int, int]) -> np.ndarray:
    """A bright block of 6×6 that moves over 32×32 pixels."""
    found = np.zeros((1, steps, 32, 32), np.float32)
    for step in range(steps):
        row, column = 4 + step * speed[0], 6 + step * speed[1]
        found[0, step, row : row + 6, column : column + 6] = 0.8
    return found


@pytest.mark.parametrize("speed", [(1, 0), (2, 1), (0, 0)])
def test_what_moves_in_a_straight_line_is_carried_on(speed: tuple[int, int]) -> None:
    clip = moving(9, speed)
    found = baselines.carry_on(clip[:, :5], 4)
    assert np.array_equal(found, clip[:, 5:])


def test_what_leaves_the_frame_is_lost() -> None:
    clip = moving(6, (4, 0))
    assert baselines.carry_on(clip[:, :5], 9)[0, -1].sum() == 0


def test_without_learning() -> None:
    seen = frames(1, 4, 8, 8)
    assert baselines.black(seen, 3).shape == (1, 3, 8, 8)
    assert not baselines.black(seen, 3).any()
    assert np.array_equal(baselines.copy_last(seen, 2)[:, 1], seen[:, -1])
    assert np.array_equal(baselines.carry_on(seen[:, :2], 1), baselines.copy_last(seen[:, :2], 1))


def test_which_frames_are_meant() -> None:
    video, clip = (1, 6, 8, 8), frames(1, 7, 8, 8)
    assert protocol_of(video, video, clip[:, :-1], clip[:, 1:]) == Protocol(NEXT, 6, 6)
    assert protocol_of(video, video, clip[:, :6], frames(1, 6, 8, 8, seed=2)) == Protocol(ALL, 6, 6)
    assert protocol_of(video, (1, 8, 8)) == Protocol(ONE, 6, 1)
    assert protocol_of(video, (1, 4, 8, 8)) == Protocol(ALL, 6, 4)
    assert [each.first for each in (Protocol(NEXT, 6, 6), Protocol(ALL, 6, 4))] == [2, 7]
    assert Protocol(ONE, 6, 1).first_after(4) == 5
    for given in ((10,), (1, 7, 7), (2, 6, 8, 8)):
        with pytest.raises(ExplainError, match="no frames of one size"):
            protocol_of(video, given)


def test_bytes_are_compared_as_shares_of_255() -> None:
    clip = (frames(1, 5, 4, 4) * 255).astype(np.uint8)
    assert is_next(clip[:, :-1].astype(np.float32) / 255, clip[:, 1:])
    assert not is_next(clip[:, :-1], clip[:, :-1])


def forecast(start: int = 3) -> tuple[Forecast, np.ndarray]:
    clip = moving(7, (1, 1))
    truth, free = clip[:, 1:], clip[:, 1:].copy()
    free[:, start:] = 1 - truth[:, start:]
    return Forecast(Protocol(NEXT, 6, 6), start, truth * 0.5, free, truth, clip[:, :6]), clip


def test_errors_per_horizon() -> None:
    found, clip = forecast()
    horizons = horizons_of(found, clip)
    assert horizons.frames.tolist() == [2, 3, 4, 5, 6, 7]
    assert list(found.frames) == horizons.frames.tolist()
    energy = metrics.squared_error(0 * clip, clip)[0]
    assert horizons.curves["black"]["MSE"] == pytest.approx(energy[1:])
    assert horizons.curves[FORCED]["MSE"] == pytest.approx(energy[1:] / 4)
    copied = metrics.squared_error(clip[0, :1], clip[0, 1:2])[0]
    assert horizons.curves["copy last"]["MSE"][:2] == pytest.approx(copied)  # the frame just before
    later = metrics.squared_error(clip[0, 2:3], clip[0, 3:])
    assert horizons.curves["copy last"]["MSE"][2:] == pytest.approx(later)  # frame 3, again and again
    flow = horizons.curves["optical flow"]["MSE"]
    assert np.isnan(flow[:2]).all()
    assert flow[2:] == pytest.approx(0)


def test_a_model_that_is_worse_is_told_so() -> None:
    found, clip = forecast()
    text = verdict(horizons_of(found, clip), "MSE")
    assert text.startswith("Free-running is no better than ")
    assert "from frame 4 on" in text
    good = Forecast(found.protocol, 3, found.truth, found.truth, found.truth, found.fed)
    assert not verdict(_without_flow(horizons_of(good, clip)), "SSIM")


def _without_flow(found: Horizons) -> Horizons:
    curves = {**found.curves, "optical flow": found.curves["black"]}
    return Horizons(found.frames, curves, found.count, found.start)


def test_sequences_are_averaged() -> None:
    found, clip = forecast()
    one = horizons_of(found, clip)
    twice = Horizons(
        one.frames, {n: {m: 4 * v for m, v in c.items()} for n, c in one.curves.items()}, 1, one.start
    )
    both = joined(joined(None, one), twice)
    assert both.count == 2
    assert both.curves[FREE]["MAE"] == pytest.approx(2.5 * one.curves[FREE]["MAE"])
