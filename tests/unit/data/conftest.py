"""Small data sets in the official formats, and the real ones where they lie beside the checkout."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cnnviz.data.folders import PARTS
from cnnviz.data.idx import write_idx

_REAL = Path(__file__).resolve().parents[4] / "shared" / "data"


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the user's own data folder or environment."""
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CNNVIZ_DATA", raising=False)


@pytest.fixture
def real_data() -> Path:
    """The data folder with the real MNIST and Fashion-MNIST; skips where there is none."""
    if not (_REAL / "mnist").is_dir():
        pytest.skip("the real data sets are not beside the checkout")
    return _REAL


@pytest.fixture
def write_set() -> Callable[..., Path]:
    """Writes a small data set of 30 + 10 images as four IDX files and returns its folder."""

    def write(folder: Path, suffix: str = ".gz", dotted: bool = False, seed: int = 0) -> Path:
        random = np.random.default_rng(seed)
        folder.mkdir(parents=True, exist_ok=True)
        for part, name in PARTS.items():
            count = 30 if part.startswith("train") else 10
            labels = np.arange(count, dtype=np.uint8) % 10
            images = random.integers(0, 256, (count, 28, 28), np.uint8)
            spelled = name.replace("-idx", ".idx") if dotted else name
            write_idx(folder / f"{spelled}{suffix}", labels if "labels" in part else images)
        return folder

    return write
