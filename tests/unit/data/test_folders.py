"""Where data is looked for, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cnnviz import paths
from cnnviz.data import data_folders
from cnnviz.data.folders import find


def test_order_of_the_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path / "variable"))
    assert data_folders(tmp_path / "argument", tmp_path / "setting") == (
        tmp_path / "argument",
        tmp_path / "variable",
        tmp_path / "setting",
        paths.user_data() / "data",
    )
    monkeypatch.setenv("CNNVIZ_DATA", "")
    assert data_folders() == (paths.user_data() / "data",)


def test_home_is_expanded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert data_folders("~/sets")[0] == tmp_path / "sets"


@pytest.mark.parametrize("suffix", [".gz", ""])
@pytest.mark.parametrize("dotted", [True, False])
def test_all_spellings_are_found(
    tmp_path: Path, write_set: Callable[..., Path], suffix: str, dotted: bool
) -> None:
    folder = write_set(tmp_path / "mnist", suffix, dotted)
    files = find("mnist", (tmp_path,))
    assert files is not None
    assert files.folder == folder
    assert {files.train_images, files.train_labels, files.test_images, files.test_labels} == set(
        folder.iterdir()
    )


@pytest.mark.parametrize("inner", ["mnist", "MNIST/raw"])
def test_known_folder_names(tmp_path: Path, write_set: Callable[..., Path], inner: str) -> None:
    write_set(tmp_path / inner)
    assert find("mnist", (tmp_path,)) is not None
    assert find("fashion-mnist", (tmp_path,)) is None


def test_the_folder_of_the_set_itself_is_accepted(tmp_path: Path, write_set: Callable[..., Path]) -> None:
    folder = write_set(tmp_path / "fashion-mnist")
    found = find("fashion-mnist", (folder,))
    assert found is not None
    assert found.folder == folder
    assert find("mnist", (folder,)) is None


def test_an_incomplete_folder_is_passed_over(tmp_path: Path, write_set: Callable[..., Path]) -> None:
    broken = write_set(tmp_path / "a" / "mnist")
    (broken / "t10k-labels-idx1-ubyte.gz").unlink()
    whole = write_set(tmp_path / "b" / "mnist")
    assert find("mnist", (tmp_path / "a",)) is None
    found = find("mnist", (tmp_path / "a", tmp_path / "b"))
    assert found is not None
    assert found.folder == whole
