"""Which entry of which parameter stands behind a cell that is shown."""

from __future__ import annotations

from cnnviz.layers.formula import Entries, Normalise, Part, WeightedSum
from cnnviz.model.whatif import Cell
from cnnviz.ui.inspect.frame import Frame
from cnnviz.ui.inspect.reading import Spot
from cnnviz.ui.inspect.volumes import unraveled


def weight_at(frame: Frame, spot: Spot) -> Cell | None:
    """Return the learned weight that a cell of a window is multiplied by; None where it is none."""
    formula = frame.explanation.formula
    if frame.backward or spot.whole_channel or not isinstance(formula, WeightedSum):
        return None
    read = [part for part in formula.parts if all(part.block.ranges)]
    part: Part = read[spot.reading]
    if not part.weight:
        return None
    reading = frame.readings[spot.reading]
    array = frame.trace.parameters[frame.owner][part.weight]
    flat = 0
    for at, size in zip(spot.cell, reading.products.shape, strict=True):
        flat = flat * size + at
    return Cell(frame.owner, part.weight, _place(flat, part.at, array.shape))


def offsets_of(frame: Frame) -> dict[str, Cell]:
    """Return the parameters that are no factors of a cell, by their names: the bias, or γ, β, μ and σ² of a norm."""
    formula = frame.explanation.formula
    if frame.backward:
        return {}
    if isinstance(formula, WeightedSum):
        return {name: Cell(frame.owner, name, at) for name, at in formula.biases}
    if isinstance(formula, Normalise):
        names = {"γ": "weight", "β": "bias", "μ": "running_mean", "σ²": "running_var"}
        there = frame.trace.parameters.get(frame.owner, {})
        return {
            word: Cell(frame.owner, name, (formula.channel,)) for word, name in names.items() if name in there
        }
    return {}


def value_of(frame: Frame, cell: Cell) -> float:
    """Return the number in an entry as it is now."""
    return float(frame.values.parameters[cell.node][cell.array][cell.place])


def words(cell: Cell) -> str:
    """Name an entry: `conv1.weight[0,2,1,1]`."""
    return f"{cell.node}.{cell.array}[{','.join(str(at) for at in cell.place)}]"


def _place(flat: int, entries: Entries, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the place in a parameter of the n-th of the entries that are read; dimensions left out are read whole."""
    whole = (*entries, *(range(size) for size in shape[len(entries) :]))
    sizes = [len(each) for each in whole if isinstance(each, range)]
    steps = iter(unraveled(flat, sizes))
    return tuple(each[next(steps)] if isinstance(each, range) else each for each in whole)
