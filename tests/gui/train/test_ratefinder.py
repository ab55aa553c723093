"""The recipe's form has every setting, and the search for a learning rate puts one into the recipe."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cnnviz.control import Control
from cnnviz.events import Answer, Event, Finished, Notice, RateTried, Started
from cnnviz.model.ratesearch import RateSearch, tried_rate
from cnnviz.model.recipe import SETTINGS
from cnnviz.ui.services import TrainingTask
from cnnviz.ui.train.ratefinder import RateFinder
from cnnviz.ui.train.workspace import TrainWorkspace
from cnnviz.ui.window import MainWindow
from tests.gui.rooms import idle, wait


@pytest.fixture
def train(window: MainWindow) -> TrainWorkspace:
    window.show_workspace("train")
    QApplication.processEvents()
    page = window.pages.currentWidget()
    assert isinstance(page, TrainWorkspace)
    return page


def searched(task: TrainingTask, control: Control) -> Iterator[Event]:
    """Yield a curve that falls most steeply at its tenth rate."""
    assert task.finds_rate
    losses = [2.0] * 9 + [1.5, 1.0] + [0.9] * 5 + [0.8, 4.0]
    rates = [tried_rate(3 * number) for number in range(len(losses))]
    for number, (rate, loss) in enumerate(zip(rates, losses, strict=True), 1):
        if control.cancelled:
            return
        yield RateTried(number, len(rates), rate, loss, loss)
    yield Answer(RateSearch(tuple(rates), tuple(losses), tuple(losses)))


def test_every_setting_has_a_field(window: MainWindow, train: TrainWorkspace) -> None:
    shown = set(train.recipe.fields)
    assert {each.name for each in SETTINGS} - shown == {"learning_rate"}


def test_closed_sections_say_what_they_change(window: MainWindow, train: TrainWorkspace) -> None:
    section = train.recipe.sections["Learning rate"]
    assert not section.is_open()
    window.session.document.set_recipe(schedule="step", drop_steps=(5, 9), warm_up=3)
    assert section.summary() == "Steps down, warm up 3, drop steps 5, 9"
    section.toggle.click()
    assert section.is_open()
    assert section.summary() == ""
    field = train.recipe.fields["drop_steps"]
    field.edit.setFocus()  # type: ignore[attr-defined]
    field.edit.selectAll()  # type: ignore[attr-defined]
    QTest.keyClicks(field.edit, "7, 20")  # type: ignore[attr-defined]
    assert window.session.document.recipe.drop_steps == (7, 20)
    QTest.keyClicks(field.edit, ", x")  # type: ignore[attr-defined]
    assert "each larger than the one before" in field.error()
    assert window.session.document.recipe.drop_steps == (7, 20)


def test_settings_without_effect_are_hidden(window: MainWindow, train: TrainWorkspace) -> None:
    train.recipe.sections["Learning rate"].set_open(True)
    window.session.document.set_recipe(schedule="constant")
    assert train.recipe.fields["drop_steps"].isHidden()
    window.session.document.set_recipe(schedule="step")
    assert not train.recipe.fields["drop_steps"].isHidden()


def test_the_found_rate_is_taken(
    window: MainWindow, train: TrainWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    object.__setattr__(window.session.services, "train", searched)
    train.recipe.sections["Learning rate"].set_open(True)
    train.recipe.find_rate.click()
    (dialog,) = train.recipe.findChildren(RateFinder)
    wait(lambda: dialog.search is not None)
    assert dialog.use.isEnabled()
    assert "falls most steeply" in dialog.told.text()
    found = dialog.search.suggestion
    dialog.use.click()
    assert window.session.document.recipe.learning_rate == found
    wait(lambda: not train.recipe.findChildren(RateFinder))


def test_closing_ends_the_search(window: MainWindow, train: TrainWorkspace) -> None:
    object.__setattr__(window.session.services, "train", searched)
    train.recipe.find_rate.click()
    (dialog,) = train.recipe.findChildren(RateFinder)
    dialog.reject()
    wait(lambda: not train.recipe.findChildren(RateFinder))


def test_a_notice_of_the_training_is_shown(
    window: MainWindow, train: TrainWorkspace, notices: list[tuple[str, str]]
) -> None:
    def full(_task: TrainingTask, _control: Control) -> Iterator[Event]:
        yield Started(1, 1, 1, 0, "cpu", remarks=("It is emulated.",))
        yield Notice("The disk is full.")
        yield Finished()

    object.__setattr__(window.session.services, "train", full)
    window.session.train()
    wait(lambda: idle(window.session))
    assert [each for each in notices if each[1] in ("It is emulated.", "The disk is full.")] == [
        ("info", "It is emulated."),
        ("warning", "The disk is full."),
    ]


@pytest.fixture
def notices(window: MainWindow) -> list[tuple[str, str]]:
    """Return the notices, as they come."""
    found: list[tuple[str, str]] = []
    window.session.notice.connect(lambda tone, text: found.append((tone, text)))
    return found
