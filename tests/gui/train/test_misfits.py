"""Answers that are furthest off, as small pictures: a series as curves, a film as a few frames, images in pairs."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from cnnviz.data import Dataset, load
from cnnviz.events import Evaluated, Fit
from cnnviz.ui.browse.rendering import curve_color
from cnnviz.ui.train.judging.misfits import FEW_FRAMES, SERIES, SHARP, BothCurves, misfits
from cnnviz.ui.widgets.gallery import THUMB, Gallery


def judged(dataset: Dataset, errors: list[float], off: float) -> Evaluated:
    """Return a judgement of the first test samples, whose answers are off by the same everywhere."""
    count = len(errors)
    targets = np.stack([np.asarray(dataset.test.labels[at], np.float32) for at in range(count)])
    targets = targets / 255 if targets.ndim > 3 else targets
    fit = Fit(np.array(errors), np.ones(targets.shape[1:]), np.arange(count), targets + off, targets)
    nothing = np.zeros(0)
    return Evaluated(
        1, 1.0, "test", 0.1, None, nothing, np.arange(count), nothing, nothing, nothing, False, fit=fit
    )


def colors(image: object) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def test_a_window_of_a_series_is_drawn_with_what_followed(qapp: QApplication) -> None:
    dataset = load("two-sines:count=300")
    event = judged(dataset, [1.0, 4.0], off=0.5)
    found = misfits(event, event.fit, dataset.test, dataset)
    assert found.places == [1, 0]
    assert [caption.label for caption in found.captions] == ["\u00b12", "\u00b11"]
    assert (found.size, found.words) == (SERIES, "\u25cb true, \u25cf predicted")
    image = found.pictures[0](*SERIES)
    assert (image.width(), image.height()) == (SHARP * SERIES[0], SHARP * SERIES[1])
    assert {curve_color(0).name(), curve_color(1).name()} <= colors(image)
    gallery = Gallery()
    gallery.set_images(found.pictures, found.captions, found.size)
    assert gallery.cell_rect(0).width() > gallery.cell_rect(0).height()
    assert not gallery.grab().isNull()


@pytest.mark.parametrize(
    ("predict", "words"), [("10-10", "true above predicted"), ("19-1", "true | predicted")]
)
def test_a_film_is_a_few_frames_in_their_own_form(qapp: QApplication, predict: str, words: str) -> None:
    dataset = load(f"moving-digits:digits=strokes,count=10,size=28,predict={predict}")
    event = judged(dataset, [1.0, 2.0, 3.0], off=0.0)
    found = misfits(event, event.fit, dataset.test, dataset)
    tall, wide = found.pictures[0].shape
    frames = FEW_FRAMES if predict == "10-10" else 1
    assert (tall, wide) == ((2 * 28 + 1, frames * 28) if frames > 1 else (28, 2 * 28 + 1))
    assert found.size[0] / found.size[1] == pytest.approx(wide / tall, rel=0.05)
    assert found.size[0] > THUMB
    assert found.words == words


def test_curves_that_were_predicted_lie_over_the_true_ones(qapp: QApplication) -> None:
    rows = np.sin(np.linspace(0, 6, 70))[None]
    one, other = (BothCurves(rows, rows + off)(100, 60) for off in (0.0, 1.0))
    assert one != other
    assert curve_color(0).name() in colors(other)
