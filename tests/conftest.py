"""What every test gets: its own user folder, and a folder with MNIST in the official format."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest

from tests.idx_files import write_small_mnist

_ROOT = Path(__file__).resolve().parents[1]
_REAL_DATA = _ROOT.parent / "shared" / "data"

# deadline: the first call of a function imports libraries; derandomize: a failure on one machine fails on all.
hypothesis.settings.register_profile("cnnviz", deadline=None, derandomize=True)
hypothesis.settings.load_profile("cnnviz")


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Let the tests without Qt run without pytest-qt, whose options pytest would then not know."""
    if pluginmanager.is_blocked("pytest-qt"):
        for name in ("qt_api", "qt_log_level_fail", "qt_log_ignore"):
            parser.addini(name, "used by pytest-qt")


@pytest.fixture(autouse=True)
def user_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test user folders of its own; they do not exist until something is written."""
    home = tmp_path / ".cnnviz-home"
    monkeypatch.setenv("CNNVIZ_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with one folder per data set: `mnist/` and `fashion-mnist/`, four IDX files each.

    The real data where they lie beside the checkout, otherwise 600 + 200 easy images in the same format.
    """
    if (_REAL_DATA / "mnist").is_dir() and (_REAL_DATA / "fashion-mnist").is_dir():
        return _REAL_DATA
    folder = tmp_path_factory.mktemp("data")
    write_small_mnist(folder / "mnist", seed=0)
    write_small_mnist(folder / "fashion-mnist", seed=1)
    return folder


@pytest.fixture(scope="session")
def mnist_dir(data_dir: Path) -> Path:
    """Return the folder that holds the four files of MNIST."""
    return data_dir / "mnist"


@pytest.fixture
def small_mnist_dir(tmp_path: Path) -> Path:
    """Return a folder of the test's own with 600 + 200 images; it may be damaged at will."""
    return write_small_mnist(tmp_path / "mnist", seed=0)
