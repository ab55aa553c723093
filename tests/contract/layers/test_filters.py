"""Fixed filters against plain numpy: TensorFlow's edges and gradients, the textbook kernels, and every border."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from cnnviz.errors import OptionError, ShapeError
from cnnviz.layers import Concat, Dense, FixedFilter2d, Flatten, Input, MaxPool2d
from cnnviz.layers.filters import FILTERS
from cnnviz.model.graph import Graph
from tests.contract.layers.draws import modules_of, run

IMAGE = np.random.default_rng(0).random((2, 7, 6)).astype(np.float32)
MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge"}


def computed(layer: FixedFilter2d, image: Any = IMAGE) -> Any:
    with torch.inference_mode():
        return run(modules_of(layer, (image.shape,)), torch.from_numpy(image)[None])[0].numpy()


def correlated(image: Any, kernel: Any) -> Any:
    """Slide a kernel over an image, without any border."""
    windows = np.lib.stride_tricks.sliding_window_view(image, np.shape(kernel))
    return np.einsum("yxij,ij->yx", windows, np.array(kernel))


@pytest.mark.parametrize("border", ["zeros", "reflect", "replicate", "valid"])
@pytest.mark.parametrize("preset", FILTERS)
def test_every_filter_with_every_border(preset: str, border: str) -> None:
    maps = []
    for channel in IMAGE:
        for kernel in FILTERS[preset]:
            height, width = np.shape(kernel)
            pads = (((height - 1) // 2, height // 2), ((width - 1) // 2, width // 2))
            padded = channel if border == "valid" else np.pad(channel, pads, MODES[border])  # type: ignore[call-overload]
            maps.append(correlated(padded, kernel))
    found = computed(FixedFilter2d(preset, border=border))
    np.testing.assert_allclose(found, np.stack(maps), rtol=1e-5, atol=1e-5)


def test_gradients_are_forward_differences_and_end_in_zeros() -> None:
    """As tf.image.image_gradients: (down, right) of each channel."""
    found = computed(FixedFilter2d("gradient"))
    for channel in range(2):
        down, right = np.zeros((7, 6)), np.zeros((7, 6))
        down[:-1], right[:, :-1] = np.diff(IMAGE[channel], axis=0), np.diff(IMAGE[channel], axis=1)
        np.testing.assert_allclose(found[2 * channel : 2 * channel + 2], [down, right], atol=1e-6)


def test_sobel_mirrors_the_border() -> None:
    """As tf.image.sobel_edges: at a mirrored border, the difference across it is 0."""
    down, right = computed(FixedFilter2d("sobel"))[:2]
    np.testing.assert_allclose(down[[0, -1]], 0, atol=1e-6)
    np.testing.assert_allclose(right[:, [0, -1]], 0, atol=1e-6)
    assert np.abs(down[1:-1]).max() > 0.1


def test_smoothing_keeps_the_brightness_and_edges_of_plain_areas_are_zero() -> None:
    plain = np.full((1, 6, 6), 0.5, np.float32)
    for preset in ("gaussian", "blur", "sharpen"):
        np.testing.assert_allclose(computed(FixedFilter2d(preset), plain), plain, rtol=1e-6)
    for preset in ("sobel", "gradient", "laplacian", "edge"):
        np.testing.assert_allclose(computed(FixedFilter2d(preset), plain), 0, atol=1e-6)


def test_a_typed_kernel_is_the_filter() -> None:
    typed = FixedFilter2d("typed", "[1, 0.5; −1/4 0]", "valid")
    assert typed.kernel == "1 0.5; -1/4 0"
    np.testing.assert_allclose(computed(typed)[0], correlated(IMAGE[0], [[1, 0.5], [-0.25, 0]]), rtol=1e-5)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1 2; 3", "row 2 has 1 number, row 1 has 2 numbers"),
        ("1 two", "two is not a number"),
        ("1 1/0", "1/0 is not a number"),
        ("1 2000", "2000 in row 1 is out of bounds"),
        (" ; ", "there is no number in it"),
        ("1 " * 16, "it is 1×16; 15×15 is the most"),
        ("1e999999999", "1e999999999 is not a number"),
    ],
)
def test_a_kernel_that_is_none_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(OptionError) as caught:
        FixedFilter2d("typed", text)
    assert words in caught.value.what
    assert "rows of numbers" in caught.value.hint


def test_an_image_too_small_for_the_border_is_refused_with_a_way_out() -> None:
    for layer in (FixedFilter2d("gaussian"), FixedFilter2d("gaussian", border="valid")):
        with pytest.raises(ShapeError) as caught:
            layer.out_shape((1, 2, 9))
        (remedy,) = caught.value.remedies
        assert remedy.replace.out_shape((1, 2, 9)) == (1, 2, 9)  # type: ignore[attr-defined]


def test_classic_features_have_the_parameters_of_the_lecture_notes() -> None:
    graph = Graph().add(Input((3, 32, 32)), "x")
    graph = graph.add(FixedFilter2d("gradient"), "differences", after="x").add(
        FixedFilter2d(), "edges", after="x"
    )
    graph = graph.add(Concat(), "both").connect("differences", "both").connect("edges", "both")
    graph = graph.add(MaxPool2d(), "pool", after="both").add(Flatten(), "flat", after="pool")
    graph = graph.add(Dense(128), "dense", after="flat").add(Dense(10), "out", after="dense")
    report = graph.summary()
    assert report.row("both").shape == (12, 32, 32)
    assert report.trainable == 394_634
