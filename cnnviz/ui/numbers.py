"""How numbers are shown: U+2212 as minus, fixed digits, thin counts, shapes in the user's axis order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from cnnviz.layers.vectors import Vectors

MINUS = "\u2212"
TIMES = "\u00d7"
ARROW = "\u2192"

AxisOrder = Literal["keras", "pytorch"]
_axis_order: AxisOrder = "pytorch"


def set_axis_order(order: AxisOrder) -> None:
    """Choose how `shape` writes shapes: "keras" (H×W×C) or "pytorch" (C×H×W)."""
    global _axis_order
    _axis_order = order


def axis_order() -> AxisOrder:
    """The order in force."""
    return _axis_order


def fixed(value: float, digits: int = 3, plus: bool = False) -> str:
    """`value` with `digits` decimals: "−0.046", with `plus` "+0.046"; never "−0.000"."""
    if not math.isfinite(value):
        return _special(value)
    text = f"{abs(value):,.{digits}f}"
    if not any(digit in text for digit in "123456789"):
        return text
    sign = MINUS if value < 0 else "+" if plus else ""
    return sign + text


def compact(value: float, digits: int = 4) -> str:
    """`value` in about `digits` significant figures: "0.001", "1.01e−3", "2,400", "−5.7"."""
    if not math.isfinite(value):
        return _special(value)
    if value == 0:
        return "0"
    size = abs(value)
    if size < 1e-3 or size >= 1e6:
        mantissa, exponent = f"{size:.{max(digits - 2, 0)}e}".split("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        text = f"{mantissa}e{minus(str(int(exponent)))}"
    else:
        decimals = max(0, digits - 1 - math.floor(math.log10(size)))
        text = f"{size:,.{decimals}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    return (MINUS if value < 0 else "") + text


def cell(value: float, characters: int = 5, reach: float = 1.0) -> str:
    """`value` in at most `characters`, for printing on a cell: "0.265", "−1.42"; with 4 or less ".26".

    Where the largest value around, `reach`, is `tiny`, all are written as "2e−6": decimals would all be 0.
    """
    if not math.isfinite(value):
        return _special(value)
    if value == 0:
        return "0"
    if tiny(reach):
        return minus(f"{value:.0e}".replace("e-0", "e-"))
    sign, room = (MINUS, characters - 1) if value < 0 else ("", characters)
    for decimals in range(2 if characters <= 4 else 3, -1, -1):
        text = f"{abs(value):.{decimals}f}"
        text = text[1:] if characters <= 4 and text.startswith("0.") else text
        if len(text) <= room:
            return sign + text if any(digit in text for digit in "123456789") else text
    return sign + f"{abs(value):.0e}".replace("e+0", "e").replace("e+", "e")


def tiny(reach: float) -> bool:
    """Say whether values up to `reach` have no digit to show within two decimals."""
    return 0 < reach < 0.01


def count(value: int) -> str:
    """A whole number with thousands separators: "30,298"."""
    return minus(f"{value:,}")


def compact_count(value: float) -> str:
    """A count in three figures: "960", "56 k", "226 k", "2.71 M", "3.1 G"."""
    size = abs(value)
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if size >= limit * 0.9995:
            scaled = size / (1e3 if unit == "k" else limit)
            digits = 0 if unit == "k" or scaled >= 99.95 else 1 if scaled >= 9.995 else 2
            text = f"{scaled:.{digits}f}"
            return f"{MINUS if value < 0 else ''}{text} {unit}"
    return count(round(value))


def percent(fraction: float | None, digits: int = 1) -> str:
    """A share of one as "99.4 %"; "–" where there is none."""
    return "–" if fraction is None else f"{fixed(100 * fraction, digits)} %"


def probability(value: float, digits: int = 4) -> str:
    """A probability: "0.9726"."""
    return fixed(value, digits)


def short_probability(value: float) -> str:
    """A probability for captions: ".99", "1.0"."""
    text = f"{min(value, 1.0):.2f}"
    return text[1:] if text.startswith("0") else "1.0"


def shape(sizes: Sequence[int | None], order: AxisOrder | None = None) -> str:
    """A shape without its batch axis, channels first as stored: (32, 28, 28) is "28×28×32" in Keras order.

    A free size (None) is written "?". Lists of vectors (capsules) have no channels: (10, 16) is "10×16" in any order.
    """
    if (order or _axis_order) == "keras" and len(sizes) > 1 and not isinstance(sizes, Vectors):
        sizes = [*sizes[1:], sizes[0]]
    return TIMES.join("?" if size is None else str(size) for size in sizes)


def duration(seconds: float) -> str:
    """A time left or spent: "0.4 s", "54 s", "1:54", "2:03:10"."""
    if not math.isfinite(seconds):
        return "?"
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def size_in_bytes(amount: int) -> str:
    """An amount of memory: "512 B", "5.4 kB", "55 MB"."""
    value, unit = float(amount), "B"
    for bigger in ("kB", "MB", "GB", "TB"):
        if value < 999.5:
            break
        value, unit = value / 1000, bigger
    return f"{value:.0f} {unit}" if unit == "B" or value >= 9.95 else f"{value:.1f} {unit}"


def minus(text: str) -> str:
    """`text` with every hyphen-minus turned into a minus sign."""
    return text.replace("-", MINUS)


def parse(text: str) -> float:
    """The number a person typed, with either minus and separators allowed; ValueError if it is none."""
    return float(text.strip().replace(MINUS, "-").replace(",", "").replace(" ", ""))


def _special(value: float) -> str:
    return "NaN" if math.isnan(value) else "∞" if value > 0 else f"{MINUS}∞"
