"""Random changes of images do what their names say, are the same for a seed, and change nothing at strength 0."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from scipy import ndimage

from cnnviz.data import Dataset, Split
from cnnviz.engine import augment as engine
from cnnviz.engine.augment import CHANGES, MOVEMENTS, Augment
from cnnviz.engine.augmenting import make_augment
from cnnviz.engine.train import train
from cnnviz.errors import TrainError
from cnnviz.events import StepDone
from cnnviz.layers import Conv2d, Dense, Flatten, Input, ReLU, Softmax
from cnnviz.model.augmentation import (
    AUGMENTATIONS,
    PRESETS,
    Augmentation,
    FlipHorizontal,
    FlipVertical,
    Noise,
    Rotation,
)
from cnnviz.model.graph import chain
from cnnviz.model.recipe import DataChoice, Recipe

IMAGES = torch.rand((40, 2, 12, 16), generator=torch.Generator().manual_seed(0))


def _chain(*steps: Augmentation, seed: int = 0) -> Augment:
    return Augment([(step.kind, step.settings()) for step in steps], seed)


class _Fixed(Augment):
    """Draws the same number for every image."""

    def __init__(self, steps: Any, value: float) -> None:
        super().__init__(steps, 0)
        self._value = value

    def _draw(self, *shape: int, normal: bool = False) -> torch.Tensor:
        return torch.full(shape, self._value)


def test_every_declared_kind_is_done_by_the_engine() -> None:
    assert {*MOVEMENTS, *CHANGES} == set(AUGMENTATIONS)
    for kind in AUGMENTATIONS:
        change = AUGMENTATIONS[kind]()
        found = _chain(change)(IMAGES)
        assert found.shape == IMAGES.shape
        assert found.isfinite().all()
        assert not torch.equal(found, IMAGES)
        assert torch.equal(found, _chain(change)(IMAGES))
        assert not torch.equal(found, _chain(change, seed=1)(IMAGES))


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "rotation", "degrees": 0.0, "fill": "black"},
        {"kind": "shift", "share": 0.0, "fill": "edge"},
        {"kind": "zoom", "share": 0.0, "fill": "mirror"},
        {"kind": "shear", "slope": 0.0, "fill": "black"},
        {"kind": "flip-horizontal", "probability": 0.0},
        {"kind": "noise", "deviation": 0.0},
        {"kind": "contrast", "share": 0.0},
        {"kind": "erase", "probability": 0.0, "share": 0.5},
    ],
)
def test_nothing_happens_at_strength_zero(change: dict[str, Any]) -> None:
    kind = change.pop("kind")
    assert torch.allclose(Augment([(kind, change)], 0)(IMAGES), IMAGES, atol=1e-5)


@pytest.mark.parametrize("degrees", [10.0, 37.0, 90.0])
def test_a_turn_is_scipys(degrees: float) -> None:
    square = IMAGES[:2, :, :, :12]
    turned = _Fixed([("rotation", {"degrees": degrees, "fill": "black"})], 1.0)(square)
    wanted = ndimage.rotate(
        np.pad(square.numpy(), ((0, 0), (0, 0), (9, 9), (9, 9))), degrees, (3, 2), reshape=False, order=1
    )
    assert np.abs(turned.numpy() - wanted[:, :, 9:-9, 9:-9]).max() < 2e-5


def test_a_shift_moves_by_pixels() -> None:
    moved = _Fixed([("shift", {"share": 0.25, "fill": "black"})], 1.0)(IMAGES)
    assert torch.allclose(moved[:, :, :-3, :-4], IMAGES[:, :, 3:, 4:], atol=1e-5)
    assert moved[:, :, -2:].abs().max() < 1e-5


def test_movements_in_a_row_are_one() -> None:
    both = [("shift", {"share": 0.25, "fill": "black"}), ("rotation", {"degrees": 90.0, "fill": "black"})]
    square = IMAGES[:, :, :, :12]
    after = _Fixed(both[1:], 1.0)(_Fixed(both[:1], 1.0)(square))
    assert torch.allclose(_Fixed(both, 1.0)(square), after, atol=1e-4)


def test_flips_are_exact_and_touch_about_half() -> None:
    found = _chain(FlipHorizontal())(IMAGES)
    flipped = [torch.equal(one, other.flip(-1)) for one, other in zip(found, IMAGES, strict=True)]
    same = [torch.equal(one, other) for one, other in zip(found, IMAGES, strict=True)]
    assert all(a != b for a, b in zip(flipped, same, strict=True))
    assert 10 < sum(flipped) < 30
    assert torch.equal(_chain(FlipVertical(1.0))(IMAGES), IMAGES.flip(-2))


def test_a_crop_is_a_window_of_the_padded_image() -> None:
    found = engine.crop(IMAGES, _chain()._draw, 3)
    padded = torch.nn.functional.pad(IMAGES, (3,) * 4)
    for one, other in zip(found, padded, strict=True):
        assert any(torch.equal(one, other[:, y : y + 12, x : x + 16]) for y in range(7) for x in range(7))


def test_erasing_blackens_one_rectangle_of_a_limited_size() -> None:
    found = _chain(AUGMENTATIONS["erase"](probability=1.0, share=0.25))(torch.ones(200, 1, 20, 20))
    lost = (found == 0).float().mean(dim=(1, 2, 3))
    assert lost.max() <= 0.3
    assert lost.mean() > 0.05


def test_noise_and_light() -> None:
    noisy = _chain(Noise(0.1))(torch.zeros(10, 1, 50, 50))
    assert abs(float(noisy.std()) - 0.1) < 0.005
    bright = _Fixed([("exposure", {"share": 0.5})], 1.0)(IMAGES)
    assert torch.allclose(bright, IMAGES * 1.5)
    flat = _Fixed([("contrast", {"share": 0.5})], -1.0)(IMAGES)
    assert torch.allclose(flat.mean(dim=(1, 2, 3)), IMAGES.mean(dim=(1, 2, 3)), atol=1e-6)
    assert torch.allclose(flat.std(dim=(1, 2, 3)), IMAGES.std(dim=(1, 2, 3)) / 2, atol=1e-5)


def test_volumes_are_changed_alike_in_all_slices_and_sequences_can_be_noisy() -> None:
    flat = IMAGES[:, :1]
    volume = flat[:, :, None].expand(-1, -1, 5, -1, -1).contiguous()
    turned = _chain(*PRESETS["digits-strong"])(volume)
    assert torch.allclose(turned[:, :, 3], _chain(*PRESETS["digits-strong"])(flat), atol=1e-6)
    assert _chain(Noise())(torch.zeros(3, 2, 30)).std() > 0


def _made(samples: np.ndarray, answers: np.ndarray, classes: tuple[str, ...] = ()) -> Dataset:
    split = Split(samples, answers)
    return Dataset("made", "Made", "made for a test", classes, split, split)


def test_what_can_not_be_changed_is_refused() -> None:
    sequences = _made(np.zeros((4, 2, 9), np.uint8), np.zeros(4, np.int64), ("a",))
    with pytest.raises(TrainError, match="rotation needs images"):
        make_augment((Rotation(),), sequences, 0)
    frames = _made(np.zeros((4, 1, 3, 8, 8), np.uint8), np.zeros((4, 1, 8, 8), np.uint8))
    with pytest.raises(TrainError, match="asks for frames"):
        make_augment((Noise(),), frames, 0)
    assert make_augment((), frames, 0) is None


def test_a_training_with_augmentation_is_the_same_for_a_seed(strokes: Dataset) -> None:
    def losses(seed: int, preset: str) -> list[float]:
        recipe = Recipe(batch_size=32, steps=6, seed=seed, augment=PRESETS[preset])
        graph = chain((Input(), Conv2d(out_channels=2), ReLU(), Flatten(), Dense(units=10), Softmax()))
        events = train(graph, strokes, recipe, DataChoice("strokes", validation=0), live=0)
        return [event.loss for event in events if isinstance(event, StepDone)]

    assert losses(1, "digits") == losses(1, "digits")
    assert losses(1, "digits") != losses(1, "crops")
