"""Why this gradient? ∂L/∂value as a sum over all outputs that the value took part in, each of which can be asked.

Everything is computed in float64 from the values of the trace and from ∂L/∂output, never from the gradient that is
explained, so that the comparison with the engine's own is a real check.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.explain.backward import sums
from cnnviz.explain.backward.batchnorm import through_statistics
from cnnviz.explain.backward.channels import weights_towards
from cnnviz.explain.backward.ends import slopes_of
from cnnviz.explain.backward.local import share
from cnnviz.explain.backward.numbers import Numbers
from cnnviz.explain.backward.places import Slot, Target
from cnnviz.explain.backward.readers import Asked, Box, users
from cnnviz.explain.backward.share import Share
from cnnviz.explain.backward.slopes import Slopes
from cnnviz.explain.explanation import Explanation, Partner, PartValues, Term, place
from cnnviz.explain.forward import checked
from cnnviz.explain.trace import Array, Trace, split
from cnnviz.layers.formula import Formula, Index, Maximum, Normalise, WeightedSum

RELATIVE_TOLERANCE = 1e-5
"""How far float32 may stray from float64, as a share of the numbers that were added."""
FACTOR_TOLERANCE = 1e-6
"""How far a slope computed in float32 may stray on its own, where it is a small difference of larger numbers."""


def explain_gradient(trace: Trace, slopes: Slopes, node: str, index: Sequence[int]) -> Explanation:
    """Say what ∂L/∂value of `node` (or of `lstm1.i`) at `index` is made of, for every layer kind.

    The sources of the terms are places of ∂L/∂output, which can be explained in turn; the way ends at the loss. Raises
    ExplainError where there is no such value, or no slope along it.
    """
    gradient = slopes.gradient(node)
    found = checked(trace.activation(node), node, index)
    return close(
        _accounts(trace, slopes, node, found),
        node,
        found,
        float(gradient[found]),
        trace=trace,
        title=f"∂L/∂{node}{place(found)}",
    )


@dataclass(frozen=True, eq=False)
class Piece:
    """What one reader (or the loss itself) adds: cells of ∂L/∂output with their slopes, or offsets.

    `stray` is how far the slopes that float32 computes may move the sum.
    """

    part: PartValues | None = None
    offsets: tuple[Term, ...] = ()
    rule: str = ""
    note: str = ""
    stray: float = 0.0


def close(
    pieces: Iterator[Piece],
    node: str,
    index: Index,
    engine: float,
    *,
    trace: Trace,
    title: str,
    name: str = "",
) -> Explanation:
    """Return the explanation that the pieces make; `name` is the parameter's, where it is one."""
    with np.errstate(all="ignore"):
        found = list(pieces)
        parts = tuple(piece.part for piece in found if piece.part is not None)
        offsets = tuple(term for piece in found for term in piece.offsets)
        total = sum((float(part.products.sum()) for part in parts), 0.0) + sum(t.product for t in offsets)
    rules = dict.fromkeys(piece.rule for piece in found if piece.rule)
    notes = dict.fromkeys(piece.note for piece in found if piece.note)
    layer = trace.graph.node(split(node)[0]).layer
    rule = " + ".join(rules) or "nothing uses it"
    return Explanation(
        node=node,
        index=index,
        kind=layer.kind,
        title=title,
        rule=rule,
        parts=parts,
        offsets=offsets,
        constants=(),
        sum=total,
        function="",
        result=total,
        engine=engine,
        tolerance=_stray(parts, offsets) + sum(piece.stray for piece in found),
        formula=WeightedSum((), rule=rule),
        note=" ".join(notes),
    )


def _stray(parts: Sequence[PartValues], offsets: Sequence[Term]) -> float:
    """Return how far the engine's sum may stray: in proportion to what is added, not to what is left of it."""
    added = sum(abs(term.product) for term in offsets)
    return RELATIVE_TOLERANCE * (added + sum(float(np.abs(part.products).sum()) for part in parts)) + 1e-12


def _stray_of_factors(values: Array, factors: Array) -> float:
    """Return how far the engine's slopes may stray on their own; fast convolutions mix in those of neighbours."""
    scales, sizes = np.abs(factors), np.abs(values).ravel()
    return FACTOR_TOLERANCE * float(scales @ sizes + scales.max(initial=0.0) * sizes.max(initial=0.0))


# -- who uses a value -------------------------------------------------------------------------------------------------


def _accounts(trace: Trace, slopes: Slopes, array: str, index: Index) -> Iterator[Piece]:
    node, inside = split(array)
    for end in slopes.ends:
        if end.source == array:
            rule, offsets = slopes_of(end, trace.activation(array), index, slopes.count)
            yield Piece(offsets=offsets, rule=f"{rule}, from the loss")
    if inside:
        yield from _through(trace, slopes, node, Target(Slot(inside), index))
        return
    leading = leading_to_loss(trace, slopes)
    if node not in leading:
        taken = " and ".join(dict.fromkeys(end.source for end in slopes.ends))
        yield Piece(note=f"The loss is taken from {taken}: it does not depend on this value.")
    for edge in trace.graph.outputs(node):
        if edge.target in leading:
            yield from _through(trace, slopes, edge.target, Target(Slot(edge.port), index))


