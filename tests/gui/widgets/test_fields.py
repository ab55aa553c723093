"""Fields emit legal values while typing, keep illegal texts, and are silent when set by the program."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from cnnviz.ui.widgets.fields import (
    ChoiceField,
    FloatField,
    IntField,
    PairField,
    TextField,
    Toggle,
    TripleField,
)


@pytest.fixture
def watch():
    def connect(field):
        seen = []
        field.edited.connect(seen.append)
        return seen

    return connect


def retype(qtbot, edit, text):
    edit.selectAll()
    qtbot.keyClicks(edit, text)


@pytest.mark.parametrize(
    ("make", "value"),
    [
        (lambda: IntField(1, 100, slider=True), 32),
        (lambda: FloatField(1e-6, 1, slider=True), 1e-3),
        (lambda: PairField(1, 31), (3, 5)),
        (lambda: TripleField(1, 31), (3, 3, 3)),
        (lambda: ChoiceField(["same", "valid", "custom"]), "valid"),
        (lambda: ChoiceField([(n, f"number {n}") for n in range(9)]), 7),
        (Toggle, True),
        (TextField, "conv3"),
    ],
)
def test_set_value_is_silent_and_read_back(make, value, shown, watch):
    field = shown(make())
    seen = watch(field)
    field.set_value(value)
    assert field.value() == value
    assert seen == []


def test_int_emits_while_typing(shown, watch, qtbot):
    field = shown(IntField(1, 4096))
    field.set_value(8)
    seen = watch(field)
    retype(qtbot, field.edit, "128")
    assert seen == [1, 12, 128]


def test_illegal_text_stays_with_its_reason(shown, watch, qtbot):
    field = shown(IntField(1, 64))
    field.set_value(8)
    seen = watch(field)
    retype(qtbot, field.edit, "99")
    assert seen == [9]
    assert field.edit.text() == "99"
    assert field.error() == "from 1 to 64"
    assert field.edit.accessibleDescription() == "from 1 to 64"
    retype(qtbot, field.edit, "x")
    assert field.error() == "a whole number is needed"
    assert field.value() == 9
    retype(qtbot, field.edit, "16")
    assert field.error() == ""
    assert seen == [9, 1, 16]


def test_an_error_from_outside_keeps_the_text(shown):
    field = shown(IntField(1, 64))
    field.set_value(3)
    field.set_error("16 input channels can't be divided into 3 groups.")
    assert field.edit.text() == "3"
    assert field.edit.property("error") is True
    field.set_error(None)
    assert field.edit.property("error") is False


def test_arrow_keys_step_within_bounds(shown, watch, qtbot):
    field = shown(IntField(1, 3))
    field.set_value(2)
    seen = watch(field)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down):
        qtbot.keyClick(field.edit, key)
    assert seen == [3, 2]


@pytest.mark.parametrize(("text", "value"), [("1e-3", 1e-3), ("0.25", 0.25), ("1e−2", 0.01)])
def test_float_takes_exponents(text, value, shown, watch, qtbot):
    field = shown(FloatField(0, 1))
    field.set_value(0.5)
    seen = watch(field)
    field.edit.setText(text)
    field.edit.textEdited.emit(text)
    assert seen == [value]


def test_float_steps_in_1_2_5(shown, watch, qtbot):
    field = shown(FloatField(1e-6, 1, log=True))
    field.set_value(1e-3)
    seen = watch(field)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down):
        qtbot.keyClick(field.edit, key)
    assert seen == [2e-3, 5e-3, 1e-2, 5e-3]


def test_slider_and_text_move_together(shown, watch):
    field = shown(IntField(1, 1000, slider=True))
    field.set_value(10)
    assert field.slider.value() == pytest.approx(333, abs=1)
    seen = watch(field)
    field.slider.setValue(667)
    assert seen == [100]
    assert field.edit.text() == "100"


def test_pair_with_closed_lock_changes_both(shown, watch, qtbot):
    field = shown(PairField(1, 31))
    field.set_value((3, 3))
    seen = watch(field)
    retype(qtbot, field.edits[0], "5")
    assert seen == [(5, 5)]
    field.lock.click()
    retype(qtbot, field.edits[1], "7")
    assert seen == [(5, 5), (5, 7)]
    field.lock.click()
    assert seen[-1] == (5, 5)


def test_pair_opens_its_lock_for_unequal_values(shown, watch, qtbot):
    field = shown(PairField(1, 31))
    field.set_value((3, 5))
    assert not field.lock.isChecked()
    seen = watch(field)
    retype(qtbot, field.edits[0], "0")
    assert seen == []
    assert field.error() == "from 1 to 31"
    assert field.edits[0].text() == "0"


def test_choices_emit_their_values(shown, watch, qtbot):
    few = shown(ChoiceField([("s", "same"), ("v", "valid")]))
    seen = watch(few)
    few.control.part("v").click()
    assert seen == ["v"]
    qtbot.keyClick(few.control, Qt.Key.Key_Left)
    assert seen == ["v", "s"]
    many = shown(ChoiceField([(n, str(n)) for n in range(5)]))
    seen = watch(many)
    many.control.setFocus()
    many.control.activated.emit(3)
    assert seen == [3]


def test_toggle_with_the_keyboard(shown, watch, qtbot):
    field = shown(Toggle("Bias"))
    seen = watch(field)
    qtbot.keyClick(field.switch, Qt.Key.Key_Space)
    assert seen == [True]
    assert field.switch.accessibleName() == "Bias"
