"""Pictures from elsewhere as samples: ink on paper like MNIST, light on dark as it is, colours in colour."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from cnnviz.data.foreign import as_sample, open_picture
from cnnviz.errors import DataError


def scan(size: int = 300) -> np.ndarray:
    """A dark stroke, off the middle of light grey paper."""
    picture = Image.new("RGB", (size, size + 60), (215, 212, 205))
    ImageDraw.Draw(picture).line([(60, 40), (90, 160)], fill=(30, 30, 60), width=12)
    return np.asarray(picture)


def test_ink_on_paper_becomes_light_ink_on_black_in_the_middle() -> None:
    sample = as_sample(scan(), (1, 28, 28))
    assert sample.shape == (1, 28, 28)
    assert sample.dtype == np.float32
    assert sample[0, 0].max() == 0
    assert sample.max() > 0.8
    rows, columns = np.nonzero(sample[0] > 0.3)
    assert abs(rows.mean() - 13.5) < 1.5
    assert abs(columns.mean() - 13.5) < 1.5
    assert 16 <= rows.max() - rows.min() + 1 <= 21  # MNIST's box of 20


def test_a_picture_on_black_is_taken_as_it_is() -> None:
    pixels = np.zeros((28, 28, 3), np.uint8)
    pixels[10:12, 5:20] = 255
    sample = as_sample(pixels, (1, 28, 28))
    assert np.allclose(sample[0], pixels[..., 0] / 255, atol=1e-6)


def test_colours_stay_and_the_middle_square_is_cut_out() -> None:
    pixels = np.zeros((40, 80, 3), np.uint8)
    pixels[:, 20:60] = (255, 128, 0)
    sample = as_sample(pixels, (3, 32, 32))
    assert sample.shape == (3, 32, 32)
    assert np.allclose(sample[:, 16, 16], (1, 128 / 255, 0), atol=0.01)
    assert np.allclose(sample[:, :, 4:-4].mean(axis=(1, 2)), (1, 128 / 255, 0), atol=0.02)


def test_blank_paper_gives_an_empty_sample() -> None:
    assert not as_sample(np.full((50, 50, 3), 240, np.uint8), (1, 28, 28)).any()


@pytest.mark.parametrize("shape", [(20,), (2, 9), (1, 4, 16, 16)])
def test_other_forms_get_a_picture_to_be_adapted(shape: tuple[int, ...]) -> None:
    assert as_sample(scan(), shape).ndim == 3


def test_files_are_read_transparency_is_white(tmp_path: Path) -> None:
    path = tmp_path / "drawn.png"
    Image.new("RGBA", (6, 4), (0, 0, 0, 0)).save(path)
    assert open_picture(path).tolist() == np.full((4, 6, 3), 255).tolist()


def test_what_is_no_picture_is_told(tmp_path: Path) -> None:
    path = tmp_path / "no.png"
    path.write_bytes(b"no picture")
    with pytest.raises(DataError, match="can't be read"):
        open_picture(path)
