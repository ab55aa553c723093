"""The chain of random changes is edited in a form, goes to the recipe at once, and is seen on the training samples."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from cnnviz.model.augmentation import PRESETS, Crop, FlipHorizontal, Rotation
from cnnviz.ui.browse.places import TRAINING, Arrangement
from cnnviz.ui.state import Session
from cnnviz.ui.train.augmentation import SHOWN, AugmentationDialog
from cnnviz.ui.train.pictures import flat
from tests.gui.rooms import make_session, wait


@pytest.fixture
def session(qapp: QApplication) -> Iterator[Session]:
    """A session on a few drawn digits."""
    found = make_session()
    yield found
    found.document.forget_autosave()
    found.shut_down()
    found.deleteLater()


@pytest.fixture
def dialog(session: Session) -> Iterator[AugmentationDialog]:
    """The dialog, shown."""
    found = AugmentationDialog(session)
    found.show()
    yield found
    found.close()
    found.deleteLater()
    QApplication.processEvents()


def _choose(dialog: AugmentationDialog, name: str, text: str) -> None:
    menu = getattr(dialog, name).menu()
    next(action for action in menu.actions() if action.text() == text).trigger()


def test_steps_are_added_changed_moved_and_removed(session: Session, dialog: AugmentationDialog) -> None:
    _choose(dialog, "add", "Crop with padding")
    _choose(dialog, "add", "Flip left-right")
    assert session.document.recipe.augment == (Crop(), FlipHorizontal())
    field = dialog.steps[0].fields["padding"]
    field.edit.setText("2")
    field.edit.textEdited.emit("2")
    assert session.document.recipe.augment[0] == Crop(2)
    dialog.steps[1].raised.emit()
    assert session.document.recipe.augment == (FlipHorizontal(), Crop(2))
    assert [form.step for form in dialog.steps] == [FlipHorizontal(), Crop(2)]
    dialog.steps[0].removed.emit()
    assert session.document.recipe.augment == (Crop(2),)


def test_presets_and_changes_from_elsewhere_are_shown(session: Session, dialog: AugmentationDialog) -> None:
    _choose(dialog, "presets", "Digits, strong")
    assert session.document.recipe.augment == PRESETS["digits-strong"]
    assert len(dialog.steps) == 4
    session.document.set_recipe(augment=(Rotation(3.0),))
    assert dialog.steps[0].fields["degrees"].value() == 3.0
    _choose(dialog, "presets", "None")
    assert dialog.steps == []


def test_the_preview_shows_samples_that_are_learned_from(
    session: Session, dialog: AugmentationDialog
) -> None:
    train = session.material.dataset.train
    learned = Arrangement(session.material.dataset, session.document.data).goes == TRAINING
    places = np.flatnonzero(learned)[:SHOWN]
    assert list(places) != list(range(SHOWN)), (
        "none of the first samples is held out: this test shows nothing"
    )
    wait(lambda: len(dialog.preview._images) == SHOWN)
    assert np.allclose(dialog.preview._images, [train.sample(k)[0] for k in places])
    _choose(dialog, "add", "Flip up-down")
    wait(lambda: not np.allclose(dialog.preview._images, [train.sample(k)[0] for k in places]))
    shown = zip(dialog.preview._images, places, strict=True)
    flipped = [np.allclose(image, train.sample(k)[0][::-1]) for image, k in shown]
    assert 0 < sum(flipped) < SHOWN


def test_until_the_samples_come_their_places_are_hatched(session: Session) -> None:
    dialog = AugmentationDialog(session)
    assert dialog.preview.content_height() > 0
    assert not dialog.preview._images
    wait(lambda: len(dialog.preview._images) == SHOWN)
    dialog.deleteLater()


def test_what_can_not_be_changed_is_told(session: Session, dialog: AugmentationDialog) -> None:
    session.material.want("two-sines")
    wait(lambda: session.material.dataset.name == "two-sines")
    session.document.set_recipe(augment=PRESETS["digits"])
    wait(lambda: "rotation needs images" in dialog.told.text())


def test_samples_of_any_shape_become_pictures() -> None:
    shapes = {
        (5,): (1, 5),
        (2, 7): (2, 7),
        (1, 4, 6): (4, 6),
        (3, 4, 6): (4, 6, 3),
        (1, 9, 4, 6): (4, 6),
        (3, 9, 4, 6): (4, 6, 3),
    }
    for shape, wanted in shapes.items():
        assert flat(np.zeros(shape, np.float32)).shape == wanted
