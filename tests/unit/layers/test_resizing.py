"""Sizes, counts, refusals and words of the layers that enlarge, cut, filter and reorder maps."""

from __future__ import annotations

from typing import Any

import pytest

from cnnviz.errors import ShapeError
from cnnviz.layers import (
    AdaptiveAvgPool,
    AdaptiveMaxPool,
    Conv2d,
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
    Crop,
    DepthwiseConv2d,
    FixedFilter2d,
    Layer,
    LocallyConnected2d,
    LPPool2d,
    Pad,
    Permute,
    Reshape,
    Shape,
    Upsample,
)
from cnnviz.layers.geometry import Stamp


@pytest.mark.parametrize(
    ("layer", "before", "after"),
    [
        (ConvTranspose2d(8), (4, 7, 7), (8, 14, 14)),
        (ConvTranspose2d(8, 3, 2, 1, 1), (4, 7, 7), (8, 14, 14)),
        (ConvTranspose2d(8, 5, 3, "same"), (4, 7, 7), (8, 21, 21)),
        (ConvTranspose2d(8, 1, 3, "same"), (4, 7, 7), (8, 21, 21)),
        (ConvTranspose2d(1, 3, 1), (1, 4, 4), (1, 6, 6)),
        (ConvTranspose1d(2, 3, 2, dilation=2), (1, 5), (2, 13)),
        (ConvTranspose3d(2, 2, (1, 2, 2)), (3, 4, 8, 8), (2, 5, 16, 16)),
        (DepthwiseConv2d(2, 3, padding="same"), (16, 9, 9), (32, 9, 9)),
        (LocallyConnected2d(4, 5, 2), (1, 28, 28), (4, 12, 12)),
        (FixedFilter2d("sobel"), (3, 32, 32), (6, 32, 32)),
        (FixedFilter2d("gaussian", border="valid"), (3, 32, 32), (3, 28, 28)),
        (FixedFilter2d("typed", "1 2"), (3, 32, 32), (3, 32, 32)),
        (LPPool2d(3, 2, "same"), (8, 7, 7), (8, 4, 4)),
        (AdaptiveAvgPool((7,)), (64, 15, 30), (64, 7, 7)),
        (AdaptiveMaxPool((2, 5)), (64, 15, 30), (64, 2, 5)),
        (Upsample((2,)), (3, 4, 8, 8), (3, 8, 16, 16)),
        (Upsample((1, 2, 2)), (3, 4, 8, 8), (3, 4, 16, 16)),
        (Pad((1,), (2,)), (3, 8, 9), (3, 11, 12)),
        (Pad((0, 2), (1,), "replicate"), (3, 8, 9), (3, 9, 12)),
        (Crop((2,), (2,)), (1, 32, 32), (1, 28, 28)),
        (Reshape((1, 28, -1)), (784,), (1, 28, 28)),
        (Reshape((10, 16)), (160,), (10, 16)),
        (Permute((2, 1)), (28, 14), (14, 28)),
        (Permute((3, 1, 2)), (2, 3, 4), (4, 2, 3)),
    ],
)
def test_output_shape(layer: Layer, before: Shape, after: Shape) -> None:
    assert layer.out_shape(before) == after


