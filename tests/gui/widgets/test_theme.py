"""Tokens reach the widgets; text stays readable; fonts have a fallback."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtGui import QColor, QPalette

from cnnviz.ui import theme, tokens


def luminance(color):
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.getRgbF()[:3]
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(a, b):
    high, low = sorted((luminance(QColor(a)), luminance(QColor(b))), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", tokens.THEMES.values(), ids=lambda palette: palette.name)
def test_text_is_readable(palette):
    for text in ("t1", "t2", "t3", "acc", "err", "warn", "ok"):
        assert contrast(getattr(palette, text), palette.bg1) >= 4.5, text
    for state in ("err", "warn", "ok", "cursor"):
        assert contrast(getattr(palette, state), getattr(palette, f"{state}_bg")) >= 4.4, state
    assert contrast("#FFFFFF", palette.acc_fill) >= 4.5
    assert contrast(palette.wire, palette.bg2) >= 3


def test_every_token_is_a_color():
    for palette in tokens.THEMES.values():
        values = [v for v in dataclasses.asdict(palette).values() if isinstance(v, str) and v != palette.name]
        for value in [*values, *palette.groups.values()]:
            assert QColor.isValidColorName(value), value


def test_apply_sets_palette_and_tells(qapp, qtbot):
    theme.apply(qapp, "dark")
    with qtbot.waitSignal(theme.changed):
        theme.apply(qapp, "light")
    assert theme.current() is theme.LIGHT
    assert qapp.palette().color(QPalette.ColorRole.WindowText) == QColor(theme.LIGHT.t1)
    assert "${" not in qapp.styleSheet()
    with pytest.raises(KeyError):
        theme.apply(qapp, "sepia")
    assert theme.current() is theme.LIGHT


def test_text_on_color_follows_the_luma_rule(qapp):
    assert theme.text_on(QColor("#FFE0A8")).name() == "#14171c"
    assert theme.text_on(QColor("#16324F")).name() == "#f2f4f7"


def test_group_colors(theme_name):
    assert theme.group_color("Convolution").name().upper() == theme.current().groups["Convolution"]
    assert theme.group_color("a group of the future") == theme.group_color("Input")
    assert len(set(theme.current().groups.values())) == len(theme.current().groups)


def test_fonts(qapp):
    assert theme.ui_font(12, 600).pixelSize() == 12
    assert theme.ui_font(12, 600).weight() == 600
    assert theme.mono_font(9.5).pointSizeF() > 0
    assert theme.mono_font(11).families()
