"""Icons exist, are tinted, and follow the theme."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor

from cnnviz.errors import FileError
from cnnviz.layers import LAYERS
from cnnviz.ui import icons, theme

WANTED = {
    *(
        "menu",
        "undo",
        "redo",
        "search",
        "play",
        "pause",
        "step",
        "epoch",
        "stop",
        "plus",
        "close",
        "chevron-left",
    ),
    *(
        "chevron-right",
        "chevron-down",
        "chevron-up",
        "eye",
        "fit",
        "tidy",
        "folder",
        "file",
        "save",
        "database",
    ),
    *(
        "chip",
        "pencil",
        "eraser",
        "trash",
        "copy",
        "check",
        "warning",
        "error",
        "info",
        "lock",
        "pin",
        "dice",
        "sun",
    ),
    *("moon", "settings", "download", "export", "refresh", "wand", "history", "expand", "logo"),
}


def strongest(pixmap):
    image = pixmap.toImage()
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return max(pixels, key=lambda color: color.alpha())


def test_all_icons_draw_something(qapp):
    assert set(icons.names()) >= WANTED
    for name in icons.names():
        assert strongest(icons.pixmap(name, "#FF0000", 16)).alpha() > 120, name


def test_tint(qapp):
    assert strongest(icons.pixmap("stop", "#40C080")).name() == "#40c080"


@pytest.mark.parametrize(("color", "token"), [(None, "t2"), ("acc", "acc")])
def test_an_icon_follows_the_theme(color, token, qapp):
    icon = icons.icon("stop", color)
    for name in ("dark", "light"):
        theme.apply(qapp, name)
        assert strongest(icon.pixmap(QSize(16, 16))).name().upper() == getattr(theme.current(), token)


def test_dense_screens_get_more_pixels(qapp):
    pixmap = icons.pixmap("play", size=16, dpr=2.0)
    assert pixmap.width() == 32
    assert pixmap.deviceIndependentSize().width() == 16


def test_unknown_icon(qapp):
    with pytest.raises(FileError):
        icons.icon("no-such-icon")


@pytest.mark.parametrize("kind", LAYERS)
def test_every_layer_kind_has_its_pictogram_and_color(kind, qapp):
    assert icons.layer_icon_name(kind) in icons.names()
    assert LAYERS[kind].group in theme.current().groups


def test_kinds_without_a_declaration_have_a_pictogram(qapp):
    assert {icons.layer_icon_name("group"), icons.layer_icon_name("of the future")} <= set(icons.names())


def test_layer_icon_has_its_group_color(theme_name):
    pixmap = icons.layer_icon("conv2d", "Convolution").pixmap(QSize(16, 16))
    assert strongest(pixmap) == QColor(theme.current().groups["Convolution"])
    assert icons.tinted_file("check", "#FFFFFF").read_text(encoding="utf-8").count("#FFFFFF") == 1
