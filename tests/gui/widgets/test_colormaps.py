"""Colour tables are exact at their ends and at zero; indices are right; NaN is visible."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.ui import colormaps, theme, tokens


def hex_of(row):
    return "#" + "".join(f"{part:02X}" for part in row)


@pytest.mark.parametrize("name", colormaps.MAPS)
@pytest.mark.parametrize("theme_name", ["dark", "light"])
def test_table_has_the_stops(name, theme_name):
    table, stops = colormaps.table(name, theme_name), getattr(colormaps.MAPS[name], theme_name)
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    assert hex_of(table[0]) == stops[0]
    assert hex_of(table[colormaps.STEPS - 1]) == stops[-1]
    assert hex_of(table[colormaps.NOT_FINITE]) == tokens.THEMES[theme_name].err
    if colormaps.is_diverging(name):
        assert hex_of(table[127]) == stops[len(stops) // 2]


@pytest.mark.parametrize("name", ["value", "gradient"])
@pytest.mark.parametrize(("theme_name", "sign"), [("dark", 1), ("light", -1)])
def test_luminance_is_monotone_from_zero_outward(name, theme_name, sign):
    luma = colormaps.table(name, theme_name)[:255] @ np.array([0.299, 0.587, 0.114])
    assert (np.diff(luma[127:]) * sign > -1).all()
    assert (np.diff(luma[127::-1]) * sign > -1).all()


def test_indices_at_ends_and_zero():
    found = colormaps.indices(np.array([-2.0, -1.0, 0.0, 1.0, 2.0]), -1, 1)
    assert found.tolist() == [0, 0, 127, 254, 254]
    assert colormaps.indices(np.array([0.0, 0.5, 1.0]), 0, 1).tolist() == [0, 127, 254]


def test_indices_of_an_empty_range_are_the_middle():
    assert colormaps.indices(np.array([0.0, 3.0]), 0, 0).tolist() == [127, 127]


def test_not_finite_values_are_marked():
    found = colormaps.indices(np.array([np.nan, np.inf, -np.inf, 0.0]), -1, 1)
    assert found.tolist() == [255, 255, 255, 127]


def test_ranges_per_map():
    maps = np.array([[[1.0]], [[1.0]]])
    low, high = np.array([-1.0, -2.0]).reshape(-1, 1, 1), np.array([1.0, 2.0]).reshape(-1, 1, 1)
    assert colormaps.indices(maps, low, high).ravel().tolist() == [254, 191]


def test_data_range():
    assert colormaps.data_range(np.array([-1.0, 3.0, np.nan]), "value") == (-3, 3)
    assert colormaps.data_range(np.array([0.5, 3.0]), "amount") == (0, 3)
    assert colormaps.data_range(np.zeros(3), "value") == (-1, 1)
    assert colormaps.data_range(np.full(2, np.nan), "gate") == (0, 1)


def test_image_shows_the_array(qapp):
    theme.apply(qapp, "dark")
    image = colormaps.to_image(np.array([[-1.0, 0.0, 1.0], [np.nan, 0.0, 0.0]]), "value", -1, 1)
    shown = [[image.pixelColor(x, y).name().upper() for x in range(3)] for y in range(2)]
    assert shown == [["#BDE3FF", "#15181D", "#FFE0A8"], [theme.DARK.err, "#15181D", "#15181D"]]
    theme.apply(qapp, "light")
    assert colormaps.recolor(image, "value").pixelColor(1, 0).name().upper() == "#FAFAFA"


def test_color_at_and_pixels_agree(theme_name):
    pixel = int(colormaps.to_pixels(np.array([[0.3]]), "gradient", -1, 1)[0, 0])
    assert pixel == colormaps.color_at("gradient", 0.3, -1, 1).rgb()


def test_pictures(theme_name):
    red = colormaps.to_picture(np.array([[[1.0, 0.0, 0.5]]]))
    assert red.pixelColor(0, 0).getRgb()[:3] == (255, 0, 128)
    black = colormaps.to_picture(np.zeros((2, 2)))
    assert black.pixelColor(0, 0).red() == 0
    assert colormaps.to_picture(np.zeros((2, 2)), "photo").pixelColor(0, 0).red() == 0
