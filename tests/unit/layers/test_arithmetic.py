"""Output sizes, parameter counts and multiply-adds of the lecture notes, and refusals a learner will meet."""

from __future__ import annotations

import pytest

from cnnviz.errors import ShapeError
from cnnviz.layers import (
    Add,
    AvgPool1d,
    BatchNorm,
    Concat,
    Conv1d,
    Conv2d,
    Conv3d,
    Dense,
    Flatten,
    GlobalAvgPool,
    Input,
    Layer,
    MaxPool2d,
    Remedy,
    Shape,
)
from cnnviz.layers.dense import unravel
from cnnviz.layers.geometry import Axis


@pytest.mark.parametrize(
    ("layer", "before", "after"),
    [
        (Conv2d(1, 3), (1, 6, 6), (1, 4, 4)),
        (Conv2d(64, 7, 2, 3), (3, 224, 224), (64, 112, 112)),
        (Conv2d(64, 3, 2, 1), (64, 112, 112), (64, 56, 56)),
        (Conv2d(2, 5), (3, 32, 32), (2, 28, 28)),
        (Conv2d(2, 3, 2, "same"), (3, 7, 8), (2, 4, 4)),
        (Conv2d(2, 3, 1, "valid", 2), (3, 7, 8), (2, 3, 4)),
        (Conv1d(20, 5), (28, 28), (20, 24)),
        (Conv3d(4, 3, 2, "same"), (3, 16, 16, 15), (4, 8, 8, 8)),
        (MaxPool2d(3, 2), (96, 55, 55), (96, 27, 27)),
        (MaxPool2d(padding="same"), (128, 7, 7), (128, 4, 4)),
        (MaxPool2d(), (128, 7, 7), (128, 3, 3)),
        (AvgPool1d(10, 1), (10, 30), (10, 21)),
        (GlobalAvgPool(), (512, 7, 7), (512,)),
        (Flatten(), (64, 7, 7), (3136,)),
        (Concat(), (4, 5, 5), (8, 5, 5)),
        (Add(), (4, 5, 5), (4, 5, 5)),
    ],
)
def test_output_shape(layer: Layer, before: Shape, after: Shape) -> None:
    assert layer.out_shape(*(before,) * layer.fewest_inputs) == after


@pytest.mark.parametrize(
    ("layer", "shape", "count", "macs"),
    [
        (Conv2d(2, 5, bias=False), (3, 32, 32), 150, 150 * 28 * 28),
        (Conv2d(32, 3, padding="same"), (1, 28, 28), 320, 288 * 784),
        (Conv2d(8, 3, groups=4), (4, 5, 5), 80, 72 * 9),
        (Conv1d(10, 5, padding="same"), (1, 20), 60, 50 * 20),
        (Dense(1024), (3136,), 3_212_288, 3136 * 1024),
        (BatchNorm(), (32, 26, 26), 128, 0),
        (BatchNorm(affine=False), (32,), 64, 0),
    ],
)
def test_counts(layer: Layer, shape: Shape, count: int, macs: int) -> None:
    assert sum(parameter.count for parameter in layer.parameters(shape)) == count
    assert layer.macs(shape) == macs


@pytest.mark.parametrize(
    ("layer", "shapes", "words"),
    [
        (
            Conv2d(1, 7, 2),
            ((1, 5, 9),),
            "a 7-wide window with stride 2 and padding 0 does not fit into 5 cells",
        ),
        (Conv2d(1, 3, 1, 0, 4), ((1, 5, 9),), "(dilation 4 makes it 9)"),
        (Conv2d(4, 3, groups=2), ((3, 9, 9),), "3 input channels can't be split into 2 equal groups"),
        (Conv2d(3, 3, groups=2), ((4, 9, 9),), "3 filters can't be split into 2 equal groups"),
        (Conv2d(), ((784,),), "it takes channels × height × width, but 784 arrives"),
        (Dense(10), ((64, 7, 7),), "it takes a flat vector, but 64×7×7 arrives"),
        (MaxPool2d(2, 2, 2), ((1, 9, 9),), "padding 2 is more than half of the 2-wide window"),
        (MaxPool2d(4), ((1, 3, 9),), "a 4-wide window with stride 2 and padding 0 does not fit into 3 cells"),
        (GlobalAvgPool(), ((5,),), "it takes maps"),
        (Add(), ((4, 5, 5), (4, 5, 6)), "4×5×5 and 4×5×6 can't be added"),
        (Concat(), ((4, 5, 5), (4, 5, 6)), "4×5×5 and 4×5×6 can't be joined"),
    ],
)
def test_refusals_have_the_numbers(layer: Layer, shapes: tuple[Shape, ...], words: str) -> None:
    for question in (
        (layer.out_shape, layer.torch_calls) if not isinstance(layer, Concat | Add) else (layer.out_shape,)
    ):
        with pytest.raises(ShapeError) as caught:
            question(*shapes)
        assert words in caught.value.what


@pytest.mark.parametrize(
    ("layer", "shapes"),
    [
        (Conv2d(1, 7, 2), ((1, 5, 9),)),
        (Conv2d(1, 3, 1, 0, 4), ((1, 5, 9),)),
        (Conv2d(4, 3, groups=2), ((3, 9, 9),)),
        (MaxPool2d(2, 2, 2), ((1, 9, 9),)),
        (MaxPool2d(5, 2, 2), ((1, 1, 9),)),
        (MaxPool2d(4), ((1, 3, 9),)),
        (AvgPool1d(9, 3), ((1, 2),)),
    ],
)
def test_replacements_fit(layer: Layer, shapes: tuple[Shape, ...]) -> None:
    try:
        layer.out_shape(*shapes)
    except ShapeError as error:
        remedies = [each for each in error.remedies if isinstance(each, Remedy)]
        assert remedies
        for remedy in remedies:
            assert remedy.replace is not None
            remedy.replace.out_shape(*shapes)
    else:
        assert layer == MaxPool2d(5, 2, 2)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("kernel", [1, 2, 5])
def test_windows_tile_the_axis(stride: int, kernel: int) -> None:
    axis = Axis(size=11, kernel=kernel, stride=stride, dilation=2, before=1, after=2)
    windows = [axis.window(position) for position in range(axis.positions)]
    assert windows[0].start == -1
    assert all(len(window) == kernel for window in windows)
    assert windows[-1][-1] < 13 <= windows[-1][-1] + stride


def test_unravel_is_row_major() -> None:
    assert [unravel(place, (2, 3)) for place in range(6)] == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]


def test_an_input_knows_its_shape_alone() -> None:
    assert Input((2, 3)).out_shape() == (2, 3)
    assert Input().torch_calls() == ()
