"""The Explanation panel shows what the engine answers, says why it can't, and follows hand, cursor and theme."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from cnnviz.engine.attribute import answer_trace
from cnnviz.events import Answer, Progress
from cnnviz.explain.attribution import METHODS, Question
from cnnviz.explain.trace import Trace
from cnnviz.layers import Conv1d, Conv3d, Dense, Flatten, GlobalAvgPool, Input, ReLU, Tanh
from cnnviz.model.graph import chain
from cnnviz.templates import template
from cnnviz.ui import theme
from cnnviz.ui.inspect.asking.attribution import AttributionPanel
from cnnviz.ui.inspect.asking.attributiontargets import POINTED, PREDICTED
from cnnviz.ui.inspect.workspace import InspectWorkspace
from cnnviz.ui.state.turns import TURN_SECONDS
from tests.gui.inspect.hand import click, shades
from tests.gui.rooms import wait


def opened(workspace: InspectWorkspace) -> AttributionPanel:
    workspace.side.tabs.setCurrentIndex(1)
    settle(workspace.side.attribution)
    return workspace.side.attribution


def settle(panel: AttributionPanel) -> None:
    wait(lambda: not panel.worker.busy)


def asked(panel: AttributionPanel, method: str) -> None:
    panel.choose_method(method)
    settle(panel)


def expected(panel: AttributionPanel, trace: Trace) -> np.ndarray:
    assert panel.question is not None
    *_, answer = answer_trace(trace, panel.question)
    assert isinstance(answer, Answer)
    return answer.value.picture


@pytest.mark.parametrize("method", [name for name in METHODS if name != "cam"])
def test_the_map_is_what_the_engine_answers(lenet: InspectWorkspace, method: str) -> None:
    panel = opened(lenet)
    asked(panel, method)
    shown = panel.picture.overlay
    assert np.array_equal(shown._array, expected(panel, lenet.frame.trace))
    assert shown._colormap == METHODS[method].colormap
    assert panel.legend._range == shown.value_range == panel.answer.range
    assert panel.note.text() == panel.answer.note
    assert shades(panel.picture) > 10


def test_the_answer_is_explained_first_and_any_class_at_will(lenet: InspectWorkspace) -> None:
    panel, scores = opened(lenet), lenet.frame.trace.activation("dense3")
    assert panel.question.target.index == (int(scores.argmax()),)
    assert panel.target.currentText() == f"Answer: {scores.argmax()}"
    panel.choose_target(3)
    settle(panel)
    assert panel.answer.score == pytest.approx(scores[3], rel=1e-4)
    assert panel._title.text() == "Why \u201c3\u201d?"


def test_a_method_that_does_not_apply_says_why(lenet: InspectWorkspace) -> None:
    panel = opened(lenet)
    asked(panel, "cam")
    assert panel.why_not.isVisible()
    assert not panel.legend.isVisible()
    assert "global average" in panel.why_not._sentence.text()
    asked(panel, "grad-cam")
    assert panel.picture.isVisible()
    assert panel.legend.isVisible()


def test_the_value_under_the_cursor_is_followed(lenet: InspectWorkspace) -> None:
    panel = opened(lenet)
    panel.choose_target(POINTED)
    asked(panel, "saliency")
    lenet.steering.go("conv2", (5, 6, 7))
    settle(panel)
    assert (panel.question.target.node, panel.question.target.index) == ("conv2", (5, 6, 7))
    assert panel.answer.score == lenet.frame.trace.activation("conv2")[5, 6, 7]
    lenet.steering.go("input", (0, 3, 3))
    assert "part of the sample itself" in panel.why_not._sentence.text()


def test_a_click_moves_the_pixel_cursor(lenet: InspectWorkspace) -> None:
    panel, looking = opened(lenet), lenet._session.looking
    overlay = panel.picture.overlay
    click(overlay, QPointF(overlay.grid().cell_rect(20, 11).center()))
    assert looking.cursor.node == "conv2"
    assert (looking.cursor.map, *looking.cursor.position) == (3, 20 * 10 // 28, 11 * 10 // 28)
    lenet.steering.go("dense1", (4,))
    assert overlay.selected is None
    click(overlay, QPointF(overlay.grid().cell_rect(2, 9).center()))
    assert (looking.cursor.node, looking.cursor.position) == ("input", (2, 9))
    assert overlay.selected == (2, 9)


def test_another_image_is_explained_and_the_choice_stays(lenet: InspectWorkspace) -> None:
    panel = opened(lenet)
    asked(panel, "gradient-input")
    before = panel.picture.overlay._array
    material = lenet._session.material
    material.pick(material.sample.index + 1)
    wait(lambda: panel._trace is lenet._session.looking.trace and not panel.worker.busy)
    assert panel.question.method == "gradient-input"
    assert not np.array_equal(before, panel.picture.overlay._array)
    assert np.array_equal(panel.picture.overlay._array, expected(panel, lenet._session.looking.trace))


def test_settings_are_those_of_the_method(lenet: InspectWorkspace) -> None:
    panel = opened(lenet)
    options = panel.options
    assert options.maps.isVisible()
    assert options.maps.currentText() == "relu2"
    options.maps.setCurrentText("conv1")
    options.maps.activated.emit(0)
    settle(panel)
    assert "conv1, 28×28" in panel.answer.note
    asked(panel, "occlusion")
    assert not options.maps.isVisible()
    assert (options.covered.value(), options.step.value()) == (5, 2)
    options.covered.edit.setText("7")
    options.covered.edit.textEdited.emit("7")
    settle(panel)
    assert "7×7" in panel.answer.note
    asked(panel, "integrated")
    options.baseline.setCurrentIndex(1)
    options.baseline.activated.emit(1)
    settle(panel)
    assert panel.question.baseline == "mean"
    assert "the sample's mean" in panel.answer.note
    asked(panel, "saliency")
    assert not options.isVisible()


def test_a_hidden_panel_asks_nothing(lenet: InspectWorkspace) -> None:
    panel = lenet.side.attribution
    assert panel.answer is None
    opened(lenet)
    lenet.side.tabs.setCurrentIndex(0)
    panel.refresh()
    assert not panel.worker.busy


class Slow:
    """Stands for a long question: its pieces take longer than a turn, and the third waits until it is let go on."""

    def __init__(self) -> None:
        self.gate, self.asked = threading.Event(), 0

    def __call__(self, trace: Trace, question: Question) -> Iterator[object]:
        self.asked += 1
        for done in range(4):
            time.sleep(TURN_SECONDS + 0.01)
            yield Progress("Occlusion", done, 4)
            assert done < 1 or self.gate.wait(10)
        yield from answer_trace(trace, question)


def test_a_long_question_shows_progress_and_can_be_cancelled(lenet: InspectWorkspace) -> None:
    panel, slow = opened(lenet), Slow()
    kept = panel.picture.overlay._array
    object.__setattr__(lenet._session.services, "attribute", slow)
    panel.choose_method("occlusion")
    wait(panel.cancel.isVisible)
    assert panel.bar.maximum() == 4
    assert np.array_equal(panel.picture.overlay._array, kept)
    click(panel.cancel, QPointF(panel.cancel.rect().center()))
    assert not panel.worker.busy
    assert panel.note.text().startswith("Cancelled")
    slow.gate.set()
    assert panel.again.isVisible()
    click(panel.again, QPointF(panel.again.rect().center()))
    settle(panel)
    assert slow.asked == 2
    assert panel.answer.method == "occlusion"
    assert not panel.again.isVisible()


def test_a_first_long_question_shows_no_empty_map(lenet: InspectWorkspace) -> None:
    panel, slow = lenet.side.attribution, Slow()
    object.__setattr__(lenet._session.services, "attribute", slow)
    lenet.side.tabs.setCurrentIndex(1)
    wait(panel.cancel.isVisible)
    assert "on its way" in panel.why_not._sentence.text()
    assert not panel.legend.isVisible()
    slow.gate.set()
    settle(panel)
    assert panel.legend.isVisible()
    assert panel.picture.isVisible()


def test_the_latest_question_wins(lenet: InspectWorkspace) -> None:
    panel = opened(lenet)
    answers = []
    panel.worker.answered.connect(lambda asked, _answer: answers.append(asked[1].method))
    for method in ("integrated", "smoothgrad", "occlusion", "saliency"):
        panel.choose_method(method)
    settle(panel)
    assert answers == ["saliency"]
    assert panel.answer.method == "saliency"


@pytest.mark.parametrize("dimensions", [1, 3])
def test_sequences_and_volumes_are_explained(load, dimensions: int) -> None:
    shape = {1: (2, 40), 3: (3, 6, 7, 8)}[dimensions]
    convolution = {1: Conv1d, 3: Conv3d}[dimensions]
    layers = [Input(shape), convolution(4, 3), ReLU(), GlobalAvgPool(), Dense(3)]
    panel = opened(load(chain(layers, "dimensions")))
    for method in ("cam", "integrated", "occlusion"):
        asked(panel, method)
        assert panel.answer.method == method
        picture = panel.answer.picture
        assert picture.shape == shape[1:]
        plane = picture if dimensions == 1 else picture[panel.picture.slider.value()]
        assert np.array_equal(panel.picture.overlay._array[-1], np.atleast_2d(plane)[-1])
    overlay, looking = panel.picture.overlay, panel._session.looking
    looking.point(node="input", map=0, position=(0,) * dimensions)
    click(overlay, QPointF(overlay.grid().cell_rect(4, 3).center()))
    slices = (panel.picture.slider.value(), 4) if dimensions == 3 else ()
    assert looking.cursor.position == (*slices, 3)


def test_a_network_without_classes_explains_the_value_under_the_cursor(load) -> None:
    panel = opened(load(chain([Input((6,)), Dense(4), Tanh(), Dense(1)], "vector")))
    assert [panel.target.itemText(at) for at in range(panel.target.count())] == ["Value under the cursor"]
    panel._session.looking.point(node="dense2", map=0, position=())
    asked(panel, "integrated")
    assert panel.answer.map.shape == (6,)
    assert "Sum" in panel.answer.note
    assert shades(panel.picture) > 3


def test_other_networks_bring_other_classes(load) -> None:
    panel = opened(load(template("t10").graph))
    panel.choose_target(7)
    settle(panel)
    layers = [Input((3, 12, 12)), ReLU(), Flatten(), Dense(4)]
    load(chain(layers, "other"))
    settle(panel)
    assert panel.target.count() == 6
    assert panel._choice() == PREDICTED
    assert panel.picture.overlay._below.allGray() is False


def test_both_themes_paint_it(lenet: InspectWorkspace, qapp: QApplication) -> None:
    panel = opened(lenet)
    asked(panel, "integrated")
    dark = panel.picture.overlay.grab().toImage()
    theme.apply(qapp, "light")
    light = panel.picture.overlay.grab().toImage()
    corner = panel.picture.overlay.grid().cell_rect(0, 0).center().toPoint()
    assert dark.pixelColor(corner).lightness() < 60
    assert light.pixelColor(corner).lightness() > 150  # a grey image under the lighter end of the scale
    panel.density.setValue(0)
    assert panel.picture.overlay.grab().toImage() != light