@pytest.mark.parametrize(
    ("layer", "shape", "count", "macs"),
    [
        (ConvTranspose2d(8, 2), (4, 7, 7), 2 * 2 * 4 * 8 + 8, 49 * 4 * 8 * 4),
        (ConvTranspose2d(8, 2, groups=4, bias=False), (4, 7, 7), 2 * 2 * 8, 49 * 8 * 4),
        (DepthwiseConv2d(2, 3), (16, 9, 9), 9 * 32 + 32, 9 * 32 * 49),
        (LocallyConnected2d(4, 3), (2, 28, 28), 26 * 26 * (9 * 2 * 4) + 26 * 26 * 4, 26 * 26 * 9 * 2 * 4),
        (LocallyConnected2d(1, 2, bias=False), (1, 3, 3), 16, 16),
        (FixedFilter2d("sobel"), (3, 32, 32), 0, 6 * 32 * 32 * 9),
        (Conv2d(64, 1), (128, 7, 7), 128 * 64 + 64, 128 * 64 * 49),
        (Upsample(), (3, 4, 4), 0, 0),
    ],
)
def test_counts(layer: Layer, shape: Shape, count: int, macs: int) -> None:
    assert sum(parameter.count for parameter in layer.parameters(shape)) == count
    assert layer.macs(shape) == macs


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (Upsample((2, 2)), (3, 4, 8, 8), "it has 2 numbers for the scale, but 3×4×8×8 has 3 dimensions"),
        (AdaptiveAvgPool((7,)), (64,), "it takes maps (channels and 1 to 3 dimensions), but 64 arrives"),
        (
            Pad((4,), (0,), "reflect"),
            (1, 4, 9),
            "4 cells can't be mirrored from 4; only 3 lie behind the edge",
        ),
        (Crop((2,), (2,)), (1, 4, 9), "cutting 2 leaves nothing of 1×4×9"),
        (Crop((2,), (3,)), (1, 4, 9), "cutting 2 before, 3 after leaves nothing of 1×4×9"),
        (Reshape((10, 10)), (64, 7, 7), "64×7×7 holds 3,136 numbers, but 10×10 takes 100"),
        (Reshape((10, -1)), (7,), "7 holds 7 numbers, but 10×rest takes multiples of 10"),
        (Permute((2, 1)), (3, 4, 5), "the order 2×1 must hold every number from 1 to 3 once"),
        (Permute((1, 1)), (3, 4), "the order 1×1 must hold every number from 1 to 2 once"),
        (
            LocallyConnected2d(4, 9),
            (1, 5, 12),
            "a 9-wide window with stride 1 and padding 0 does not fit into 5 cells",
        ),
        (DepthwiseConv2d(1, 3, 1, 0, 4), (1, 5, 9), "(dilation 4 makes it 9)"),
        (LPPool2d(3, 1, 2), (1, 9, 9), "padding 2 is more than half of the 3-wide window"),
        (FixedFilter2d("blur"), (1, 28), "it takes channels × height × width, but 1×28 arrives"),
    ],
)
def test_refusals_have_the_numbers_and_ways_out_that_work(layer: Layer, shape: Shape, words: str) -> None:
    for question in (layer.out_shape, layer.torch_calls):
        with pytest.raises(ShapeError) as caught:
            question(shape)
        assert words in caught.value.what
        for remedy in caught.value.remedies:
            remedy.replace.out_shape(shape)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("layer", "shape", "worked"),
    [
        (ConvTranspose2d(8, 3, 2, 1, 1), (4, 7, 7), "(7 − 1)·2 − 2·1 + 3 + 1 = 14"),
        (ConvTranspose2d(8, 3, 2, "same"), (4, 7, 7), "7·2 = 14"),
        (ConvTranspose1d(2, 3, 2, dilation=2), (1, 5), "(5 − 1)·2 − 2·0 + 2·(3 − 1) + 1 = 13"),
        (ConvTranspose2d(8, 2), (4, 7, 7), "2·2·4·8 + 8 = 136"),
        (DepthwiseConv2d(2, 3), (16, 9, 9), "3·3·2·16 + 2·16 = 320"),
        (LocallyConnected2d(4, 3), (2, 28, 28), "26×26·(3·3·2 + 1)·4 = 51,376"),
        (FixedFilter2d("gaussian", border="valid"), (1, 9, 9), "⌊(9 + 2·0 − 5) / 1⌋ + 1 = 5"),
        (AdaptiveAvgPool((7,)), (8, 14, 14), "14 / 7 = 2"),
        (Pad((1,), (2,)), (8, 14, 14), "14 + 1 + 2 = 17"),
        (Crop((1,), (2,)), (8, 14, 14), "14 − 1 − 2 = 11"),
        (Upsample((3,)), (8, 14, 14), "14·3 = 42"),
        (Reshape((4, -1)), (2, 6), "2·6 = 4·3 = 12"),
    ],
)
def test_the_sums_on_the_board(layer: Layer, shape: Shape, worked: str) -> None:
    assert worked in [each.worked for each in layer.calculations(shape)]


