"""One pixel, one step: its gates, state and output as numbers, with the accounts that close."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.explain import Explanation, Trace, explain, split
from cnnviz.ui import numbers

GATES = ("i", "f", "g", "o")
TERMS = {"": "Σ x · W", "h": "Σ h(t−1) · R", "c": "c · P"}
"""What is added up of the input, of the last output and, through peepholes, of the state."""


@dataclass(frozen=True, eq=False)
class CellStep:
    """What happens in one cell of a memory in one step; `before` is c(t−1), 0 before the first step."""

    memory: str
    index: tuple[int, ...]
    before: float
    accounts: Mapping[str, Explanation]

    def value(self, name: str) -> float:
        """Return a gate, the candidate, the state or the output, as the engine has it."""
        return self.accounts[name].engine

    @property
    def kept(self) -> float:
        """Return f · c(t−1)."""
        return self.value("f") * self.before

    @property
    def added(self) -> float:
        """Return i · g."""
        return self.value("i") * self.value("g")

    @property
    def bent(self) -> float:
        """Return tanh(c)."""
        return float(np.tanh(self.value("c")))

    @property
    def closes(self) -> bool:
        """Say whether all six accounts agree with the engine."""
        return all(account.closes for account in self.accounts.values())


def step_at(trace: Trace, memory: str, index: tuple[int, ...]) -> CellStep:
    """Explain all six numbers of a memory's cell: (unit, step, …)."""
    accounts = {name: explain(trace, f"{memory}.{name}", index) for name in (*GATES, "c", "h")}
    before = (index[0], index[1] - 1, *index[2:])
    state = float(trace.activation(f"{memory}.c")[before]) if index[1] else 0.0
    return CellStep(memory, index, state, accounts)


def shares(account: Explanation) -> dict[str, float]:
    """Return what a gate adds up: from the input, from the last output, from the state, and its bias."""
    found: dict[str, float] = {}
    for part in account.parts:
        found[TERMS[split(part.node)[1]]] = float(part.products.sum())
    if account.offsets:
        found["bias"] = sum(term.product for term in account.offsets)
    return found


def lines(step: CellStep) -> list[str]:
    """Write the two equations of the step with the engine's values beside them."""
    c, h = step.accounts["c"], step.accounts["h"]
    return [
        f"f · c(t−1) + i · c̃ = {numbers.fixed(c.result, 7)} | engine {numbers.fixed(c.engine, 7)} {mark(c)}",
        f"o · tanh(c)        = {numbers.fixed(h.result, 7)} | engine {numbers.fixed(h.engine, 7)} {mark(h)}",
    ]


def mark(account: Explanation) -> str:
    """Return ✓ where an account agrees with the engine, else ✗."""
    return "✓" if account.closes else "✗"