def leading_to_loss(trace: Trace, slopes: Slopes) -> set[str]:
    """Return the nodes that the loss depends on: an Output, or a softmax that the loss includes, is none of them."""
    found = {end.source for end in slopes.ends}
    return found.union(*(trace.graph.ancestors(name) for name in found))


def _through(trace: Trace, slopes: Slopes, node: str, target: Target) -> Iterator[Piece]:
    """Yield what each array that a layer computes adds to the gradient of a number that it reads."""
    numbers = Numbers(trace, node)
    for array in (node, *trace.internals(node)):
        if array in slopes.gradients:
            asked = Asked(trace.graph.node(node).layer, split(array)[1], trace.arriving(node))
            for box in users(asked, target.slot, target.index):
                yield from _piece(asked, numbers, slopes, array, box, target)


def _piece(
    asked: Asked, numbers: Numbers, slopes: Slopes, array: str, box: Box, target: Target
) -> Iterator[Piece]:
    first = asked.formula(tuple(cells[0] for cells in box))
    if isinstance(first, Normalise) and slopes.batch is not None:
        parts = through_statistics(first, numbers, slopes, array, target)
        yield Piece(parts[0], parts[1], "γ/σ · (∂L/∂y − mean − x̂ · mean(x̂ · ∂L/∂y))")
        return
    yield over(asked, numbers, slopes.gradient(array), array, box, target)


def over(asked: Asked, numbers: Numbers, gradient: Array, array: str, box: Box, target: Target) -> Piece:
    """Return ∂L/∂output of a box of outputs, each times its share in the target."""
    shape = tuple(len(cells) for cells in box)
    values = gradient[np.ix_(*box)].astype(np.float64)
    towards = weights_towards(asked, numbers, box, target)
    if towards is not None:
        names = ("∂L/∂output", "weight")
        part = PartValues(array, box, np.ones(shape, bool), values, towards, values * towards + 0.0, names)
        return Piece(part, (), "Σ ∂L/∂output × weight", "", _stray_of_factors(values, towards.ravel()))
    formulas = [asked.formula(index) for index in _indices(box)]
    outputs = numbers.trace.activation(array)[np.ix_(*box)].ravel().tolist()
    with np.errstate(all="ignore"):
        shares = [share(formula, numbers, target, y) for formula, y in zip(formulas, outputs, strict=True)]
    weights = np.array([each.factor for each in shares]).reshape(shape)
    part = PartValues(
        array, box, np.ones(shape, bool), values, weights, values * weights + 0.0,
        ("∂L/∂output", _name(shares)), partners=_partner(shares, shape, weights),
    )  # fmt: skip
    name = part.names[1]
    rule = f"Σ ∂L/∂output × {name}" if name else "Σ ∂L/∂output"
    return Piece(
        part,
        (),
        rule,
        _ties(formulas, numbers),
        _stray_of_factors(values, np.array([s.rough for s in shares])),
    )


def _name(shares: Sequence[Share]) -> str:
    """Return what the second factor is called: by the outputs that use the value, where they agree."""
    names = {each.name for each in shares if each.factor} or {shares[0].name}
    return names.pop() if len(names) == 1 else "slope"


def _partner(shares: Sequence[Share], shape: tuple[int, ...], values: Array) -> tuple[Partner, ...]:
    """Return the second factors as a box of the trace, where they are one, in order."""
    places = [each.place for each in shares]
    if any(each is None for each in places):
        return ()
    sources = {each[0] for each in places if each}
    indices = np.array([each[1] for each in places if each])
    if len(sources) != 1:
        return ()
    ranges = tuple(range(int(c[0]), int(c[-1]) + 1, _step(c)) for c in indices.T)
    if any(not cells for cells in ranges) or int(np.prod([len(cells) for cells in ranges])) != len(indices):
        return ()
    if not np.array_equal(np.array(list(_indices(ranges))), indices):
        return ()
    return (Partner(sources.pop(), ranges, values, shares[0].name),)


def _step(column: Array) -> int:
    moves = np.diff(np.unique(column))
    return int(moves[0]) if len(moves) else 1


def _ties(formulas: Sequence[Formula], numbers: Numbers) -> str:
    """Say who gets the gradient where several cells are the largest."""
    tied = [f for f in formulas if isinstance(f, Maximum) and sums.ties(f, numbers) > 1]
    if not tied:
        return ""
    if len(tied[0].blocks) > 1:
        return "Equal inputs share the gradient, pair by pair."
    return (
        f"In {len(tied)} of {len(formulas)} windows several cells are the largest; the first one gets it all."
    )


def _indices(box: Box) -> Iterator[Index]:
    shape = tuple(len(cells) for cells in box)
    return (tuple(cells[at] for cells, at in zip(box, place, strict=True)) for place in np.ndindex(*shape))
