"""A sum as few enough lines to read: one per channel, cell or input, the smallest ones taken together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.errors import ExplainError
from cnnviz.explain import Explanation, rounded, split
from cnnviz.ui import numbers
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.reading import Reading, Spot
from cnnviz.ui.inspect.volumes import Cell, unraveled

MOST = 16
OTHERS = " others"


@dataclass(frozen=True)
class Line:
    """One line of a running sum; `spot` says which cell or channel it stands for, if it is one."""

    label: str
    value: float
    spot: Spot | None = None


def lines(frame: Frame, most: int = MOST) -> tuple[Line, ...]:
    """Return the summands of a value, at most `most` of them plus the offsets; they add up to its sum."""
    values = [_values(reading) for reading in frame.readings]
    starts = np.cumsum([0, *(len(found) for found in values)])
    sizes = np.concatenate(values) if values else np.zeros(0)
    chosen: Sequence[int] = range(len(sizes))
    rest: tuple[Line, ...] = ()
    if len(sizes) > most:
        order = np.argsort(-np.abs(sizes), kind="stable")
        chosen = order[: most - 1].tolist()
        left = len(sizes) - len(chosen)
        rest = (Line(f"{left}{OTHERS}", float(sizes[order[most - 1 :]].sum())),)
    offsets = (Line(term.label, term.product) for term in frame.explanation.offsets)
    shown = []
    for each in chosen:
        at = int(np.searchsorted(starts, each, side="right")) - 1
        shown.append(_line(frame, at, each - int(starts[at]), float(sizes[each])))
    return (*shown, *rest, *offsets)


def _per_channel(reading: Reading) -> bool:
    return reading.window_size > 1 and len(reading.channels) > 1


def _values(reading: Reading) -> np.ndarray:
    """Return one number per line: the sums of the channels where there are several, else the products."""
    return reading.sums if _per_channel(reading) else reading.products.ravel()


def _line(frame: Frame, at: int, place: int, value: float) -> Line:
    reading = frame.readings[at]
    if _per_channel(reading):
        of = f"{_short(reading)} " if len(frame.readings) > 1 else ""
        return Line(f"{of}ch {reading.channels[place]}", value, Spot(at, (place, -1, -1, -1)))
    cell = _cell(place, reading.products.shape)
    return Line(_label(frame, reading, cell), value, Spot(at, cell))


def _label(frame: Frame, reading: Reading, cell: Cell) -> str:
    index = reading.index(cell)
    if index is None:
        return "padding"
    if len(frame.readings) > 1 and reading.products.size == 1:
        return _short(reading)
    return f"{_short(reading)}[{','.join(str(entry) for entry in index)}]"


def _short(reading: Reading) -> str:
    """Return what a part's source is called; an array inside the layer goes without the layer's name."""
    beside = "".join(f" · {split(each.node)[1] or each.node}" for each in reading.partners)
    return f"{split(reading.node)[1] or reading.node}{beside}"


def _cell(place: int, shape: tuple[int, ...]) -> Cell:
    found = unraveled(place, shape)
    return found[0], found[1], found[2], found[3]


def written_out(shown: tuple[Line, ...], result: float, digits: int) -> str:
    """Write the lines as a sum whose shown decimals add up, with the rounding as a term of its own."""
    if not shown:
        return numbers.fixed(result, digits)
    try:
        column = rounded([line.value for line in shown], result, digits)
    except ExplainError:  # a value that is not finite
        return " ".join(numbers.compact(line.value) for line in shown)
    terms = [
        f"{'−' if term < 0 else '+'} {abs(term)}"
        + (f" ({line.label})" if line.label.endswith(OTHERS) else "")
        for term, line in zip(column.terms, shown, strict=True)
    ]
    text = " ".join(terms).removeprefix("+ ")
    if column.rounding:
        text += f" {'−' if column.rounding < 0 else '+'} {abs(column.rounding)} rounding"
    return f"{text} = {numbers.minus(str(column.result))}"


def applied(explanation: Explanation, digits: int) -> str:
    """Write the function that turns the sum into the result, with both numbers; nothing where there is none."""
    found, total = explanation, numbers.fixed(explanation.sum, digits)
    if not found.function:
        return ""
    known = {constant.name: constant.value for constant in found.constants}
    power = known.get("p", 0.0)
    words = {
        "root": f"√{total}" if power == 2 else f"({total})^(1/{power:g})",
        "squash": f"{numbers.fixed(known.get('s', 0.0), digits)} · √{total} / (1 + {total})",
        "response norm": f"x / (k + α/n · {total})^β",
    }
    return (
        f"{words.get(found.function, f'{found.function}({total})')} = {numbers.fixed(found.result, digits)}"
    )


def counted(explanation: Explanation) -> str:
    """Say what was added: `sum of 72 products + bias`."""
    products = sum(part.products.size for part in explanation.parts)
    names = {part.names[1] for part in explanation.parts}
    word = "power" if names == {"power"} else "product" if any(names) else "value"
    offsets = "".join(f" + {term.label}" for term in explanation.offsets)
    if not products:
        return offsets.removeprefix(" + ").replace("+ −", "− ") or "nothing is added"
    text = f"sum of {numbers.count(products)} {word}{'s' if products != 1 else ''}{offsets}"
    if explanation.function:
        return f"{explanation.function} of the sum"
    return text if explanation.count > 1 else f"the {word}"


def order_by_size(reading: Reading) -> np.ndarray:
    """Return the places of the channels, the largest contribution first."""
    return np.argsort(-np.abs(reading.sums), kind="stable")
