"""What an optimiser makes of a gradient, line by line: old value, gradient, what is remembered, new value.

The arithmetic is that of torch.optim; everything is computed in float64.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from cnnviz.errors import ExplainError, did_you_mean
from cnnviz.model.recipe import Recipe

_NAMED = re.compile(r"\{(.*?)\}")


@dataclass(frozen=True)
class Rule:
    """An optimiser with its numbers; `name` as in `Recipe.optimiser`. The betas, α and ε are torch's own.

    `l1` and `l2` are penalties of the loss, whose slope is added to the gradient.
    """

    name: str = "sgd"
    learning_rate: float = 1e-3
    momentum: float = 0.9
    weight_decay: float = 0.0
    beta1: float = 0.9
    beta2: float = 0.999
    alpha: float = 0.99
    epsilon: float = 1e-8
    l1: float = 0.0
    l2: float = 0.0


@dataclass(frozen=True)
class Memory:
    """What an optimiser remembers of one weight: how many steps it made, and its running averages.

    `m` averages gradients (the velocity of momentum), `v` their squares.
    """

    count: int = 0
    m: float = 0.0
    v: float = 0.0


@dataclass(frozen=True)
class Line:
    """One line of the arithmetic: `symbol` = `template`, whose {names} are in `numbers`, = `value`."""

    symbol: str
    template: str
    numbers: Mapping[str, float]
    value: float

    @property
    def rule(self) -> str:
        """Return the line in symbols: `β₁·m + (1 − β₁)·g`."""
        return _NAMED.sub(r"\1", self.template)

    def filled(self, write: Callable[[float], str]) -> str:
        """Return the line with the numbers put in, each as `write` writes it."""
        return _NAMED.sub(lambda found: write(self.numbers[found[1]]), self.template)


@dataclass(frozen=True)
class Step:
    """One step of one weight, and what the optimiser remembers from then on."""

    rule: Rule
    old: float
    gradient: float
    before: Memory
    after: Memory
    new: float
    lines: tuple[Line, ...]


def rule_of(recipe: Recipe, *, kernel: bool = False) -> Rule:
    """Return the optimiser that a recipe names; L1 and L2 hold for kernels, not for biases and scales of norms."""
    rule = Rule(recipe.optimiser, recipe.learning_rate, recipe.momentum, recipe.weight_decay)
    return replace(rule, l1=recipe.l1, l2=recipe.l2) if kernel else rule


def step(rule: Rule, old: float, gradient: float, memory: Memory | None = None) -> Step:
    """Return what one step makes of a weight; without a memory it is the first one. ExplainError for other rules."""
    if rule.name not in _RULES:
        raise ExplainError(f"there is no optimiser {rule.name!r}.", hint=did_you_mean(rule.name, _RULES))
    before = memory or Memory()
    sheet = _Sheet({"w": old, "g": gradient, "η": rule.learning_rate, "λ": rule.weight_decay})
    _penalise(sheet, rule)
    after = _RULES[rule.name](sheet, rule, replace(before, count=before.count + 1))
    return Step(rule, old, gradient, before, after, sheet.numbers["w"], tuple(sheet.lines))


@dataclass
class _Sheet:
    """A sheet of paper: every line computes a number from those above it."""

    numbers: dict[str, float]
    lines: list[Line] = field(default_factory=list)

    def write(self, symbol: str, template: str, value: float) -> float:
        names = _NAMED.findall(template)
        self.lines.append(Line(symbol, template, {name: self.numbers[name] for name in names}, value))
        self.numbers[symbol] = value
        return value

    def know(self, **numbers: float) -> None:
        self.numbers |= numbers


def _penalise(sheet: _Sheet, rule: Rule) -> None:
    """Add the slopes of the penalties: λ₁ · sign(w) and 2 · λ₂ · w."""
    sheet.numbers |= {"λ₁": rule.l1, "λ₂": rule.l2, "sign": math.copysign(1.0, sheet.numbers["w"])}
    if not sheet.numbers["w"]:
        sheet.numbers["sign"] = 0.0
    if rule.l1:
        value = sheet.numbers["g"] + rule.l1 * sheet.numbers["sign"]
        sheet.write("g", "{g} + {λ₁}·{sign}", value)
    if rule.l2:
        value = sheet.numbers["g"] + 2 * rule.l2 * sheet.numbers["w"]
        sheet.write("g", "{g} + 2·{λ₂}·{w}", value)


def _decayed(sheet: _Sheet, rule: Rule) -> float:
    """Return the gradient, with the pull towards 0 where there is one."""
    if not rule.weight_decay:
        return sheet.numbers["g"]
    value = sheet.numbers["g"] + rule.weight_decay * sheet.numbers["w"]
    return sheet.write("g", "{g} + {λ}·{w}", value)


def _sgd(sheet: _Sheet, rule: Rule, memory: Memory) -> Memory:
    gradient = _decayed(sheet, rule)
    sheet.write("w", "{w} − {η}·{g}", sheet.numbers["w"] - rule.learning_rate * gradient)
    return memory


def _momentum(sheet: _Sheet, rule: Rule, memory: Memory) -> Memory:
    gradient = _decayed(sheet, rule)
    sheet.know(m=memory.m, μ=rule.momentum)
    velocity = sheet.write("m", "{μ}·{m} + {g}", rule.momentum * memory.m + gradient)
    sheet.write("w", "{w} − {η}·{m}", sheet.numbers["w"] - rule.learning_rate * velocity)
    return replace(memory, m=velocity)


def _nesterov(sheet: _Sheet, rule: Rule, memory: Memory) -> Memory:
    gradient = _decayed(sheet, rule)
    sheet.know(m=memory.m, μ=rule.momentum)
    velocity = sheet.write("m", "{μ}·{m} + {g}", rule.momentum * memory.m + gradient)
    ahead = sheet.write("d", "{g} + {μ}·{m}", gradient + rule.momentum * velocity)
    sheet.write("w", "{w} − {η}·{d}", sheet.numbers["w"] - rule.learning_rate * ahead)
    return replace(memory, m=velocity)


def _adam(sheet: _Sheet, rule: Rule, memory: Memory) -> Memory:
    return _adaptive(sheet, rule, memory, _decayed(sheet, rule))


def _adamw(sheet: _Sheet, rule: Rule, memory: Memory) -> Memory:
    """Shrink the weight itself, not by way of the gradient."""
    if rule.weight_decay:
        shrunk = sheet.numbers["w"] * (1 - rule.learning_rate * rule.weight_decay)
        sheet.write("w", "{w} − {η}·{λ}·{w}", shrunk)
    return _adaptive(sheet, rule, memory, sheet.numbers["g"])


def _adaptive(sheet: _Sheet, rule: Rule, memory: Memory, gradient: float) -> Memory:
    sheet.know(m=memory.m, v=memory.v, t=memory.count, ε=rule.epsilon)
    sheet.numbers |= {"β₁": rule.beta1, "β₂": rule.beta2}
    m = sheet.write("m", "{β₁}·{m} + (1 − {β₁})·{g}", rule.beta1 * memory.m + (1 - rule.beta1) * gradient)
    v = sheet.write("v", "{β₂}·{v} + (1 − {β₂})·{g}²", rule.beta2 * memory.v + (1 - rule.beta2) * gradient**2)
    corrected = sheet.write("m̂", "{m} / (1 − {β₁}^{t})", m / (1 - rule.beta1**memory.count))
    spread = sheet.write("v̂", "{v} / (1 − {β₂}^{t})", v / (1 - rule.beta2**memory.count))
    moved = rule.learning_rate * corrected / (math.sqrt(spread) + rule.epsilon)
    sheet.write("w", "{w} − {η}·{m̂} / (√{v̂} + {ε})", sheet.numbers["w"] - moved)
    return replace(memory, m=m, v=v)


def _rmsprop(sheet: _Sheet, rule: Rule, memory: Memory) -> Memory:
    gradient = _decayed(sheet, rule)
    sheet.know(v=memory.v, α=rule.alpha, ε=rule.epsilon)
    v = sheet.write("v", "{α}·{v} + (1 − {α})·{g}²", rule.alpha * memory.v + (1 - rule.alpha) * gradient**2)
    moved = rule.learning_rate * gradient / (math.sqrt(v) + rule.epsilon)
    sheet.write("w", "{w} − {η}·{g} / (√{v} + {ε})", sheet.numbers["w"] - moved)
    return replace(memory, v=v)


_RULES: dict[str, Callable[[_Sheet, Rule, Memory], Memory]] = {
    "sgd": _sgd,
    "momentum": _momentum,
    "nesterov": _nesterov,
    "adam": _adam,
    "adamw": _adamw,
    "rmsprop": _rmsprop,
}
