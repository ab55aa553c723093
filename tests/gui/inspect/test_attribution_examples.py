"""The Examples panel shows the strongest images of the map under the cursor, found once for all maps."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from cnnviz.ui.inspect.asking.attributionexamples import PATCHES, ExamplesPanel
from cnnviz.ui.inspect.asking.pictures import as_picture
from cnnviz.ui.inspect.workspace import InspectWorkspace
from tests.gui.inspect.hand import click
from tests.gui.rooms import wait


@pytest.fixture
def examples(lenet: InspectWorkspace) -> ExamplesPanel:
    lenet.side.tabs.setCurrentIndex(2)
    wait(lambda: lenet.side.examples.found is not None)
    return lenet.side.examples


def test_the_strongest_images_of_the_map_are_shown(lenet: InspectWorkspace, examples: ExamplesPanel) -> None:
    dataset = lenet._session.material.dataset
    values = [finding.value for finding in examples.findings]
    assert len(values) == 9
    assert values == sorted(values, reverse=True)
    assert examples._title.text() == "conv2 map 3"
    for finding, picture in zip(examples.findings, examples.gallery._images, strict=True):
        assert np.array_equal(picture, dataset.test.sample(finding.sample)[0])
    assert "60 test images" in examples.note.text()


def test_every_other_map_is_there_at_once(lenet: InspectWorkspace, examples: ExamplesPanel) -> None:
    found = examples.found
    lenet.steering.go("conv1", (5, 3, 3))
    assert examples.findings == found.nodes["conv1"].of(5)
    lenet.steering.go("dense3", (7,))
    assert examples.findings == found.nodes["dense3"].of(7)
    lenet.side.tabs.setCurrentIndex(0)
    lenet.side.tabs.setCurrentIndex(2)
    assert examples.found is found


def test_patches_are_what_the_largest_value_sees(lenet: InspectWorkspace, examples: ExamplesPanel) -> None:
    lenet.steering.go("conv1", (2, 3, 3))
    examples.what.part(PATCHES).click()
    dataset = lenet._session.material.dataset
    for finding, picture in zip(examples.findings, examples.gallery._images, strict=True):
        row, column = finding.index[1:]
        image = dataset.test.sample(finding.sample)[0]
        window = image[max(row - 2, 0) : row + 3, max(column - 2, 0) : column + 3]
        assert np.array_equal(picture, window)


def test_a_click_looks_at_the_example_where_it_is_strongest(
    lenet: InspectWorkspace, examples: ExamplesPanel
) -> None:
    looking, finding = lenet._session.looking, examples.findings[4]
    click(examples.gallery.viewport(), QPointF(examples.gallery.cell_rect(4).center()))
    wait(lambda: looking.cursor.index == finding.index)
    assert lenet._session.material.sample.index == finding.sample
    wait(lambda: lenet.frame.index == finding.index)
    assert lenet.frame.array[finding.index] == pytest.approx(finding.value, rel=1e-4)


def test_other_weights_are_looked_at_anew(lenet: InspectWorkspace, examples: ExamplesPanel) -> None:
    session, before = lenet._session, examples.found
    graph = session.document.graph
    weights = session.services.complete(graph, None, 99)
    session.looking.set_weights(weights, "others")
    wait(lambda: examples.found is not None and examples.found is not before)
    old, new = (found.nodes["conv1"].values for found in (before, examples.found))
    assert not np.allclose(old, new)


def test_a_hidden_panel_looks_at_nothing(lenet: InspectWorkspace) -> None:
    panel = lenet.side.examples
    panel.refresh()
    assert panel.found is None
    assert not panel.inquiry.busy


def test_pictures_of_any_sample() -> None:
    colours = np.random.default_rng(0).random((3, 6, 5)).astype(np.float32)
    assert np.array_equal(as_picture(colours, None), np.moveaxis(colours, 0, -1))
    assert as_picture(colours, ((0, 3), (-1, 2), (3, 9))).shape == (2, 2, 3)
    assert as_picture(np.zeros((2, 4, 6, 5)), None).shape == (6, 5)
    assert as_picture(np.zeros((2, 9)), None).shape == (1, 9)
    assert as_picture(np.zeros(9), None).shape == (1, 9)