@pytest.mark.parametrize(
    ("layer", "brief"),
    [
        (ConvTranspose2d(8, 3, 2, "same"), "8 @ 3×3, same, stride 2"),
        (ConvTranspose2d(8, 3, 2, 1, 1, bias=False), "8 @ 3×3, padding 1, stride 2, +1, no bias"),
        (DepthwiseConv2d(), "3×3"),
        (DepthwiseConv2d(2, 5, padding="same"), "×2 @ 5×5, same"),
        (LocallyConnected2d(4), "4 @ 3×3"),
        (FixedFilter2d(), "sobel"),
        (FixedFilter2d("typed", "1 2; 3 4", "zeros"), "2×2 typed, zeros"),
        (LPPool2d(power=3.0), "2×2, stride 2, power 3"),
        (AdaptiveAvgPool((7,)), "to 7"),
        (Upsample((1, 2, 2), "linear"), "×1×2×2, linear"),
        (Pad((1,), (2,), "reflect"), "1 before, 2 after, reflect"),
        (Crop(), "1"),
        (Reshape((64, -1, 7)), "to 64×rest×7"),
        (Permute((2, 1)), "order 2×1"),
    ],
)
def test_briefs(layer: Layer, brief: str) -> None:
    assert layer.brief() == brief


def test_options_without_effect_are_named() -> None:
    assert FixedFilter2d().unused() == {"kernel"}
    assert FixedFilter2d("typed").unused() == set()
    given = ConvTranspose2d(8, 3, 2, "same", output_padding=1)
    assert given.unused() == {"output_padding"}
    assert given.out_shape((4, 7, 7)) == given.replace(output_padding=0).out_shape((4, 7, 7))
    assert given.brief() == given.replace(output_padding=0).brief()


@pytest.mark.parametrize(
    "layer",
    [
        Upsample((1,)),
        Pad((0,), (0,)),
        Crop((0,), (0,)),
        Reshape((3, -1, 5)),
        Permute((1, 2, 3)),
        AdaptiveAvgPool((4, 5)),
    ],
)
def test_layers_that_do_nothing_say_so(layer: Layer) -> None:
    assert layer.idle((3, 4, 5))
    assert (
        not type(layer)()
        .replace(**({"order": (2, 1, 3)} if isinstance(layer, Permute) else {}))
        .idle((3, 4, 5))
    )


def test_kernels_and_targets_are_kept_as_they_are_read() -> None:
    first = FixedFilter2d("typed", "0,1,0\n1,−4,1\n0,1,0")
    assert first.kernel == "0 1 0; 1 -4 1; 0 1 0"
    assert first == FixedFilter2d("typed", first.kernel)
    assert Reshape([2, -1]).target == (2, -1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("stride", "dilation", "kernel"), [(1, 1, 3), (2, 1, 3), (3, 1, 2), (2, 3, 4), (4, 2, 3)]
)
def test_stamps_cover_what_they_say(stride: int, dilation: int, kernel: int) -> None:
    """Put the stamps down one by one, and compare what lies under every output cell."""
    stamp = Stamp(size=5, kernel=kernel, stride=stride, dilation=dilation, before=1, after=2, extra=1)
    under: dict[int, set[tuple[int, int]]] = {at: set() for at in range(stamp.positions)}
    for cell in range(5):
        for entry in range(kernel):
            under.get(cell * stride + entry * dilation - 1, set()).add((cell, entry))
    found: Any = {at: set(zip(*stamp.meeting(at), strict=True)) for at in range(stamp.positions)}
    assert found == under
